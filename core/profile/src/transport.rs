/// What carries the tunnel's packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// TCP, as every Azure gateway seen so far.
    #[default]
    Tcp,
    /// UDP, for other gateways.
    Udp,
}

impl Transport {
    /// Returns the stable name, `tcp` or `udp`, which is also what profiles write.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}
