//! `profile` and `openvpn` reach time, sockets, threads and the machine only through their arguments.
//!
//! Three nets: the compiler (their `clippy.toml`), the words of their source, and the crates they stand on.

use std::path::Path;
use std::process::Command;

use toml::{Table, Value};

use crate::source::CrateSource;
use crate::workspace::{Workspace, root};

/// Each pure crate, and whether it may read and write files: profiles are files.
const PURE: [(&str, bool); 2] = [("profile", true), ("openvpn", false)];

/// Path ends that mean a clock, a socket, a thread or a process.
const IMPURE_ENDS: [&[&str]; 7] = [
    &["Instant", "now"],
    &["SystemTime", "now"],
    &["UnixTime", "now"],
    &["thread", "spawn"],
    &["thread", "sleep"],
    &["thread", "scope"],
    &["Command", "new"],
];
const IMPURE_NAMES: [&str; 9] = [
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "UnixStream",
    "UnixListener",
    "UnixDatagram",
    "DefaultTimeProvider",
    "OffsetDateTime",
];
const IMPURE_ROOTS: [&str; 8] = [
    "tokio",
    "mio",
    "socket2",
    "libc",
    "rustix",
    "async_std",
    "smol",
    "tracing_subscriber",
];
const IMPURE_STD: [&str; 4] = ["thread", "process", "env", "os"];

/// Crates that wait, listen or connect; none may be below a pure crate.
const IMPURE_CRATES: [&str; 16] = [
    "tokio",
    "mio",
    "socket2",
    "polling",
    "async-io",
    "async-std",
    "smol",
    "futures-executor",
    "hyper",
    "reqwest",
    "quinn",
    "rayon",
    "crossbeam-channel",
    "rtnetlink",
    "tun",
    "smoltcp",
];

const DISALLOWED: [&str; 6] = [
    "std::time::Instant::now",
    "std::time::Instant::elapsed",
    "std::time::SystemTime::now",
    "std::thread::spawn",
    "std::thread::sleep",
    "std::net::TcpStream",
];

#[test]
fn the_source_of_the_pure_crates_names_no_clock_socket_or_thread() {
    for (name, may_use_files) in PURE {
        let file = root().join("core").join(name).join("src/lib.rs");
        let impurities = impurities(&CrateSource::read(&file), may_use_files);
        assert!(
            impurities.is_empty(),
            "core/{name} is pure, but:\n{}",
            impurities.join("\n")
        );
    }
}

#[test]
fn the_pure_crates_stand_on_no_crate_that_waits_or_connects() {
    for (name, _) in PURE {
        let crates = crates_below(&format!("p2svpn-{name}"));
        assert!(
            crates.iter().any(|name| name == "thiserror"),
            "`cargo tree` was misread: {crates:?}"
        );
        for impure in IMPURE_CRATES {
            assert!(
                !crates.iter().any(|name| name == impure),
                "core/{name} stands on {impure}"
            );
        }
    }
}

#[test]
fn a_crate_that_waits_is_seen_below_another() {
    assert!(
        crates_below("p2svpn-client")
            .iter()
            .any(|name| name == "tokio")
    );
}

#[test]
fn the_compiler_refuses_clocks_sockets_and_threads_in_the_pure_crates() {
    let workspace = Workspace::read();
    for (name, _) in PURE {
        let file = workspace
            .member(&format!("core/{name}"))
            .path
            .join("clippy.toml");
        let settings: Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        let paths: Vec<&str> = ["disallowed-methods", "disallowed-types"]
            .iter()
            .flat_map(|key| settings[*key].as_array().unwrap())
            .map(|entry| {
                entry
                    .get("path")
                    .and_then(Value::as_str)
                    .expect("each entry has a path and a reason")
            })
            .collect();
        for path in DISALLOWED {
            assert!(
                paths.contains(&path),
                "{} does not refuse {path}",
                file.display()
            );
        }
    }
}

#[test]
fn each_kind_of_impurity_is_found() {
    for (text, found) in [
        (
            "fn f() { let _ = std::time::Instant::now(); }",
            "Instant::now",
        ),
        (
            "use std::time::Instant; fn f() { g(Instant::now); }",
            "Instant::now",
        ),
        ("use std::{thread, time::Duration};", "std::thread"),
        ("use std::net::{IpAddr, TcpStream as Stream};", "TcpStream"),
        ("fn f() { log!(tokio::time::now()); }", "tokio"),
        ("use std::fs::File;", "std::fs"),
        ("use std::os::unix::fs::MetadataExt;", "std::os"),
        (
            "fn f(start: std::time::Instant) { start.elapsed(); }",
            "elapsed",
        ),
    ] {
        let impurities = impurities_of_text(text);
        assert!(
            impurities.iter().any(|line| line.ends_with(found)),
            "{text}: {impurities:?}"
        );
    }
}

#[test]
fn what_is_given_as_an_argument_is_pure() {
    for text in [
        "use std::time::{Duration, Instant}; fn f(now: Instant) -> Instant { now + Duration::from_secs(1) }",
        "use std::net::{IpAddr, SocketAddr};",
        "#[cfg(test)] mod tests { fn now() -> std::time::Instant { std::time::Instant::now() } }",
        "/// Never calls `Instant::now()`.\nfn f() {}",
    ] {
        assert_eq!(impurities_of_text(text), [""; 0], "{text}");
    }
}

fn impurities(source: &CrateSource, may_use_files: bool) -> Vec<String> {
    let mut found = Vec::new();
    for module in source.modules.values().filter(|module| !module.test) {
        let file = module
            .file
            .strip_prefix(root())
            .unwrap_or(&module.file)
            .display();
        let used = module
            .uses
            .iter()
            .map(|item| (item.path.clone(), item.line));
        let written = module
            .paths()
            .into_iter()
            .map(|path| (path.segments, path.line));
        for (path, line) in used.chain(written) {
            if let Some(what) = impurity(&path, may_use_files) {
                found.push(format!("{file}:{line}: {what}"));
            }
        }
        if module.mentions("elapsed") {
            found.push(format!("{file}: elapsed"));
        }
    }
    found
}

fn impurity(path: &[String], may_use_files: bool) -> Option<String> {
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    let [first, rest @ ..] = words.as_slice() else {
        return None;
    };

    if !rest.is_empty() && IMPURE_ROOTS.contains(first) {
        return Some((*first).to_owned());
    }
    // Owners and permissions of files.
    let is_about_files =
        words.starts_with(&["std", "fs"]) || words.starts_with(&["std", "os", "unix", "fs"]);
    if is_about_files && may_use_files {
        return None;
    }
    if let ("std", Some(second)) = (*first, rest.first())
        && (IMPURE_STD.contains(second) || *second == "fs")
    {
        return Some(format!("std::{second}"));
    }
    if let Some(name) = words.iter().find(|word| IMPURE_NAMES.contains(word)) {
        return Some((*name).to_owned());
    }
    IMPURE_ENDS
        .iter()
        .find(|end| words.ends_with(end))
        .map(|end| end.join("::"))
}

fn impurities_of_text(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lib.rs");
    std::fs::write(&file, text).unwrap();
    impurities(&CrateSource::read(&file), false)
}

/// The names of the crates that a normal build of the package compiles, on any system.
fn crates_below(package: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--package",
            package,
            "--edges",
            "normal",
            "--target",
            "all",
        ])
        .args(["--prefix", "none", "--format", "{p}"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let tree = String::from_utf8(output.stdout).unwrap();
    tree.lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}
