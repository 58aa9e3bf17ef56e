//! What a user does to sign in: name and password, a second step, consent.

use std::time::Duration;

use crate::entra::answer::Answer;
use crate::entra::device;
use crate::entra::exchange::Exchange;
use crate::entra::grant::{AuthorizationCode, Grant};
use crate::entra::issue::opaque;
use crate::entra::page;
use crate::entra::refusal::EntraRefusal;
use crate::entra::step::EntraStep;
use crate::entra::ticket::{Purpose, Ticket};
use crate::error::GatewayError;

/// How long a client has for redeeming a code.
const CODE_LIFETIME: Duration = Duration::from_secs(600);

/// What a user has to do next.
enum Next {
    Password,
    SecondFactor,
    Consent,
    Nothing,
}

/// Begins a sign-in.
pub(super) fn begin(exchange: &mut Exchange<'_>, ticket: Ticket) -> Answer {
    if exchange.book.policy.asks {
        return show(exchange, ticket, None);
    }
    let (hint, scopes, now) = (
        ticket.login_hint.as_deref(),
        ticket.scopes.clone(),
        exchange.now(),
    );
    match exchange.book.grant_at_once(hint, scopes, now) {
        Ok(grant) => {
            let grant = Grant {
                claims: ticket.claims.clone(),
                nonce: ticket.nonce.clone(),
                ..grant
            };
            finish(exchange, ticket, grant)
        }
        Err(refusal) => refuse(exchange, ticket, refusal),
    }
}

/// Takes what a user has sent.
pub(super) fn go_on(exchange: &mut Exchange<'_>) -> Answer {
    let (form, trace) = (exchange.form, exchange.trace);
    let ticket = form
        .get("ticket")
        .and_then(|ticket| exchange.book.tickets.take(ticket));
    let Some(mut ticket) = ticket else {
        return Answer::dead_end(EntraRefusal::Malformed, trace);
    };
    if form.get("action") == Some("cancel") {
        return refuse(exchange, ticket, EntraRefusal::Declined);
    }
    if let Some(refusal) = exchange.book.refusals.get(&EntraStep::Page) {
        let refusal = *refusal;
        return refuse(exchange, ticket, refusal);
    }
    match take(exchange, &mut ticket) {
        Ok(()) => show(exchange, ticket, None),
        Err(refusal) => show(exchange, ticket, Some(refusal)),
    }
}

/// Takes what was asked for last.
fn take(exchange: &mut Exchange<'_>, ticket: &mut Ticket) -> Result<(), EntraRefusal> {
    let form = exchange.form;
    match next(exchange, ticket) {
        Next::Password => {
            let (username, password) = (form.need("username")?, form.need("password")?);
            let account = exchange
                .book
                .account(username)
                .ok_or(EntraRefusal::UnknownUser)?;
            if account.password != password {
                return Err(EntraRefusal::WrongPassword);
            }
            if account.is_disabled {
                return Err(EntraRefusal::AccountDisabled);
            }
            ticket.username = Some(account.username.clone());
        }
        Next::SecondFactor => {
            let username = ticket.username.as_deref().unwrap_or_default();
            let account = exchange
                .book
                .account(username)
                .ok_or(EntraRefusal::UnknownUser)?;
            let expected = account
                .second_factor
                .as_deref()
                .ok_or(EntraRefusal::SecondFactorNotSetUp)?;
            if form.need("code")? != expected {
                return Err(EntraRefusal::WrongSecondFactor);
            }
            ticket.second_factor = true;
        }
        Next::Consent => {
            form.need("consent")?;
            exchange.book.consented.extend(ticket.username.clone());
        }
        Next::Nothing => {}
    }
    Ok(())
}

fn next(exchange: &Exchange<'_>, ticket: &Ticket) -> Next {
    let (book, policy) = (&*exchange.book, &exchange.book.policy);
    match &ticket.username {
        None => Next::Password,
        Some(_) if policy.second_factor_needed && !ticket.second_factor => Next::SecondFactor,
        Some(username) if policy.consent_needed && !book.consented.contains(username) => {
            Next::Consent
        }
        Some(_) => Next::Nothing,
    }
}

/// Shows what the user has to do next, or ends the sign-in when that is nothing.
fn show(exchange: &mut Exchange<'_>, ticket: Ticket, problem: Option<EntraRefusal>) -> Answer {
    let next = next(exchange, &ticket);
    if let (Next::Nothing, Some(username)) = (&next, ticket.username.clone()) {
        let grant = ticket.grant(username, exchange.now());
        return finish(exchange, ticket, grant);
    }
    let name = match opaque::<24>() {
        Ok(name) => name,
        Err(error) => return refuse(exchange, ticket, error.into()),
    };
    let action = format!("/{}/login", exchange.tenant.id);
    let text = problem.map(|problem| problem.description(exchange.trace));
    let html = match next {
        Next::SecondFactor => page::second_factor(&action, &name, text.as_deref()),
        Next::Consent => page::consent(&action, &name),
        _ => {
            let hint = ticket.login_hint.as_deref().unwrap_or_default();
            page::password(&action, &name, hint, text.as_deref())
        }
    };
    exchange.book.tickets.put(name, ticket);
    match problem {
        Some(problem) => Answer::page_after(html, problem),
        None => Answer::page(html),
    }
}

fn finish(exchange: &mut Exchange<'_>, ticket: Ticket, grant: Grant) -> Answer {
    match &ticket.purpose {
        Purpose::Device { user_code } => {
            match device::decide(exchange.book, user_code, Some(grant)) {
                true => Answer::page(page::message(
                    "You have signed in",
                    "You can close this window and go on at your device.",
                )),
                false => Answer::dead_end(EntraRefusal::DeviceCodeExpired, exchange.trace),
            }
        }
        Purpose::Redirect {
            uri,
            state,
            challenge,
        } => match code(exchange, uri, challenge, grant) {
            Ok(code) => Answer::redirect(
                uri,
                &[
                    ("code", &code),
                    ("state", state),
                    ("session_state", &exchange.trace.trace_id),
                ],
            ),
            Err(error) => refuse(exchange, ticket, error.into()),
        },
    }
}

fn code(
    exchange: &mut Exchange<'_>,
    uri: &str,
    challenge: &str,
    grant: Grant,
) -> Result<String, GatewayError> {
    let code = format!("1.{}", opaque::<96>()?);
    let fresh = AuthorizationCode {
        grant,
        challenge: challenge.to_owned(),
        redirect_uri: uri.to_owned(),
        expires_at: exchange.after(CODE_LIFETIME),
        is_spent: false,
    };
    exchange.book.codes.put(code.clone(), fresh);
    Ok(code)
}

/// Ends a sign-in that did not come about.
fn refuse(exchange: &mut Exchange<'_>, ticket: Ticket, refusal: EntraRefusal) -> Answer {
    let trace = exchange.trace;
    match &ticket.purpose {
        Purpose::Redirect { uri, state, .. } if !refusal.is_shown() => {
            Answer::redirect_refused(uri, state, refusal, trace)
        }
        Purpose::Redirect { .. } => Answer::dead_end(refusal, trace),
        Purpose::Device { user_code } => {
            device::decide(exchange.book, user_code, None);
            Answer::dead_end(refusal, trace)
        }
    }
}
