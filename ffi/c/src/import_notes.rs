use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use p2svpn_client::{ImportedProfile, ProfileId, UpdatedProfile, Warning};

/// What was told when a profile was read from a file.
#[derive(Default)]
pub(crate) struct ImportNotes {
    pub(crate) warnings: Vec<Warning>,
    pub(crate) warnings_left_out: usize,
    pub(crate) update_of: Option<ProfileId>,
}

/// The notes of all profiles that a client read, so that whoever looks at one of them later sees its warnings.
#[derive(Default)]
pub(crate) struct NotesOfImports(Mutex<BTreeMap<ProfileId, Arc<ImportNotes>>>);

impl From<ImportedProfile> for ImportNotes {
    fn from(imported: ImportedProfile) -> Self {
        Self {
            warnings: imported.warnings,
            warnings_left_out: imported.warnings_left_out,
            update_of: imported.update_of,
        }
    }
}

impl From<UpdatedProfile> for ImportNotes {
    fn from(updated: UpdatedProfile) -> Self {
        Self {
            warnings: updated.warnings,
            warnings_left_out: updated.warnings_left_out,
            update_of: None,
        }
    }
}

impl NotesOfImports {
    /// Keeps what was told last about a profile.
    pub(crate) fn keep(&self, id: ProfileId, notes: ImportNotes) -> Arc<ImportNotes> {
        let notes = Arc::new(notes);
        self.all().insert(id, Arc::clone(&notes));
        notes
    }

    /// Returns what was told last about a profile; nothing for one that was not read by this client.
    pub(crate) fn of(&self, id: &ProfileId) -> Arc<ImportNotes> {
        self.all().get(id).cloned().unwrap_or_default()
    }

    pub(crate) fn forget(&self, id: &ProfileId) {
        self.all().remove(id);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<ProfileId, Arc<ImportNotes>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
