use std::pin::pin;
use std::time::Duration;

use p2svpn_auth::{BrowserOptions, EntraClient, EntraError, Loopback, Prompt, Redirect, Tokens};
use p2svpn_system::open_browser;

use crate::answer::Answer;
use crate::challenge::{ChallengeKind, SignInPage};
use crate::error::{Error, ErrorCode};
use crate::event::EventKind;
use crate::session::shared::Shared;
use crate::warning::{Warning, WarningKind};

/// How long the user may take at the page.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// What a sign-in in a browser asks for.
pub(super) struct BrowserRequest {
    pub(super) prompt: Prompt,
    pub(super) username: Option<String>,
    pub(super) claims: Option<String>,
    /// Why the former sign-in counts no more.
    pub(super) refusal: Option<Error>,
}

/// Has the user sign in in a browser, and waits for what it brings back, from there or from the host's own view.
pub(super) async fn sign_in(
    shared: &Shared,
    client: &EntraClient,
    opens_browser: bool,
    request: BrowserRequest,
) -> Result<Tokens, Error> {
    let loopback = Loopback::listen().await?;
    let options = BrowserOptions {
        prompt: request.prompt,
        username: request.username,
        claims: request.claims,
    };
    let sign_in = client.browser_sign_in(loopback.redirect_uri(), &options)?;
    let page = SignInPage {
        url: sign_in.url().to_owned(),
        embedded_url: sign_in.url().to_owned(),
        hidden: false,
        external: true,
        expires: Some(shared.unix_time_in(PATIENCE)),
        redirect_uri: Some(loopback.redirect_uri()),
    };
    if opens_browser {
        open(shared, page.url.clone()).await;
    }
    let kind = ChallengeKind::SignInPage(page);
    let mut refusal = request.refusal;
    let mut attempt = 0;
    let mut brought = pin!(loopback.wait(&sign_in, PATIENCE));
    loop {
        let asked = shared.ask(kind.clone(), attempt, refusal.take());
        let redirect = tokio::select! {
            biased;
            redirect = &mut brought => redirect?,
            answer = asked => match answer {
                Answer::Redirect(address) => match Redirect::parse(&address) {
                    Some(redirect) if sign_in.is_answered_by(&redirect) => redirect,
                    _ => {
                        refusal = Some(EntraError::OtherSignIn.into());
                        attempt += 1;
                        continue;
                    }
                },
                _ => return Err(ErrorCode::SignInCancelled.into()),
            },
        };
        return Ok(client.redeem(&sign_in, redirect).await?);
    }
}

/// Opens the user's browser; where there is none the host has the page in the challenge still.
async fn open(shared: &Shared, url: String) {
    let opened = tokio::task::spawn_blocking(move || open_browser(&url)).await;
    if let Ok(Err(error)) = opened {
        let message = format!("the browser was not opened: {error}");
        shared.emit(EventKind::Warning(Warning::new(
            WarningKind::SignIn,
            message,
        )));
    }
}
