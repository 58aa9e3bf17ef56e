use serde_json::{Value, json};

use crate::entra::trace::Trace;
use crate::error::GatewayError;

/// Why Entra refuses something, each with its number (`AADSTS`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntraRefusal {
    /// 50011: the redirect address is not registered for the application.
    RedirectNotRegistered,
    /// 50034: nobody has this user name.
    UnknownUser,
    /// 50057: an administrator has locked the account.
    AccountDisabled,
    /// 50058: nobody is signed in, and no page may be shown.
    NoSession,
    /// 50076: a second step is needed.
    SecondFactorNeeded,
    /// 50079: a second step is needed, and the user has to set one up first.
    SecondFactorNotSetUp,
    /// 50126: the user name or the password is wrong.
    WrongPassword,
    /// 50158: Conditional Access asks for claims that the sign-in does not have.
    ClaimsNeeded,
    /// 50173: the sign-in was revoked.
    Revoked,
    /// 53003: Conditional Access blocks the sign-in.
    Blocked,
    /// 54005: the code was redeemed already.
    CodeSpent,
    /// 65001: neither the user nor an administrator has agreed to what the application may do.
    ConsentMissing,
    /// 65004: the user did not want to.
    Declined,
    /// 70000: the code or the refresh token is none.
    InvalidGrant,
    /// 70003: the kind of grant is not known.
    UnknownGrantType,
    /// 70008: the code has expired.
    CodeExpired,
    /// 70011: the scope is not valid.
    InvalidScope,
    /// 70016: the user has not yet entered the device code.
    Pending,
    /// 70016 too: the client asks about a device code too often.
    TooFast,
    /// 70018: the device code is none.
    InvalidDeviceCode,
    /// 70020: the device code has expired.
    DeviceCodeExpired,
    /// 70043: Conditional Access wants the user to sign in more often.
    SignInTooOld,
    /// 90002: there is no such tenant.
    UnknownTenant,
    /// 500112: the redirect address is not that of the request for the code.
    OtherRedirect,
    /// 500121: the code of the second step is wrong.
    WrongSecondFactor,
    /// 501481: the verifier does not belong to the challenge.
    WrongVerifier,
    /// 650057: the application may not ask for this resource.
    UnknownResource,
    /// 700016: the application is not in the tenant.
    UnknownApplication,
    /// 700082: the refresh token has expired.
    RefreshExpired,
    /// 900144: a parameter is missing.
    Missing(&'static str),
    /// 900383: the tenant is in another cloud.
    WrongCloud,
    /// 900561: the address is for another method.
    WrongMethod,
    /// 9002313: the request makes no sense.
    Malformed,
    /// 9002325: a challenge by SHA-256 is needed.
    ChallengeNeeded,
    /// 90033: something is wrong at Entra.
    Broken,
    /// Whatever else a test needs.
    Other {
        /// The error of OAuth, such as `invalid_grant`.
        error: &'static str,
        /// The number.
        code: u32,
        /// Entra's own kind of the error, such as `bad_token`.
        suberror: Option<&'static str>,
    },
}

/// What an answer says of a refusal.
struct Facts {
    error: &'static str,
    code: u32,
    suberror: Option<&'static str>,
    text: &'static str,
}

/// What Conditional Access asks for where nothing else was chosen.
const CLAIMS: &str = r#"{"access_token":{"capolids":{"essential":true,"values":["7b2f5c1e-9d04-4a3b-8e6f-1c2d3e4f5a6b"]}}}"#;

/// Those that their numbers tell apart.
const NUMBERED: [EntraRefusal; 34] = [
    EntraRefusal::RedirectNotRegistered,
    EntraRefusal::UnknownUser,
    EntraRefusal::AccountDisabled,
    EntraRefusal::NoSession,
    EntraRefusal::SecondFactorNeeded,
    EntraRefusal::SecondFactorNotSetUp,
    EntraRefusal::WrongPassword,
    EntraRefusal::ClaimsNeeded,
    EntraRefusal::Revoked,
    EntraRefusal::Blocked,
    EntraRefusal::CodeSpent,
    EntraRefusal::ConsentMissing,
    EntraRefusal::Declined,
    EntraRefusal::InvalidGrant,
    EntraRefusal::UnknownGrantType,
    EntraRefusal::CodeExpired,
    EntraRefusal::InvalidScope,
    EntraRefusal::Pending,
    EntraRefusal::InvalidDeviceCode,
    EntraRefusal::DeviceCodeExpired,
    EntraRefusal::SignInTooOld,
    EntraRefusal::UnknownTenant,
    EntraRefusal::OtherRedirect,
    EntraRefusal::WrongSecondFactor,
    EntraRefusal::WrongVerifier,
    EntraRefusal::UnknownResource,
    EntraRefusal::UnknownApplication,
    EntraRefusal::RefreshExpired,
    EntraRefusal::Missing("scope"),
    EntraRefusal::WrongCloud,
    EntraRefusal::WrongMethod,
    EntraRefusal::Malformed,
    EntraRefusal::ChallengeNeeded,
    EntraRefusal::Broken,
];

impl EntraRefusal {
    /// The refusal of this number; one that is not among these is an `invalid_grant` like most of Entra's.
    pub fn numbered(code: u32) -> Self {
        let mut known = NUMBERED.into_iter();
        known
            .find(|refusal| refusal.code() == code)
            .unwrap_or(Self::Other {
                error: "invalid_grant",
                code,
                suberror: None,
            })
    }

    /// The number.
    pub fn code(self) -> u32 {
        self.facts().code
    }

    /// The error of OAuth.
    pub fn error(self) -> &'static str {
        self.facts().error
    }

    /// Whether it is shown to the user rather than told to the application, whose address cannot be trusted then.
    pub(super) fn is_shown(self) -> bool {
        matches!(
            self,
            Self::RedirectNotRegistered
                | Self::UnknownApplication
                | Self::UnknownTenant
                | Self::WrongCloud
                | Self::WrongMethod
        )
    }

    pub(super) fn description(self, trace: &Trace) -> String {
        let Facts { code, text, .. } = self.facts();
        let text = match self {
            Self::Missing(name) => format!("{text} '{name}'."),
            _ => text.to_owned(),
        };
        format!(
            "AADSTS{code}: {text} Trace ID: {} Correlation ID: {} Timestamp: {}",
            trace.trace_id,
            trace.correlation_id,
            trace.timestamp()
        )
    }

    /// The answer to a program; `challenge` is what the policy asks for.
    pub(super) fn json(self, trace: &Trace, challenge: Option<&str>) -> Value {
        let Facts {
            error,
            code,
            suberror,
            ..
        } = self.facts();
        let mut value = json!({
            "error": error,
            "error_description": self.description(trace),
            "error_codes": [code],
            "timestamp": trace.timestamp(),
            "trace_id": trace.trace_id,
            "correlation_id": trace.correlation_id,
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
        });
        let Value::Object(members) = &mut value else {
            return value;
        };
        if let Some(suberror) = suberror {
            members.insert("suberror".to_owned(), suberror.into());
        }
        let claims = match self {
            Self::ClaimsNeeded => Some(challenge.unwrap_or(CLAIMS)),
            Self::SecondFactorNeeded | Self::Blocked => Some(CLAIMS),
            _ => None,
        };
        if let Some(claims) = claims {
            members.insert("claims".to_owned(), claims.into());
        }
        value
    }

    fn facts(self) -> Facts {
        let (error, code, suberror, text) = match self {
            Self::RedirectNotRegistered => (
                "invalid_request",
                50011,
                None,
                "The redirect URI specified in the request does not match the redirect URIs configured for the application.",
            ),
            Self::UnknownUser => (
                "invalid_grant",
                50034,
                None,
                "The user account does not exist in the directory.",
            ),
            Self::AccountDisabled => (
                "invalid_grant",
                50057,
                None,
                "The user account is disabled.",
            ),
            Self::NoSession => (
                "login_required",
                50058,
                None,
                "A silent sign-in request was sent but no user is signed in.",
            ),
            Self::SecondFactorNeeded => (
                "invalid_grant",
                50076,
                Some("basic_action"),
                "Due to a configuration change made by your administrator, you must use multi-factor authentication.",
            ),
            Self::SecondFactorNotSetUp => (
                "invalid_grant",
                50079,
                Some("basic_action"),
                "Due to a configuration change made by your administrator, you must enroll in multi-factor authentication.",
            ),
            Self::WrongPassword => (
                "invalid_grant",
                50126,
                None,
                "Error validating credentials due to invalid username or password.",
            ),
            Self::ClaimsNeeded => (
                "interaction_required",
                50158,
                Some("basic_action"),
                "External security challenge not satisfied.",
            ),
            Self::Revoked => (
                "invalid_grant",
                50173,
                Some("bad_token"),
                "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
            ),
            Self::Blocked => (
                "access_denied",
                53003,
                Some("message_only"),
                "Access has been blocked by Conditional Access policies.",
            ),
            Self::CodeSpent => (
                "invalid_grant",
                54005,
                None,
                "OAuth2 authorization code was already redeemed, please retry with a new valid code.",
            ),
            Self::ConsentMissing => (
                "invalid_grant",
                65001,
                Some("consent_required"),
                "The user or administrator has not consented to use the application.",
            ),
            Self::Declined => (
                "access_denied",
                65004,
                None,
                "User declined to consent to access the app.",
            ),
            Self::InvalidGrant => (
                "invalid_grant",
                70000,
                Some("bad_token"),
                "The provided value for the input parameter 'code' or 'refresh_token' is not valid.",
            ),
            Self::UnknownGrantType => (
                "unsupported_grant_type",
                70003,
                None,
                "The app requested an unsupported grant type.",
            ),
            Self::CodeExpired => (
                "invalid_grant",
                70008,
                None,
                "The provided authorization code has expired.",
            ),
            Self::InvalidScope => (
                "invalid_scope",
                70011,
                None,
                "The provided value for the input parameter 'scope' is not valid.",
            ),
            Self::Pending => (
                "authorization_pending",
                70016,
                None,
                "The provided request has not yet been authorized by the user. The user must input their code.",
            ),
            Self::TooFast => (
                "slow_down",
                70016,
                None,
                "The client asks more often than the interval allows.",
            ),
            Self::InvalidDeviceCode => (
                "bad_verification_code",
                70018,
                None,
                "The provided value for the input parameter 'device_code' is not valid.",
            ),
            Self::DeviceCodeExpired => (
                "expired_token",
                70020,
                None,
                "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
            ),
            Self::SignInTooOld => (
                "invalid_grant",
                70043,
                Some("bad_token"),
                "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access.",
            ),
            Self::UnknownTenant => ("invalid_request", 90002, None, "Tenant not found."),
            Self::OtherRedirect => (
                "invalid_grant",
                500_112,
                None,
                "The reply address does not match the reply address provided when requesting the authorization code.",
            ),
            Self::WrongSecondFactor => (
                "invalid_grant",
                500_121,
                None,
                "Authentication failed during strong authentication request.",
            ),
            Self::WrongVerifier => (
                "invalid_grant",
                501_481,
                None,
                "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
            ),
            Self::UnknownResource => (
                "invalid_resource",
                650_057,
                None,
                "The client has requested access to a resource which is not listed in the requested permissions.",
            ),
            Self::UnknownApplication => (
                "unauthorized_client",
                700_016,
                None,
                "The application was not found in the directory.",
            ),
            Self::RefreshExpired => (
                "invalid_grant",
                700_082,
                Some("bad_token"),
                "The refresh token has expired due to inactivity.",
            ),
            Self::Missing(_) => (
                "invalid_request",
                900_144,
                None,
                "The request body must contain the following parameter:",
            ),
            Self::WrongCloud => (
                "invalid_request",
                900_383,
                None,
                "Cross cloud requests are not supported: the tenant is in another cloud.",
            ),
            Self::WrongMethod => (
                "invalid_request",
                900_561,
                None,
                "The endpoint does not accept requests of this method.",
            ),
            Self::Malformed => (
                "invalid_request",
                9_002_313,
                None,
                "Invalid request. Request is malformed or invalid.",
            ),
            Self::ChallengeNeeded => (
                "invalid_request",
                9_002_325,
                None,
                "Proof Key for Code Exchange is required.",
            ),
            Self::Broken => (
                "temporarily_unavailable",
                90033,
                None,
                "A transient error has occurred. Please try again.",
            ),
            Self::Other {
                error,
                code,
                suberror,
            } => (error, code, suberror, "A test has asked for this."),
        };
        Facts {
            error,
            code,
            suberror,
            text,
        }
    }
}

/// The machine's own fault, told as Entra tells its own.
impl From<GatewayError> for EntraRefusal {
    fn from(error: GatewayError) -> Self {
        tracing::warn!(%error, "the stand-in for Entra failed");
        Self::Broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_for_one_refusal() {
        for refusal in NUMBERED {
            assert_eq!(EntraRefusal::numbered(refusal.code()), refusal);
        }
        let strange = EntraRefusal::numbered(1);
        assert_eq!((strange.error(), strange.code()), ("invalid_grant", 1));
    }
}
