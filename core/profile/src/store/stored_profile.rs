use std::sync::Arc;

use super::profile_id::ProfileId;
use crate::profile::Profile;

/// A profile of a store.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredProfile {
    /// Names it within its store, for as long as it is there.
    pub id: ProfileId,
    /// The profile, with the user's edits.
    pub profile: Arc<Profile>,
    /// The profile as it was imported; the same one while nobody edited it.
    pub original: Arc<Profile>,
    /// When it was imported or last updated from a newer package, in Unix seconds, as the host said.
    pub imported_at: u64,
    pub(super) generation: u64,
}

impl StoredProfile {
    /// Says whether the profile differs from what was imported.
    pub fn is_edited(&self) -> bool {
        !Arc::ptr_eq(&self.profile, &self.original) && self.profile != self.original
    }

    /// Says whether both hold the same, though perhaps in another generation.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (self.id, self.imported_at) == (other.id, other.imported_at)
            && self.profile == other.profile
            && self.original == other.original
    }
}
