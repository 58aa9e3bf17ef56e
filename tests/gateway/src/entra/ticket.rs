use crate::entra::grant::{Grant, Scopes};

/// A sign-in that a user has begun.
#[derive(Clone)]
pub(super) struct Ticket {
    pub(super) purpose: Purpose,
    pub(super) scopes: Scopes,
    pub(super) claims: Option<String>,
    pub(super) nonce: Option<String>,
    /// Who the client thinks will sign in.
    pub(super) login_hint: Option<String>,
    /// Who has given a name and the password.
    pub(super) username: Option<String>,
    pub(super) second_factor: bool,
}

/// What a sign-in is for.
#[derive(Clone)]
pub(super) enum Purpose {
    /// To go back to the application with a code.
    Redirect {
        uri: String,
        state: String,
        challenge: String,
    },
    /// To approve a device code.
    Device { user_code: String },
}

impl Ticket {
    /// What the user who has signed in grants.
    pub(super) fn grant(&self, username: String, now: i64) -> Grant {
        Grant {
            username,
            scopes: self.scopes.clone(),
            second_factor: self.second_factor,
            claims: self.claims.clone(),
            nonce: self.nonce.clone(),
            signed_in_at: now,
        }
    }
}
