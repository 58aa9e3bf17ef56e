//! Which request is answered by what.

use crate::entra::answer::{Answer, JSON};
use crate::entra::exchange::Exchange;
use crate::entra::fault::EntraFault;
use crate::entra::form::Form;
use crate::entra::login::Login;
use crate::entra::refusal::EntraRefusal;
use crate::entra::request::EntraRequest;
use crate::entra::step::EntraStep;
use crate::entra::trace::Trace;
use crate::entra::{authorize, device, device_page, sign_in, token};
use crate::error::GatewayError;

/// A request as it came.
pub(super) struct Call<'a> {
    pub(super) is_post: bool,
    pub(super) path: &'a str,
    /// The query, or the body of a POST.
    pub(super) parameters: &'a [u8],
    pub(super) correlation_id: Option<String>,
}

/// How a request is answered.
pub(super) struct Reply {
    pub(super) answer: Answer,
    pub(super) trace: Trace,
    pub(super) fault: Option<EntraFault>,
}

/// Where a request has gone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Authorize,
    Login,
    Token,
    DeviceCode,
    DevicePage,
    Nowhere,
}

/// Giant answers have this size.
const GIANT: usize = 8 * 1024 * 1024;

/// Answers a request, and writes it down.
pub(super) fn reply(login: &Login, call: Call<'_>) -> Result<Reply, GatewayError> {
    let mut book = login.book();
    let trace = Trace::new(call.correlation_id, login.now(&book))?;
    let (tenant, place) = place(call.path);
    let (form, is_read) = match Form::read(call.parameters) {
        Ok(form) => (form, true),
        Err(_) => (Form::empty(), false),
    };
    let step = step(place, &form);
    let fault = book.next_fault(step);
    let refusal = if !login.tenant.is_named(tenant) {
        Some(EntraRefusal::UnknownTenant)
    } else if place == Place::Nowhere || !allows(place, call.is_post) {
        Some(EntraRefusal::WrongMethod)
    } else if !is_read {
        Some(EntraRefusal::Malformed)
    } else {
        None
    };
    let is_for_programs = matches!(place, Place::Token | Place::DeviceCode | Place::Nowhere);
    let answer = match (instead(fault), refusal) {
        (Some(answer), _) => answer,
        (None, Some(refusal)) if is_for_programs => Answer::json(Err(refusal), &trace, None),
        (None, Some(refusal)) => Answer::dead_end(refusal, &trace),
        (None, None) => {
            let mut exchange = Exchange {
                tenant: &login.tenant,
                book: &mut book,
                form: &form,
                trace: &trace,
                received: login.clock.now(),
            };
            carry_out(&mut exchange, place, step, call.is_post)
        }
    };
    let request = EntraRequest::new(step, &form, answer.status, answer.error_code);
    login.record(book, request);
    Ok(Reply {
        answer,
        trace,
        fault,
    })
}

fn carry_out(exchange: &mut Exchange<'_>, place: Place, step: EntraStep, is_post: bool) -> Answer {
    let result = match place {
        Place::Authorize => return authorize::authorize(exchange),
        Place::Login => return sign_in::go_on(exchange),
        Place::DevicePage if is_post => return device_page::enter(exchange),
        Place::DevicePage => return device_page::show(exchange),
        Place::Token => token::token(exchange, step),
        Place::DeviceCode => device::start(exchange),
        Place::Nowhere => Err(EntraRefusal::WrongMethod),
    };
    let challenge = exchange.book.policy.challenge.as_deref();
    Answer::json(result, exchange.trace, challenge)
}

/// The tenant that a path names, and what it is for.
fn place(path: &str) -> (&str, Place) {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (tenant, rest) = path.split_once('/').unwrap_or((path, ""));
    let place = match rest {
        "oauth2/v2.0/authorize" => Place::Authorize,
        "oauth2/v2.0/token" => Place::Token,
        "oauth2/v2.0/devicecode" => Place::DeviceCode,
        "login" => Place::Login,
        "device" => Place::DevicePage,
        _ => Place::Nowhere,
    };
    (tenant, place)
}

fn allows(place: Place, is_post: bool) -> bool {
    match place {
        Place::Authorize => !is_post,
        Place::DevicePage => true,
        _ => is_post,
    }
}

fn step(place: Place, form: &Form) -> EntraStep {
    match place {
        Place::Authorize => EntraStep::Authorize,
        Place::Login => EntraStep::Page,
        Place::DevicePage => EntraStep::DevicePage,
        Place::DeviceCode => EntraStep::DeviceStart,
        Place::Token => token::step_of(form.get("grant_type")),
        Place::Nowhere => EntraStep::Unknown,
    }
}

/// What comes instead of an answer.
fn instead(fault: Option<EntraFault>) -> Option<Answer> {
    const TEXT: &str = "text/plain";
    Some(match fault? {
        EntraFault::TooManyRequests { retry_after } => Answer {
            retry_after: Some(retry_after),
            ..Answer::new(429, TEXT, "Too Many Requests".to_owned())
        },
        EntraFault::Unavailable { retry_after } => Answer {
            retry_after,
            ..Answer::new(503, TEXT, "Service Unavailable".to_owned())
        },
        EntraFault::Garbage => Answer::new(
            200,
            JSON,
            r#"{"token_type":"Bearer","access_token":"ey"#.to_owned(),
        ),
        EntraFault::Giant => Answer::new(
            200,
            JSON,
            format!(r#"{{"padding":"{}"}}"#, "a".repeat(GIANT)),
        ),
        EntraFault::Slow(_) | EntraFault::Cut => return None,
    })
}
