use std::sync::Arc;

use crate::profile::Profile;
use crate::warning::{MAXIMUM_WARNINGS, Warning};

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

impl Imported {
    /// Names the file that was read in all warnings.
    pub(crate) fn in_file(mut self, file: &Arc<str>) -> Self {
        for warning in &mut self.warnings {
            warning.file = Some(Arc::clone(file));
        }
        self
    }

    /// Adds the warnings of another file, within the bound.
    pub(crate) fn append(&mut self, warnings: Vec<Warning>, left_out: usize) {
        let room = MAXIMUM_WARNINGS.saturating_sub(self.warnings.len());
        let without_room = warnings.len().saturating_sub(room);
        self.warnings.extend(warnings.into_iter().take(room));
        self.warnings_left_out = self
            .warnings_left_out
            .saturating_add(left_out)
            .saturating_add(without_room);
    }
}
