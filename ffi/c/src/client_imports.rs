use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::p2svpn_client::{ImportedProfile, UpdatedProfile};

use crate::client::{p2svpn_client, profile_id};
use crate::entry::entry;
use crate::error::p2svpn_error;
use crate::input::{bytes, paths, required, text};
use crate::output::c_string;
use crate::profile::{p2svpn_profile, p2svpn_profiles};
use crate::profile_update::p2svpn_profile_update;

/// Reads a file that holds one profile and keeps it: the package of the Azure portal as it comes, azurevpnconfig.xml, what
/// Microsoft's client exports, an Intune policy, an OpenVPN configuration with the files beside it that it names, or the
/// library's JSON. The kind is told from what the file holds.
///
/// Importing the same again gives the same id. p2svpn_client_profile() shows the profile with its warnings.
///
/// @param path     the file
/// @param profile  receives the id to connect by, which the caller frees with p2svpn_string_free()
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNREADABLE, SEVERAL_PROFILES, for which p2svpn_client_import_files() is there, or
///         another error of the numbers 2xx
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_import_file(
    client: Option<&p2svpn_client>,
    path: *const c_char,
    profile: Option<&mut MaybeUninit<*mut c_char>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let path = required(unsafe { text(path, "path") }?, "path")?;
        let place = required(profile, "profile")?;
        let imported = client.profiles().import_file(path)?;
        place.write(id_of(client, imported));
        Ok(())
    })
}

/// Reads one profile from the bytes of a file and keeps it.
///
/// Importing the same bytes again changes nothing but the name, and gives the same id.
///
/// @param bytes    the file's bytes, which are copied
/// @param size     how many they are
/// @param name     a name of 1 to 256 characters instead of the profile's own; NULL for its own
/// @param profile  receives the id to connect by, which the caller frees with p2svpn_string_free()
/// @return NULL, INVALID_ARGUMENT or another error of the numbers 2xx
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_import_bytes(
    client: Option<&p2svpn_client>,
    bytes: *const u8,
    size: usize,
    name: *const c_char,
    profile: Option<&mut MaybeUninit<*mut c_char>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's buffers and strings hold to the rules.
        let (given, name) = unsafe { (self::bytes(bytes, size, "bytes")?, text(name, "name")?) };
        let given = required(given, "bytes")?;
        let place = required(profile, "profile")?;
        let imported = client.profiles().import(given, name)?;
        place.write(id_of(client, imported));
        Ok(())
    })
}

/// Reads files that explain each other, or that hold several profiles, and keeps all profiles in them.
///
/// Files of one gateway that differ in how to sign in become one profile with a choice. Nothing is kept if a file cannot be
/// read; profiles before one that cannot be stored are kept.
///
/// @param paths     the files, at most 100
/// @param count     how many they are
/// @param profiles  receives the profiles, at least one, each with its warnings and the profile that it is probably a newer
///                  version of; the caller frees them with p2svpn_profiles_free()
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNREADABLE or another error of the numbers 2xx
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_import_files(
    client: Option<&p2svpn_client>,
    paths: *const *const c_char,
    count: usize,
    profiles: Option<&mut MaybeUninit<Box<p2svpn_profiles>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's arrays of strings hold to the rules.
        let paths = unsafe { self::paths(paths, count, "paths") }?;
        let place = required(profiles, "profiles")?;
        let imported = client.profiles().import_files(&paths)?;
        let kept = imported.into_iter().map(|imported| keep(client, imported));
        place.write(Box::new(p2svpn_profiles::new(kept)));
        Ok(())
    })
}

/// Brings a profile up to date with the files of a newer package of its gateway, and keeps what the user edited.
///
/// @param id      the profile
/// @param paths   the newer package, or several files that together are one profile; at most 100
/// @param count   how many they are
/// @param update  receives what came of it, which the caller frees with p2svpn_profile_update_free(); NULL if it is not wanted
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, UPDATE_MISMATCH, SEVERAL_PROFILES, or another error of the numbers 2xx
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_update_profile(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    paths: *const *const c_char,
    count: usize,
    update: Option<&mut MaybeUninit<Box<p2svpn_profile_update>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings and arrays of strings hold to the rules.
        let (id, paths) = unsafe { (profile_id(id)?, self::paths(paths, count, "paths")?) };
        let updated = client.profiles().update_files(&id, &paths)?;
        tell(client, updated, update);
        Ok(())
    })
}

/// Brings a profile up to date with the bytes of a newer package, as p2svpn_client_update_profile() does with its files.
///
/// @param id      the profile
/// @param bytes   the newer package's bytes
/// @param size    how many they are
/// @param update  receives what came of it, which the caller frees with p2svpn_profile_update_free(); NULL if it is not wanted
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, UPDATE_MISMATCH, or another error of the numbers 2xx
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_update_profile_bytes(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    bytes: *const u8,
    size: usize,
    update: Option<&mut MaybeUninit<Box<p2svpn_profile_update>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's buffers and strings hold to the rules.
        let (id, given) = unsafe { (profile_id(id)?, self::bytes(bytes, size, "bytes")?) };
        let given = required(given, "bytes")?;
        let updated = client.profiles().update(&id, given)?;
        tell(client, updated, update);
        Ok(())
    })
}

/// Remembers what was told when a profile was read, and shows the profile.
fn keep(client: &p2svpn_client, imported: ImportedProfile) -> p2svpn_profile {
    let summary = imported.summary.clone();
    let notes = client.notes().keep(summary.id, imported.into());
    p2svpn_profile::new(&summary, &notes)
}

/// Remembers what was told when a profile was read, and gives its id out.
fn id_of(client: &p2svpn_client, imported: ImportedProfile) -> *mut c_char {
    let id = *imported.id();
    client.notes().keep(id, imported.into());
    c_string(id).into_raw()
}

/// Remembers what was told when a newer package was read, and gives out what came of it.
fn tell(
    client: &p2svpn_client,
    updated: UpdatedProfile,
    place: Option<&mut MaybeUninit<Box<p2svpn_profile_update>>>,
) {
    let update = p2svpn_profile_update::new(&updated);
    if let Some(removed) = updated.removed {
        client.notes().forget(&removed);
    }
    client.notes().keep(updated.summary.id, updated.into());
    if let Some(place) = place {
        place.write(Box::new(update));
    }
}
