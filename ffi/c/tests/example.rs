//! The example program does what its README says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::fs::File;
use std::process::Command;

use support::gateway::Site;
use support::library::{Library, everything, succeed};
use support::{header_path, root};

#[test]
fn the_example_connects_fetches_a_page_and_leaves() {
    let Some(example) = Example::build() else {
        return;
    };
    let site = Site::start();

    let output = succeed(&mut example.connect(&site, "secret", &["http://10.1.0.4/"]));

    let mut rest = output.as_str();
    for expected in [
        "Preparing\nConnecting\nConfiguring\nConnected\n",
        "State         Connected\n",
        "Client IP     172.16.201.",
        "Routes        10.1.0.0/16\n",
        "HTTP/1.1 200 OK\r\n",
        "172.16.201.",
        "Disconnecting\nDisconnected\nSent ",
    ] {
        let found = rest.find(expected);
        assert!(
            found.is_some(),
            "{expected:?} is missing, or out of place, in:\n{output}"
        );
        rest = &rest[found.unwrap() + expected.len()..];
    }
}

#[test]
fn the_profiles_example_does_each_of_its_commands() {
    let Some(example) = Example::build() else {
        return;
    };
    let store = example.store();
    let profile = fixture("certificate.xml");

    let explained = succeed(&mut store.command(&["explain", &profile]));
    assert!(explained.contains("contoso-vnet"), "{explained}");
    assert_eq!(succeed(&mut store.command(&["list"])), "");

    let imported = succeed(&mut store.command(&["import", &profile, &fixture("everything.json")]));
    assert_eq!(imported.lines().count(), 2, "{imported}");
    let line = imported.lines().find(|line| line.contains("contoso-vnet"));
    let id = line.unwrap().split_once(' ').unwrap().0;

    let changes = ["name=Office", "include+=10.77.0.1/16", "dns=10.0.0.4"];
    let edited = succeed(store.command(&["edit", id]).args(changes));
    assert!(edited.contains("changed: name, include_routes, dns_servers"));
    assert!(edited.contains("10.77.0.1/16 is used as 10.77.0.0/16"));
    let shown = succeed(&mut store.command(&["show", id]));
    for expected in ["Office", "443", "10.77.0.0/16", "DNS server     10.0.0.4"] {
        assert!(shown.contains(expected), "no {expected} in:\n{shown}");
    }

    let newer = store.path("newer.xml");
    let text = std::fs::read_to_string(&profile).unwrap();
    std::fs::write(&newer, text.replace("a1b2c3d4e5f6", "0123456789ab")).unwrap();
    let updated = succeed(&mut store.command(&["update", id, &newer]));
    assert!(updated.contains("Your edit was kept: name"), "{updated}");

    let sealed = succeed(&mut store.command(&["export", id, "xml"]));
    let open = succeed(&mut store.command(&["export", id, "xml", "secrets"]));
    assert!(!sealed.contains("00010203") && open.contains("<serversecret>00010203"));
    assert!(
        succeed(&mut store.command(&["export", id, "ovpn"])).contains("dhcp-option DNS 10.0.0.4")
    );

    std::fs::write(store.path(&format!("store/profiles/{id}.json")), "{").unwrap();
    let listed = succeed(&mut store.command(&["list"]));
    assert!(listed.contains("/damaged/") && listed.contains("Import the profile again"));
    assert!(succeed(&mut store.command(&["discard"])).contains(id));
    let listed = succeed(&mut store.command(&["list"]));
    assert!(!listed.contains(id) && listed.lines().count() == 1);
    let other = listed.split_once(' ').unwrap().0;
    assert_eq!(succeed(&mut store.command(&["remove", other])), "");
    assert_eq!(succeed(&mut store.command(&["list"])), "");
}

#[test]
fn the_profiles_example_says_what_is_wrong() {
    let Some(example) = Example::build() else {
        return;
    };
    let store = example.store();
    let imported = succeed(&mut store.command(&["import", &fixture("certificate.xml")]));
    let id = imported.split_once(' ').unwrap().0;

    for (arguments, code, text) in [
        (&["edit", id, "include+=10.0.0.0/33"][..], 2, "EDIT_REFUSED"),
        (&["show", "0123456789abcdef"], 2, "PROFILE_UNKNOWN"),
        (&["edit", id, "colour=red"], 64, "no such change"),
        (&["edit", id, "name"], 64, "no ="),
        (&["export", id, "doc"], 64, "no such format"),
        (&["show"], 64, "not its arguments"),
        (&["dance"], 64, "no such command"),
    ] {
        let output = store.command(arguments).output().unwrap();

        let said = everything(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(text), "{arguments:?}: {said}");
    }

    std::fs::write(store.path("key"), [8; 32]).unwrap();
    let output = store.command(&["list"]).output().unwrap();
    assert!(everything(&output).contains("STORE_KEY_WRONG"));
    std::fs::write(store.path("key"), [8; 33]).unwrap();
    let output = store.command(&["list"]).output().unwrap();
    assert_eq!(output.status.code(), Some(64));
}

#[test]
fn the_example_says_what_to_do_about_a_gateway_that_is_gone() {
    let Some(example) = Example::build() else {
        return;
    };
    let site = Site::start().without_gateway();

    let output = example.connect(&site, "secret", &[]).output().unwrap();

    let text = everything(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("Error 402 (CONNECTION_REFUSED)"), "{text}");
    assert!(text.contains("Try again in a few minutes"), "{text}");
}

#[test]
fn the_example_says_that_the_password_is_wrong() {
    let Some(example) = Example::build() else {
        return;
    };
    let site = Site::start();

    let output = example.connect(&site, "not it", &[]).output().unwrap();

    let text = everything(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(
        text.contains("Enter the password for client.pfx."),
        "{text}"
    );
    assert!(text.contains("SIGN_IN_CANCELLED"), "{text}");
}

#[test]
fn the_sign_in_example_answers_what_is_asked_with_what_is_typed() {
    let Some(example) = Example::build() else {
        return;
    };
    let users = Site::of_users();
    let certificates = Site::start();
    let pfx = format!("{}/client.pfx", certificates.folder());

    for (site, typed) in [
        (&users, "alice\nwrong\nalice\nright\n".to_owned()),
        (&certificates, format!("{pfx}\nwrong\nsecret\n")),
    ] {
        let output = succeed(&mut example.sign_in(site, &typed));

        assert!(output.contains("State         Connected\n"), "{output}");
    }

    let output = example.sign_in(&users, "\n").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(everything(&output).contains("SIGN_IN_CANCELLED"));
}

#[test]
fn the_first_program_does_what_the_documentation_says() {
    if !p2svpn_house::require_program("cc", "it compiles the program") {
        return;
    }
    let site = Site::start();
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("first.c");
    std::fs::write(&source, first_program_of_the_documentation()).unwrap();
    std::fs::copy(
        format!("{}/azurevpnconfig.xml", site.folder()),
        folder.path().join("azurevpnconfig.xml"),
    )
    .unwrap();
    std::fs::copy(
        format!("{}/client.pfx", site.folder()),
        folder.path().join("me.pfx"),
    )
    .unwrap();
    let library = Library::built();

    let output = succeed(
        library
            .compile(&source)
            .command()
            .current_dir(folder.path()),
    );

    assert_eq!(
        output,
        "Preparing\nConnecting\nConfiguring\nConnected\nDisconnecting\nDisconnected\n"
    );
}

#[test]
fn the_header_begins_with_the_first_program_of_the_documentation() {
    let header = std::fs::read_to_string(header_path()).unwrap();
    let program: Vec<&str> = header
        .lines()
        .skip_while(|line| !line.starts_with(" *     #include"))
        .take_while(|line| !line.starts_with(" * ERRORS"))
        .map(|line| line.strip_prefix(" *     ").unwrap_or_default())
        .collect();

    // A comment in C cannot hold another one.
    let documented = first_program_of_the_documentation()
        .replace("/* ", "// ")
        .replace(" */", "");
    assert_eq!(program.join("\n").trim(), documented.trim());
}

#[test]
fn the_example_refuses_what_is_no_page() {
    let Some(example) = Example::build() else {
        return;
    };
    let site = Site::start();

    for page in [
        "https://10.1.0.4/",
        "http://",
        "http://10.1.0.4:0/",
        "http://10.1.0.4:x/",
        "http://10.1.0.4/ b",
    ] {
        let output = example.connect(&site, "secret", &[page]).output().unwrap();

        assert_eq!(
            output.status.code(),
            Some(64),
            "{page}: {}",
            everything(&output)
        );
    }
}

/// The path of a profile of the tests.
fn fixture(name: &str) -> String {
    let fixtures = root().join("core/profile/tests/fixtures");
    fixtures.join(name).to_str().unwrap().to_owned()
}

fn first_program_of_the_documentation() -> String {
    let documentation = std::fs::read_to_string(root().join("docs/c-api.md")).unwrap();
    let (_, rest) = documentation.split_once("```c\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// The example, as its Makefile builds it, in a folder of its own.
struct Example {
    folder: tempfile::TempDir,
    _library: Library,
}

impl Example {
    /// None where it cannot be built.
    fn build() -> Option<Self> {
        let present = ["cc", "make"]
            .iter()
            .all(|program| p2svpn_house::require_program(program, "it builds the example"));
        if !present {
            return None;
        }
        let library = Library::built();
        let folder = tempfile::tempdir().unwrap();
        for file in ["connect.c", "profiles.c", "sign_in.c", "Makefile"] {
            std::fs::copy(
                root().join("examples/c").join(file),
                folder.path().join(file),
            )
            .unwrap();
        }
        let mut make = Command::new("make");
        make.arg("-C").arg(folder.path());
        make.arg(format!("LIBRARY={}", library.folder().display()));
        make.arg(format!(
            "INCLUDE={}",
            header_path().parent().unwrap().display()
        ));
        make.arg("CFLAGS=-std=c11 -Wall -Wextra -Werror -pedantic -fsanitize=address,undefined");
        succeed(&mut make);
        Some(Self {
            folder,
            _library: library,
        })
    }

    /// A folder for profiles, and a key for their secrets.
    fn store(&self) -> ExampleStore<'_> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), [7; 32]).unwrap();
        ExampleStore {
            example: self,
            folder,
        }
    }

    /// Prepares a run with the site's profile in which this is typed.
    fn sign_in(&self, site: &Site, typed: &str) -> Command {
        let path = self.folder.path().join("typed");
        std::fs::write(&path, typed).unwrap();
        let mut command = Command::new(self.folder.path().join("sign_in"));
        command.arg(format!("{}/azurevpnconfig.xml", site.folder()));
        command.stdin(File::open(path).unwrap());
        command
    }

    /// Prepares a run with the site's profile and certificate.
    fn connect(&self, site: &Site, password: &str, more: &[&str]) -> Command {
        let mut command = Command::new(self.folder.path().join("connect"));
        command.arg(format!("{}/azurevpnconfig.xml", site.folder()));
        command.arg(format!("{}/client.pfx", site.folder()));
        command.arg(password).args(more);
        command
    }
}

/// A folder that the example keeps profiles in.
struct ExampleStore<'a> {
    example: &'a Example,
    folder: tempfile::TempDir,
}

impl ExampleStore<'_> {
    /// Prepares a run of the example with profiles.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.example.folder.path().join("profiles"));
        command.args([self.path("store"), self.path("key")]);
        command.args(arguments);
        command
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}
