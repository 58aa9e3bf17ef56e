//! Promises of `Journal`, each proven in a network namespace that the test makes for itself.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[allow(dead_code, reason = "shared with the tests of the interface")]
mod namespace;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use namespace::{in_namespace, ip, snapshot};
use p2svpn_system::{
    Interface, InterfaceAddress, Journal, NetworkConfig, SystemError, TunnelMode, Unapplied,
};
use tempfile::TempDir;

#[test]
fn what_a_killed_process_has_left_is_undone_and_nothing_else() {
    in_namespace(async || {
        let (_folder, journal) = journal();
        let before = snapshot();
        kill(applied(&journal).await);
        assert_ne!(snapshot(), before);

        let recovered = journal.recover().await.unwrap();

        assert_eq!(recovered.undone.len(), 3, "{recovered}");
        assert_eq!(recovered.left, Vec::<String>::new());
        assert_eq!(snapshot(), before);
        assert_eq!(files(&journal), Vec::<PathBuf>::new());
        assert!(journal.recover().await.unwrap().is_empty());
    });
}

/// What can be killed between two requests to the kernel is a future that is dropped between two polls.
#[test]
fn a_kill_at_any_step_leaves_nothing_that_is_not_undone() {
    in_namespace(async || {
        let (_folder, journal) = journal();
        let before = snapshot();
        for steps in 0.. {
            let mut interface = interface(&journal).await;
            let is_whole = {
                let config = full();
                let mut apply = pin!(interface.apply(&config));
                let mut is_whole = false;
                for _ in 0..steps {
                    let polled = futures_poll(apply.as_mut());
                    is_whole = polled.is_ready();
                    if is_whole {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
                is_whole
            };
            kill(interface);

            let _ = journal.recover().await.unwrap();

            assert_eq!(snapshot(), before, "after {steps} steps");
            assert_eq!(files(&journal), Vec::<PathBuf>::new());
            if is_whole {
                return;
            }
        }
    });
}

#[test]
fn what_is_still_in_use_is_not_touched() {
    in_namespace(async || {
        let (_folder, journal) = journal();
        let before = snapshot();
        let mut interface = applied(&journal).await;
        let during = snapshot();

        let recovered = journal.recover().await.unwrap();

        assert!(recovered.is_empty(), "{recovered}");
        assert_eq!(snapshot(), during);
        interface.undo().await.unwrap();
        assert_eq!(snapshot(), before);
        assert_eq!(files(&journal), Vec::<PathBuf>::new());
    });
}

#[test]
fn two_who_recover_at_once_undo_everything_once() {
    in_namespace(async || {
        let (_folder, journal) = journal();
        let before = snapshot();
        kill(applied(&journal).await);

        let (first, second) = tokio::join!(journal.recover(), journal.recover());

        let undone = first.unwrap().undone.len() + second.unwrap().undone.len();
        assert_eq!(undone, 3);
        assert_eq!(snapshot(), before);
    });
}

#[test]
fn a_route_that_somebody_else_has_made_in_the_place_of_ours_stays() {
    in_namespace(async || {
        let (_folder, journal) = journal();
        kill(applied(&journal).await);
        ip("route replace 203.0.113.7/32 via 192.168.1.77 dev uplink");

        let recovered = journal.recover().await.unwrap();

        assert_eq!(recovered.undone.len(), 2, "{recovered}");
        assert!(ip("route show 203.0.113.7/32").contains("192.168.1.77"));
        assert_eq!(files(&journal), Vec::<PathBuf>::new());
    });
}

#[test]
fn a_route_by_another_interface_of_the_same_number_stays() {
    in_namespace(async || {
        let (_folder, journal) = journal();
        kill(applied(&journal).await);
        ip("link set uplink down");
        ip("link set uplink name other");
        ip("link set other up");
        ip("route add default via 192.168.1.1 dev other");
        ip("route add 203.0.113.7/32 via 192.168.1.1 dev other");

        let recovered = journal.recover().await.unwrap();

        assert!(recovered.is_empty(), "{recovered}");
        assert!(ip("route show 203.0.113.7/32").contains("192.168.1.1"));
    });
}

#[test]
fn what_moved_to_another_network_is_undone_there() {
    in_namespace(async || {
        let (_folder, journal) = journal();
        let mut interface = applied(&journal).await;
        ip("route replace default via 192.168.1.9 dev uplink");
        let _ = interface.apply(&full()).await.unwrap();
        assert_eq!(files(&journal).len(), 1);
        kill(interface);
        // It was ours before, and is somebody else's now.
        ip("route replace 198.51.100.0/24 via 192.168.1.1 dev uplink");

        let recovered = journal.recover().await.unwrap();

        assert_eq!(recovered.undone.len(), 2, "{recovered}");
        assert!(ip("route show 198.51.100.0/24").contains("192.168.1.1"));
        assert_eq!(ip("route show 203.0.113.7/32"), "");
    });
}

#[test]
fn a_torn_line_was_never_acted_on_and_the_lines_before_it_are_undone() {
    in_namespace(async || {
        let (_folder, journal) = journal();
        let before = snapshot();
        kill(applied(&journal).await);
        let file = &files(&journal)[0];
        let mut text = fs::read_to_string(file).unwrap();
        text.push_str("{\"route\":{\"entry\":{\"destin");
        fs::write(file, text).unwrap();
        fs::write(journal.folder().join("0.journal"), "").unwrap();

        let recovered = journal.recover().await.unwrap();

        assert_eq!(recovered.undone.len(), 3, "{recovered}");
        assert_eq!(snapshot(), before);
        assert_eq!(files(&journal), Vec::<PathBuf>::new());
    });
}

#[test]
fn another_network_namespace_is_left_to_whoever_is_in_it() {
    in_namespace(async || {
        let (_folder, journal) = journal();
        kill(applied(&journal).await);
        let path = journal.folder().to_owned();
        let during = snapshot();

        in_namespace(async move || {
            let recovered = Journal::in_folder(path).recover().await.unwrap();
            assert!(recovered.is_empty(), "{recovered}");
        });

        assert_eq!(snapshot(), during);
        assert_eq!(files(&journal).len(), 1);
        assert_eq!(journal.recover().await.unwrap().undone.len(), 3);
    });
}

#[test]
fn routes_of_another_boot_are_gone_already() {
    in_namespace(async || {
        let (_folder, journal) = journal();
        kill(applied(&journal).await);
        let file = &files(&journal)[0];
        let text = fs::read_to_string(file).unwrap();
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        fs::write(file, text.replace(boot.trim(), "another")).unwrap();
        let during = snapshot();

        let recovered = journal.recover().await.unwrap();

        assert!(recovered.is_empty(), "{recovered}");
        assert_eq!(snapshot(), during);
        assert_eq!(files(&journal), Vec::<PathBuf>::new());
    });
}

#[test]
fn what_cannot_be_trusted_is_told_and_not_followed() {
    in_namespace(async || {
        let (folder, journal) = journal();
        kill(applied(&journal).await);
        let during = snapshot();
        let file = files(&journal)[0].clone();
        let good = fs::read_to_string(&file).unwrap();
        let unknown = good.replace("\"route\"", "\"something_newer\"");
        let long = format!("{good}{}", " ".repeat(9 * 1024 * 1024));

        for text in ["no JSON\n", "{}\n", &unknown, &long, "\0\u{fffd}\n"] {
            fs::write(&file, text).unwrap();
            let recovered = journal.recover().await.unwrap();
            assert_eq!(recovered.undone, Vec::<String>::new());
            assert_eq!(recovered.left.len(), 1, "{recovered}");
            assert!(recovered.left[0].contains(file.to_str().unwrap()));
        }
        fs::write(&file, &good).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o622)).unwrap();
        assert!(journal.recover().await.unwrap().left[0].contains("may write"));
        std::os::unix::fs::chown(&file, Some(65_534), None).unwrap();
        assert!(journal.recover().await.unwrap().left[0].contains("another user"));
        fs::rename(&file, folder.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &file).unwrap();
        assert_eq!(journal.recover().await.unwrap().left.len(), 1);
        fs::set_permissions(journal.folder(), fs::Permissions::from_mode(0o777)).unwrap();
        let refused = journal.recover().await.unwrap_err();

        assert!(matches!(refused, SystemError::Refused { .. }), "{refused}");
        assert_eq!(snapshot(), during);
    });
}

#[test]
fn a_journal_that_cannot_be_written_is_told_and_ends_nothing() {
    in_namespace(async || {
        let journal = Journal::in_folder("/proc/version/journal");
        let before = snapshot();
        let mut interface = interface(&journal).await;

        let applied = interface.apply(&full()).await.unwrap();

        let told = |part: &Unapplied| matches!(part, Unapplied::Journal { .. });
        assert_eq!(
            applied.unapplied.iter().filter(|part| told(part)).count(),
            1
        );
        assert_ne!(snapshot(), before);
        interface.undo().await.unwrap();
        assert_eq!(snapshot(), before);
    });
}

/// A folder that goes with its first half, and the journal in it.
fn journal() -> (TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::in_folder(folder.path().join("journal"));
    (folder, journal)
}

async fn interface(journal: &Journal) -> Interface {
    let interface = Interface::by_name("tunnel").await.unwrap();
    interface.with_journal(journal.clone())
}

async fn applied(journal: &Journal) -> Interface {
    let mut interface = interface(journal).await;
    let applied = interface.apply(&full()).await.unwrap();
    assert!(!applied.unapplied.iter().any(|part| matches!(
        part,
        Unapplied::Journal { .. } | Unapplied::Route { .. } | Unapplied::Exclude { .. }
    )));
    interface
}

/// Everything through the tunnel but the gateway and two networks.
fn full() -> NetworkConfig {
    NetworkConfig {
        generation: 1,
        addresses: vec![InterfaceAddress::new("172.31.0.2/24".parse().unwrap())],
        mtu: Some(1_400),
        excludes: vec![
            "198.51.100.0/24".parse().unwrap(),
            "198.18.0.0/15".parse().unwrap(),
        ],
        gateway: Some("203.0.113.7".parse().unwrap()),
        tunnel_mode: TunnelMode::Full,
        ..NetworkConfig::default()
    }
}

/// Ends an owner as a kill does: nothing is undone, its lock is gone, and its device with it.
fn kill(interface: Interface) {
    drop(interface);
    ip("link del tunnel");
    ip("tuntap add dev tunnel mode tun");
}

fn files(journal: &Journal) -> Vec<PathBuf> {
    let entries = fs::read_dir(journal.folder());
    entries.map_or_else(
        |_| Vec::new(),
        |entries| entries.map(|entry| entry.unwrap().path()).collect(),
    )
}

fn futures_poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
