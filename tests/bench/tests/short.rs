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

    let output = Command::new(env!("CARGO_BIN_EXE_p2svpn-bench"))
        .args(["all", "--rounds", "1", "--seconds", "1"])
        .output()
        .unwrap();

    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
    for client in ["openvpn, defaults", "openvpn, tuned", "p2svpn"] {
        // Twice in the table of handshakes, and once in each of the two of throughput.
        let rows = text
            .lines()
            .filter(|line| line.split("  ").any(|cell| cell.trim() == client));
        assert_eq!(rows.count(), 4, "{client}: {text}");
    }
    assert!(!text.contains("NaN"), "{text}");
    // Past the capture of the test runner: the tables are for people.
    let _ = write!(stdout(), "{text}");
}
