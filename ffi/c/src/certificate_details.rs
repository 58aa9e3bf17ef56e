use std::ffi::{CString, c_char};
use std::ptr;

use p2svpn_client::CertificateDetails;

use crate::guard::{act, look};
use crate::output::c_string;

/// A client certificate as a program shows it. Names come from the certificate and are not to be trusted; control and
/// invisible characters in them are escaped. It belongs to the list it comes from.
pub struct p2svpn_certificate_details {
    subject: CString,
    issuer: CString,
    thumbprint: CString,
    source: CString,
    not_before: i64,
    not_after: i64,
}

/// Client certificates that were found. Any thread may use it.
pub struct p2svpn_certificate_list(Vec<p2svpn_certificate_details>);

impl p2svpn_certificate_list {
    pub(crate) fn new(certificates: &[CertificateDetails]) -> Self {
        let certificates = certificates.iter().map(|one| p2svpn_certificate_details {
            subject: c_string(&one.subject),
            issuer: c_string(&one.issuer),
            thumbprint: c_string(&one.thumbprint),
            source: c_string(&one.source),
            not_before: one.not_before,
            not_after: one.not_after,
        });
        Self(certificates.collect())
    }
}

/// Frees a list of certificates; NULL is ignored. Not for lists that belong to something else.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_certificate_list_free(list: Option<Box<p2svpn_certificate_list>>) {
    act(|| drop(list));
}

/// Returns how many certificates there are; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_certificate_list_count(list: Option<&p2svpn_certificate_list>) -> usize {
    look(list, 0, |list| list.0.len())
}

/// Returns a certificate, counted from 0; NULL beyond the last. It belongs to the list.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_certificate_list_at(
    list: Option<&p2svpn_certificate_list>,
    index: usize,
) -> Option<&p2svpn_certificate_details> {
    look(list, None, |list| list.0.get(index))
}

/// Returns whose a certificate is, for example "CN=alice, O=Example"; NULL for NULL. It belongs to the certificate.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_certificate_details_subject(
    details: Option<&p2svpn_certificate_details>,
) -> *const c_char {
    look(details, ptr::null(), |details| details.subject.as_ptr())
}

/// Returns who issued a certificate; NULL for NULL. It belongs to the certificate.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_certificate_details_issuer(
    details: Option<&p2svpn_certificate_details>,
) -> *const c_char {
    look(details, ptr::null(), |details| details.issuer.as_ptr())
}

/// Returns the SHA-1 hash of a certificate in upper-case hexadecimal, what Windows and Azure call the thumbprint; NULL for
/// NULL. It belongs to the certificate.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_certificate_details_thumbprint(
    details: Option<&p2svpn_certificate_details>,
) -> *const c_char {
    look(details, ptr::null(), |details| details.thumbprint.as_ptr())
}

/// Returns where a certificate was found, for people; NULL for NULL. It belongs to the certificate.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_certificate_details_source(
    details: Option<&p2svpn_certificate_details>,
) -> *const c_char {
    look(details, ptr::null(), |details| details.source.as_ptr())
}

/// Returns the start of a certificate's validity, in seconds since 1970; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_certificate_details_not_before(
    details: Option<&p2svpn_certificate_details>,
) -> i64 {
    look(details, 0, |details| details.not_before)
}

/// Returns the end of a certificate's validity, in seconds since 1970; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_certificate_details_not_after(
    details: Option<&p2svpn_certificate_details>,
) -> i64 {
    look(details, 0, |details| details.not_after)
}
