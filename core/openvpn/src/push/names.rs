//! Which options are passed over and which are refused, by name.

/// Options that only concern programs, systems or settings that this library has none of.
const WITHOUT_EFFECT: [&str; 21] = [
    "dhcp-release",
    "dhcp-renew",
    "echo",
    "ip-win32",
    "lladdr",
    "max-routes",
    "mute",
    "persist-key",
    "persist-tun",
    // It says when the time of `ping-restart` begins, and for a client that is always at once.
    "ping-timer-rem",
    "rcvbuf",
    "register-dns",
    "route-delay",
    "route-method",
    "setenv-safe",
    "show-net-up",
    "sndbuf",
    "socket-flags",
    "tap-sleep",
    "tun-ipv6",
    "verb",
];

/// Options that would run programs, or change whom the client trusts or how it connects.
const REFUSED: [&str; 68] = [
    "allow-compression",
    "allow-pull-fqdn",
    "askpass",
    "auth",
    "auth-gen-token",
    "auth-nocache",
    "auth-retry",
    "auth-user-pass",
    "auth-user-pass-verify",
    "ca",
    "capath",
    "cd",
    "cert",
    "chroot",
    "client-connect",
    "client-disconnect",
    "config",
    "crl-verify",
    "cryptoapicert",
    "daemon",
    "data-ciphers",
    "data-ciphers-fallback",
    "dev",
    "dev-node",
    "dev-type",
    "down",
    "down-pre",
    "ecdh-curve",
    "engine",
    "extra-certs",
    "float",
    "fragment",
    "group",
    "hand-window",
    "http-proxy",
    "ipchange",
    "iproute",
    "key",
    "keying-material-exporter",
    "learn-address",
    "local",
    "log",
    "log-append",
    "lport",
    "mssfix",
    "ncp-ciphers",
    "no-replay",
    "ns-cert-type",
    "peer-fingerprint",
    "pkcs12",
    "plugin",
    "port",
    "proto",
    "pull-filter",
    "route-pre-down",
    "route-up",
    "rport",
    "script-security",
    "secret",
    "setenv",
    "socks-proxy",
    "static-challenge",
    "tran-window",
    "up",
    "up-restart",
    "user",
    "writepid",
    "x509-username-field",
];

/// What the names of whole families of such options start with.
const REFUSED_FAMILIES: [&str; 9] = [
    "connect-",
    "management",
    "pkcs11-",
    "remote",
    "reneg-",
    "replay-",
    "resolv-",
    "tls-",
    "verify-",
];

/// Whether the option is meant for others and passed over without a word.
pub(super) fn has_no_effect(name: &str) -> bool {
    WITHOUT_EFFECT.contains(&name)
}

/// Whether no gateway may set the option.
pub(super) fn is_refused(name: &str) -> bool {
    REFUSED.contains(&name)
        || REFUSED_FAMILIES
            .iter()
            .any(|family| name.starts_with(family))
}
