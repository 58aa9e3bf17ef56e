use std::mem::size_of;
use std::ptr::{null, null_mut};
use std::slice;

use rustls_cng::cert::CertContext;
use windows_sys::Win32::Security::Cryptography::{
    CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL, CERT_CHAIN_CONTEXT,
    CERT_CHAIN_DISABLE_AUTH_ROOT_AUTO_UPDATE, CERT_CHAIN_PARA, CertFreeCertificateChain,
    CertGetCertificateChain, HCERTCHAINENGINE,
};

use crate::certificate_store::CertificateLocation;

/// Looks for issuers in the machine's stores alone (wincrypt.h).
const HCCE_LOCAL_MACHINE: HCERTCHAINENGINE = 1 as HCERTCHAINENGINE;

/// Returns the certificate and its issuers up to the root, as far as the machine has them, without asking the network.
pub(super) fn of(context: &CertContext, location: CertificateLocation) -> Vec<Vec<u8>> {
    let mut certificates = vec![context.as_der().to_vec()];
    let engine = match location {
        CertificateLocation::CurrentUser => null_mut(),
        CertificateLocation::LocalMachine => HCCE_LOCAL_MACHINE,
    };
    let parameters = CERT_CHAIN_PARA {
        cbSize: size_of::<CERT_CHAIN_PARA>() as u32,
        ..CERT_CHAIN_PARA::default()
    };
    let mut built = Built(null_mut());
    // SAFETY: the context lives as long as the reference, `parameters` says its own size, and the system allocates what
    // `built` then points to.
    let is_built = unsafe {
        CertGetCertificateChain(
            engine,
            context.inner(),
            null(),
            null_mut(),
            &parameters,
            CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL | CERT_CHAIN_DISABLE_AUTH_ROOT_AUTO_UPDATE,
            null(),
            &mut built.0,
        )
    };
    if is_built != 0 {
        certificates.extend(built.issuers());
    }
    certificates
}

/// A chain that the system built; given back when dropped.
struct Built(*mut CERT_CHAIN_CONTEXT);

impl Built {
    fn issuers(&self) -> Vec<Vec<u8>> {
        let mut issuers = Vec::new();
        // SAFETY: the system filled the structure in: each pointer in it is null or points to as many elements as its count
        // says, which live until `drop`.
        unsafe {
            let Some(context) = self.0.as_ref() else {
                return issuers;
            };
            // The first one is the best that the system found.
            let Some(chain) = array(context.rgpChain, context.cChain)
                .first()
                .and_then(|chain| chain.as_ref())
            else {
                return issuers;
            };
            for element in array(chain.rgpElement, chain.cElement).iter().skip(1) {
                let context = element.as_ref().and_then(|one| one.pCertContext.as_ref());
                if let Some(context) = context {
                    issuers.push(array(context.pbCertEncoded, context.cbCertEncoded).to_vec());
                }
            }
        }
        issuers
    }
}

impl Drop for Built {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: the system allocated it, and nothing refers to it any more.
            unsafe { CertFreeCertificateChain(self.0) };
        }
    }
}

/// # Safety
///
/// The pointer is null or points to so many elements, which live as long as the result is used.
unsafe fn array<'a, T>(start: *const T, count: u32) -> &'a [T] {
    if start.is_null() {
        return &[];
    }
    // SAFETY: as the caller promises.
    unsafe { slice::from_raw_parts(start, count as usize) }
}
