use p2svpn_auth::{EntraError, EntraRefusal, HttpError, RefusalClass};

use super::{Error, ErrorCode};

impl From<EntraError> for Error {
    fn from(error: EntraError) -> Self {
        let code = match &error {
            EntraError::Refused(refusal) => return of_refusal(refusal),
            EntraError::SignInNeeded {
                refusal: Some(refusal),
                ..
            } => return of_refusal(refusal),
            EntraError::SignInNeeded { .. } => ErrorCode::EntraSignInNeeded,
            EntraError::Cancelled => ErrorCode::SignInCancelled,
            EntraError::TimedOut => ErrorCode::SignInTimedOut,
            EntraError::Http(error) => http(error),
            EntraError::Unavailable { .. } => ErrorCode::EntraBusy,
            EntraError::OtherSignIn => ErrorCode::SignInMixedUp,
            EntraError::TokenTooLong { .. } => ErrorCode::TokenTooLong,
            EntraError::Listen { .. } => ErrorCode::LoopbackUnavailable,
            EntraError::NoRandomness => ErrorCode::RandomnessUnavailable,
            // `Answer`, and what a later version of the crate adds.
            _ => ErrorCode::EntraAnswerUnusable,
        };
        Self::new(code, error.to_string())
    }
}

/// Each refusal has a cause and a remedy of its own; the number only says who can do something about it.
fn of_refusal(refusal: &EntraRefusal) -> Error {
    let code = match refusal.class() {
        RefusalClass::Temporary => ErrorCode::EntraBusy,
        RefusalClass::SignIn => ErrorCode::EntraSignInNeeded,
        RefusalClass::Administrator => ErrorCode::EntraNeedsAdministrator,
        // `User`, and what a later version of the crate adds.
        _ => ErrorCode::EntraNeedsUser,
    };
    let mut said = vec![refusal.description.clone()];
    said.retain(|text| !text.is_empty());
    Error::new(code, refusal.to_string())
        .listing(said.into_iter())
        .remedied(refusal.remedy())
}

fn http(error: &HttpError) -> ErrorCode {
    match error {
        HttpError::NotSecure { .. } => ErrorCode::LoginHostNotSecure,
        HttpError::Proxy { .. } => ErrorCode::ProxyRefused,
        HttpError::TooLarge { .. } => ErrorCode::EntraAnswerUnusable,
        // The others are about the way there.
        _ => ErrorCode::LoginHostUnreachable,
    }
}
