/// How everything is kept on the machine that shall go through a full tunnel.
///
/// From the first call of a gateway to the end of the session nothing leaves the machine but through the tunnel, for this machine's
/// programs and for what it forwards for containers, over IPv4 and IPv6, also while a lost connection is got back. Allowed beside the
/// tunnel are the gateway, loopback, DHCP and the discovery of IPv6, the networks that the profile or the gateway excludes, and by
/// option the local network; DNS goes through the tunnel only. It is done on Linux, by nftables: `docs/security.md` says what is
/// allowed in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeakGuard {
    /// Whether the local network stays reachable: private and link-local addresses, and multicast on the link. By default it does
    /// not.
    pub allow_local_network: bool,
    /// Whether the guard stays when the program is killed, until a client starts again or somebody recovers
    /// ([`recover`](crate::recover)). By default it goes with the program.
    pub stay_after_kill: bool,
}

impl LeakGuard {
    /// One that lets nothing into the local network and goes with the program.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether the local network stays reachable.
    #[must_use]
    pub fn allow_local_network(mut self, allow: bool) -> Self {
        self.allow_local_network = allow;
        self
    }

    /// Sets whether it stays when the program is killed.
    #[must_use]
    pub fn stay_after_kill(mut self, stay: bool) -> Self {
        self.stay_after_kill = stay;
        self
    }
}
