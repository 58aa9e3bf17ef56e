use std::ffi::{CString, c_char};

use p2svpn_client::ProfileChange;

use crate::guard::look;
use crate::output::c_string;

/// What became different among the profiles.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_profile_changes {
    /// In a way that this version does not know: list the profiles again.
    P2SVPN_PROFILE_CHANGE_OTHER = 0,
    /// A profile was imported or duplicated, or can be used again.
    P2SVPN_PROFILE_ADDED = 1,
    /// A profile was edited or updated.
    P2SVPN_PROFILE_CHANGED = 2,
    /// A profile was removed, or can no longer be used.
    P2SVPN_PROFILE_REMOVED = 3,
    /// The profiles are in another order; it is about none of them alone.
    P2SVPN_PROFILES_REORDERED = 4,
}

/// Something that became different among the profiles. It belongs to the event it comes from.
pub struct p2svpn_profile_change {
    kind: p2svpn_profile_changes,
    id: CString,
}

impl p2svpn_profile_change {
    pub(crate) fn new(change: &ProfileChange) -> Self {
        use p2svpn_profile_changes::*;
        let (kind, id) = match change {
            ProfileChange::Added(id) => (P2SVPN_PROFILE_ADDED, Some(id)),
            ProfileChange::Changed(id) => (P2SVPN_PROFILE_CHANGED, Some(id)),
            ProfileChange::Removed(id) => (P2SVPN_PROFILE_REMOVED, Some(id)),
            ProfileChange::Reordered => (P2SVPN_PROFILES_REORDERED, None),
            _ => (P2SVPN_PROFILE_CHANGE_OTHER, None),
        };
        Self {
            kind,
            id: id.map(c_string).unwrap_or_default(),
        }
    }
}

/// Returns what became different: one of #p2svpn_profile_changes.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_change_kind(change: Option<&p2svpn_profile_change>) -> u32 {
    look(change, 0, |change| change.kind as u32)
}

/// Returns the id of the profile it is about; "" if it is about none. It belongs to the change.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_change_id(
    change: Option<&p2svpn_profile_change>,
) -> *const c_char {
    look(change, c"".as_ptr(), |change| change.id.as_ptr())
}
