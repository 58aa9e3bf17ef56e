use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use p2svpn_profile::printable;
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::answer::{Text, seconds};
use super::error::EntraError;
use super::tokens::Tokens;

/// RFC 8628 section 3.2: what counts where the answer does not say.
const USUAL_INTERVAL: Duration = Duration::from_secs(5);

const USUAL_LIFETIME: u64 = 15 * 60;

/// A code to be typed is longer than this in no tenant.
const LONGEST_USER_CODE: usize = 64;

/// A sign-in on another device, or in another browser: the user opens a page and types a code there (RFC 8628).
pub struct DeviceSignIn {
    /// What the user types, such as `BCDFGHJKL`.
    pub user_code: String,
    /// The page that he opens. It begins with `https://`.
    pub page: String,
    /// How long he has for it, from the answer on.
    pub lifetime: Duration,
    /// How often may be asked whether he has done it.
    pub interval: Duration,
    pub(super) device_code: Zeroizing<String>,
    /// By the clock, when it was answered.
    pub(super) begun_at: Duration,
}

/// What came of asking once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DevicePoll {
    /// The user has signed in.
    SignedIn(Box<Tokens>),
    /// He has not yet.
    Pending,
    /// He has not yet, and the pause must grow by 5 seconds from now on.
    TooFast,
}

impl DeviceSignIn {
    pub(super) fn of(answer: Answer<'_>, begun_at: Duration) -> Result<Self, EntraError> {
        let user_code = answer.user_code.into_owned();
        let is_code = !user_code.is_empty()
            && user_code.len() <= LONGEST_USER_CODE
            && user_code.chars().all(|letter| letter.is_ascii_graphic());
        let page = printable(&answer.verification_uri);
        if !is_code || !page.starts_with("https://") || answer.device_code.0.is_empty() {
            return Err(EntraError::answer("its code or its page cannot be used"));
        }
        let interval = answer.interval.as_ref().and_then(seconds);
        let lifetime = answer.expires_in.as_ref().and_then(seconds);
        Ok(Self {
            user_code,
            page,
            lifetime: Duration::from_secs(lifetime.unwrap_or(USUAL_LIFETIME).min(24 * 3600)),
            interval: interval.map_or(USUAL_INTERVAL, |seconds| {
                Duration::from_secs(seconds.clamp(1, 60))
            }),
            device_code: Zeroizing::new(answer.device_code.0.into_owned()),
            begun_at,
        })
    }
}

impl fmt::Debug for DeviceSignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DeviceSignIn")
            .field("page", &self.page)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
pub(super) struct Answer<'a> {
    #[serde(borrow)]
    user_code: Cow<'a, str>,
    #[serde(borrow)]
    device_code: Text<'a>,
    #[serde(borrow, alias = "verification_url")]
    verification_uri: Cow<'a, str>,
    #[serde(default)]
    expires_in: Option<Value>,
    #[serde(default)]
    interval: Option<Value>,
}
