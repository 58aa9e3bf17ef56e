//! The person at the terminal, who answers what a session asks.

use std::path::Path;

use p2svpn_client::{
    AccessToken, Answer, Certificate, CertificateDetails, Challenge, ChallengeKind, Credentials,
    ErrorCode, Session,
};

use crate::failure::Failure;
use crate::output::{print, say};

/// Answers a challenge; `token` is the file with the access token, if one was named.
pub(crate) fn answer(
    session: &Session,
    challenge: &Challenge,
    token: Option<&Path>,
) -> Result<(), Failure> {
    if let Some(refusal) = &challenge.refusal {
        say(refusal)?;
    }
    let Some(answer) = answer_of_somebody(challenge, token)? else {
        return Ok(());
    };
    match session.answer(challenge.id, answer) {
        // Whoever asked did not wait so long.
        Err(error) if error.code() == ErrorCode::ChallengeUnknown => say(error)?,
        outcome => outcome?,
    }
    Ok(())
}

/// What is answered; nothing where the session learns by itself that the user has signed in.
fn answer_of_somebody(
    challenge: &Challenge,
    token: Option<&Path>,
) -> Result<Option<Answer>, Failure> {
    let text = &challenge.text;
    Ok(Some(match &challenge.kind {
        ChallengeKind::SignInPage(page) => {
            say(format_args!("{text} {}", page.url))?;
            return Ok(None);
        }
        ChallengeKind::DeviceCode(device) => {
            say(format_args!("{text} It is {}", device.code))?;
            return Ok(None);
        }
        ChallengeKind::CertificatePassword { .. }
        | ChallengeKind::TokenPin { .. }
        | ChallengeKind::Question { masked: true, .. } => Answer::secret(hidden(text)?),
        ChallengeKind::Question { .. } => Answer::secret(prompt(text)?),
        ChallengeKind::ClientCertificate { .. } => {
            match prompt(&format!("{text} PFX file:"))?.as_str() {
                "" => Answer::Cancel,
                file => Answer::Certificate(Certificate::pfx_file(file)),
            }
        }
        ChallengeKind::ChooseCertificate { certificates } => choice(text, certificates)?,
        ChallengeKind::Credentials { username } => {
            say(text)?;
            let username = match username {
                Some(username) => username.clone(),
                None => prompt("User name:")?,
            };
            Answer::Credentials(Credentials::new(username, hidden("Password:")?))
        }
        ChallengeKind::AccessToken(_) => match token {
            Some(file) => {
                let token = std::fs::read_to_string(file)?;
                Answer::AccessToken(AccessToken::new(token.trim()))
            }
            None => Answer::Cancel,
        },
        _ => Answer::Cancel,
    }))
}

fn choice(text: &str, certificates: &[CertificateDetails]) -> Result<Answer, Failure> {
    say(text)?;
    for (number, one) in (1..).zip(certificates) {
        let (subject, source, thumbprint) = (&one.subject, &one.source, &one.thumbprint);
        say(format_args!(
            "{number:>3}  {subject}  {source}  {thumbprint}"
        ))?;
    }
    let number = prompt("Number:")?.parse::<usize>().ok();
    let place = number.and_then(|number| number.checked_sub(1));
    Ok(place
        .filter(|place| *place < certificates.len())
        .map_or(Answer::Cancel, Answer::Choice))
}

fn hidden(question: &str) -> Result<String, Failure> {
    Ok(rpassword::prompt_password(format!("{question} "))?)
}

fn prompt(question: &str) -> Result<String, Failure> {
    print(format_args!("{question} "))?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}
