use p2svpn_profile::{Field, ProfileId};

use crate::profile_summary::ProfileSummary;
use crate::warning::Warning;

/// A profile that was imported, and what had to be forgiven to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportedProfile {
    /// What the profile says.
    pub summary: ProfileSummary,
    /// What was ignored or repaired, in the order of the files; at most 200.
    pub warnings: Vec<Warning>,
    /// How many warnings there were beyond those kept.
    pub warnings_left_out: usize,
    /// Another profile that calls the same gateway, of which this is probably a newer version: offer the user to update
    /// that one instead, which keeps the edits and removes this one.
    pub update_of: Option<ProfileId>,
}

impl ImportedProfile {
    /// Returns the id to connect by.
    pub fn id(&self) -> &ProfileId {
        &self.summary.id
    }
}

/// A profile that was brought up to date with a newer package of its gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpdatedProfile {
    /// What the profile says now.
    pub summary: ProfileSummary,
    /// The fields that the user had edited and that stayed as they were.
    pub kept: Vec<Field>,
    /// The fields that the user had edited and that the newer package changes to something else: somebody should look.
    pub conflicts: Vec<Field>,
    /// The profile that an import of the newer package had made, and that was removed because nobody had edited it.
    pub removed: Option<ProfileId>,
    /// What was ignored or repaired in the newer package; at most 200.
    pub warnings: Vec<Warning>,
    /// How many warnings there were beyond those kept.
    pub warnings_left_out: usize,
}
