use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use super::shared::{Notice, Shared};

/// A longer sleep than this ends connections: firewalls and gateways have forgotten them, which nobody says.
const NAP: Duration = Duration::from_secs(30);

/// What goes on around a session: changes of the machine's network, and its sleep.
pub(super) struct Surroundings {
    shared: Arc<Shared>,
}

impl Surroundings {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
        }
    }

    /// Waits until something has changed.
    pub(super) async fn change(&mut self) {
        self.notice().await;
    }

    /// Waits until the way to an address is another one than now.
    pub(super) async fn way_changes(&mut self, address: IpAddr) {
        let before = way_to(address);
        while way_to(address) == before {
            self.notice().await;
        }
    }

    /// Waits until something has happened.
    pub(super) async fn notice(&mut self) -> Notice {
        self.shared.noticed().await
    }
}

impl Notice {
    /// Whether a connection is over for certain, whatever way there is.
    pub(super) fn ends_connections(self) -> bool {
        match self {
            Self::NetworkChanged => false,
            Self::Woke(slept) => slept.is_none_or(|slept| slept > NAP),
        }
    }
}

/// This machine's address on the way to another one; none without a way. Nothing is sent.
pub(super) fn way_to(address: IpAddr) -> Option<IpAddr> {
    // Any port but 0 will do.
    const PORT: u16 = 9;
    let any: IpAddr = match address {
        IpAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).ok()?;
    socket.connect(SocketAddr::new(address, PORT)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}
