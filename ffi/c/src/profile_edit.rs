use std::ffi::c_char;
use std::mem::MaybeUninit;

use p2svpn_client::{Error, ProfileEdit, SignIn};

use crate::entry::entry;
use crate::error::p2svpn_error;
use crate::guard::act;
use crate::input::{invalid, required, text};
use crate::transport::transport;

/// What is done with the entries of a list.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_list_actions {
    /// They are added at the end.
    P2SVPN_LIST_ADD = 0,
    /// They take the place of all that was there; none clears the list.
    P2SVPN_LIST_REPLACE = 1,
    /// They are taken out.
    P2SVPN_LIST_REMOVE = 2,
}

/// Changes to a profile, collected first and made together by p2svpn_client_edit_profile(). One thread at a time uses it.
///
/// Lists are texts with their entries between commas, semicolons or lines; what follows a '#' in a line is a comment.
pub struct p2svpn_profile_edit(pub(crate) ProfileEdit);

/// Makes an edit that changes nothing yet.
///
/// @param edit  receives the edit, which the caller frees with p2svpn_profile_edit_free()
/// @return NULL or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_edit_new(
    edit: Option<&mut MaybeUninit<Box<p2svpn_profile_edit>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let place = required(edit, "edit")?;
        place.write(Box::new(p2svpn_profile_edit(ProfileEdit::new())));
        Ok(())
    })
}

/// Frees an edit. NULL is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_edit_free(edit: Option<Box<p2svpn_profile_edit>>) {
    act(|| drop(edit));
}

/// Gives the profile another name.
///
/// @param name  a line of 1 to 256 characters
/// @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_profile_edit_name(
    edit: Option<&mut p2svpn_profile_edit>,
    name: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let edit = required(edit, "edit")?;
        // SAFETY: the caller's strings hold to the rules.
        let given = unsafe { text(name, "name") }?;
        edit.0.rename(required(given, "name")?)?;
        Ok(())
    })
}

/// Changes the gateways: host, host:port or host:port/udp, in the order to try them.
///
/// @param action  one of #p2svpn_list_actions
/// @param list    the entries
/// @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_profile_edit_servers(
    edit: Option<&mut p2svpn_profile_edit>,
    action: u32,
    list: *const c_char,
) -> Option<Box<p2svpn_error>> {
    use p2svpn_list_actions::*;
    entry(|| {
        let edit = required(edit, "edit")?;
        // SAFETY: the caller's strings hold to the rules.
        let list = required(unsafe { text(list, "list") }?, "list")?;
        let action = list_action(action)?;
        // An entry that cannot be used leaves the edit as it was.
        let mut changed = edit.0.clone();
        match action {
            P2SVPN_LIST_REPLACE => {
                changed.replace_servers(entries(list))?;
            }
            P2SVPN_LIST_ADD => {
                for server in entries(list) {
                    changed.add_server(server)?;
                }
            }
            P2SVPN_LIST_REMOVE => {
                for server in entries(list) {
                    changed.remove_server(server)?;
                }
            }
        }
        edit.0 = changed;
        Ok(())
    })
}

/// Brings the gateways into another order.
///
/// @param list  each gateway of the profile once, as for p2svpn_profile_edit_servers()
/// @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_profile_edit_server_order(
    edit: Option<&mut p2svpn_profile_edit>,
    list: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let edit = required(edit, "edit")?;
        // SAFETY: the caller's strings hold to the rules.
        let list = required(unsafe { text(list, "list") }?, "list")?;
        edit.0.order_servers(entries(list))?;
        Ok(())
    })
}

/// Lets every gateway be reached over another transport, one of #p2svpn_transports.
///
/// @return NULL or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_edit_transport(
    edit: Option<&mut p2svpn_profile_edit>,
    transport: u32,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let edit = required(edit, "edit")?;
        edit.0.set_transport(self::transport(transport)?);
        Ok(())
    })
}

/// Names the client certificate that is asked for. Another one that the profile brought along is taken out, with its private
/// key, and the report says so.
///
/// @param thumbprint  its SHA-1 thumbprint; NULL for any
/// @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_profile_edit_client_certificate(
    edit: Option<&mut p2svpn_profile_edit>,
    thumbprint: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let edit = required(edit, "edit")?;
        // SAFETY: the caller's strings hold to the rules.
        let given = unsafe { text(thumbprint, "thumbprint") }?;
        match given {
            Some(given) => edit.0.set_client_certificate(given)?,
            None => edit.0.clear_client_certificate(),
        };
        Ok(())
    })
}

/// Names the root that the client certificate has to come from.
///
/// @param thumbprint  its SHA-1 thumbprint; NULL for any
/// @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_profile_edit_certificate_issuer(
    edit: Option<&mut p2svpn_profile_edit>,
    thumbprint: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let edit = required(edit, "edit")?;
        // SAFETY: the caller's strings hold to the rules.
        let given = unsafe { text(thumbprint, "thumbprint") }?;
        match given {
            Some(given) => edit.0.set_certificate_issuer(given)?,
            None => edit.0.clear_certificate_issuer(),
        };
        Ok(())
    })
}

/// Keeps the user's name.
///
/// @param name  the name; NULL to be asked for it
/// @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_profile_edit_user_name(
    edit: Option<&mut p2svpn_profile_edit>,
    name: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let edit = required(edit, "edit")?;
        // SAFETY: the caller's strings hold to the rules.
        let given = unsafe { text(name, "name") }?;
        match given {
            Some(given) => edit.0.set_user_name(given)?,
            None => edit.0.clear_user_name(),
        };
        Ok(())
    })
}

/// Names another profile to fail over to.
///
/// @param name  its name; NULL for none
/// @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_profile_edit_secondary_profile(
    edit: Option<&mut p2svpn_profile_edit>,
    name: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let edit = required(edit, "edit")?;
        // SAFETY: the caller's strings hold to the rules.
        let given = unsafe { text(name, "name") }?;
        match given {
            Some(given) => edit.0.set_secondary_profile(given)?,
            None => edit.0.clear_secondary_profile(),
        };
        Ok(())
    })
}

/// Changes the networks to reach through the tunnel, such as 10.0.0.0/8 or 10.0.0.0 255.0.0.0.
///
/// @param action  one of #p2svpn_list_actions
/// @param list    the entries
/// @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_profile_edit_include_routes(
    edit: Option<&mut p2svpn_profile_edit>,
    action: u32,
    list: *const c_char,
) -> Option<Box<p2svpn_error>> {
    use p2svpn_list_actions::*;
    entry(|| {
        let edit = required(edit, "edit")?;
        // SAFETY: the caller's strings hold to the rules.
        let list = required(unsafe { text(list, "list") }?, "list")?;
        match list_action(action)? {
            P2SVPN_LIST_ADD => edit.0.include(list)?,
            P2SVPN_LIST_REPLACE => edit.0.replace_includes(list)?,
            P2SVPN_LIST_REMOVE => edit.0.remove_includes(list)?,
        };
        Ok(())
    })
}

/// Changes the networks to reach outside the tunnel.
///
/// @param action  one of #p2svpn_list_actions
/// @param list    the entries
/// @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_profile_edit_exclude_routes(
    edit: Option<&mut p2svpn_profile_edit>,
    action: u32,
    list: *const c_char,
) -> Option<Box<p2svpn_error>> {
    use p2svpn_list_actions::*;
    entry(|| {
        let edit = required(edit, "edit")?;
        // SAFETY: the caller's strings hold to the rules.
        let list = required(unsafe { text(list, "list") }?, "list")?;
        match list_action(action)? {
            P2SVPN_LIST_ADD => edit.0.exclude(list)?,
            P2SVPN_LIST_REPLACE => edit.0.replace_excludes(list)?,
            P2SVPN_LIST_REMOVE => edit.0.remove_excludes(list)?,
        };
        Ok(())
    })
}

/// Changes the DNS servers.
///
/// @param action  one of #p2svpn_list_actions
/// @param list    the entries
/// @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_profile_edit_dns_servers(
    edit: Option<&mut p2svpn_profile_edit>,
    action: u32,
    list: *const c_char,
) -> Option<Box<p2svpn_error>> {
    use p2svpn_list_actions::*;
    entry(|| {
        let edit = required(edit, "edit")?;
        // SAFETY: the caller's strings hold to the rules.
        let list = required(unsafe { text(list, "list") }?, "list")?;
        match list_action(action)? {
            P2SVPN_LIST_ADD => edit.0.add_dns_servers(list)?,
            P2SVPN_LIST_REPLACE => edit.0.replace_dns_servers(list)?,
            P2SVPN_LIST_REMOVE => edit.0.remove_dns_servers(list)?,
        };
        Ok(())
    })
}

/// Changes the domains whose names the DNS servers answer.
///
/// @param action  one of #p2svpn_list_actions
/// @param list    the entries
/// @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_profile_edit_dns_suffixes(
    edit: Option<&mut p2svpn_profile_edit>,
    action: u32,
    list: *const c_char,
) -> Option<Box<p2svpn_error>> {
    use p2svpn_list_actions::*;
    entry(|| {
        let edit = required(edit, "edit")?;
        // SAFETY: the caller's strings hold to the rules.
        let list = required(unsafe { text(list, "list") }?, "list")?;
        match list_action(action)? {
            P2SVPN_LIST_ADD => edit.0.add_dns_suffixes(list)?,
            P2SVPN_LIST_REPLACE => edit.0.replace_dns_suffixes(list)?,
            P2SVPN_LIST_REMOVE => edit.0.remove_dns_suffixes(list)?,
        };
        Ok(())
    })
}

/// Changes the domains of networks in which an always-on profile does not connect.
///
/// @param action  one of #p2svpn_list_actions
/// @param list    the entries
/// @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_profile_edit_trusted_networks(
    edit: Option<&mut p2svpn_profile_edit>,
    action: u32,
    list: *const c_char,
) -> Option<Box<p2svpn_error>> {
    use p2svpn_list_actions::*;
    entry(|| {
        let edit = required(edit, "edit")?;
        // SAFETY: the caller's strings hold to the rules.
        let list = required(unsafe { text(list, "list") }?, "list")?;
        match list_action(action)? {
            P2SVPN_LIST_ADD => edit.0.add_trusted_networks(list)?,
            P2SVPN_LIST_REPLACE => edit.0.replace_trusted_networks(list)?,
            P2SVPN_LIST_REMOVE => edit.0.remove_trusted_networks(list)?,
        };
        Ok(())
    })
}

/// Selects a way to sign in, one of #p2svpn_sign_ins that the profile offers.
///
/// @return NULL or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_edit_sign_in(
    edit: Option<&mut p2svpn_profile_edit>,
    sign_in: u32,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let edit = required(edit, "edit")?;
        edit.0.select_authentication(way(sign_in)?);
        Ok(())
    })
}

/// Has all IPv4 traffic go through the tunnel, or only that of the routes.
///
/// @return NULL or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_edit_forced_tunnel(
    edit: Option<&mut p2svpn_profile_edit>,
    forced: bool,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let edit = required(edit, "edit")?;
        edit.0.force_tunnel(forced);
        Ok(())
    })
}

/// Says whether the profile is to be connected always.
///
/// @return NULL or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_edit_always_on(
    edit: Option<&mut p2svpn_profile_edit>,
    always_on: bool,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let edit = required(edit, "edit")?;
        edit.0.set_always_on(always_on);
        Ok(())
    })
}

/// Joins the include routes to the fewest networks that send the same traffic through the tunnel.
///
/// @return NULL or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_edit_aggregate_include_routes(
    edit: Option<&mut p2svpn_profile_edit>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let edit = required(edit, "edit")?;
        edit.0.aggregate_includes();
        Ok(())
    })
}

/// Joins the exclude routes to the fewest networks that send the same traffic outside the tunnel.
///
/// @return NULL or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_edit_aggregate_exclude_routes(
    edit: Option<&mut p2svpn_profile_edit>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let edit = required(edit, "edit")?;
        edit.0.aggregate_excludes();
        Ok(())
    })
}

/// The entries of a list that are separated by commas, semicolons or lines.
fn entries(list: &str) -> impl Iterator<Item = &str> {
    let lines = list
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    let entries = lines.flat_map(|line| line.split([',', ';']));
    entries.map(str::trim).filter(|entry| !entry.is_empty())
}

fn list_action(number: u32) -> Result<p2svpn_list_actions, Error> {
    use p2svpn_list_actions::*;
    let mut actions = [P2SVPN_LIST_ADD, P2SVPN_LIST_REPLACE, P2SVPN_LIST_REMOVE].into_iter();
    let known = actions.find(|action| *action as u32 == number);
    known.ok_or_else(|| invalid("action is none of p2svpn_list_actions"))
}

fn way(number: u32) -> Result<SignIn, Error> {
    match number {
        1 => Ok(SignIn::Certificate),
        2 => Ok(SignIn::Entra),
        3 => Ok(SignIn::Password),
        4 => Ok(SignIn::CertificateAndPassword),
        _ => Err(invalid("sign_in is none of p2svpn_sign_ins")),
    }
}
