//! A certificate on a token, how its key is opened, and how both are removed.

use std::fmt;
use std::sync::Arc;

use cryptoki::object::{Attribute, AttributeType, ObjectClass};
use rustls_pki_types::CertificateDer;

use super::failure::failed;
use super::key::TokenKey;
use super::token::Token;
use crate::AuthError;
use crate::candidate::Candidate;
use crate::certificate::CertificateSummary;
use crate::identity::Identity;
use crate::signing_error::SigningError;

/// A certificate on a token, whose private key can be opened with the token's PIN.
#[derive(Clone)]
pub struct TokenCertificate {
    pub(super) token: Token,
    /// CKA_ID, which the certificate and its key have in common.
    pub(super) id: Vec<u8>,
    /// The certificate, then everything else on the token that may have issued it.
    pub(super) certificates: Vec<CertificateDer<'static>>,
    pub(super) candidate: Candidate,
}

impl TokenCertificate {
    /// Returns what [`choose`](crate::choose) takes.
    ///
    /// Before the PIN is given most tokens do not show their private keys; where they show keys and none belongs to this
    /// certificate, the candidate says so.
    pub fn candidate(&self) -> &Candidate {
        &self.candidate
    }

    /// Describes the certificate.
    pub fn summary(&self) -> &CertificateSummary {
        self.candidate.summary()
    }

    /// Names the token as its owner did, to be shown where its PIN is asked for. It is not to be trusted.
    pub fn token_label(&self) -> &str {
        self.token.label()
    }

    /// Returns whether [`TokenCertificate::open`] needs a PIN from the caller: not if the token asks for none, has it
    /// typed at its reader, or has been opened by this process already.
    pub fn needs_pin(&self) -> Result<bool, AuthError> {
        self.token.needs_pin()
    }

    /// Logs in with the PIN and returns the certificate with its key, which stays on the token.
    ///
    /// Fails with [`SigningError::PinRequired`] if a PIN is needed and none was given, with [`SigningError::PinWrong`],
    /// [`SigningError::PinLocked`] or [`SigningError::Removed`] as the token says, and with [`AuthError::NoPrivateKey`] if
    /// it holds no key of the certificate. A key that asks for the PIN at each signature is refused, as is one that may
    /// not sign.
    ///
    /// A login counts for the whole process and lasts as long as something has the token open, here until the last clone
    /// of the identity is dropped; meanwhile further logins succeed without looking at the PIN. With a reader that has its
    /// own keys this blocks until the person has typed.
    pub fn open(&self, pin: Option<&str>) -> Result<Identity, AuthError> {
        let session = self.token.read_only()?;
        self.token.log_in(&session, pin)?;
        let template = [
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::Id(self.id.clone()),
        ];
        let keys = session.find_objects(&template).map_err(failed)?;
        let key = *keys.first().ok_or(AuthError::NoPrivateKey)?;
        check_use(
            &session
                .get_attributes(
                    key,
                    &[AttributeType::Sign, AttributeType::AlwaysAuthenticate],
                )
                .map_err(failed)?,
        )?;
        let algorithm = self
            .candidate
            .chain
            .leaf
            .key_algorithm
            .ok_or(AuthError::PrivateKey)?;
        let mechanisms = self
            .token
            .context
            .get_mechanism_list(self.token.slot)
            .map_err(failed)?;
        let key = TokenKey::new(session, key, algorithm, &mechanisms);
        Identity::from_external_key(&self.certificates, Arc::new(key))
    }

    /// Removes the certificate from the token, and its key unless another certificate there has the same one.
    ///
    /// The PIN is used as [`TokenCertificate::open`] does. Certificates of issuers stay, since others may need them. Nothing
    /// brings the key back. Identities that were opened from it fail from then on with [`SigningError::Removed`]. What is
    /// gone already counts as removed.
    pub fn remove(&self, pin: Option<&str>) -> Result<(), AuthError> {
        let session = self.token.read_write()?;
        self.token.log_in(&session, pin)?;
        let named = |class| vec![Attribute::Class(class), Attribute::Id(self.id.clone())];
        // The certificate goes last, so that what could not be finished is still listed and can be removed again.
        let mut doomed = Vec::new();
        let with_key = session
            .find_objects(&named(ObjectClass::CERTIFICATE))
            .map_err(failed)?;
        let mut certificate = named(ObjectClass::CERTIFICATE);
        certificate.extend(
            self.certificates
                .first()
                .map(|der| Attribute::Value(der.to_vec())),
        );
        let certificate = session.find_objects(&certificate).map_err(failed)?;
        if with_key.iter().all(|object| certificate.contains(object)) {
            for class in [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY] {
                doomed.extend(session.find_objects(&named(class)).map_err(failed)?);
            }
        }
        doomed.extend(certificate);
        for object in doomed {
            session.destroy_object(object).map_err(failed)?;
        }
        Ok(())
    }
}

impl fmt::Debug for TokenCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenCertificate")
            .field("subject", &self.summary().subject)
            .field("token", &self.token.label())
            .finish_non_exhaustive()
    }
}

fn check_use(attributes: &[Attribute]) -> Result<(), SigningError> {
    let reason = if attributes.contains(&Attribute::Sign(false)) {
        "the key on the token may not sign"
    } else if attributes.contains(&Attribute::AlwaysAuthenticate(true)) {
        "the key on the token asks for its PIN at each signature, which a connection cannot do when it renews its keys"
    } else {
        return Ok(());
    };
    Err(SigningError::Failed {
        reason: reason.to_owned(),
    })
}
