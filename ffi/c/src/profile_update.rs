use std::ffi::{CString, c_char};
use std::ptr;

use p2svpn_client::{Field, UpdatedProfile};

use crate::guard::{act, look};
use crate::import_notes::ImportNotes;
use crate::output::{Texts, c_string, pointer};
use crate::profile::p2svpn_profile;

/// What came of bringing a profile up to date with a newer package. Fields have the names that p2svpn_edit_report tells. Any
/// thread may use it.
pub struct p2svpn_profile_update {
    profile: p2svpn_profile,
    kept: Texts,
    conflicts: Texts,
    removed: Option<CString>,
}

impl p2svpn_profile_update {
    pub(crate) fn new(updated: &UpdatedProfile) -> Self {
        let notes = ImportNotes::from(updated.clone());
        Self {
            profile: p2svpn_profile::new(&updated.summary, &notes),
            kept: Texts::new(updated.kept.iter().copied().map(Field::name)),
            conflicts: Texts::new(updated.conflicts.iter().copied().map(Field::name)),
            removed: updated.removed.map(c_string),
        }
    }
}

/// Frees an update. NULL is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_update_free(update: Option<Box<p2svpn_profile_update>>) {
    act(|| drop(update));
}

/// Returns what the profile says now, with what had to be forgiven to read the newer package; NULL for NULL. It belongs to
/// the update.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_update_profile(
    update: Option<&p2svpn_profile_update>,
) -> Option<&p2svpn_profile> {
    look(update, None, |update| Some(&update.profile))
}

/// Returns how many fields that the user had edited stayed as they were.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_update_kept_count(
    update: Option<&p2svpn_profile_update>,
) -> usize {
    look(update, 0, |update| update.kept.count())
}

/// Returns a field that the user had edited and that stayed as it was, such as "dns_servers"; NULL beyond the last. It
/// belongs to the update.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_update_kept(
    update: Option<&p2svpn_profile_update>,
    index: usize,
) -> *const c_char {
    look(update, ptr::null(), |update| update.kept.at(index))
}

/// Returns how many fields that the user had edited are changed to something else by the newer package.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_update_conflict_count(
    update: Option<&p2svpn_profile_update>,
) -> usize {
    look(update, 0, |update| update.conflicts.count())
}

/// Returns a field that the user had edited and that the newer package changes to something else, so that somebody should
/// look; NULL beyond the last. It belongs to the update.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_update_conflict(
    update: Option<&p2svpn_profile_update>,
    index: usize,
) -> *const c_char {
    look(update, ptr::null(), |update| update.conflicts.at(index))
}

/// Returns the id of the profile that an import of the newer package had made, and that was removed because nobody had edited
/// it; NULL if there was none. It belongs to the update.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_update_removed(
    update: Option<&p2svpn_profile_update>,
) -> *const c_char {
    look(update, ptr::null(), |update| {
        pointer(update.removed.as_ref())
    })
}
