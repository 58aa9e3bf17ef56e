use std::ffi::c_char;
use std::mem::MaybeUninit;

use p2svpn_client::wait_recover;

use crate::entry::entry;
use crate::error::p2svpn_error;
use crate::input::text;
use crate::output::c_string;

/// Undoes what killed programs have left on the machine, and blocks until it is done: for installers and for scripts at the start of
/// the system. Every client with the privilege does it too when it is made, and tells by a warning event what it found.
///
/// What a live program has changed is not touched, and neither is what somebody else has changed since. It needs the privilege to
/// change the machine (CAP_NET_ADMIN on Linux) if there is something to undo.
///
/// @param journal_folder  as in #p2svpn_client_options; NULL for the machine's own
/// @param report          receives what was undone and what was left and why, a line each, "" for nothing; the caller frees it with
///                        p2svpn_string_free(); NULL if it is not wanted
/// @return NULL, INVALID_ARGUMENT, or MACHINE_FAILED if the journal cannot be read, or somebody else may have written it
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_recover(
    journal_folder: *const c_char,
    report: Option<&mut MaybeUninit<*mut c_char>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        // SAFETY: the caller's string holds to the rules.
        let folder = unsafe { text(journal_folder, "journal_folder") }?;
        let recovered = wait_recover(folder.map(Into::into))?;
        if let Some(place) = report {
            let text = match recovered.is_empty() {
                true => String::new(),
                false => recovered.to_string(),
            };
            place.write(c_string(text).into_raw());
        }
        Ok(())
    })
}
