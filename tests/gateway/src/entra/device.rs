//! Signing in on another device (RFC 8628).

use std::time::Duration;

use serde_json::{Value, json};

use crate::entra::book::Book;
use crate::entra::device_code::{Decision, DeviceCode};
use crate::entra::exchange::Exchange;
use crate::entra::grant::{Grant, Scopes};
use crate::entra::issue::opaque;
use crate::entra::refusal::EntraRefusal;
use crate::entra::step::EntraStep;
use crate::error::GatewayError;
use crate::random;

/// Letters that nobody takes for others.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Begins: the client gets a code for itself and one for its user.
pub(super) fn start(exchange: &mut Exchange<'_>) -> Result<Value, EntraRefusal> {
    exchange.check_client()?;
    let scopes = exchange.tenant.scopes(exchange.form.need("scope")?)?;
    if let Some(refusal) = exchange.book.refusals.get(&EntraStep::DeviceStart) {
        return Err(*refusal);
    }
    let (code, user_code) = (opaque::<48>()?, user_code()?);
    let page = format!("{}/device", exchange.tenant.authority());
    let policy = &exchange.book.policy;
    let answer = json!({
        "user_code": user_code,
        "device_code": code,
        "verification_uri": page,
        "expires_in": policy.device_lifetime.as_secs(),
        "interval": policy.device_interval.as_secs(),
        "message": format!(
            "To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate."
        ),
    });
    let (asks, lifetime, now) = (policy.asks, policy.device_lifetime, exchange.now());
    let decision = match asks {
        true => Decision::Pending,
        false => match exchange.book.grant_at_once(None, scopes.clone(), now) {
            Ok(grant) => Decision::Approved(grant),
            Err(_) => Decision::Declined,
        },
    };
    let fresh = DeviceCode {
        decision,
        user_code,
        scopes,
        expires_at: exchange.after(lifetime),
        last_asked: None,
    };
    exchange.book.device_codes.put(code, fresh);
    Ok(answer)
}

/// Answers the client that asks whether its user has approved.
pub(super) fn poll(exchange: &mut Exchange<'_>) -> Result<Grant, EntraRefusal> {
    let (received, now) = (exchange.received, exchange.now());
    let interval = Duration::from_secs(exchange.book.policy.device_interval.as_secs());
    let name = exchange.form.need("device_code")?;
    let code = exchange
        .book
        .device_codes
        .get_mut(name)
        .ok_or(EntraRefusal::InvalidDeviceCode)?;
    if now >= code.expires_at {
        return Err(EntraRefusal::DeviceCodeExpired);
    }
    let last = code.last_asked.replace(received);
    if last.is_some_and(|last| received.saturating_duration_since(last) < interval) {
        return Err(EntraRefusal::TooFast);
    }
    let grant = match &code.decision {
        Decision::Pending => return Err(EntraRefusal::Pending),
        Decision::Declined => {
            return Err(EntraRefusal::Other {
                error: "authorization_declined",
                code: EntraRefusal::Declined.code(),
                suberror: None,
            });
        }
        Decision::Approved(grant) => grant.clone(),
    };
    exchange.book.active_account(&grant.username)?;
    exchange.book.device_codes.take(name);
    Ok(grant)
}

/// What is asked for by the code that a user has entered, unless nobody waits for it any more.
pub(super) fn scopes_of(book: &Book, user_code: &str, now: i64) -> Option<Scopes> {
    let mut codes = book.device_codes.iter().map(|(_, code)| code);
    let code = codes.find(|code| code.user_code.eq_ignore_ascii_case(user_code.trim()))?;
    let is_open = matches!(code.decision, Decision::Pending) && now < code.expires_at;
    is_open.then(|| code.scopes.clone())
}

/// Writes down what the user has decided, and says whether anybody waits for that.
pub(super) fn decide(book: &mut Book, user_code: &str, grant: Option<Grant>) -> bool {
    let mut decision = Some(match grant {
        Some(grant) => Decision::Approved(grant),
        None => Decision::Declined,
    });
    book.device_codes.for_each(|code| {
        let is_meant = code.user_code.eq_ignore_ascii_case(user_code.trim());
        if is_meant && matches!(code.decision, Decision::Pending) {
            code.decision = decision.take().unwrap_or(Decision::Declined);
        }
    });
    decision.is_none()
}

fn user_code() -> Result<String, GatewayError> {
    let letters = random::bytes::<9>()?.map(|byte| {
        let letter = LETTERS.get(usize::from(byte) % LETTERS.len());
        letter.copied().map_or('B', char::from)
    });
    Ok(letters.iter().collect())
}
