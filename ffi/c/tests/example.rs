//! The example program does what its README says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

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
fn the_profiles_example_edits_explains_and_exports() {
    let Some(example) = Example::build() else {
        return;
    };
    let profile = root().join("core/profile/tests/fixtures/certificate.xml");
    let program = example.folder.path().join("profiles");

    let output = succeed(Command::new(&program).arg(&profile).arg("10.77.0.0/16"));
    for expected in ["include_routes", "10.77.0.0/16", "<AzVpnProfile"] {
        assert!(output.contains(expected), "no {expected} in:\n{output}");
    }

    let refused = Command::new(&program)
        .arg(&profile)
        .arg("10.0.0.0/33")
        .output();
    let text = everything(&refused.unwrap());
    assert!(text.contains("EDIT_REFUSED"), "{text}");
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
        for file in ["connect.c", "profiles.c", "Makefile"] {
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

    /// Prepares a run with the site's profile and certificate.
    fn connect(&self, site: &Site, password: &str, more: &[&str]) -> Command {
        let mut command = Command::new(self.folder.path().join("connect"));
        command.arg(format!("{}/azurevpnconfig.xml", site.folder()));
        command.arg(format!("{}/client.pfx", site.folder()));
        command.arg(password).args(more);
        command
    }
}
