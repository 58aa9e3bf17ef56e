//! The benchmark itself, with as little work as it can do: that it measures every client and prints its tables.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::io::{Write, stdout};
use std::process::Command;

#[test]
fn every_client_is_measured() {
    if !p2svpn_lab::can_run() || !p2svpn_house::require_program("iperf3", "the benchmark runs it") {
        return;
    }

    let text = bench(&["all", "--rounds", "1", "--seconds", "1"]);
    for client in ["openvpn, defaults", "openvpn, tuned", "p2svpn"] {
        // Twice in the table of handshakes, and once in each of the two of throughput.
        let rows = text
            .lines()
            .filter(|line| line.split("  ").any(|cell| cell.trim() == client));
        assert_eq!(rows.count(), 4, "{client}: {text}");
    }
}

#[test]
fn every_step_with_a_profile_is_measured() {
    let text = bench(&["profiles", "--rounds", "1"]);

    for load in [
        "10,000 apart",
        "10,000 nested",
        "50,000 apart",
        "50,000 nested",
        "50,000 twice",
    ] {
        let mut rows = text
            .lines()
            .filter(|line| line.trim_start().starts_with(load));
        assert!(rows.any(|row| row.contains("in all")), "{load}: {text}");
    }
}

/// Returns what the benchmark prints, and prints it past the capture of the test runner: the tables are for people.
fn bench(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_p2svpn-bench"))
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
    assert!(!text.contains("NaN"), "{text}");
    let _ = write!(stdout(), "{text}");
    text
}
