use core_foundation::error::CFError;
use security_framework::base::Error;

use crate::certificate_store::CertificateStoreError;

// Apple, Security Framework Result Codes.
pub(super) const ITEM_NOT_FOUND: i32 = -25_300;
const USER_CANCELED: i32 = -128;
const AUTH_FAILED: i32 = -25_293;
const INTERACTION_NOT_ALLOWED: i32 = -25_308;
const WRITE_PERMISSIONS: i32 = -61;
const READ_ONLY: i32 = -25_292;
const PKCS12_VERIFY_FAILURE: i32 = -25_264;

pub(super) fn failed(operation: &'static str, error: &Error) -> CertificateStoreError {
    explain(operation, error.code(), error.to_string())
}

/// Explains why a PFX container was not imported: a wrong password counts as failed authentication there (SecImportExport.h,
/// SecPKCS12Import).
pub(super) fn failed_to_import(error: &Error) -> CertificateStoreError {
    match error.code() {
        AUTH_FAILED => CertificateStoreError::WrongPassword,
        _ => failed("import the PFX container", error),
    }
}

pub(super) fn failed_to_sign(error: &CFError) -> CertificateStoreError {
    let code = i32::try_from(error.code()).unwrap_or_default();
    explain("sign with the private key", code, error.to_string())
}

fn explain(operation: &'static str, code: i32, reason: String) -> CertificateStoreError {
    match code {
        USER_CANCELED => CertificateStoreError::Cancelled { operation },
        AUTH_FAILED | INTERACTION_NOT_ALLOWED | WRITE_PERMISSIONS | READ_ONLY => {
            CertificateStoreError::Denied { operation }
        }
        ITEM_NOT_FOUND => CertificateStoreError::Removed,
        PKCS12_VERIFY_FAILURE => CertificateStoreError::WrongPassword,
        _ => CertificateStoreError::Failed { operation, reason },
    }
}
