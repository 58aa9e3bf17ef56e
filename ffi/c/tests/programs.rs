//! C programs against the built library and an embedded gateway, checked for leaks and wild addresses while they run.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::process::Command;

use p2svpn_client::ErrorCode;
use p2svpn_gateway::Question;
use support::gateway::Site;
use support::library::{Library, succeed};
use support::{folder, functions, header_path};

#[test]
fn null_is_never_a_crash() {
    runs("null", &[]);
}

#[test]
fn null_is_tried_with_every_function() {
    let header = std::fs::read_to_string(header_path()).unwrap();
    let program = std::fs::read_to_string(folder().join("tests/null.c")).unwrap();

    for function in functions(&header) {
        assert!(
            program.contains(&format!("{function}(")),
            "tests/null.c does not call {function}"
        );
    }
}

#[test]
fn a_session_goes_from_its_beginning_to_its_end() {
    let site = Site::start();

    runs("session", &[site.folder()]);
}

#[test]
fn events_come_by_callback_in_order_and_then_no_more() {
    let site = Site::start();

    runs("callback", &[site.folder()]);
}

#[test]
fn what_a_session_lacks_it_asks_for() {
    let site = Site::start();

    runs("challenge", &[site.folder()]);
}

#[test]
fn what_the_gateway_asks_is_answered() {
    let text = Site::asking(Question::Text {
        text: "What is the code?".to_owned(),
        answer: "8675309".to_owned(),
    });
    runs("question", &[text.folder(), "text"]);

    let page = Site::asking(Question::Page {
        url: "https://login.example/".to_owned(),
    });
    runs("question", &[page.folder(), "page"]);
}

#[test]
fn each_way_to_sign_in_is_there_for_c() {
    for way in ["callback", "challenge", "device-code", "page", "requests"] {
        let site = Site::of_entra();
        runs("sign_in", &[site.folder(), way]);
    }
    let site = Site::of_users();
    runs("sign_in", &[site.folder(), "password"]);
    let site = Site::start();
    runs("sign_in", &[site.folder(), "choice"]);
}

#[test]
fn a_key_of_the_host_signs_from_another_thread() {
    if !p2svpn_house::require_program("openssl", "it signs for the C program") {
        return;
    }
    let site = Site::start();

    runs("sign_in", &[site.folder(), "key"]);
}

#[test]
fn a_withdrawn_certificate_is_refused_unless_the_host_accepts_it() {
    let site = Site::start();

    runs("exception", &[site.folder()]);
}

#[test]
fn a_certificate_is_put_on_a_token_used_and_removed() {
    const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
    if !p2svpn_house::require_path(MODULE, "it is a token made of software (Debian: softhsm2)") {
        return;
    }
    let site = Site::start();
    let settings = format!("{}/softhsm2.conf", site.folder());
    let tokens = format!("{}/tokens", site.folder());
    std::fs::create_dir(&tokens).unwrap();
    std::fs::write(&settings, format!("directories.tokendir = {tokens}\n")).unwrap();
    let mut token = Command::new("softhsm2-util");
    token.args(["--init-token", "--free", "--so-pin", "31415926"]);
    token.args(["--label", "Alice", "--pin", "271828"]);
    succeed(token.env("SOFTHSM2_CONF", &settings));

    runs_with(
        "certificate_store",
        &[site.folder(), MODULE],
        &[("SOFTHSM2_CONF", &settings)],
    );
}

#[test]
fn threads_share_a_stream_and_an_end_reaches_those_who_wait() {
    let site = Site::start();

    runs("threads", &[site.folder()]);
}

#[test]
fn a_descriptor_of_the_host_carries_the_packets() {
    let site = Site::start();

    runs("descriptor", &[site.folder()]);
}

#[test]
fn wrong_use_and_a_gateway_that_is_gone_have_their_numbers() {
    let site = Site::start().without_gateway();

    runs(
        "errors",
        &[
            site.folder(),
            &ErrorCode::ConnectionRefused.number().to_string(),
        ],
    );
}

#[test]
fn everything_that_profiles_do_is_there_for_c() {
    let fixtures = support::root().join("core/profile/tests/fixtures");
    let folder = tempfile::tempdir().unwrap();
    for name in ["everything.json", "certificate.xml"] {
        std::fs::copy(fixtures.join(name), folder.path().join(name)).unwrap();
    }
    let profile = std::fs::read_to_string(fixtures.join("certificate.xml")).unwrap();
    let newer = profile.replace("a1b2c3d4e5f6", "0123456789ab").replace(
        "<name>contoso-vnet</name>",
        "<name>contoso-2</name><unheardof />",
    );
    assert_ne!(newer, profile);
    std::fs::write(folder.path().join("newer.xml"), newer).unwrap();

    runs("profiles", &[folder.path().to_str().unwrap()]);
}

#[test]
fn profiles_in_a_folder_are_shared_and_what_is_damaged_is_told() {
    let profile = support::root().join("core/profile/tests/fixtures/certificate.xml");
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");

    runs(
        "folder",
        &[store.to_str().unwrap(), profile.to_str().unwrap()],
    );
}

#[test]
fn the_static_library_needs_only_what_its_documentation_says() {
    if !p2svpn_house::require_program("cc", "it compiles the C programs") {
        return;
    }
    let library = Library::built();
    let documentation = std::fs::read_to_string(support::root().join("docs/c-api.md")).unwrap();
    let line = documentation
        .lines()
        .find(|line| line.contains("libp2svpn.a -o"))
        .unwrap();
    let needed: Vec<&str> = line
        .split(' ')
        .filter(|word| word.starts_with("-l"))
        .collect();

    let program = library.compile_static(&folder().join("tests/null.c"), &needed);

    assert_eq!(succeed(&mut program.command()), "done\n");
}

/// Compiles and runs one of the programs; each prints "done" at its end.
fn runs(program: &str, arguments: &[&str]) {
    runs_with(program, arguments, &[]);
}

/// As [`runs`], with variables of its environment.
fn runs_with(program: &str, arguments: &[&str], environment: &[(&str, &str)]) {
    if !p2svpn_house::require_program("cc", "it compiles the C programs") {
        return;
    }
    let library = Library::built();
    let program = library.compile(&folder().join("tests").join(program).with_extension("c"));

    let mut command = program.command();
    command.args(arguments).envs(environment.iter().copied());
    let output = succeed(&mut command);

    assert_eq!(output, "done\n");
}
