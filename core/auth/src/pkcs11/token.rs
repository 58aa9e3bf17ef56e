//! A token, and how a person logs in to it.

use std::fmt;

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, SessionState, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;

use super::failure::{failed, signing_error};
use crate::AuthError;
use crate::signing_error::SigningError;

/// A smart card, USB token or HSM that is inserted.
#[derive(Clone)]
pub struct Token {
    pub(super) context: Pkcs11,
    pub(super) slot: Slot,
    name: TokenName,
}

/// What tells one token from another in the same reader.
#[derive(Clone, PartialEq, Eq)]
struct TokenName {
    label: String,
    serial: String,
}

impl Token {
    /// `None` for a token that was never set up: nothing is on it, and some modules let nobody open it.
    pub(super) fn new(context: &Pkcs11, slot: Slot) -> Result<Option<Self>, AuthError> {
        let info = context.get_token_info(slot).map_err(failed)?;
        Ok(info.token_initialized().then(|| Self {
            context: context.clone(),
            slot,
            name: TokenName::new(&info),
        }))
    }

    /// Names the token as its owner did, to be shown where its PIN is asked for. It is not to be trusted.
    pub fn label(&self) -> &str {
        &self.name.label
    }

    /// Returns whether the token needs a PIN from the caller: not if it asks for none, has it typed at its reader, or has
    /// been opened by this process already.
    pub fn needs_pin(&self) -> Result<bool, AuthError> {
        let session = self.read_only()?;
        let info = self.info()?;
        let logged_in = is_logged_in(&session).map_err(failed)?;
        Ok(info.login_required() && !info.protected_authentication_path() && !logged_in)
    }

    /// Opens the token for reading, if it is still the one that was listed.
    pub(super) fn read_only(&self) -> Result<Session, AuthError> {
        self.info()?;
        self.context.open_ro_session(self.slot).map_err(failed)
    }

    /// Opens the token for reading and writing, if it is still the one that was listed.
    pub(super) fn read_write(&self) -> Result<Session, AuthError> {
        self.info()?;
        self.context.open_rw_session(self.slot).map_err(failed)
    }

    fn info(&self) -> Result<TokenInfo, AuthError> {
        let info = self.context.get_token_info(self.slot).map_err(failed)?;
        if TokenName::new(&info) != self.name {
            return Err(SigningError::Removed.into());
        }
        Ok(info)
    }

    /// Hands the PIN to the token, once, unless the process is logged in.
    pub(super) fn log_in(&self, session: &Session, pin: Option<&str>) -> Result<(), AuthError> {
        let info = self.info()?;
        // An empty PIN would count as a wrong one.
        let pin = pin.filter(|pin| !pin.is_empty());
        if !info.login_required() || is_logged_in(session).map_err(failed)? {
            return Ok(());
        }
        if info.user_pin_locked() {
            return Err(SigningError::PinLocked.into());
        }
        if !info.user_pin_initialized() || info.user_pin_to_be_changed() {
            return Err(SigningError::PinToBeSet.into());
        }
        if pin.is_none() && !info.protected_authentication_path() {
            return Err(SigningError::PinRequired.into());
        }
        let pin = pin.map(|pin| AuthPin::from(pin.to_owned()));
        match session.login(UserType::User, pin.as_ref()) {
            // Another thread was faster.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(error) => Err(match signing_error(&error) {
                SigningError::PinWrong { .. } => self.after_wrong_pin(),
                other => other,
            }
            .into()),
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

impl TokenName {
    fn new(info: &TokenInfo) -> Self {
        Self {
            label: info.label().to_owned(),
            serial: info.serial_number().to_owned(),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Token").field(&self.label()).finish()
    }
}

fn is_logged_in(session: &Session) -> Result<bool, Error> {
    let state = session.get_session_info()?.session_state();
    Ok(matches!(state, SessionState::RoUser | SessionState::RwUser))
}
