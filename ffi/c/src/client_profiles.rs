use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use ::p2svpn_client::{Error, ExportFormat, SecretsInExport};

use crate::client::{p2svpn_client, profile_id};
use crate::entry::entry;
use crate::error::p2svpn_error;
use crate::input::{invalid, required, text};
use crate::output::c_string;
use crate::profile_edit::p2svpn_profile_edit;

/// Formats that profiles are exported in.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_export_formats {
    /// azurevpnconfig.xml, as the Azure portal and Microsoft's client write it.
    P2SVPN_EXPORT_AZURE_XML = 1,
    /// The library's own JSON, which has a place for everything, and is also the way to see all that a profile says.
    P2SVPN_EXPORT_JSON = 2,
    /// An OpenVPN configuration, .ovpn, for OpenVPN 2.6 and later.
    P2SVPN_EXPORT_OPENVPN = 3,
}

/// Changes a profile: all of the changes are made, or none.
///
/// @param id      the profile
/// @param edit    the changes
/// @param report  receives what came of it in words, which the caller frees with p2svpn_string_free(); NULL if it is not
///                wanted
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, EDIT_REFUSED with the reason, or an error of the store
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_edit_profile(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    edit: Option<&p2svpn_profile_edit>,
    report: Option<&mut MaybeUninit<*mut c_char>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let id = unsafe { profile_id(id) }?;
        let edit = required(edit, "edit")?;
        let told = client.profiles().edit(&id, &edit.0)?;
        if let Some(place) = report {
            place.write(c_string(told).into_raw());
        }
        Ok(())
    })
}

/// Brings a profile up to date with the file of a newer package of its gateway, and keeps what the user edited.
///
/// @param id         the profile
/// @param path       the newer package
/// @param conflicts  receives the names of the edited fields that the package changes to something else, with commas
///                   between them, which the caller frees with p2svpn_string_free(); NULL if they are not wanted
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, UPDATE_MISMATCH, or another error of the numbers 2xx
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_update_profile(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    path: *const c_char,
    conflicts: Option<&mut MaybeUninit<*mut c_char>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let (id, path) = unsafe { (profile_id(id)?, required(text(path, "path")?, "path")?) };
        let updated = client.profiles().update_file(&id, path)?;
        if let Some(place) = conflicts {
            let names: Vec<&str> = updated.conflicts.iter().map(|field| field.name()).collect();
            place.write(c_string(names.join(",")).into_raw());
        }
        Ok(())
    })
}

/// Copies a profile with its secrets under another name, after all others.
///
/// @param id    the profile
/// @param name  the copy's name
/// @param copy  receives the copy's id, which the caller frees with p2svpn_string_free()
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or an error of the store
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_duplicate_profile(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    name: *const c_char,
    copy: Option<&mut MaybeUninit<*mut c_char>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let (id, name) = unsafe { (profile_id(id)?, required(text(name, "name")?, "name")?) };
        let place = required(copy, "copy")?;
        let made = client.profiles().duplicate(&id, name)?;
        place.write(c_string(made.id).into_raw());
        Ok(())
    })
}

/// Moves a profile to a place in the list, counted from 0; beyond the end is the end.
///
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or an error of the store
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_move_profile(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    index: usize,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let id = unsafe { profile_id(id) }?;
        client.profiles().move_to(&id, index)
    })
}

/// Writes a profile in the format of another program, or in the library's own.
///
/// @param id            the profile
/// @param format        one of #p2svpn_export_formats
/// @param with_secrets  whether it holds the profile's secrets, and so is as secret as the profile
/// @param exported      receives the file's text, which the caller frees with p2svpn_string_free(), which also wipes it
/// @param notes         receives what the file cannot say, a line each, which the caller frees with p2svpn_string_free();
///                      NULL if it is not wanted
/// @return NULL, INVALID_ARGUMENT or PROFILE_UNKNOWN
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_export_profile(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    format: u32,
    with_secrets: bool,
    exported: Option<&mut MaybeUninit<*mut c_char>>,
    notes: Option<&mut MaybeUninit<*mut c_char>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let id = unsafe { profile_id(id) }?;
        let place = required(exported, "exported")?;
        let secrets = if with_secrets {
            SecretsInExport::Included
        } else {
            SecretsInExport::LeftOut
        };
        let file = client
            .profiles()
            .export(&id, export_format(format)?, secrets)?;
        // The whole room at once: growing would leave a copy behind that nobody wipes.
        let mut text = Vec::with_capacity(file.text.len().saturating_add(1));
        text.extend_from_slice(file.text.as_bytes());
        let text = CString::new(text).map_err(|_| invalid("the profile holds a zero byte"))?;
        place.write(text.into_raw());
        if let Some(place) = notes {
            place.write(c_string(file.notes.join("\n")).into_raw());
        }
        Ok(())
    })
}

/// Tells what a profile needs and what it would change on this machine, before anything is connected.
///
/// @param id    the profile
/// @param plan  receives the plan as a text for people, which the caller frees with p2svpn_string_free(); NULL if it is not
///              wanted
/// @param json  receives the plan as JSON for programs, which the caller frees with p2svpn_string_free(); NULL if it is not
///              wanted
/// @return NULL, INVALID_ARGUMENT or PROFILE_UNKNOWN
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_explain(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    plan: Option<&mut MaybeUninit<*mut c_char>>,
    json: Option<&mut MaybeUninit<*mut c_char>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let id = unsafe { profile_id(id) }?;
        let explained = client.explain(&id)?;
        if let Some(place) = plan {
            place.write(c_string(&explained).into_raw());
        }
        if let Some(place) = json {
            place.write(c_string(explained.to_json()).into_raw());
        }
        Ok(())
    })
}

fn export_format(number: u32) -> Result<ExportFormat, Error> {
    match number {
        1 => Ok(ExportFormat::AzureXml),
        2 => Ok(ExportFormat::Json),
        3 => Ok(ExportFormat::OpenVpn),
        _ => Err(invalid("format is none of p2svpn_export_formats")),
    }
}
