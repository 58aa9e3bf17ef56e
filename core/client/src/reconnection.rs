use crate::error::Error;

/// One attempt to get a lost connection back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reconnection {
    /// Why there is no connection: how it was lost, or what came of the attempt before.
    pub cause: Error,
    /// Counts the attempts since the connection was lost, from 1.
    pub attempt: u32,
    /// When the attempt begins, in seconds since 1970. It begins earlier when the machine's network changes, or the machine
    /// wakes up.
    pub next: i64,
}

impl Reconnection {
    pub(crate) fn new(cause: Error, attempt: u32, next: i64) -> Self {
        Self {
            cause,
            attempt,
            next,
        }
    }
}
