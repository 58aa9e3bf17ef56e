use std::fmt;

/// How far the handshake has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The first packet is on its way, nothing has come back.
    Reset,
    /// The peer answered: TLS is being negotiated.
    Tls,
    /// TLS stands: keys are being exchanged.
    KeyExchange,
    /// Keys are exchanged: settings are awaited.
    Push,
    /// Data can flow.
    Established,
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Reset => "awaiting the first answer",
            Self::Tls => "negotiating TLS",
            Self::KeyExchange => "exchanging keys",
            Self::Push => "awaiting settings",
            Self::Established => "established",
        })
    }
}
