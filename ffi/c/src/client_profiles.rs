use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::p2svpn_client::{Error, ExportFormat, SecretsInExport};

use crate::client::{p2svpn_client, profile_id};
use crate::connect_options::{p2svpn_connect_options, plan_options};
use crate::edit_report::p2svpn_edit_report;
use crate::entry::entry;
use crate::error::p2svpn_error;
use crate::input::{invalid, paths, required, text};
use crate::output::{c_string, secret_string};
use crate::plan::{p2svpn_plan, p2svpn_plans};
use crate::profile::{p2svpn_profile, p2svpn_profiles};
use crate::profile_details::p2svpn_profile_details;
use crate::profile_edit::p2svpn_profile_edit;
use crate::profile_problem::p2svpn_profile_problems;

/// Formats that profiles are exported in.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_export_formats {
    /// azurevpnconfig.xml, as the Azure portal and Microsoft's client write it.
    P2SVPN_EXPORT_AZURE_XML = 1,
    /// The library's own JSON, which has a place for everything.
    P2SVPN_EXPORT_JSON = 2,
    /// An OpenVPN configuration, .ovpn, for OpenVPN 2.6 and later.
    P2SVPN_EXPORT_OPENVPN = 3,
}

/// Takes a look at a profile.
///
/// @param id       the id that the import gave
/// @param profile  receives a copy of what the profile says, which the caller frees with p2svpn_profile_free()
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN; of a profile that is in the folder and cannot be used SECRETS_MISSING,
///         STORE_KEY_WRONG, STORE_UNAVAILABLE, PROFILE_NEWER or STORE_DAMAGED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_profile(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    profile: Option<&mut MaybeUninit<Box<p2svpn_profile>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let id = unsafe { profile_id(id) }?;
        let place = required(profile, "profile")?;
        let summary = client.profiles().get(&id)?;
        place.write(Box::new(client.profile(&summary)));
        Ok(())
    })
}

/// Takes a look at all profiles.
///
/// @param profiles  receives the list of this moment, in the order of the user, which the caller frees with
///                  p2svpn_profiles_free()
/// @return NULL or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_client_profiles(
    client: Option<&p2svpn_client>,
    profiles: Option<&mut MaybeUninit<Box<p2svpn_profiles>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        let place = required(profiles, "profiles")?;
        let summaries = client.profiles().list();
        let seen = summaries.iter().map(|summary| client.profile(summary));
        place.write(Box::new(p2svpn_profiles::new(seen)));
        Ok(())
    })
}

/// Takes a look at everything that a profile says.
///
/// @param id       the profile
/// @param details  receives a copy of it, which the caller frees with p2svpn_profile_details_free()
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or what keeps the profile from being used, as p2svpn_client_profile() says
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_profile_details(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    details: Option<&mut MaybeUninit<Box<p2svpn_profile_details>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let id = unsafe { profile_id(id) }?;
        let place = required(details, "details")?;
        let seen = client.profiles().details(&id)?;
        let profile = client.profile(&seen.summary);
        place.write(Box::new(p2svpn_profile_details::new(&seen, profile)));
        Ok(())
    })
}

/// Changes a profile: all of the changes are made, or none.
///
/// @param id      the profile
/// @param edit    the changes
/// @param report  receives what came of it, which the caller frees with p2svpn_edit_report_free(); NULL if it is not wanted
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, EDIT_REFUSED with the reason, or an error of the store
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_edit_profile(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    edit: Option<&p2svpn_profile_edit>,
    report: Option<&mut MaybeUninit<Box<p2svpn_edit_report>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let id = unsafe { profile_id(id) }?;
        let edit = required(edit, "edit")?;
        let told = client.profiles().edit(&id, &edit.0)?;
        if let Some(place) = report {
            place.write(Box::new(p2svpn_edit_report::new(&told)));
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

/// Forgets a profile and its secrets; sessions that use it go on.
///
/// @param id  the id that the import gave
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or an error of the store
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_remove_profile(
    client: Option<&p2svpn_client>,
    id: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let id = unsafe { profile_id(id) }?;
        client.profiles().remove(&id)?;
        client.notes().forget(&id);
        Ok(())
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
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or what keeps the profile from being used, as p2svpn_client_profile() says
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
        let text =
            secret_string(&file.text).ok_or_else(|| invalid("the profile holds a zero byte"))?;
        place.write(text.into_raw());
        if let Some(place) = notes {
            place.write(c_string(file.notes.join("\n")).into_raw());
        }
        Ok(())
    })
}

/// Tells what a profile needs and what it would change on this machine, before anything is connected.
///
/// It looks at the machine's networks and at the other profiles, for conflicts; it connects to nothing and changes nothing.
///
/// @param id       the profile
/// @param options  what it will be connected with, such as the device; NULL for the defaults
/// @param plan     receives the plan, which the caller frees with p2svpn_plan_free()
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or what keeps the profile from being used, as p2svpn_client_profile() says
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_explain(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    options: *const p2svpn_connect_options,
    plan: Option<&mut MaybeUninit<Box<p2svpn_plan>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings and options hold to the rules.
        let (id, options) = unsafe { (profile_id(id)?, plan_options(options)?) };
        let place = required(plan, "plan")?;
        let explained = client.facade().explain(&id, &options)?;
        place.write(Box::new(p2svpn_plan::of_kept(&explained)));
        Ok(())
    })
}

/// Tells what the profiles in files need and would change, without keeping them.
///
/// @param paths    the files, as p2svpn_client_import_files() takes them
/// @param count    how many they are
/// @param options  what they will be connected with, such as the device; NULL for the defaults
/// @param plans    receives the plans, at least one, each with the warnings of its profile; the caller frees them with
///                 p2svpn_plans_free()
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNREADABLE or another error of the numbers 2xx
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_explain_files(
    client: Option<&p2svpn_client>,
    paths: *const *const c_char,
    count: usize,
    options: *const p2svpn_connect_options,
    plans: Option<&mut MaybeUninit<Box<p2svpn_plans>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's arrays of strings and options hold to the rules.
        let (paths, options) =
            unsafe { (self::paths(paths, count, "paths")?, plan_options(options)?) };
        let place = required(plans, "plans")?;
        let explained = client.facade().explain_files(&paths, &options)?;
        place.write(Box::new(p2svpn_plans::new(&explained)));
        Ok(())
    })
}

/// Takes a look at what is wrong in the folder of the profiles: files that were set aside, profiles whose secrets are gone.
/// Profiles in memory have no problems.
///
/// @param problems  receives the list of this moment, which the caller frees with p2svpn_profile_problems_free()
/// @return NULL or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_client_profile_problems(
    client: Option<&p2svpn_client>,
    problems: Option<&mut MaybeUninit<Box<p2svpn_profile_problems>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        let place = required(problems, "problems")?;
        let found = client.profiles().problems();
        place.write(Box::new(p2svpn_profile_problems::new(&found)));
        Ok(())
    })
}

/// Deletes a damaged file that was set aside, with its secrets.
///
/// @param set_aside  the name that p2svpn_profile_problem_set_aside() gave; another one deletes nothing
/// @param discarded  receives whether the file was there; NULL if it is not wanted
/// @return NULL, INVALID_ARGUMENT, or an error of the store
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_discard_profile_file(
    client: Option<&p2svpn_client>,
    set_aside: *const c_char,
    discarded: Option<&mut MaybeUninit<bool>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let name = required(unsafe { text(set_aside, "set_aside") }?, "set_aside")?;
        let was_there = client.profiles().discard(name)?;
        if let Some(place) = discarded {
            place.write(was_there);
        }
        Ok(())
    })
}

/// Looks at what other processes did to the folder of the profiles; events tell what is different. This happens by itself every
/// few seconds.
///
/// @return NULL, INVALID_ARGUMENT, or an error of the store, after which the profiles that were known are known still
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_client_refresh_profiles(
    client: Option<&p2svpn_client>,
) -> Option<Box<p2svpn_error>> {
    entry(|| required(client, "client")?.profiles().refresh())
}

fn export_format(number: u32) -> Result<ExportFormat, Error> {
    match number {
        1 => Ok(ExportFormat::AzureXml),
        2 => Ok(ExportFormat::Json),
        3 => Ok(ExportFormat::OpenVpn),
        _ => Err(invalid("format is none of p2svpn_export_formats")),
    }
}

/// Tells who has signed in with Entra ID for a profile and is remembered.
///
/// @param id         the profile's id
/// @param usernames  receives the user names, one a line, the last one that signed in first, which the caller frees with
///                   p2svpn_string_free(); "" for profiles with another sign-in
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or STORE_UNAVAILABLE, STORE_KEY_WRONG or STORE_DAMAGED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_signed_in(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    usernames: Option<&mut MaybeUninit<*mut c_char>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let id = unsafe { profile_id(id) }?;
        let place = required(usernames, "usernames")?;
        let names = client.profiles().signed_in(&id)?;
        place.write(c_string(names.join("\n")).into_raw());
        Ok(())
    })
}

/// Forgets the sign-in of a user with Entra ID, or those of all users of the profile's application.
///
/// The next session asks for a sign-in; sessions that are connected go on until their token ends. Entra itself and the browser
/// do not learn of it.
///
/// @param id        the profile's id
/// @param username  the user; NULL for all
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or STORE_UNAVAILABLE, STORE_KEY_WRONG, STORE_FULL or STORE_DAMAGED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_sign_out(
    client: Option<&p2svpn_client>,
    id: *const c_char,
    username: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings hold to the rules.
        let (id, username) = unsafe { (profile_id(id)?, text(username, "username")?) };
        client.profiles().sign_out(&id, username)
    })
}
