use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Where `bin/test` looks for one file per skipped test.
const FOLDER: &str = "P2SVPN_SKIPPED_DIR";

/// Records that the calling test cannot run here; the test then returns. Call it once a test.
///
/// # Panics
/// With `CI=true`, where nothing may be skipped, and when the record cannot be written, because then the sum of
/// `bin/test` would call the test passed.
#[track_caller]
pub fn skip(reason: &str) {
    let caller = Location::caller();
    let line = format!("skipped: {reason} ({}:{})", caller.file(), caller.line());
    let strict = std::env::var_os("CI").is_some_and(|value| value == "true");
    let folder = std::env::var_os(FOLDER).map(PathBuf::from);

    if let Err(problem) = record(&line, folder.as_deref(), strict) {
        #[expect(clippy::panic, reason = "a panic is how a test fails")]
        {
            panic!("{problem}");
        }
    }
}

fn record(line: &str, folder: Option<&Path>, strict: bool) -> Result<(), String> {
    if strict {
        return Err(format!("with CI=true nothing may be skipped, but: {line}"));
    }
    eprintln!("{line}");
    let Some(folder) = folder else { return Ok(()) };

    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let file = folder.join(format!("{}-{number}", std::process::id()));
    std::fs::write(&file, format!("{line}\n"))
        .map_err(|error| format!("cannot write {}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_skip_leaves_one_file_with_its_reason() {
        let folder = tempfile::tempdir().unwrap();

        record("skipped: one", Some(folder.path()), false).unwrap();
        record("skipped: two", Some(folder.path()), false).unwrap();

        let mut lines: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        lines.sort();
        assert_eq!(lines, ["skipped: one\n", "skipped: two\n"]);
    }

    #[test]
    fn a_skip_is_a_failure_where_everything_must_run() {
        let problem = record("skipped: no root", None, true).unwrap_err();

        assert!(problem.contains("skipped: no root"));
    }

    #[test]
    fn a_skip_that_cannot_be_counted_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();

        assert!(record("skipped: x", Some(&folder.path().join("absent")), false).is_err());
    }

    #[test]
    fn without_a_folder_a_skip_is_only_said() {
        assert_eq!(record("skipped: x", None, false), Ok(()));
    }
}
