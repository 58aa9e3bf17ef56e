use crate::certificate::Certificate;
use crate::export::SecretsInExport;

use super::lines::Lines;

/// What is written, and what has to be said about it.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) lines: Lines,
    pub(super) notes: Vec<String>,
    pub(super) secrets: SecretsInExport,
    /// Certificates of roots that a profile may name by their hashes alone.
    pub(super) roots: &'a [Certificate],
}

impl Draft<'_> {
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(super) fn with_secrets(&self) -> bool {
        self.secrets == SecretsInExport::Included
    }
}
