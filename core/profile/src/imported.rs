use crate::profile::Profile;
use crate::warning::Warning;

/// A profile, and what had to be forgiven to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The profile.
    pub profile: Profile,
    /// What was ignored or repaired, in the order of the file; at most
    /// [`MAXIMUM_WARNINGS`](crate::MAXIMUM_WARNINGS).
    pub warnings: Vec<Warning>,
    /// How many warnings there were beyond those kept.
    pub warnings_left_out: usize,
}
