/// Where a session is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum State {
    /// Nothing is going on: not started, or ended for good.
    Disconnected,
    /// The identity is loaded and checked, and the device is chosen.
    Preparing,
    /// A challenge waits for an answer.
    SigningIn,
    /// The gateway is called, and each side proves who it is.
    Connecting,
    /// The device and the machine are given the addresses and routes.
    Configuring,
    /// Packets go through.
    Connected,
    /// The connection was lost, and the session is getting it back; what would go through the tunnel is held.
    Reconnecting,
    /// The session is ending and what it changed is undone.
    Disconnecting,
    /// A state that this layer has no name for.
    Unknown,
}

impl From<p2svpn_client::State> for State {
    fn from(state: p2svpn_client::State) -> Self {
        match state {
            p2svpn_client::State::Disconnected => Self::Disconnected,
            p2svpn_client::State::Preparing => Self::Preparing,
            p2svpn_client::State::SigningIn => Self::SigningIn,
            p2svpn_client::State::Connecting => Self::Connecting,
            p2svpn_client::State::Configuring => Self::Configuring,
            p2svpn_client::State::Connected => Self::Connected,
            p2svpn_client::State::Reconnecting => Self::Reconnecting,
            p2svpn_client::State::Disconnecting => Self::Disconnecting,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_the_same_name_here() {
        for state in p2svpn_client::State::all() {
            assert_eq!(format!("{:?}", State::from(state)), state.name());
        }
    }
}
