use std::ffi::c_char;
use std::mem::{MaybeUninit, size_of};
use std::slice;

use p2svpn_client::{CertificateStore, Error, TokenAccess};

use crate::certificate::{p2svpn_certificate, required_certificate};
use crate::certificate_details::p2svpn_certificate_list;
use crate::entry::entry;
use crate::error::p2svpn_error;
use crate::input::{Versioned, invalid, required, structure, text};

/// Places that keep client certificates with their keys, which sign there and are not shown.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_certificate_stores {
    /// The tokens of `pkcs11_module`, such as smart cards and security keys.
    P2SVPN_CERTIFICATE_STORE_PKCS11 = 0,
    /// The user's own: `Cert:\CurrentUser\My` on Windows, the user's keychains on macOS. Linux has none.
    P2SVPN_CERTIFICATE_STORE_CURRENT_USER = 1,
    /// The machine's: `Cert:\LocalMachine\My` on Windows, the system's keychain on macOS. Often only administrators may use its
    /// keys, and only they may change it. Linux has none.
    P2SVPN_CERTIFICATE_STORE_LOCAL_MACHINE = 2,
}

/// A place that keeps client certificates. Set all of it to zero, and `size` to the structure's size.
///
/// What it points to is read during the call only, and copied; the library wipes its copies.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct p2svpn_certificate_store {
    /// The size of this structure in bytes.
    pub size: usize,
    /// One of #p2svpn_certificate_stores.
    pub kind: u32,
    /// Nothing yet: 0.
    pub reserved: u32,
    /// With #P2SVPN_CERTIFICATE_STORE_PKCS11, the absolute path of the library that the tokens' maker gives. Its code runs in
    /// this process, so the path must never come from a profile.
    pub pkcs11_module: *const c_char,
    /// Where a token is changed, its name; NULL where only one is inserted.
    pub token_label: *const c_char,
    /// Where a token is changed, its PIN. It is handed over once: each wrong one counts, and the last one locks the token.
    pub token_pin: *const c_char,
}

// SAFETY: integers and pointers, which are looked at by the rules for callers.
unsafe impl Versioned for p2svpn_certificate_store {
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// Reads a store, and what opens a token there.
///
/// # Safety
/// The pointer is NULL or points to a store whose strings hold to the rules.
pub(crate) unsafe fn certificate_store(
    pointer: *const p2svpn_certificate_store,
    name: &str,
) -> Result<(CertificateStore, TokenAccess), Error> {
    const PKCS11: u32 = p2svpn_certificate_stores::P2SVPN_CERTIFICATE_STORE_PKCS11 as u32;
    const CURRENT_USER: u32 =
        p2svpn_certificate_stores::P2SVPN_CERTIFICATE_STORE_CURRENT_USER as u32;
    const LOCAL_MACHINE: u32 =
        p2svpn_certificate_stores::P2SVPN_CERTIFICATE_STORE_LOCAL_MACHINE as u32;

    // SAFETY: as the caller of this function promises.
    let given = required(unsafe { structure(pointer, name) }?, name)?;
    // SAFETY: as the caller of this function promises.
    let (module, label, pin) = unsafe {
        (
            text(given.pkcs11_module, "pkcs11_module")?,
            text(given.token_label, "token_label")?,
            text(given.token_pin, "token_pin")?,
        )
    };
    if given.reserved != 0 {
        return Err(invalid(format!("{name}: reserved is 0")));
    }
    let store = match (given.kind, module) {
        (PKCS11, Some(module)) => CertificateStore::Pkcs11(module.into()),
        (CURRENT_USER, None) => CertificateStore::CurrentUser,
        (LOCAL_MACHINE, None) => CertificateStore::LocalMachine,
        (PKCS11 | CURRENT_USER | LOCAL_MACHINE, _) => {
            let rule = "pkcs11_module is for P2SVPN_CERTIFICATE_STORE_PKCS11, which needs it";
            return Err(invalid(format!("{name}: {rule}")));
        }
        _ => return Err(invalid(format!("{name}: there is no such kind"))),
    };
    let mut access = TokenAccess::default();
    if let Some(label) = label {
        access = access.label(label);
    }
    if let Some(pin) = pin {
        access = access.pin(pin);
    }
    Ok((store, access))
}

/// Lists the certificates that a store has now and that have a key, as far as can be seen without a PIN. It may block for as
/// long as a token takes.
///
/// @param store  where to look; `token_label` and `token_pin` are for changes only
/// @param list   receives the certificates, which the caller frees with p2svpn_certificate_list_free()
/// @return NULL, INVALID_ARGUMENT, CERTIFICATE_STORE_UNAVAILABLE or KEY_FAILED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_certificate_store_list(
    store: *const p2svpn_certificate_store,
    list: Option<&mut MaybeUninit<Box<p2svpn_certificate_list>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let place = required(list, "list")?;
        // SAFETY: callers keep to the rules.
        let (store, _) = unsafe { certificate_store(store, "store") }?;
        let found = store.certificates()?;
        place.write(Box::new(p2svpn_certificate_list::new(&found)));
        Ok(())
    })
}

/// Puts the key of a PFX container into a store, with its certificate and those of issuers.
///
/// The key can sign there; but for macOS, where its user may export it, it cannot be taken out again. A certificate that is
/// there already stays as it is. If the store refuses a part, the other parts are taken back. It may block for as long as a token takes, or a person whom the
/// system asks.
///
/// @param store     where to put it
/// @param pfx       the container, in `pfx` or `pfx_file`, with its password
/// @param imported  receives a list of that certificate alone, as the store lists it then, which the caller frees with
///                  p2svpn_certificate_list_free(); NULL for nothing
/// @return NULL, INVALID_ARGUMENT, also where several tokens are inserted and none is named, CERTIFICATE_UNREADABLE,
///         CERTIFICATE_DAMAGED, CERTIFICATE_PASSWORD_WRONG, CERTIFICATE_INCOMPLETE, CERTIFICATE_UNSUPPORTED, PIN_WRONG, also
///         where none was given, PIN_LOCKED, TOKEN_REMOVED, KEY_FAILED or CERTIFICATE_STORE_UNAVAILABLE
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_certificate_store_import(
    store: *const p2svpn_certificate_store,
    pfx: *const p2svpn_certificate,
    imported: Option<&mut MaybeUninit<Box<p2svpn_certificate_list>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        // SAFETY: callers keep to the rules.
        let (pfx, store) =
            unsafe { (required_certificate(pfx), certificate_store(store, "store")) };
        let (pfx, (store, access)) = (pfx?, store?);
        let details = store.import(&pfx, &access)?;
        if let Some(place) = imported {
            let list = p2svpn_certificate_list::new(slice::from_ref(&details));
            place.write(Box::new(list));
        }
        Ok(())
    })
}

/// Removes a certificate from a store, and its key unless another certificate there has the same one.
///
/// Certificates of issuers stay, since others may need them. Nothing brings the key back. It may block as
/// p2svpn_certificate_store_import() does.
///
/// @param store       where it is
/// @param thumbprint  its SHA-1 hash in hexadecimal
/// @return NULL, INVALID_ARGUMENT, also where it is on several tokens and none is named, NO_CERTIFICATE_FITS if there is none,
///         PIN_WRONG, also where none was given, PIN_LOCKED, TOKEN_REMOVED, KEY_FAILED or CERTIFICATE_STORE_UNAVAILABLE
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_certificate_store_remove(
    store: *const p2svpn_certificate_store,
    thumbprint: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        // SAFETY: callers keep to the rules.
        let (store, thumbprint) = unsafe {
            (
                certificate_store(store, "store")?,
                required(text(thumbprint, "thumbprint")?, "thumbprint")?,
            )
        };
        let (store, access) = store;
        store.remove(thumbprint, &access)
    })
}
