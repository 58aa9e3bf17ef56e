//! The user's browser, in processes whose environment is their own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

const PAGE: &str = "https://login.example/authorize?state=a&nonce=b";

/// Not a test by itself: what the others start.
#[test]
fn child() {
    if std::env::var_os("P2SVPN_OPENS_BROWSER").is_some() {
        println!("outcome: {:?}", p2svpn_system::open_browser(PAGE));
    }
}

#[test]
fn the_users_browser_gets_the_page_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (browser, seen) = (folder.path().join("browser"), folder.path().join("seen"));
    // It becomes visible at once and whole.
    let script = format!(
        "#!/bin/sh\nprintf '%s' \"$1\" > '{seen}.new' && mv '{seen}.new' '{seen}'\n",
        seen = seen.display()
    );
    fs::write(&browser, script).unwrap();
    fs::set_permissions(&browser, Permissions::from_mode(0o755)).unwrap();

    let outcome = run(|command| command.env("BROWSER", &browser));

    assert!(outcome.contains("outcome: Ok(())"), "{outcome}");
    while !seen.exists() {
        std::thread::yield_now();
    }
    assert_eq!(fs::read_to_string(&seen).unwrap(), PAGE);
}

#[test]
fn a_process_without_a_desktop_is_told_so() {
    let outcome = run(|command| command);

    assert!(
        outcome.contains("outcome: Err(Superuser)") || outcome.contains("outcome: Err(NoDesktop)"),
        "{outcome}"
    );
}

fn run(set_up: impl FnOnce(&mut Command) -> &mut Command) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "child", "--nocapture"])
        .env("P2SVPN_OPENS_BROWSER", "1");
    for name in ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY"] {
        command.env_remove(name);
    }
    let Output { stdout, .. } = set_up(&mut command).output().unwrap();
    String::from_utf8(stdout).unwrap()
}
