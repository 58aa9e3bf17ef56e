//! The page where users enter device codes.

use crate::entra::answer::Answer;
use crate::entra::device;
use crate::entra::exchange::Exchange;
use crate::entra::page;
use crate::entra::refusal::EntraRefusal;
use crate::entra::sign_in;
use crate::entra::ticket::{Purpose, Ticket};

/// Asks for the code.
pub(super) fn show(exchange: &Exchange<'_>) -> Answer {
    Answer::page(page::device(&action(exchange), None))
}

/// Takes the code, and asks the user to sign in.
pub(super) fn enter(exchange: &mut Exchange<'_>) -> Answer {
    let user_code = exchange.form.get("user_code").unwrap_or_default();
    if exchange.form.get("action") == Some("cancel") {
        return Answer::dead_end(EntraRefusal::Declined, exchange.trace);
    }
    let Some(scopes) = device::scopes_of(exchange.book, user_code, exchange.now()) else {
        let refusal = EntraRefusal::InvalidDeviceCode;
        let text = refusal.description(exchange.trace);
        return Answer::page_after(page::device(&action(exchange), Some(&text)), refusal);
    };
    let ticket = Ticket {
        purpose: Purpose::Device {
            user_code: user_code.to_owned(),
        },
        scopes,
        claims: None,
        nonce: None,
        login_hint: None,
        username: None,
        second_factor: false,
    };
    sign_in::begin(exchange, ticket)
}

fn action(exchange: &Exchange<'_>) -> String {
    format!("/{}/device", exchange.tenant.id)
}
