//! The address that clients open in a browser (RFC 6749 section 3.1).

use serde_json::Value;

use crate::entra::answer::Answer;
use crate::entra::exchange::Exchange;
use crate::entra::form::Form;
use crate::entra::refusal::EntraRefusal;
use crate::entra::sign_in;
use crate::entra::step::EntraStep;
use crate::entra::ticket::{Purpose, Ticket};

/// The length of a challenge by SHA-256, in Base64.
const CHALLENGE: usize = 43;

pub(super) fn authorize(exchange: &mut Exchange<'_>) -> Answer {
    let (form, trace) = (exchange.form, exchange.trace);
    let uri = match redirect_uri(exchange) {
        Ok(uri) => uri.to_owned(),
        Err(refusal) => return Answer::dead_end(refusal, trace),
    };
    let state = form.get("state").unwrap_or_default();
    match ticket(exchange, &uri) {
        Ok(ticket) => sign_in::begin(exchange, ticket),
        Err(refusal) if refusal.is_shown() => Answer::dead_end(refusal, trace),
        Err(refusal) => Answer::redirect_refused(&uri, state, refusal, trace),
    }
}

/// Where the browser will be sent back to; until that is known to be the application's, it is told everything itself.
fn redirect_uri<'a>(exchange: &Exchange<'a>) -> Result<&'a str, EntraRefusal> {
    exchange.check_client()?;
    let uri = exchange.form.need("redirect_uri")?;
    let is_registered = match exchange.book.policy.only_port_2023 {
        true => uri.trim_end_matches('/') == "http://localhost:2023",
        false => is_localhost(uri),
    };
    is_registered
        .then_some(uri)
        .ok_or(EntraRefusal::RedirectNotRegistered)
}

/// Whether this is `http://localhost` with any port and no path: Entra ignores the port of this host.
fn is_localhost(uri: &str) -> bool {
    let Some(rest) = uri.strip_prefix("http://localhost") else {
        return false;
    };
    match rest.strip_suffix('/').unwrap_or(rest).strip_prefix(':') {
        Some(port) => port.parse::<u16>().is_ok(),
        None => matches!(rest, "" | "/"),
    }
}

fn ticket(exchange: &Exchange<'_>, uri: &str) -> Result<Ticket, EntraRefusal> {
    let form = exchange.form;
    if form.need("response_type")? != "code" {
        return Err(EntraRefusal::Other {
            error: "unsupported_response_type",
            code: 700_054,
            suberror: None,
        });
    }
    if form
        .get("response_mode")
        .is_some_and(|mode| mode != "query")
    {
        return Err(EntraRefusal::Malformed);
    }
    let scopes = exchange.tenant.scopes(form.need("scope")?)?;
    // Entra can do without, but no client should.
    let state = form.need("state")?;
    if scopes.openid {
        form.need("nonce")?;
    }
    let challenge = challenge(form)?;
    let claims = form.get("claims").map(str::to_owned);
    let is_object = |text: &String| matches!(serde_json::from_str(text), Ok(Value::Object(_)));
    if !claims.iter().all(is_object) {
        return Err(EntraRefusal::Malformed);
    }
    match form.get("prompt") {
        None | Some("login" | "select_account" | "consent") => {}
        Some("none") => return Err(EntraRefusal::NoSession),
        Some(_) => return Err(EntraRefusal::Malformed),
    }
    if let Some(refusal) = exchange.book.refusals.get(&EntraStep::Authorize) {
        return Err(*refusal);
    }
    Ok(Ticket {
        purpose: Purpose::Redirect {
            uri: uri.to_owned(),
            state: state.to_owned(),
            challenge: challenge.to_owned(),
        },
        scopes,
        claims,
        nonce: form.get("nonce").map(str::to_owned),
        login_hint: form.get("login_hint").map(str::to_owned),
        username: None,
        second_factor: false,
    })
}

fn challenge(form: &Form) -> Result<&str, EntraRefusal> {
    let challenge = form.get("code_challenge");
    match (challenge, form.get("code_challenge_method")) {
        (Some(challenge), Some("S256")) if challenge.len() == CHALLENGE => Ok(challenge),
        _ => Err(EntraRefusal::ChallengeNeeded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_port_of_localhost_is_registered_and_nothing_else() {
        for (uri, is_registered) in [
            ("http://localhost", true),
            ("http://localhost/", true),
            ("http://localhost:2023", true),
            ("http://localhost:49152/", true),
            ("http://localhost:", false),
            ("http://localhost:70000", false),
            ("http://localhost:2023/path", false),
            ("http://localhost.example.com", false),
            ("http://localhost@example.com", false),
            ("http://127.0.0.1:2023", false),
            ("https://localhost:2023", false),
        ] {
            assert_eq!(is_localhost(uri), is_registered, "{uri}");
        }
    }
}
