//! What the lab needs of the machine.

use crate::pkcs11_token::MODULE;
use crate::radius_server::PLUGIN;
use crate::server_version::ServerVersion;

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

/// Answers whether a test may start a server of every [`ServerVersion`] here; skips the test otherwise.
///
/// # Panics
/// With `CI=true`, instead of skipping.
#[must_use]
#[track_caller]
pub fn can_run_every_server() -> bool {
    let reason = "tests/lab/servers/unpack brings it";
    let brought = [
        ServerVersion::V2_5,
        ServerVersion::V2_7,
        ServerVersion::LongPasswords,
    ];
    can_run()
        && brought
            .iter()
            .all(|version| p2svpn_house::require_path(version.program(), reason))
}

/// Answers whether a test may start a [`RadiusServer`](crate::RadiusServer) behind a server here; skips the test otherwise.
///
/// # Panics
/// With `CI=true`, instead of skipping.
#[must_use]
#[track_caller]
pub fn can_run_radius() -> bool {
    can_run()
        && ["freeradius", "unshare"]
            .iter()
            .all(|name| p2svpn_house::require_program(name, "the lab runs it"))
        && p2svpn_house::require_path(
            PLUGIN,
            "openvpn asks RADIUS by it (Debian: openvpn-auth-radius)",
        )
}

/// Answers whether a test may run programs below `tests/lab/resolver/run` here; skips the test otherwise.
///
/// # Panics
/// With `CI=true`, instead of skipping.
#[must_use]
#[track_caller]
pub fn can_resolve() -> bool {
    let resolved = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../.cache/resolved/systemd-resolved"
    );
    can_run()
        && ["dbus-daemon", "dbus-send", "unshare", "nsenter"]
            .iter()
            .all(|name| p2svpn_house::require_program(name, "the lab runs it"))
        && p2svpn_house::require_path(resolved, "tests/lab/resolver/unpack brings it")
}

/// Answers whether a test may make a [`Pkcs11Token`](crate::Pkcs11Token) here; skips the test otherwise.
///
/// # Panics
/// With `CI=true`, instead of skipping.
#[must_use]
#[track_caller]
pub fn can_run_pkcs11() -> bool {
    can_run()
        && ["softhsm2-util", "pkcs11-tool"]
            .iter()
            .all(|name| p2svpn_house::require_program(name, "the lab makes tokens with it"))
        && p2svpn_house::require_path(MODULE, "it is a token made of software (Debian: softhsm2)")
}

/// Answers whether the script of a server can check access tokens here; skips the test otherwise.
///
/// # Panics
/// With `CI=true`, instead of skipping.
#[must_use]
#[track_caller]
pub fn can_check_tokens() -> bool {
    p2svpn_house::require_program("openssl", "a server's script checks signatures with it")
}

/// Answers whether a test may raise a leak guard here, and see what escapes it; skips the test otherwise.
///
/// # Panics
/// With `CI=true`, instead of skipping.
#[must_use]
#[track_caller]
pub fn can_guard() -> bool {
    can_run() && p2svpn_house::require_program("nft", "the leak guard is a table of nftables")
}
