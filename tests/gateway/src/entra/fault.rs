use std::time::Duration;

/// How an answer fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntraFault {
    /// It comes this much later.
    Slow(Duration),
    /// It is 429, too many requests, with the seconds to wait.
    TooManyRequests {
        /// The seconds to wait.
        retry_after: u64,
    },
    /// It is 503, unavailable.
    Unavailable {
        /// The seconds to wait, if they are said.
        retry_after: Option<u64>,
    },
    /// The request is carried out, and the connection ends in the middle of the answer, or before it where it has no body.
    Cut,
    /// It claims to be JSON and is none.
    Garbage,
    /// It is JSON of 8 MiB.
    Giant,
}
