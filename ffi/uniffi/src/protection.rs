/// What becomes of the traffic that a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Protection {
    /// It goes its way as if there were no session.
    None,
    /// It goes through the tunnel.
    Protected,
    /// It is held: it goes neither through the tunnel nor outside of it.
    Held,
    /// One that this layer has no name for.
    Unknown,
}

impl From<p2svpn_client::Protection> for Protection {
    fn from(protection: p2svpn_client::Protection) -> Self {
        match protection {
            p2svpn_client::Protection::None => Self::None,
            p2svpn_client::Protection::Protected => Self::Protected,
            p2svpn_client::Protection::Held => Self::Held,
            _ => Self::Unknown,
        }
    }
}
