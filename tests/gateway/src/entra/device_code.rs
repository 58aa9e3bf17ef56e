use std::time::Instant;

use crate::entra::grant::{Grant, Scopes};

/// A device code, and what its user has made of it.
pub(super) struct DeviceCode {
    pub(super) user_code: String,
    pub(super) scopes: Scopes,
    pub(super) decision: Decision,
    /// Unix seconds.
    pub(super) expires_at: i64,
    /// When the client has last asked about it.
    pub(super) last_asked: Option<Instant>,
}

pub(super) enum Decision {
    Pending,
    Approved(Grant),
    Declined,
}
