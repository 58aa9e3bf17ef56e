use std::sync::Arc;

use crate::profile::Profile;
use crate::warning::Warning;

/// A profile, and what had to be forgiven to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The profile.
    pub profile: Profile,
    /// What was ignored or repaired, in the order of the file; at most
    /// [`MAXIMUM_WARNINGS`](crate::MAXIMUM_WARNINGS) in all that an import makes.
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

    /// Adds the warnings of another file.
    pub(crate) fn append(&mut self, warnings: Vec<Warning>, left_out: usize) {
        self.warnings.extend(warnings);
        self.warnings_left_out = self.warnings_left_out.saturating_add(left_out);
    }
}
