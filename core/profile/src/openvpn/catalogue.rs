use super::effect::Effect::{self, Honoured, Ignored, Refused, Unneeded};
use super::effect::Noun;

/// Returns an option of OpenVPN's client and what it does here; nothing for others.
pub(super) fn find(name: &str) -> Option<(&'static str, Effect)> {
    OPTIONS.iter().find_map(|&(effect, names)| {
        let known = names.iter().find(|&&known| known == name)?;
        Some((*known, effect))
    })
}

/// Every option that a client of OpenVPN 2.4 to 2.7 may have in its configuration.
///
/// [`Honoured`] are those that the profile has a place for. [`Unneeded`] are those without which a
/// session is the same for its user: what the gateway pushes, what the machine does, what belongs to a
/// program in a terminal. [`Ignored`] says what is lost. [`Refused`] are those without which the
/// session would be less safe, or could not come about at all.
pub(super) const OPTIONS: &[(Effect, &[&str])] = &[
    (
        Honoured(Noun::Routes),
        &[
            "route",
            "route-ipv6",
            "redirect-gateway",
            "redirect-private",
        ],
    ),
    (Honoured(Noun::Names), &["dhcp-option", "dns"]),
    (
        Honoured(Noun::Servers),
        &["remote", "proto", "port", "rport", "proto-force"],
    ),
    (
        Honoured(Noun::Gateway),
        &[
            "ca",
            "crl-verify",
            "peer-fingerprint",
            "verify-x509-name",
            "remote-cert-tls",
            "remote-cert-eku",
            "remote-cert-ku",
            "ns-cert-type",
        ],
    ),
    (
        Honoured(Noun::Wrapping),
        &[
            "tls-auth",
            "tls-crypt",
            "tls-crypt-v2",
            "key-direction",
            "auth",
        ],
    ),
    (
        Honoured(Noun::Credentials),
        &[
            "cert",
            "key",
            "extra-certs",
            "pkcs12",
            "cryptoapicert",
            "pkcs11-id",
            "pkcs11-id-management",
            "pkcs11-providers",
            "management-external-cert",
            "management-external-key",
            "auth-user-pass",
            "static-challenge",
        ],
    ),
    (
        Honoured(Noun::Tuning),
        &[
            "cipher",
            "data-ciphers",
            "ncp-ciphers",
            "data-ciphers-fallback",
            "ncp-disable",
            "tls-version-min",
            "tls-version-max",
            "comp-lzo",
            "compress",
            "mssfix",
            "tun-mtu",
            "reneg-sec",
            "tran-window",
            "hand-window",
            "server-poll-timeout",
            "connect-timeout",
        ],
    ),
    (
        Honoured(Noun::Mode),
        &[
            "client",
            "pull",
            "tls-client",
            "dev",
            "dev-type",
            "mode",
            "setenv",
            "ignore-unknown-option",
        ],
    ),
    (
        Unneeded,
        &[
            "allow-compression",
            "allow-recursive-routing",
            "auth-nocache",
            "auth-token",
            "auth-token-user",
            "bcast-buffers",
            "cd",
            "chroot",
            "comp-noadapt",
            "compat-mode",
            "compat-names",
            "daemon",
            "dev-node",
            "dhcp-release",
            "dhcp-renew",
            "disable-dco",
            "disable-occ",
            "echo",
            "ecdh-curve",
            "enable-small",
            "errors-to-stderr",
            "explicit-exit-notify",
            "fast-io",
            "float",
            "group",
            "ip-win32",
            "iproute",
            "key-method",
            "keysize",
            "link-mtu",
            "log",
            "log-append",
            "lport",
            "machine-readable-output",
            "max-packet-size",
            "max-routes",
            "memstats",
            "mlock",
            "mtu-disc",
            "mtu-test",
            "multihome",
            "mute",
            "mute-replay-warnings",
            "nice",
            "no-iv",
            "no-name-remapping",
            "nobind",
            "persist-key",
            "persist-local-ip",
            "persist-remote-ip",
            "persist-tun",
            "ping-timer-rem",
            "pkcs11-cert-private",
            "pkcs11-pin-cache",
            "pkcs11-private-mode",
            "pkcs11-protected-authentication",
            "preresolve",
            "prng",
            "push-peer-info",
            "rcvbuf",
            "register-dns",
            "replay-persist",
            "replay-window",
            "resolv-retry",
            "route-delay",
            "route-gateway",
            "route-ipv6-gateway",
            "route-method",
            "script-security",
            "service",
            "setcon",
            "setenv-safe",
            "show-net-up",
            "single-session",
            "sndbuf",
            "socket-flags",
            "status",
            "status-version",
            "suppress-timestamps",
            "syslog",
            "tap-sleep",
            "tcp-nodelay",
            "tcp-queue-limit",
            "tls-exit",
            "tls-timeout",
            "tmp-dir",
            "topology",
            "tun-ipv6",
            "tun-mtu-extra",
            "tun-mtu-max",
            "txqueuelen",
            "up-delay",
            "up-restart",
            "use-prediction-resistance",
            "user",
            "verb",
            "win-sys",
            "windows-driver",
            "writepid",
        ],
    ),
    (
        Ignored("scripts and plugins of a configuration are never run"),
        &[
            "up",
            "down",
            "down-pre",
            "route-up",
            "route-pre-down",
            "ipchange",
            "plugin",
            "dns-updown",
            "tls-export-cert",
            "keying-material-exporter",
            "x509-track",
        ],
    ),
    (
        Ignored("a proxy is the host program's to choose"),
        &[
            "http-proxy",
            "http-proxy-option",
            "http-proxy-retry",
            "http-proxy-timeout",
            "http-proxy-user-pass",
            "socks-proxy",
            "socks-proxy-retry",
        ],
    ),
    (
        Ignored(
            "the gateway's own times count; where it announces none, an idle tunnel over UDP sends \
             nothing, and a gateway that falls silent is not noticed",
        ),
        &["keepalive", "ping", "ping-restart", "ping-exit"],
    ),
    (
        Ignored("when a session ends is the host program's and the gateway's to say"),
        &["inactive", "session-timeout"],
    ),
    (
        Ignored("how often and when to try again is the host program's to choose"),
        &[
            "auth-retry",
            "connect-retry",
            "connect-retry-max",
            "max-connect-retry",
            "remap-usr1",
        ],
    ),
    (
        Ignored("the servers are tried in the order of the file"),
        &["remote-random"],
    ),
    (
        Ignored("the host is called by its own name, without random digits before it"),
        &["remote-random-hostname"],
    ),
    (
        Ignored("where a connection comes from is the machine's to choose"),
        &["local", "bind", "bind-dev", "mark", "passtos"],
    ),
    (
        Ignored("the routes that the gateway announces are taken all the same"),
        &["route-nopull", "route-noexec", "pull-filter"],
    ),
    (
        Ignored("routes get the machine's usual metric and table"),
        &["route-metric", "route-table"],
    ),
    (
        Ignored("what the machine sends outside the tunnel is not blocked by a profile"),
        &["block-ipv6"],
    ),
    (
        Ignored("names that the gateway announces instead of addresses are not looked up"),
        &["allow-pull-fqdn"],
    ),
    (
        Ignored("addresses in the tunnel are the gateway's to give"),
        &[
            "ifconfig",
            "ifconfig-ipv6",
            "ifconfig-noexec",
            "ifconfig-nowarn",
            "lladdr",
            "client-nat",
        ],
    ),
    (
        Ignored("which DNS servers the machine asks is the host program's to choose"),
        &["block-outside-dns"],
    ),
    (
        Ignored("keys are replaced by their age, and before they are used up"),
        &["reneg-bytes", "reneg-pkts"],
    ),
    (
        Ignored("TLS is spoken with the modern suites, groups and signatures only"),
        &[
            "tls-cipher",
            "tls-ciphersuites",
            "tls-groups",
            "tls-cert-profile",
            "engine",
            "providers",
        ],
    ),
    (
        Ignored("certificates in a folder are not read; put them into 'ca'"),
        &["capath"],
    ),
    (
        Ignored("the password of a private key is asked for"),
        &["askpass"],
    ),
    (Ignored("packets are not slowed down"), &["shaper"]),
    (
        Ignored("nothing else can direct the session over a socket"),
        &[
            "management",
            "management-client",
            "management-client-auth",
            "management-client-group",
            "management-client-pf",
            "management-client-user",
            "management-forget-disconnect",
            "management-hold",
            "management-log-cache",
            "management-query-passwords",
            "management-query-proxy",
            "management-query-remote",
            "management-signal",
            "management-up-down",
        ],
    ),
    (
        Refused(
            "it checks the gateway's certificate with a program of its own, which is never run",
        ),
        &["tls-verify"],
    ),
    (
        Refused("this check of the gateway's certificate is not made here; 'peer-fingerprint' is"),
        &["verify-hash", "x509-username-field", "tls-remote"],
    ),
    (
        Refused(
            "a tunnel with a static key has no TLS, and nobody can tell who is at its other end",
        ),
        &["secret", "allow-deprecated-insecure-static-crypto"],
    ),
    (
        Refused("without protection against replays the tunnel is not safe"),
        &["no-replay"],
    ),
    (
        Refused("the gateway cuts packets into pieces in a way that is not spoken here"),
        &["fragment"],
    ),
    (
        Refused("it names another configuration; choose that one"),
        &["config"],
    ),
    (
        Refused("the sign-in of AWS's own client is not spoken here"),
        &["auth-federate"],
    ),
    (
        Refused("this is the configuration of a server"),
        &[
            "server",
            "server-bridge",
            "server-ipv6",
            "tls-server",
            "dh",
            "push",
            "push-remove",
            "push-reset",
            "ifconfig-pool",
            "ifconfig-pool-linear",
            "ifconfig-pool-persist",
            "ifconfig-push",
            "ifconfig-ipv6-pool",
            "ifconfig-ipv6-push",
            "iroute",
            "iroute-ipv6",
            "client-config-dir",
            "ccd-exclusive",
            "client-connect",
            "client-crresponse",
            "client-disconnect",
            "client-to-client",
            "client-cert-not-required",
            "verify-client-cert",
            "learn-address",
            "max-clients",
            "max-routes-per-client",
            "connect-freq",
            "connect-freq-initial",
            "duplicate-cn",
            "disable",
            "auth-gen-token",
            "auth-gen-token-secret",
            "auth-user-pass-optional",
            "auth-user-pass-verify",
            "username-as-common-name",
            "override-username",
            "opt-verify",
            "hash-size",
            "stale-routes-check",
            "port-share",
            "inetd",
            "force-tls-key-material-export",
            "tls-crypt-v2-verify",
            "tls-crypt-v2-max-age",
            "vlan-accept",
            "vlan-pvid",
            "vlan-tagging",
        ],
    ),
    (
        Refused("this asks OpenVPN's program for something else than a tunnel"),
        &[
            "genkey",
            "gremlin",
            "help",
            "mktun",
            "rmtun",
            "allow-nonadmin",
            "pause-exit",
            "test-crypto",
            "tls-crypt-v2-genkey",
            "version",
            "show-adapters",
            "show-ciphers",
            "show-curves",
            "show-digests",
            "show-engines",
            "show-gateway",
            "show-groups",
            "show-net",
            "show-pkcs11-ids",
            "show-proxy-settings",
            "show-tls",
            "show-valid-subnets",
        ],
    ),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_option_stands_twice() {
        let mut seen = HashSet::new();
        for name in OPTIONS.iter().flat_map(|(_, names)| *names) {
            assert!(seen.insert(name), "{name}");
        }
        assert!(seen.len() > 290);
    }

    #[test]
    fn an_option_is_found_by_its_exact_name() {
        assert_eq!(find("nobind").unwrap().0, "nobind");
        assert!(find("Nobind").is_none() && find("").is_none());
    }
}
