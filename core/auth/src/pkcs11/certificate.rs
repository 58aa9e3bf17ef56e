//! A certificate on a token, and how its key is opened.

use std::fmt;
use std::sync::Arc;

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::object::{Attribute, AttributeType, ObjectClass};
use cryptoki::session::{Session, SessionState, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;
use rustls_pki_types::CertificateDer;

use super::failure::signing_error;
use super::key::TokenKey;
use crate::AuthError;
use crate::candidate::Candidate;
use crate::certificate::CertificateSummary;
use crate::identity::Identity;
use crate::signing_error::SigningError;

/// A certificate on a token, whose private key can be opened with the token's PIN.
#[derive(Clone)]
pub struct TokenCertificate {
    pub(super) context: Pkcs11,
    pub(super) slot: Slot,
    pub(super) token: TokenName,
    /// CKA_ID, which the certificate and its key have in common.
    pub(super) id: Vec<u8>,
    /// The certificate, then everything else on the token that may have issued it.
    pub(super) certificates: Vec<CertificateDer<'static>>,
    pub(super) candidate: Candidate,
}

/// What tells one token from another in the same reader.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct TokenName {
    pub(super) label: String,
    pub(super) serial: String,
}

impl TokenName {
    pub(super) fn new(info: &TokenInfo) -> Self {
        Self {
            label: info.label().to_owned(),
            serial: info.serial_number().to_owned(),
        }
    }
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
        &self.token.label
    }

    /// Returns whether [`TokenCertificate::open`] needs a PIN from the caller: not if the token asks for none, has it
    /// typed at its reader, or has been opened by this process already.
    pub fn needs_pin(&self) -> Result<bool, AuthError> {
        let (info, session) = self.session().map_err(failed)?;
        let logged_in = is_logged_in(&session).map_err(failed)?;
        Ok(info.login_required() && !info.protected_authentication_path() && !logged_in)
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
        let (info, session) = self.session().map_err(failed)?;
        if TokenName::new(&info) != self.token {
            return Err(SigningError::Removed.into());
        }
        self.log_in(&session, &info, pin)?;
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
        let mechanisms = self.context.get_mechanism_list(self.slot).map_err(failed)?;
        let key = TokenKey::new(session, key, algorithm, &mechanisms);
        Identity::from_external_key(&self.certificates, Arc::new(key))
    }

    fn session(&self) -> Result<(TokenInfo, Session), Error> {
        let info = self.context.get_token_info(self.slot)?;
        let session = self.context.open_ro_session(self.slot)?;
        Ok((info, session))
    }

    fn log_in(
        &self,
        session: &Session,
        info: &TokenInfo,
        pin: Option<&str>,
    ) -> Result<(), SigningError> {
        // An empty PIN would count as a wrong one.
        let pin = pin.filter(|pin| !pin.is_empty());
        if !info.login_required() || is_logged_in(session).map_err(|error| signing_error(&error))? {
            return Ok(());
        }
        if info.user_pin_locked() {
            return Err(SigningError::PinLocked);
        }
        if !info.user_pin_initialized() || info.user_pin_to_be_changed() {
            return Err(SigningError::PinToBeSet);
        }
        if pin.is_none() && !info.protected_authentication_path() {
            return Err(SigningError::PinRequired);
        }
        let pin = pin.map(|pin| AuthPin::from(pin.to_owned()));
        match session.login(UserType::User, pin.as_ref()) {
            // Another thread was faster.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(error) => Err(match signing_error(&error) {
                SigningError::PinWrong { .. } => self.after_wrong_pin(),
                other => other,
            }),
        }
    }

    /// Asks the token what is left after a wrong PIN; asking costs no try.
    fn after_wrong_pin(&self) -> SigningError {
        match self.context.get_token_info(self.slot) {
            Ok(info) if info.user_pin_locked() => SigningError::PinLocked,
            Ok(info) => SigningError::PinWrong {
                last_try: info.user_pin_final_try(),
            },
            Err(_) => SigningError::PinWrong { last_try: false },
        }
    }
}

impl fmt::Debug for TokenCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenCertificate")
            .field("subject", &self.summary().subject)
            .field("token", &self.token.label)
            .finish_non_exhaustive()
    }
}

fn is_logged_in(session: &Session) -> Result<bool, Error> {
    let state = session.get_session_info()?.session_state();
    Ok(matches!(state, SessionState::RoUser | SessionState::RwUser))
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

fn failed(error: Error) -> AuthError {
    signing_error(&error).into()
}
