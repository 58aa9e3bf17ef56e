use p2svpn_openvpn::{
    AnswerError, Challenge as Question, ChallengeKind as QuestionKind, DynamicChallenge,
};
use p2svpn_tunnel::{Tunnel, TunnelError};
use zeroize::Zeroizing;

use super::shared::Shared;
use crate::answer::Answer;
use crate::challenge::{ChallengeKind, SignInPage};
use crate::error::{Error, ErrorCode};

/// Puts a question of the gateway to the host, and the answer to the gateway; returns when the answer is sent.
///
/// A sign-in at a page is never answered: the gateway goes on by itself, and dropping the future withdraws the question.
///
/// # Errors
/// `SIGN_IN_CANCELLED` when the host declines.
pub(super) async fn pass_on(
    shared: &Shared,
    tunnel: &Tunnel,
    question: &Question,
) -> Result<(), Error> {
    let mut refusal = None;
    for attempt in 0.. {
        let kind = kind(question, shared);
        let answer = text_of(shared.ask_for(kind, &question.text, attempt, refusal).await)?;
        match tunnel.answer(question.id, answer).await {
            Err(TunnelError::Answer(error @ AnswerError::TooLong)) => {
                refusal = Some(Error::new(ErrorCode::InvalidArgument, error.to_string()));
            }
            // One that comes too late is of no use, and why the tunnel has ended is told by its last event.
            sent => {
                if let Err(error) = sent {
                    tracing::debug!(session = %shared.id(), %error, "an answer was not sent");
                }
                break;
            }
        }
    }
    shared.leave_sign_in();
    Ok(())
}

/// Puts the question to the host that the gateway asked when it turned the session away; returns the answer for the next
/// connection.
///
/// # Errors
/// `SIGN_IN_CANCELLED` when the host declines.
pub(super) async fn ask_between(
    shared: &Shared,
    challenge: &DynamicChallenge,
    attempt: u32,
) -> Result<Zeroizing<String>, Error> {
    let kind = ChallengeKind::Question {
        masked: challenge.masked,
        response_required: challenge.response_required,
        expires: None,
    };
    let answer = shared.ask_for(kind, &challenge.text, attempt, None).await;
    shared.leave_sign_in();
    text_of(answer)
}

fn text_of(answer: Answer) -> Result<Zeroizing<String>, Error> {
    match answer {
        Answer::Secret(text) => Ok(text),
        _ => Err(ErrorCode::SignInCancelled.into()),
    }
}

fn kind(question: &Question, shared: &Shared) -> ChallengeKind {
    let expires = question
        .expiry
        .map(|expiry| shared.unix_time_in(shared.clock().until(expiry)));
    let (hidden, external) = match &question.kind {
        QuestionKind::WebAuth(web_auth) => (web_auth.hidden, web_auth.external),
        _ => (false, false),
    };
    match &question.url {
        Some(url) => ChallengeKind::SignInPage(SignInPage {
            url: url.to_string(),
            embedded_url: question.embedded_url().as_ref().unwrap_or(url).to_string(),
            hidden,
            external,
            expires,
            redirect_uri: None,
        }),
        None => ChallengeKind::Question {
            masked: question.masked,
            response_required: question.response_required,
            expires,
        },
    }
}
