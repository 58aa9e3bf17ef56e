use std::ffi::{CString, c_char, c_void};
use std::mem::MaybeUninit;

use p2svpn_client::{RefusedCertificate, ServerException};

use crate::error::p2svpn_error;
use crate::guard::look;
use crate::output::c_string;
use crate::userdata::Userdata;

/// A gateway's certificate that was refused. It belongs to the library, and is there while the callback runs that gets it.
///
/// Names come from the certificate and are not to be trusted; control and invisible characters in them are escaped.
pub struct p2svpn_refused_certificate {
    subject: CString,
    issuer: CString,
    fingerprint: CString,
    chain: Vec<Vec<u8>>,
    refusal: p2svpn_error,
}

impl p2svpn_refused_certificate {
    fn new(certificate: &RefusedCertificate) -> Self {
        Self {
            subject: c_string(&certificate.subject),
            issuer: c_string(&certificate.issuer),
            fingerprint: c_string(&certificate.fingerprint),
            chain: certificate.chain.clone(),
            refusal: p2svpn_error::new(certificate.refusal.clone()),
        }
    }
}

/// Returns whose it is; "" for NULL and where the certificate cannot be read. It belongs to the certificate.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_refused_certificate_subject(
    certificate: Option<&p2svpn_refused_certificate>,
) -> *const c_char {
    look(certificate, c"".as_ptr(), |one| one.subject.as_ptr())
}

/// Returns who issued it; "" for NULL and where the certificate cannot be read. It belongs to the certificate.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_refused_certificate_issuer(
    certificate: Option<&p2svpn_refused_certificate>,
) -> *const c_char {
    look(certificate, c"".as_ptr(), |one| one.issuer.as_ptr())
}

/// Returns its SHA-256 hash in upper-case hexadecimal, what a decision should stand on; "" for NULL. It belongs to the
/// certificate.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_refused_certificate_fingerprint(
    certificate: Option<&p2svpn_refused_certificate>,
) -> *const c_char {
    look(certificate, c"".as_ptr(), |one| one.fingerprint.as_ptr())
}

/// Returns how many certificates the gateway showed; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_refused_certificate_chain_count(
    certificate: Option<&p2svpn_refused_certificate>,
) -> usize {
    look(certificate, 0, |one| one.chain.len())
}

/// Returns a certificate that the gateway showed, as DER, its own first; NULL beyond the last. It belongs to the certificate.
///
/// @param size  receives how many bytes there are; may be NULL
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_refused_certificate_chain_at(
    certificate: Option<&p2svpn_refused_certificate>,
    index: usize,
    size: Option<&mut MaybeUninit<usize>>,
) -> *const u8 {
    let found = look(certificate, None, |one| one.chain.get(index));
    if let Some(size) = size {
        size.write(found.map_or(0, Vec::len));
    }
    found.map_or(std::ptr::null(), Vec::as_ptr)
}

/// Returns why it was refused, one of the 5xx numbers; NULL for NULL. It belongs to the certificate.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_refused_certificate_refusal(
    certificate: Option<&p2svpn_refused_certificate>,
) -> Option<&p2svpn_error> {
    look(certificate, None, |one| Some(&one.refusal))
}

/// The host's judgement of certificates that were refused, as the library calls it.
pub(crate) struct HostException {
    pub(crate) on_refused: extern "C" fn(
        certificate: Option<&p2svpn_refused_certificate>,
        userdata: *mut c_void,
    ) -> u32,
    pub(crate) userdata: Userdata,
}

impl ServerException for HostException {
    fn accepts(&self, certificate: &RefusedCertificate) -> bool {
        let certificate = p2svpn_refused_certificate::new(certificate);
        (self.on_refused)(Some(&certificate), self.userdata.pointer()) == 1
    }
}
