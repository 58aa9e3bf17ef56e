//! The address where clients get tokens (RFC 6749 section 3.2).

use aws_lc_rs::digest::{SHA256, digest};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;

use crate::entra::device;
use crate::entra::exchange::Exchange;
use crate::entra::grant::Grant;
use crate::entra::issue;
use crate::entra::refusal::EntraRefusal;
use crate::entra::step::EntraStep;

/// What a kind of grant is asked for.
pub(super) fn step_of(grant_type: Option<&str>) -> EntraStep {
    match grant_type {
        Some("authorization_code") => EntraStep::Code,
        Some("refresh_token") => EntraStep::Refresh,
        Some("urn:ietf:params:oauth:grant-type:device_code") => EntraStep::DevicePoll,
        _ => EntraStep::Unknown,
    }
}

pub(super) fn token(exchange: &mut Exchange<'_>, step: EntraStep) -> Result<Value, EntraRefusal> {
    exchange.form.need("grant_type")?;
    exchange.check_client()?;
    if let Some(refusal) = exchange.book.refusals.get(&step) {
        return Err(*refusal);
    }
    let grant = match step {
        EntraStep::Code => redeem(exchange),
        EntraStep::Refresh => refresh(exchange),
        EntraStep::DevicePoll => device::poll(exchange),
        _ => Err(EntraRefusal::UnknownGrantType),
    }?;
    issue::tokens(exchange, grant)
}

/// Takes a code, which is spent by the first attempt.
fn redeem(exchange: &mut Exchange<'_>) -> Result<Grant, EntraRefusal> {
    let (form, now) = (exchange.form, exchange.now());
    let redirect_uri = form.need("redirect_uri")?;
    let verifier = form.need("code_verifier")?;
    let code = exchange
        .book
        .codes
        .get_mut(form.need("code")?)
        .ok_or(EntraRefusal::InvalidGrant)?;
    if std::mem::replace(&mut code.is_spent, true) {
        return Err(EntraRefusal::CodeSpent);
    }
    if now >= code.expires_at {
        return Err(EntraRefusal::CodeExpired);
    }
    if redirect_uri != code.redirect_uri {
        return Err(EntraRefusal::OtherRedirect);
    }
    if challenge_of(verifier) != code.challenge {
        return Err(EntraRefusal::WrongVerifier);
    }
    let grant = code.grant.clone();
    exchange.book.active_account(&grant.username)?;
    Ok(grant)
}

/// The challenge that belongs to a verifier (RFC 7636 section 4.2).
fn challenge_of(verifier: &str) -> String {
    Base64UrlUnpadded::encode_string(digest(&SHA256, verifier.as_bytes()).as_ref())
}

/// Takes a refresh token, which is spent if it is good.
fn refresh(exchange: &mut Exchange<'_>) -> Result<Grant, EntraRefusal> {
    let (form, now) = (exchange.form, exchange.now());
    let asked = form
        .get("scope")
        .map(|scope| exchange.tenant.scopes(scope))
        .transpose()?;
    let name = form.need("refresh_token")?;
    let book = &mut *exchange.book;
    let token = book
        .refresh_tokens
        .get(name)
        .ok_or(EntraRefusal::InvalidGrant)?;
    if token.is_revoked {
        return Err(EntraRefusal::Revoked);
    }
    if token.is_spent {
        return Err(EntraRefusal::InvalidGrant);
    }
    if now >= token.expires_at {
        return Err(EntraRefusal::RefreshExpired);
    }
    let (policy, grant) = (&book.policy, &token.grant);
    let age = u64::try_from(now - grant.signed_in_at).unwrap_or(0);
    if policy
        .sign_in_frequency
        .is_some_and(|often| age >= often.as_secs())
    {
        return Err(EntraRefusal::SignInTooOld);
    }
    book.active_account(&grant.username)?;
    if policy.consent_needed && !book.consented.contains(&grant.username) {
        return Err(EntraRefusal::ConsentMissing);
    }
    if policy.second_factor_needed && !grant.second_factor {
        return Err(EntraRefusal::SecondFactorNeeded);
    }
    if policy.challenge.is_some() && grant.claims != policy.challenge {
        return Err(EntraRefusal::ClaimsNeeded);
    }
    let mut grant = grant.clone();
    if let Some(asked) = asked {
        grant.scopes = asked;
    }
    if let Some(token) = book.refresh_tokens.get_mut(name) {
        token.is_spent = true;
    }
    Ok(grant)
}
