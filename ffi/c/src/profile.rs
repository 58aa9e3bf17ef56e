use std::ffi::{CString, c_char};
use std::ptr;

use p2svpn_client::{ProfileSummary, SignIn};

use crate::guard::{act, look};
use crate::import_notes::ImportNotes;
use crate::output::{Texts, c_string, pointer};
use crate::warning::{Warnings, p2svpn_warning};

/// How a profile signs in.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_sign_ins {
    /// In a way that this version does not know.
    P2SVPN_SIGN_IN_OTHER = 0,
    /// By a client certificate.
    P2SVPN_SIGN_IN_CERTIFICATE = 1,
    /// By Microsoft Entra ID.
    P2SVPN_SIGN_IN_ENTRA = 2,
    /// By a user name and a password.
    P2SVPN_SIGN_IN_PASSWORD = 3,
    /// By a client certificate together with a user name and a password.
    P2SVPN_SIGN_IN_CERTIFICATE_AND_PASSWORD = 4,
}

impl From<SignIn> for p2svpn_sign_ins {
    fn from(way: SignIn) -> Self {
        match way {
            SignIn::Certificate => Self::P2SVPN_SIGN_IN_CERTIFICATE,
            SignIn::Entra => Self::P2SVPN_SIGN_IN_ENTRA,
            SignIn::Password => Self::P2SVPN_SIGN_IN_PASSWORD,
            SignIn::CertificateAndPassword => Self::P2SVPN_SIGN_IN_CERTIFICATE_AND_PASSWORD,
            _ => Self::P2SVPN_SIGN_IN_OTHER,
        }
    }
}

/// What a host shows of a profile in a list, as it was when it was looked at. It holds no secret. Any thread may use it.
pub struct p2svpn_profile {
    id: CString,
    name: CString,
    servers: Texts,
    sign_in: p2svpn_sign_ins,
    full_tunnel: bool,
    always_on: bool,
    network_id: Option<CString>,
    edited: bool,
    update_of: CString,
    warnings: Warnings,
}

/// The profiles of a client, as they were when they were looked at. Any thread may use it.
pub struct p2svpn_profiles(Vec<p2svpn_profile>);

impl p2svpn_profile {
    pub(crate) fn new(summary: &ProfileSummary, notes: &ImportNotes) -> Self {
        Self {
            id: c_string(summary.id),
            name: c_string(&summary.name),
            servers: Texts::new(&summary.servers),
            sign_in: summary.sign_in.into(),
            full_tunnel: summary.full_tunnel,
            always_on: summary.always_on,
            network_id: summary.network_id.as_ref().map(c_string),
            edited: summary.edited,
            update_of: notes.update_of.map(c_string).unwrap_or_default(),
            warnings: Warnings::new(&notes.warnings, notes.warnings_left_out),
        }
    }
}

impl p2svpn_profiles {
    pub(crate) fn new(profiles: impl Iterator<Item = p2svpn_profile>) -> Self {
        Self(profiles.collect())
    }
}

/// Frees a profile that p2svpn_client_profile() gave, not one of a list or of another object. NULL is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_free(profile: Option<Box<p2svpn_profile>>) {
    act(|| drop(profile));
}

/// Returns the id to connect by; "" for NULL. It belongs to the profile.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_id(profile: Option<&p2svpn_profile>) -> *const c_char {
    look(profile, c"".as_ptr(), |profile| profile.id.as_ptr())
}

/// Returns the name for people; "" for NULL. It belongs to the profile.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_name(profile: Option<&p2svpn_profile>) -> *const c_char {
    look(profile, c"".as_ptr(), |profile| profile.name.as_ptr())
}

/// Returns how many gateways the profile has.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_server_count(profile: Option<&p2svpn_profile>) -> usize {
    look(profile, 0, |profile| profile.servers.count())
}

/// Returns a gateway as "host:port", in the order to try them; NULL beyond the last. It belongs to the profile.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_server(
    profile: Option<&p2svpn_profile>,
    index: usize,
) -> *const c_char {
    look(profile, ptr::null(), |profile| profile.servers.at(index))
}

/// Returns how it signs in: one of #p2svpn_sign_ins.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_sign_in(profile: Option<&p2svpn_profile>) -> u32 {
    look(profile, 0, |profile| profile.sign_in as u32)
}

/// Says whether all IPv4 traffic belongs into the tunnel.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_full_tunnel(profile: Option<&p2svpn_profile>) -> bool {
    look(profile, false, |profile| profile.full_tunnel)
}

/// Says whether the profile is meant to be connected always.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_always_on(profile: Option<&p2svpn_profile>) -> bool {
    look(profile, false, |profile| profile.always_on)
}

/// Returns the id of the virtual network gateway, which a newer package of the same gateway has too; NULL where its address does
/// not tell. It belongs to the profile.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_network_id(profile: Option<&p2svpn_profile>) -> *const c_char {
    look(profile, ptr::null(), |profile| {
        pointer(profile.network_id.as_ref())
    })
}

/// Says whether the profile was changed since it was imported.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_edited(profile: Option<&p2svpn_profile>) -> bool {
    look(profile, false, |profile| profile.edited)
}

/// Returns the id of another profile that called the same gateway when this one was imported, of which this is probably a
/// newer version; "" if there was none. It belongs to the profile.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_update_of(profile: Option<&p2svpn_profile>) -> *const c_char {
    look(profile, c"".as_ptr(), |profile| profile.update_of.as_ptr())
}

/// Returns how many things had to be forgiven to read the profile's file; at most 200 are kept.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_warning_count(profile: Option<&p2svpn_profile>) -> usize {
    look(profile, 0, |profile| profile.warnings.count())
}

/// Returns what had to be forgiven, in the order of the file; NULL beyond the last. It belongs to the profile.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_warning(
    profile: Option<&p2svpn_profile>,
    index: usize,
) -> Option<&p2svpn_warning> {
    look(profile, None, |profile| profile.warnings.at(index))
}

/// Returns how many warnings there were beyond those kept.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_warnings_left_out(profile: Option<&p2svpn_profile>) -> usize {
    look(profile, 0, |profile| profile.warnings.left_out())
}

/// Frees a list of profiles and the profiles in it. NULL is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profiles_free(profiles: Option<Box<p2svpn_profiles>>) {
    act(|| drop(profiles));
}

/// Returns how many profiles there are.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profiles_count(profiles: Option<&p2svpn_profiles>) -> usize {
    look(profiles, 0, |profiles| profiles.0.len())
}

/// Returns a profile of the list; NULL beyond the last. It belongs to the list.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profiles_at(
    profiles: Option<&p2svpn_profiles>,
    index: usize,
) -> Option<&p2svpn_profile> {
    look(profiles, None, |profiles| profiles.0.get(index))
}
