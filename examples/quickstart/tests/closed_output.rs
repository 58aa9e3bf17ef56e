//! The program ends quietly when nobody reads what it prints, as behind `| head -1`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::io::{BufRead, BufReader, PipeReader, pipe};
use std::process::{Child, Command, Stdio};

const PROFILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../core/profile/tests/fixtures/certificate.xml"
);

#[test]
fn what_nobody_reads_ends_the_program_quietly() {
    for arguments in [&["explain", PROFILE][..], &["--help"], &[]] {
        let (program, output) = start(arguments);
        drop(output);

        ends_quietly(program);
    }
}

#[test]
fn a_session_that_nobody_follows_any_more_is_ended() {
    let (program, output) = start(&[]);
    let mut lines = BufReader::new(output).lines();

    assert!(lines.any(|line| line.unwrap().contains("Preparing")));
    drop(lines);

    ends_quietly(program);
}

#[test]
fn a_mistake_that_nobody_is_told_still_shows_in_the_exit_code() {
    let (errors, to) = pipe().unwrap();
    drop(errors);
    let mut program = program(&["explain"]).stderr(to).spawn().unwrap();

    assert_eq!(program.wait().unwrap().code(), Some(1));
}

/// The program with a pipe behind it, whose other end is the only one.
fn start(arguments: &[&str]) -> (Child, PipeReader) {
    let (output, to) = pipe().unwrap();
    let mut program = program(arguments);
    let program = program.stdout(to).stderr(Stdio::piped());
    (program.spawn().unwrap(), output)
}

fn program(arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    program.args(arguments).stdin(Stdio::null());
    program
}

fn ends_quietly(program: Child) {
    let ended = program.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{}: {said}", ended.status);
    assert_eq!(said, "");
}
