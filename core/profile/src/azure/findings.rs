use super::extensions::Extensions;
use crate::warning::Warnings;

/// What a document holds beside the profile.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// What was ignored or repaired.
    pub(crate) warnings: Warnings,
    /// What is kept for an export.
    pub(crate) extensions: Extensions,
}
