use crate::error::ErrorDetails;

/// One attempt to get a lost connection back.
#[derive(uniffi::Record)]
pub struct Reconnection {
    /// Why there is no connection.
    pub cause: ErrorDetails,
    /// Counts the attempts since the connection was lost, from 1.
    pub attempt: u32,
    /// When the attempt begins, in seconds since 1970.
    pub next: i64,
}

impl From<&p2svpn_client::Reconnection> for Reconnection {
    fn from(reconnection: &p2svpn_client::Reconnection) -> Self {
        Self {
            cause: (&reconnection.cause).into(),
            attempt: reconnection.attempt,
            next: reconnection.next,
        }
    }
}
