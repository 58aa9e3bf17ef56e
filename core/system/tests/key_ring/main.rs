//! Promises of the system's key ring, kept with GNOME's on a bus of its own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod desktop;

use desktop::{Desktop, on_a_desktop};
use p2svpn_system::{KeyRing, KeyRingError};

const SECRET: &[u8] = b"\x00\xff thirty-two bytes of a key \r\n";
const PASSWORD: &str = "password of the login";

#[test]
fn what_is_kept_is_fetched_replaced_and_forgotten() {
    on_a_desktop(
        "what_is_kept_is_fetched_replaced_and_forgotten",
        |mut desktop| {
            started(&mut desktop);
            let receipt = KeyRing::keep("p2svpn-1", "a label", SECRET).unwrap();
            let other = KeyRing::keep("p2svpn-2", "a label", b"other").unwrap();

            assert_eq!(*KeyRing::fetch(&receipt).unwrap(), SECRET);
            assert_eq!(*KeyRing::fetch(&other).unwrap(), b"other");
            assert_ne!(receipt, SECRET);

            let again = KeyRing::keep("p2svpn-1", "a label", b"new").unwrap();
            assert_eq!(*KeyRing::fetch(&again).unwrap(), b"new");

            KeyRing::forget(&again).unwrap();
            KeyRing::forget(&again).unwrap();
            assert_eq!(KeyRing::fetch(&receipt).err(), Some(KeyRingError::Lost));
            assert_eq!(*KeyRing::fetch(&other).unwrap(), b"other");
        },
    );
}

#[test]
fn what_is_kept_outlasts_a_logout_and_is_locked_until_the_login() {
    on_a_desktop(
        "what_is_kept_outlasts_a_logout_and_is_locked_until_the_login",
        |mut desktop| {
            started(&mut desktop);
            let receipt = KeyRing::keep("p2svpn-1", "a label", SECRET).unwrap();

            desktop.end_ring();
            desktop.start_ring(None);
            assert_eq!(KeyRing::fetch(&receipt).err(), Some(KeyRingError::Locked));

            desktop.end_ring();
            desktop.start_ring(Some(PASSWORD));
            assert_eq!(*KeyRing::fetch(&receipt).unwrap(), SECRET);
        },
    );
}

#[test]
fn it_may_be_used_from_within_a_runtime() {
    on_a_desktop("it_may_be_used_from_within_a_runtime", |mut desktop| {
        started(&mut desktop);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();

        let receipt = runtime.block_on(async { KeyRing::keep("p2svpn-1", "a label", SECRET) });

        assert_eq!(*KeyRing::fetch(&receipt.unwrap()).unwrap(), SECRET);
    });
}

#[test]
fn a_process_without_a_desktop_is_told_so() {
    on_a_desktop("a_process_without_a_desktop_is_told_so", |mut desktop| {
        let no_bus = KeyRing::keep("p2svpn-1", "a label", SECRET);
        assert_not_there(no_bus);

        desktop.start_bus();
        let no_service = KeyRing::keep("p2svpn-1", "a label", SECRET);
        assert_not_there(no_service);
    });
}

#[test]
fn a_receipt_that_is_none_is_lost() {
    on_a_desktop("a_receipt_that_is_none_is_lost", |mut desktop| {
        started(&mut desktop);

        for receipt in [&b""[..], b"p2svpn-3", b"\xff\xfe", &[b'x'; 100_000]] {
            assert_eq!(KeyRing::fetch(receipt).err(), Some(KeyRingError::Lost));
        }
    });
}

fn started(desktop: &mut Desktop) {
    desktop.start_bus();
    desktop.start_ring(Some(PASSWORD));
}

fn assert_not_there(outcome: Result<Vec<u8>, KeyRingError>) {
    assert!(
        matches!(outcome, Err(KeyRingError::NotThere { .. })),
        "{outcome:?}"
    );
}
