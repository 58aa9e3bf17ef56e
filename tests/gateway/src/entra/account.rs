use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};

use crate::random;

/// Somebody who can sign in.
#[derive(Clone)]
pub struct EntraAccount {
    /// The name to sign in with, such as `alice@contoso.example`.
    pub username: String,
    /// The password.
    pub password: String,
    /// What the user is called.
    pub name: String,
    /// The code that a second step asks for; none where the user has not set one up.
    pub second_factor: Option<String>,
    /// Whether an administrator has locked the account.
    pub is_disabled: bool,
    /// The groups that the user is in, GUIDs.
    pub groups: Vec<String>,
}

impl EntraAccount {
    /// A user in no group, whose second step asks for `123456`.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        let username = username.into();
        Self {
            password: password.into(),
            name: username.split('@').next().unwrap_or_default().to_owned(),
            username,
            second_factor: Some("123456".to_owned()),
            is_disabled: false,
            groups: Vec::new(),
        }
    }

    /// The user's id, a GUID that follows from the name.
    pub(super) fn object_id(&self) -> String {
        let name = self.username.to_ascii_lowercase();
        random::guid_of(digest(&SHA256, name.as_bytes()).as_ref())
    }
}

/// Shows neither password nor code.
impl fmt::Debug for EntraAccount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EntraAccount")
            .field("username", &self.username)
            .field("is_disabled", &self.is_disabled)
            .finish_non_exhaustive()
    }
}
