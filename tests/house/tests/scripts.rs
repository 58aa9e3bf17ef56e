//! `bin/test` and what its stages count with: a sum that hides a failure is worse than none.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[test]
fn the_last_line_is_the_sum_of_the_stages() {
    let run = run(&[
        ("00-one", "echo 'stage one: 3 passed, 0 failed, 1 skipped'"),
        (
            "10-two",
            "echo noise; echo 'stage two: 4 passed, 0 failed, 0 skipped'",
        ),
    ]);

    assert_eq!(run.last_line, "7 passed, 0 failed, 1 skipped");
    assert!(run.success);
}

#[test]
fn a_failing_stage_does_not_stop_the_next() {
    let run = run(&[
        (
            "00-one",
            "echo 'stage one: 1 passed, 2 failed, 0 skipped'; exit 1",
        ),
        ("10-two", "echo 'stage two: 4 passed, 0 failed, 0 skipped'"),
    ]);

    assert_eq!(run.last_line, "5 passed, 2 failed, 0 skipped");
    assert!(!run.success);
}

#[test]
fn a_stage_that_dies_without_its_counts_is_a_failure() {
    let run = run(&[
        (
            "00-one",
            "echo 'stage one: 1 passed, 0 failed, 0 skipped'; echo more",
        ),
        (
            "10-two",
            "echo 'stage other: 1 passed, 0 failed, 0 skipped'",
        ),
        ("20-three", "kill -9 $$"),
    ]);

    assert_eq!(run.last_line, "0 passed, 3 failed, 0 skipped");
    assert!(!run.success);
}

#[test]
fn a_stage_that_denies_its_failure_is_a_failure() {
    let run = run(&[(
        "00-one",
        "echo 'stage one: 1 passed, 0 failed, 0 skipped'; exit 3",
    )]);

    assert_eq!(run.last_line, "1 passed, 1 failed, 0 skipped");
    assert!(!run.success);
}

#[test]
fn a_run_without_tests_is_a_failure() {
    let run = run(&[("00-one", "echo 'stage one: 0 passed, 0 failed, 2 skipped'")]);

    assert_eq!(run.last_line, "0 passed, 0 failed, 2 skipped");
    assert!(!run.success);
}

#[test]
fn a_skip_is_a_failure_where_everything_must_run() {
    let stages = Stages::new(&[("00-one", "echo 'stage one: 2 passed, 0 failed, 1 skipped'")]);

    let run = Run::from(stages.command().env("CI", "true").output().unwrap());

    assert_eq!(run.last_line, "2 passed, 0 failed, 1 skipped");
    assert!(!run.success);
}

#[test]
fn a_stage_that_hangs_is_ended_and_fails() {
    let stages = Stages::new(&[
        ("00-one", "sleep 1000"),
        ("10-two", "echo 'stage two: 1 passed, 0 failed, 0 skipped'"),
    ]);

    let run = Run::from(
        stages
            .command()
            .env("P2SVPN_STAGE_LIMIT", "1")
            .output()
            .unwrap(),
    );

    assert_eq!(run.last_line, "1 passed, 1 failed, 0 skipped");
    assert!(!run.success);
}

#[test]
fn what_a_stage_leaves_running_does_not_hold_the_run() {
    let run = run(&[(
        "00-one",
        "sleep 1000 & echo 'stage one: 1 passed, 0 failed, 0 skipped'",
    )]);

    assert_eq!(run.last_line, "1 passed, 0 failed, 0 skipped");
    assert!(run.success);
}

#[test]
fn only_the_named_stages_run() {
    let stages = Stages::new(&[
        ("00-one", "echo 'stage one: 1 passed, 0 failed, 0 skipped'"),
        ("10-two", "echo 'stage two: 10 passed, 0 failed, 0 skipped'"),
    ]);

    let run = Run::from(stages.command().arg("two").output().unwrap());

    assert_eq!(run.last_line, "10 passed, 0 failed, 0 skipped");
}

/// What nextest calls skipped is what another stage runs.
#[test]
fn the_words_of_nextest_are_counted() {
    let summary =
        "     Summary [   0.7s] 39 tests run: 30 passed (1 slow), 5 failed, 2 timed out, 3 skipped";

    assert_eq!(
        counted(summary, 100),
        "stage x: 30 passed, 7 failed, 0 skipped"
    );
}

#[test]
fn the_words_of_cargo_test_are_counted() {
    let results = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                   test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out";

    assert_eq!(
        counted(results, 101),
        "stage x: 7 passed, 2 failed, 1 skipped"
    );
}

#[test]
fn a_runner_that_dies_is_a_failure() {
    assert_eq!(
        counted("error: could not compile", 101),
        "stage x: 0 passed, 1 failed, 0 skipped"
    );
}

#[test]
fn a_test_that_skipped_itself_has_not_passed() {
    let script = r#"
        source bin/counting.sh
        cargo() {
            if [ "$2" = --version ]; then return; fi
            echo 'skipped: needs root' > "$P2SVPN_SKIPPED_DIR/1-0"
            echo '     Summary [   0.7s] 3 tests run: 3 passed, 0 skipped'
        }
        rust_tests x
        finish x"#;
    let output = Command::new("bash")
        .args(["-c", script])
        .current_dir(root())
        .output()
        .unwrap();

    assert_eq!(
        Run::from(output).last_line,
        "stage x: 2 passed, 0 failed, 1 skipped"
    );
}

#[test]
fn a_gate_that_does_not_hold_is_a_failure() {
    let script = "source bin/counting.sh; gate good true; gate bad false; skip 'no root'; finish x";
    let output = Command::new("bash")
        .args(["-c", script])
        .current_dir(root())
        .output()
        .unwrap();
    let run = Run::from(output);

    assert_eq!(run.last_line, "stage x: 1 passed, 1 failed, 1 skipped");
    assert!(!run.success);
}

struct Run {
    last_line: String,
    success: bool,
}

struct Stages {
    folder: tempfile::TempDir,
}

impl Stages {
    fn new(stages: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, script) in stages {
            write_program(&folder.path().join(name), script);
        }
        Self { folder }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(root().join("bin/test"));
        command
            .arg("--stages")
            .arg(self.folder.path())
            .env_remove("CI");
        command
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = String::from_utf8(output.stdout).unwrap();
        Self {
            last_line: text.lines().last().unwrap_or_default().to_owned(),
            success: output.status.success(),
        }
    }
}

fn run(stages: &[(&str, &str)]) -> Run {
    Run::from(Stages::new(stages).command().output().unwrap())
}

/// What counting.sh makes of a runner that prints `words` and exits with `code`.
fn counted(words: &str, code: u8) -> String {
    let folder = tempfile::tempdir().unwrap();
    let runner = folder.path().join("runner");
    write_program(&runner, &format!("cat <<'END'\n{words}\nEND\nexit {code}"));

    let log = folder.path().join("log");
    let script = "source bin/counting.sh; count_tests \"$1\" \"$2\"; finish x";
    let output = Command::new("bash")
        .args(["-c", script, "bash"])
        .args([&log, &runner])
        .current_dir(root())
        .output()
        .unwrap();
    Run::from(output).last_line
}

fn write_program(path: &Path, script: &str) {
    std::fs::write(path, format!("#!/usr/bin/env bash\n{script}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
