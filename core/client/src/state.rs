use std::fmt;

/// Where a session is on its way.
///
/// The numbers are stable: [`State::number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum State {
    /// Nothing is going on: not started, or ended for good.
    Disconnected = 0,
    /// The identity is loaded and checked, and the device is chosen.
    Preparing = 1,
    /// A challenge waits for an answer.
    SigningIn = 2,
    /// The gateway is called, and each side proves who it is.
    Connecting = 3,
    /// The device and the machine are given the addresses and routes.
    Configuring = 4,
    /// Packets go through.
    Connected = 5,
    /// The connection was lost, and the session is getting it back: the device, the addresses and the routes stay, and what
    /// would go through the tunnel is held.
    Reconnecting = 6,
    /// The session is ending and what it changed is undone.
    Disconnecting = 7,
}

impl State {
    /// Walks all states, in the order of the numbers.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        [
            Self::Disconnected,
            Self::Preparing,
            Self::SigningIn,
            Self::Connecting,
            Self::Configuring,
            Self::Connected,
            Self::Reconnecting,
            Self::Disconnecting,
        ]
        .into_iter()
    }

    /// Returns the stable number.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Returns the stable name, such as `SigningIn`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Disconnected => "Disconnected",
            Self::Preparing => "Preparing",
            Self::SigningIn => "SigningIn",
            Self::Connecting => "Connecting",
            Self::Configuring => "Configuring",
            Self::Connected => "Connected",
            Self::Reconnecting => "Reconnecting",
            Self::Disconnecting => "Disconnecting",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    /// Hosts in other languages store these numbers.
    #[test]
    fn numbers_and_names_stay_as_they_are() {
        let all: Vec<String> = State::all()
            .map(|state| format!("{}={state}", state.number()))
            .collect();

        assert_eq!(
            all.join(" "),
            "0=Disconnected 1=Preparing 2=SigningIn 3=Connecting 4=Configuring 5=Connected 6=Reconnecting 7=Disconnecting"
        );
    }
}
