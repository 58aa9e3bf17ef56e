//! What the login host answers.

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::Value;

use super::access_token::AccessToken;
use super::account::Account;
use super::error::EntraError;
use super::jwt::Claims;
use super::refusal::EntraRefusal;
use super::tokens::{RefreshToken, Tokens};
use crate::http::HttpResponse;

/// How long a token is taken to last that does not say.
const UNKNOWN_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// No token lasts longer: that of a managed identity lasts a day.
const LONGEST_LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// Clocks that differ by less are not spoken of.
const TOLERATED_SKEW: i64 = 5 * 60;

/// Nobody is told to wait for longer.
const LONGEST_PAUSE: u64 = 3600;

/// Reads the answer to a request for tokens; `nonce` is what the id token has to repeat.
pub(super) fn tokens(
    response: &HttpResponse,
    nonce: Option<&str>,
    now: i64,
) -> Result<Tokens, EntraError> {
    let answer: TokenAnswer<'_> = success(response)?;
    let is_bearer = answer.token_type.eq_ignore_ascii_case("bearer");
    if !is_bearer {
        return Err(EntraError::answer("its tokens are of another kind"));
    }
    let id = answer.id_token.as_ref();
    let id = id.map(|token| Claims::of(&token.0)).unwrap_or_default();
    // OpenID Connect Core, section 3.1.3.7: without it an answer to another sign-in could be slipped in.
    if nonce.is_some() && id.nonce.as_deref() != nonce {
        return Err(EntraError::OtherSignIn);
    }
    let access = Claims::of(&answer.access_token.0);
    let told = answer.expires_in.as_ref().and_then(seconds);
    let lifetime = told.or(access.lifetime).map(Duration::from_secs);
    Ok(Tokens {
        account: Account::of(&[&id, &access]),
        access_token: AccessToken::new(answer.access_token.0)?,
        refresh_token: answer.refresh_token.map(|token| RefreshToken::new(token.0)),
        lifetime: lifetime.unwrap_or(UNKNOWN_LIFETIME).min(LONGEST_LIFETIME),
        clock_behind: skew(response, now),
    })
}

/// Reads an answer that went well.
pub(super) fn success<'a, T: Deserialize<'a>>(response: &'a HttpResponse) -> Result<T, EntraError> {
    if response.status != 200 {
        return Err(failure(response));
    }
    serde_json::from_slice(&response.body)
        .map_err(|_| EntraError::answer("it is not what a login host answers"))
}

fn failure(response: &HttpResponse) -> EntraError {
    let status = response.status;
    if status == 429 || status == 503 {
        let retry_after = response.header("Retry-After");
        let retry_after = retry_after.and_then(|text| text.trim().parse::<u64>().ok());
        return EntraError::Unavailable {
            status,
            retry_after: retry_after.map(|pause| Duration::from_secs(pause.min(LONGEST_PAUSE))),
        };
    }
    match EntraRefusal::of_json(&response.body) {
        Some(refusal) if refusal.is_cancelled() => EntraError::Cancelled,
        Some(refusal) => EntraError::Refused(Box::new(refusal)),
        None if status >= 500 => EntraError::Unavailable {
            status,
            retry_after: None,
        },
        None => EntraError::answer("it is not what a login host answers"),
    }
}

fn skew(response: &HttpResponse, now: i64) -> Option<i64> {
    let date: SystemTime = httpdate::parse_http_date(response.header("Date")?).ok()?;
    let theirs = date.duration_since(UNIX_EPOCH).ok()?.as_secs();
    let behind = i64::try_from(theirs).ok()?.checked_sub(now)?;
    (behind.saturating_abs() >= TOLERATED_SKEW).then_some(behind)
}

/// A number, which some hosts write as a text.
pub(super) fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[derive(Deserialize)]
struct TokenAnswer<'a> {
    #[serde(borrow)]
    token_type: Cow<'a, str>,
    #[serde(borrow)]
    access_token: Text<'a>,
    #[serde(borrow, default)]
    refresh_token: Option<Text<'a>>,
    #[serde(borrow, default)]
    id_token: Option<Text<'a>>,
    #[serde(default)]
    expires_in: Option<Value>,
}

/// Borrowed from the body, which is wiped: tokens have nothing to be escaped.
#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);
