use std::fmt;

use security_framework::certificate::SecCertificate;
use security_framework::identity::SecIdentity;
use security_framework::import_export::Pkcs12ImportOptions;
use security_framework::item::{ItemClass, ItemSearchOptions, Limit, Reference, SearchResult};
use security_framework::os::macos::keychain::SecKeychain;

use super::failure::{ITEM_NOT_FOUND, failed, failed_to_import};
use super::key::SystemKey;
use crate::certificate_store::issuers::{NamedCertificate, with_issuers};
use crate::certificate_store::{CertificateLocation, CertificateStoreError};

/// Where macOS keeps the machine's own keys.
const SYSTEM_KEYCHAIN: &str = "/Library/Keychains/System.keychain";

/// A certificate of the keychains of the user or of the system, that has a private key.
#[derive(Clone)]
pub struct SystemCertificate {
    location: CertificateLocation,
    identity: SecIdentity,
    chain: Vec<Vec<u8>>,
}

impl SystemCertificate {
    /// Lists the certificates that have a private key, in the keychains that the user searches or in the system's.
    ///
    /// # Errors
    ///
    /// [`CertificateStoreError::Denied`], [`CertificateStoreError::Cancelled`] and [`CertificateStoreError::Failed`].
    pub fn list(location: CertificateLocation) -> Result<Vec<Self>, CertificateStoreError> {
        let known = certificates(location)?;
        let identities = identities(location)?.into_iter();
        let found = identities.filter_map(|identity| {
            let certificate = identity.certificate().ok()?;
            Some(Self {
                location,
                chain: with_issuers(&named(&certificate), &known),
                identity,
            })
        });
        Ok(found.collect())
    }

    /// Puts the certificates and the key of a PFX container into the user's default keychain, or the system's.
    ///
    /// The caller sees to it that the certificate is not there yet. The key can be exported from the keychain again, if the user
    /// agrees. The system makes a copy of the password that nobody wipes.
    ///
    /// # Errors
    ///
    /// [`CertificateStoreError::WrongPassword`], [`CertificateStoreError::NoKey`], [`CertificateStoreError::Denied`] and
    /// [`CertificateStoreError::Failed`].
    pub fn import_pfx(
        location: CertificateLocation,
        pfx: &[u8],
        password: &str,
    ) -> Result<(), CertificateStoreError> {
        let mut options = Pkcs12ImportOptions::new();
        options.passphrase(password);
        if let Some(keychain) = keychain(location)? {
            options.keychain(keychain);
        }
        let imported = options
            .import(pfx)
            .map_err(|error| failed_to_import(&error))?;
        if imported.iter().all(|one| one.identity.is_none()) {
            return Err(CertificateStoreError::NoKey {
                reason: "the PFX container holds none".to_owned(),
            });
        }
        Ok(())
    }

    /// Returns the certificate as DER, then its issuers as far as the keychains have them, in any order.
    ///
    /// They are found by their names, so that there may be others among them that have the name of an issuer.
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// Opens the private key, which stays in the system.
    ///
    /// The system may ask the user for consent by itself, now and at each signature.
    ///
    /// # Errors
    ///
    /// [`CertificateStoreError`].
    pub fn open(&self) -> Result<SystemKey, CertificateStoreError> {
        let key = self.identity.private_key();
        let key = key.map_err(|error| failed("open the private key", &error))?;
        SystemKey::new(key)
    }

    /// Removes the certificate from its keychain, and its key unless another certificate has the same one.
    ///
    /// Certificates of issuers stay, since others may need them. What is gone already counts as removed.
    ///
    /// # Errors
    ///
    /// [`CertificateStoreError::Denied`], [`CertificateStoreError::Cancelled`] and [`CertificateStoreError::Failed`].
    pub fn remove(&self) -> Result<(), CertificateStoreError> {
        const OPERATION: &str = "remove the certificate";
        let own = self.chain.first();
        let label = key_label(&self.identity);
        let is_shared = identities(self.location)?.iter().any(|other| {
            let der = other.certificate().map(|certificate| certificate.to_der());
            der.ok().as_ref() != own && label.is_some() && key_label(other) == label
        });
        // The certificate goes last, so that what could not be finished is still listed and can be removed again.
        if !is_shared {
            let deleted = self.identity.private_key().and_then(|key| key.delete());
            unless_gone(deleted).map_err(|error| failed(OPERATION, &error))?;
        }
        let certificate = self.identity.certificate();
        let deleted = certificate.and_then(|certificate| certificate.delete());
        unless_gone(deleted).map_err(|error| failed(OPERATION, &error))
    }
}

impl fmt::Debug for SystemCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SystemCertificate")
            .field("location", &self.location)
            .finish_non_exhaustive()
    }
}

fn identities(location: CertificateLocation) -> Result<Vec<SecIdentity>, CertificateStoreError> {
    let found = search(location, ItemClass::identity())?.into_iter();
    Ok(found
        .filter_map(|one| match one {
            SearchResult::Ref(Reference::Identity(identity)) => Some(identity),
            _ => None,
        })
        .collect())
}

fn certificates(
    location: CertificateLocation,
) -> Result<Vec<NamedCertificate>, CertificateStoreError> {
    let found = search(location, ItemClass::certificate())?.into_iter();
    Ok(found
        .filter_map(|one| match one {
            SearchResult::Ref(Reference::Certificate(certificate)) => Some(named(&certificate)),
            _ => None,
        })
        .collect())
}

fn search(
    location: CertificateLocation,
    class: ItemClass,
) -> Result<Vec<SearchResult>, CertificateStoreError> {
    let mut options = ItemSearchOptions::new();
    options.class(class).load_refs(true).limit(Limit::All);
    if let Some(keychain) = keychain(location)? {
        options.keychains(&[keychain]);
    }
    match options.search() {
        Err(error) if error.code() == ITEM_NOT_FOUND => Ok(Vec::new()),
        found => found.map_err(|error| failed("search the keychains", &error)),
    }
}

fn keychain(location: CertificateLocation) -> Result<Option<SecKeychain>, CertificateStoreError> {
    match location {
        CertificateLocation::CurrentUser => Ok(None),
        CertificateLocation::LocalMachine => SecKeychain::open(SYSTEM_KEYCHAIN)
            .map(Some)
            .map_err(|error| failed("open the system's keychain", &error)),
    }
}

fn named(certificate: &SecCertificate) -> NamedCertificate {
    NamedCertificate {
        subject: certificate.subject(),
        issuer: certificate.issuer(),
        der: certificate.to_der(),
    }
}

/// The hash of the public key, which tells keys apart.
fn key_label(identity: &SecIdentity) -> Option<Vec<u8>> {
    identity.private_key().ok()?.application_label()
}

fn unless_gone(
    outcome: security_framework::base::Result<()>,
) -> security_framework::base::Result<()> {
    match outcome {
        Err(error) if error.code() == ITEM_NOT_FOUND => Ok(()),
        other => other,
    }
}
