use p2svpn_client::TokenAccess;

use crate::certificate::Certificate;
use crate::certificate_details::CertificateDetails;
use crate::error::VpnError;

/// Where client certificates are kept with their keys, which sign there and are not shown.
#[derive(uniffi::Enum)]
pub enum CertificateStore {
    /// The tokens of a PKCS#11 module, such as smart cards.
    Pkcs11 {
        /// The absolute path of the library that the tokens' maker gives. Its code runs in this process.
        module: String,
    },
    /// The user's own, on Windows and macOS.
    CurrentUser,
    /// The machine's, on Windows and macOS.
    LocalMachine,
}

/// Lists the certificates that a store has now. It blocks.
#[uniffi::export]
pub fn list_certificates(store: CertificateStore) -> Result<Vec<CertificateDetails>, VpnError> {
    let found = p2svpn_client::CertificateStore::from(store).certificates()?;
    Ok(found.into_iter().map(CertificateDetails::from).collect())
}

/// Puts a PFX container into a store. It blocks.
#[uniffi::export]
pub fn import_certificate(
    store: CertificateStore,
    pfx: Certificate,
    token: Option<String>,
    pin: Option<String>,
) -> Result<CertificateDetails, VpnError> {
    let access = access(token, pin);
    let store = p2svpn_client::CertificateStore::from(store);
    Ok(store.import(&pfx.into(), &access)?.into())
}

/// Removes the certificate of this SHA-1 thumbprint from a store. It blocks.
#[uniffi::export]
pub fn remove_certificate(
    store: CertificateStore,
    thumbprint: String,
    token: Option<String>,
    pin: Option<String>,
) -> Result<(), VpnError> {
    let access = access(token, pin);
    let store = p2svpn_client::CertificateStore::from(store);
    Ok(store.remove(&thumbprint, &access)?)
}

fn access(token: Option<String>, pin: Option<String>) -> TokenAccess {
    let mut access = TokenAccess::default();
    if let Some(token) = token {
        access = access.label(token);
    }
    if let Some(pin) = pin {
        access = access.pin(pin);
    }
    access
}

impl From<CertificateStore> for p2svpn_client::CertificateStore {
    fn from(store: CertificateStore) -> Self {
        match store {
            CertificateStore::Pkcs11 { module } => Self::Pkcs11(module.into()),
            CertificateStore::CurrentUser => Self::CurrentUser,
            CertificateStore::LocalMachine => Self::LocalMachine,
        }
    }
}
