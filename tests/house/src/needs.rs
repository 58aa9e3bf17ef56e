use std::path::Path;

use crate::skip::skip;

/// Answers whether the process may make network namespaces, devices and routes; skips the test otherwise.
///
/// On Linux this means the capabilities `CAP_NET_ADMIN` and `CAP_SYS_ADMIN`, which root in a container may lack;
/// elsewhere it means user 0. `why` completes the sentence "needs root: ...".
///
/// # Panics
/// With `CI=true`, instead of skipping.
#[must_use]
#[track_caller]
pub fn require_root(why: &str) -> bool {
    met(is_root(), &format!("needs root: {why}"))
}

/// Answers whether a program is in `PATH`; skips the test otherwise. `why` completes "needs NAME: ...".
///
/// # Panics
/// With `CI=true`, instead of skipping.
#[must_use]
#[track_caller]
pub fn require_program(name: &str, why: &str) -> bool {
    met(
        is_in_path(name),
        &format!("needs the program {name}: {why}"),
    )
}

/// Answers whether a file or device exists; skips the test otherwise. `why` completes "needs PATH: ...".
///
/// # Panics
/// With `CI=true`, instead of skipping.
#[must_use]
#[track_caller]
pub fn require_path(path: impl AsRef<Path>, why: &str) -> bool {
    let path = path.as_ref();
    met(path.exists(), &format!("needs {}: {why}", path.display()))
}

#[track_caller]
fn met(present: bool, reason: &str) -> bool {
    if !present {
        skip(reason);
    }
    present
}

/// Bits of the effective capability set, from capabilities(7).
const NETWORK_AND_SYSTEM_ADMIN: u64 = 1 << 12 | 1 << 21;

fn is_root() -> bool {
    match std::fs::read_to_string("/proc/self/status") {
        Ok(status) => has_capabilities(&status, NETWORK_AND_SYSTEM_ADMIN),
        Err(_) => user_is_zero(),
    }
}

fn has_capabilities(status: &str, wanted: u64) -> bool {
    status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))
        .and_then(|set| u64::from_str_radix(set.trim(), 16).ok())
        .is_some_and(|set| set & wanted == wanted)
}

fn user_is_zero() -> bool {
    std::process::Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn is_in_path(program: &str) -> bool {
    let Some(folders) = std::env::var_os("PATH") else {
        return false;
    };
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .any(|path| path.is_file() || path.with_extension("exe").is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_without_its_capabilities_is_not_root() {
        let container = "Uid:\t0\t0\t0\t0\nCapEff:\t00000000a80425fb\n";
        let machine = "Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n";

        assert!(!has_capabilities(container, NETWORK_AND_SYSTEM_ADMIN));
        assert!(has_capabilities(machine, NETWORK_AND_SYSTEM_ADMIN));
        assert!(!has_capabilities("", NETWORK_AND_SYSTEM_ADMIN));
    }

    #[test]
    fn programs_are_looked_up_in_path() {
        assert!(is_in_path("cargo"));
        assert!(!is_in_path("a-program-that-nobody-has"));
    }

    #[test]
    fn what_is_there_is_not_skipped() {
        assert!(require_path(
            env!("CARGO_MANIFEST_DIR"),
            "it is the crate's own folder"
        ));
    }
}
