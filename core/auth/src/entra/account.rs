use serde::{Deserialize, Serialize};

use super::jwt::Claims;

/// Who has signed in, as the token says. It is shown to people and used to find their tokens again, never to decide what
/// they may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// The name that is typed at sign-in, such as `alice@contoso.example`; empty if the token names nobody.
    pub username: String,
    /// The id of the user in the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_id: Option<String>,
    /// The id of the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
}

impl Account {
    /// Reads what tokens say, the first that says something counting.
    pub(super) fn of(claims: &[&Claims]) -> Self {
        let first =
            |pick: fn(&Claims) -> Option<&String>| claims.iter().copied().find_map(pick).cloned();
        Self {
            username: first(|claims| claims.username.as_ref()).unwrap_or_default(),
            object_id: first(|claims| claims.object_id.as_ref()),
            tenant_id: first(|claims| claims.tenant_id.as_ref()),
        }
    }

    /// Returns whether both are the same user: by id where both have one, else by name.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.object_id, &other.object_id) {
            (Some(ours), Some(theirs)) => ours == theirs && self.tenant_id == other.tenant_id,
            _ => self.username.eq_ignore_ascii_case(&other.username),
        }
    }
}
