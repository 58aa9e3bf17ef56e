use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use p2svpn_openvpn::{Credentials as Shown, StaticChallenge};
use p2svpn_profile::{Authentication, AuthenticationKind, PasswordAuthentication, SecretText};
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::challenge::ChallengeKind;
use crate::credentials::Credentials;
use crate::error::{Error, ErrorCode};
use crate::event::EventKind;
use crate::options::ConnectOptions;
use crate::profile_keeper::ProfileKeeper;
use crate::session::shared::Shared;
use crate::warning::{Warning, WarningKind};

/// How many user names and passwords may be refused before the session gives up.
const ATTEMPTS: u32 = 3;

/// A user name with its password, of the host, of the profile or of whoever is asked.
pub(super) struct Password {
    shared: Arc<Shared>,
    keeper: Arc<ProfileKeeper>,
    kind: AuthenticationKind,
    wanted: PasswordAuthentication,
    given: Option<Credentials>,
    username: Option<String>,
    state: Mutex<State>,
}

/// What the gateway was shown last.
#[derive(Default)]
struct State {
    shown: Option<(Origin, Credentials)>,
    /// Whether that has let the session in, and was not shown again since.
    is_admitted: bool,
    /// Whether it was kept already, if that is wanted.
    is_kept: bool,
    refused: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Host,
    Profile,
    User,
}

impl Password {
    pub(super) fn new(
        shared: Arc<Shared>,
        keeper: Arc<ProfileKeeper>,
        kind: AuthenticationKind,
        wanted: &PasswordAuthentication,
        options: &ConnectOptions,
    ) -> Self {
        Self {
            shared,
            keeper,
            kind,
            wanted: wanted.clone(),
            given: options.credentials.clone(),
            username: options.username.clone(),
            state: Mutex::default(),
        }
    }

    /// Gets what to show first.
    pub(super) async fn credentials(&self) -> Result<Shown, Error> {
        if let Some(given) = &self.given {
            return self.show(Origin::Host, given.clone()).await;
        }
        if let (Some(username), Some(password)) = (&self.wanted.username, &self.wanted.password)
            && self
                .username
                .as_ref()
                .is_none_or(|wanted| wanted == username)
        {
            let kept = Credentials::new(username, password.as_str());
            return self.show(Origin::Profile, kept).await;
        }
        self.ask(0, None).await
    }

    /// Gets what to show in a connection made anew: what has let the session in before, with an answer of now to the
    /// profile's question. Nothing where that was shown already and the gateway was not reached.
    pub(super) async fn afresh(&self) -> Result<Option<Shown>, Error> {
        let admitted = {
            let mut state = lock(&self.state);
            if std::mem::take(&mut state.is_admitted) {
                state.shown.clone()
            } else {
                None
            }
        };
        Ok(match admitted {
            Some((origin, credentials)) => Some(self.show(origin, credentials).await?),
            None => None,
        })
    }

    /// Gets what to show after the gateway refused; nothing where nobody is there to be asked, or often enough was.
    ///
    /// What was refused is never shown again: each try counts towards the lock of an account.
    pub(super) async fn again(&self, refusal: &Error) -> Result<Option<Shown>, Error> {
        let (origin, attempt) = {
            let mut state = lock(&self.state);
            state.refused += 1;
            let origin = state.shown.take().map(|(origin, _)| origin);
            (origin, state.refused)
        };
        if origin == Some(Origin::Profile) {
            self.change(|wanted| wanted.password = None).await;
            self.warn("the kept password was refused and is forgotten".to_owned());
        }
        if attempt >= ATTEMPTS || matches!(origin, None | Some(Origin::Host)) {
            return Ok(None);
        }
        Ok(Some(self.ask(attempt, Some(refusal.clone())).await?))
    }

    /// Keeps what has let the session in, if that is wanted.
    pub(super) async fn admitted(&self) {
        let (shown, was_kept) = {
            let mut state = lock(&self.state);
            (state.is_admitted, state.refused) = (true, 0);
            let was_kept = std::mem::replace(&mut state.is_kept, true);
            (state.shown.clone(), was_kept)
        };
        let Some((origin, credentials)) = shown else {
            return;
        };
        if credentials.keep && origin != Origin::Profile && !was_kept {
            self.change(move |wanted| {
                wanted.username = Some(credentials.username.clone());
                wanted.password = Some(SecretText::new(credentials.password.clone()));
            })
            .await;
        }
    }

    async fn ask(&self, attempt: u32, refusal: Option<Error>) -> Result<Shown, Error> {
        let username = self
            .username
            .clone()
            .or_else(|| self.wanted.username.clone());
        let kind = ChallengeKind::Credentials { username };
        lock(&self.state).is_kept = false;
        match self.shared.ask(kind, attempt, refusal).await {
            Answer::Credentials(credentials) => self.show(Origin::User, credentials).await,
            _ => Err(ErrorCode::SignInCancelled.into()),
        }
    }

    /// Adds the answer to the profile's own question, if it has one.
    async fn show(&self, origin: Origin, credentials: Credentials) -> Result<Shown, Error> {
        let own = Shown {
            username: Zeroizing::new(credentials.username.clone()),
            password: credentials.password.clone(),
        };
        let shown = match &self.wanted.static_challenge {
            None => own,
            Some(asked) => {
                let kind = ChallengeKind::Question {
                    masked: !asked.echo,
                    response_required: true,
                    expires: None,
                };
                let Answer::Secret(answer) = self.shared.ask_for(kind, &asked.text, 0, None).await
                else {
                    return Err(ErrorCode::SignInCancelled.into());
                };
                let challenge = StaticChallenge {
                    text: asked.text.clone(),
                    masked: !asked.echo,
                    concatenated: false,
                };
                challenge.credentials(&own, &answer)
            }
        };
        lock(&self.state).shown = Some((origin, credentials));
        Ok(shown)
    }

    /// Changes the profile as the store has it now. The store may wait for the disk and for whoever unlocks it.
    async fn change(&self, change: impl Fn(&mut PasswordAuthentication) + Send + 'static) {
        let (keeper, id, kind) = (Arc::clone(&self.keeper), self.shared.profile(), self.kind);
        let work = move || {
            keeper.change(id, |profile| {
                let mut profile = profile.clone();
                let mut way = profile.authentication.get(kind).cloned();
                if let Some(wanted) = way.as_mut().and_then(Authentication::password_mut) {
                    change(wanted);
                }
                way.into_iter()
                    .for_each(|way| profile.authentication.offer(way));
                Ok(profile)
            })
        };
        if let Ok(Err(error)) = tokio::task::spawn_blocking(work).await {
            self.warn(format!("the profile's password was not changed: {error}"));
        }
    }

    fn warn(&self, message: String) {
        let warning = Warning::new(WarningKind::SignIn, message);
        self.shared.emit(EventKind::Warning(warning));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
