/// Why a packet could not be sealed; it must not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// No key is in use: the connection is not established, or is over. Drop the packet and count it.
    #[error("there is no key to seal with")]
    NoKey,
    /// The key may not protect another packet: only a rekey or a new connection helps.
    #[error("the key is used up")]
    Exhausted,
    /// The packet starts like none of IPv4 or IPv6, and the framing that was agreed on cannot carry it: drop it and count it.
    #[error("the packet is none of IPv4 or IPv6")]
    NotIp,
    /// The frame has no room for the payload's frills, no payload, or more than 65,535 bytes: a bug of the caller.
    #[error("the frame's length is not usable")]
    FrameLength,
    /// The cryptography library failed: report it as a bug.
    #[error("sealing failed")]
    Failed,
}

/// Why an incoming packet was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// It is no data packet, is cut short, or is not framed as was agreed.
    Malformed,
    /// Its key is not known yet, or not any more: common while a connection starts and around a rekey.
    UnknownKey,
    /// It was forged or damaged.
    NotAuthentic,
    /// It was received before, or is too old to tell.
    Replayed,
    /// Its key has seen too many forgeries to be trusted any longer.
    KeyUsedUp,
    /// It is authentic, but carries OpenVPN's own notes or nothing at all.
    NotForTunnel,
    /// It is authentic, but compressed, which nobody agreed on.
    Compressed,
}

impl DropReason {
    pub(super) const COUNT: usize = 7;

    /// The place of this reason in a list of counters.
    pub(super) const fn index(self) -> usize {
        match self {
            Self::Malformed => 0,
            Self::UnknownKey => 1,
            Self::NotAuthentic => 2,
            Self::Replayed => 3,
            Self::KeyUsedUp => 4,
            Self::NotForTunnel => 5,
            Self::Compressed => 6,
        }
    }
}
