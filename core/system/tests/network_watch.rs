//! Promises of `NetworkWatch`, each proven in a network namespace that the test makes for itself.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[allow(dead_code, reason = "shared with the tests of the interface")]
mod namespace;

use std::time::Duration;

use namespace::{in_namespace, ip};
use p2svpn_system::NetworkWatch;
use tokio::time::{Instant, timeout};

/// Longer than a change takes to be told, and what a test waits to see that nothing is told.
const SOON: Duration = Duration::from_millis(600);

#[test]
fn each_change_of_links_addresses_and_routes_is_told() {
    in_namespace(async || {
        let mut watch = quiet_watch().await;
        for change in [
            "link add second type veth peer name third",
            "link set second up",
            "address add 198.51.100.7/24 dev second",
            "route add 203.0.113.0/24 via 198.51.100.1",
            "route replace 203.0.113.0/24 via 198.51.100.2",
            "address add 2001:db8:7::7/64 dev second nodad",
            "route add 2001:db8:9::/48 via 2001:db8:7::1",
            "address del 198.51.100.7/24 dev second",
            "link set second down",
            "link del second",
        ] {
            ip(change);
            assert!(is_told(&mut watch).await, "{change}");
            while is_told(&mut watch).await {}
        }
    });
}

#[test]
fn a_burst_is_told_once() {
    in_namespace(async || {
        let mut watch = quiet_watch().await;
        let routes = (0..40).map(|number| format!("route add 203.0.113.{number}/32 dev lo\n"));
        at_once(&routes.collect::<String>());

        assert!(is_told(&mut watch).await);
        assert!(!is_told(&mut watch).await);
    });
}

#[test]
fn whoever_stops_waiting_loses_nothing() {
    in_namespace(async || {
        let mut watch = quiet_watch().await;
        ip("link add second type veth peer name third");
        // It was heard and is not quiet yet.
        assert!(
            timeout(Duration::from_millis(5), watch.changed())
                .await
                .is_err()
        );

        assert!(is_told(&mut watch).await);
    });
}

#[test]
fn more_changes_than_the_kernel_keeps_are_a_change_and_no_end() {
    in_namespace(async || {
        let mut watch = quiet_watch().await;
        let routes: String = (0..20_000)
            .map(|number| {
                format!(
                    "route add 10.{}.{}.0/24 dev lo\n",
                    number / 256,
                    number % 256
                )
            })
            .collect();
        at_once(&routes);

        assert!(is_told(&mut watch).await);
        while is_told(&mut watch).await {}
        ip("link add second type veth peer name third");
        assert!(is_told(&mut watch).await);
    });
}

#[test]
fn a_change_is_told_soon() {
    in_namespace(async || {
        let mut watch = quiet_watch().await;
        let began = Instant::now();
        ip("link add second type veth peer name third");

        watch.changed().await;

        assert!(began.elapsed() < SOON);
    });
}

/// A watch of a network that has come to rest.
async fn quiet_watch() -> NetworkWatch {
    let mut watch = NetworkWatch::open().unwrap();
    // The kernel takes its time, up to a second, to notice that the cables are plugged in.
    while timeout(3 * SOON, watch.changed()).await.is_ok() {}
    watch
}

/// Runs many lines of `ip` in one process.
fn at_once(lines: &str) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), lines).unwrap();
    ip(&format!("-batch {}", file.path().display()));
}

async fn is_told(watch: &mut NetworkWatch) -> bool {
    timeout(SOON, watch.changed()).await.is_ok()
}
