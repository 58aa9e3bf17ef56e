//! What `explain` prints beside the plan.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;

const PROFILE: &str = include_str!("../../../core/profile/tests/fixtures/certificate.xml");

#[test]
fn warnings_beyond_those_that_are_kept_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let unreadable = "<dnssuffix>..</dnssuffix>".repeat(250);
    let settings = format!("<clientconfig><dnssuffixes>{unreadable}</dnssuffixes></clientconfig>");
    let path = folder.path().join("azurevpnconfig.xml");
    fs::write(
        &path,
        PROFILE.replace("<clientconfig i:nil=\"true\" />", &settings),
    )
    .unwrap();

    let mut program = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    let output = program.arg("explain").arg(&path).output().unwrap();

    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said.matches("Warning: ").count(), 200, "{said}");
    assert!(said.ends_with("... and 50 more warnings\n"), "{said}");
}
