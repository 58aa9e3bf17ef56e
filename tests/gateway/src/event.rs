use std::net::{Ipv4Addr, SocketAddr};

use tokio::sync::broadcast;

/// What happens at a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GatewayEvent {
    /// Somebody connected.
    Accepted {
        /// The number of the connection, counted from 1.
        session: u64,
        /// Where from.
        peer: SocketAddr,
    },
    /// A client has shown who it is and was let in.
    Admitted {
        /// The number of the connection.
        session: u64,
        /// The common name in its certificate, or the name of the user who has signed in.
        common_name: String,
        /// The address that it was given; none where the gateway misbehaves in this way.
        address: Option<Ipv4Addr>,
    },
    /// A client was turned away, at first or when it has brought a token that is not good any more.
    Refused {
        /// The number of the connection.
        session: u64,
        /// Why, in words, of which the client is not told all.
        reason: String,
    },
    /// Data can flow.
    Established {
        /// The number of the connection.
        session: u64,
        /// The TLS version, as in `TLSv1.3`.
        tls: String,
        /// The data cipher's name.
        cipher: &'static str,
    },
    /// A connection is over.
    Ended {
        /// The number of the connection.
        session: u64,
        /// Why, in words.
        reason: String,
    },
}

/// The events of a gateway since [`Gateway::events`](crate::Gateway::events) was called, in order.
pub struct GatewayEvents {
    receiver: broadcast::Receiver<GatewayEvent>,
    missed: u64,
}

impl GatewayEvents {
    pub(crate) fn new(receiver: broadcast::Receiver<GatewayEvent>) -> Self {
        Self {
            receiver,
            missed: 0,
        }
    }

    /// Waits for the next event; none after the last one, when the gateway is gone.
    ///
    /// Dropping the future loses no event.
    pub async fn next(&mut self) -> Option<GatewayEvent> {
        loop {
            match self.receiver.recv().await {
                Ok(event) => return Some(event),
                Err(broadcast::error::RecvError::Lagged(count)) => self.missed += count,
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// Events that came faster than they were taken, and were dropped: more than 1,024 waited.
    pub fn missed(&self) -> u64 {
        self.missed
    }
}

impl std::fmt::Display for GatewayEvent {
    /// Writes one line: the event's name, then its facts.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Accepted { session, peer } => write!(formatter, "accepted {session} {peer}"),
            Self::Admitted {
                session,
                common_name,
                address: Some(address),
            } => {
                write!(formatter, "admitted {session} {address} {common_name:?}")
            }
            Self::Admitted {
                session,
                common_name,
                address: None,
            } => {
                write!(formatter, "admitted {session} no-address {common_name:?}")
            }
            Self::Refused { session, reason } => write!(formatter, "refused {session} {reason}"),
            Self::Established {
                session,
                tls,
                cipher,
            } => write!(formatter, "established {session} {tls} {cipher}"),
            Self::Ended { session, reason } => write!(formatter, "ended {session} {reason}"),
        }
    }
}

impl std::fmt::Debug for GatewayEvents {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("GatewayEvents")
            .finish_non_exhaustive()
    }
}
