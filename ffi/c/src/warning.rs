use std::ffi::{CString, c_char};

use p2svpn_client::Warning;

use crate::guard::look;
use crate::output::c_string;

/// Something odd that was ignored or repaired, and ended nothing. It belongs to the event, the profile or the plan it comes
/// from.
pub struct p2svpn_warning {
    kind: CString,
    message: CString,
    file: CString,
    position: Option<(u32, u32)>,
}

impl p2svpn_warning {
    pub(crate) fn new(warning: &Warning) -> Self {
        Self {
            kind: c_string(warning.kind.name()),
            message: c_string(&warning.message),
            file: warning.file.as_ref().map(c_string).unwrap_or_default(),
            position: warning.position,
        }
    }
}

/// The warnings of an import, for access by index.
#[derive(Default)]
pub(crate) struct Warnings {
    kept: Vec<p2svpn_warning>,
    left_out: usize,
}

impl Warnings {
    pub(crate) fn new(warnings: &[Warning], left_out: usize) -> Self {
        Self {
            kept: warnings.iter().map(p2svpn_warning::new).collect(),
            left_out,
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.kept.len()
    }

    /// None beyond the last.
    pub(crate) fn at(&self, index: usize) -> Option<&p2svpn_warning> {
        self.kept.get(index)
    }

    pub(crate) fn left_out(&self) -> usize {
        self.left_out
    }
}

/// Returns what the warning is about: "profile", "push", "device", "machine", "gateway", "certificate", "store", "sign_in", or what a later version added; "" for NULL.
/// It belongs to the warning.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_warning_kind(warning: Option<&p2svpn_warning>) -> *const c_char {
    look(warning, c"".as_ptr(), |warning| warning.kind.as_ptr())
}

/// Returns what the warning says, in a sentence without a full stop; "" for NULL. It belongs to the warning.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_warning_message(warning: Option<&p2svpn_warning>) -> *const c_char {
    look(warning, c"".as_ptr(), |warning| warning.message.as_ptr())
}

/// Returns the name of the file that the warning is about, or of the one in its package; "" where it has none. It belongs to the
/// warning.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_warning_file(warning: Option<&p2svpn_warning>) -> *const c_char {
    look(warning, c"".as_ptr(), |warning| warning.file.as_ptr())
}

/// Returns the line in the profile's file, counted from 1; 0 if it is about none.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_warning_line(warning: Option<&p2svpn_warning>) -> u32 {
    look(warning, 0, |warning| {
        warning.position.map_or(0, |(line, _)| line)
    })
}

/// Returns the column in the profile's line, counted from 1; 0 if it is about none.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_warning_column(warning: Option<&p2svpn_warning>) -> u32 {
    look(warning, 0, |warning| {
        warning.position.map_or(0, |(_, column)| column)
    })
}
