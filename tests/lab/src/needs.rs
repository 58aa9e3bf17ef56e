//! What the lab needs of the machine.

/// Answers whether a test may build a [`Site`](crate::Site) here; skips the test otherwise.
///
/// # Panics
/// With `CI=true`, instead of skipping.
#[must_use]
#[track_caller]
pub fn can_run() -> bool {
    p2svpn_house::require_root("it makes network namespaces")
        && p2svpn_house::require_path("/dev/net/tun", "tunnels are network devices")
        && ["openvpn", "ip", "setpriv"]
            .iter()
            .all(|name| p2svpn_house::require_program(name, "the lab runs it"))
}
