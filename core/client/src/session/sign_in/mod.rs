//! Who connects: what a session shows its gateways, where it comes from, and whom it asks for it.
//!
//! [`SignIn`] is what the engine sees. A certificate proves itself in TLS; a user name with its password, or a token of Entra
//! ID in the place of the password, is shown after it, and again at each change of keys. So what wears out is renewed while
//! the session is connected, ahead of time, since the gateway asks for new keys when it wants.
//!
//! A connection that was lost is made anew with the token that the gateway has given for this, if it has, else with what is
//! good then.
//!
//! What was refused is never shown again by itself. A person is asked where a challenge was answered before, and a browser is
//! never needed while connected unless Entra itself demands it.

mod browser;
mod certificate;
mod device_code;
mod entra_user;
mod host_token;
mod password;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use p2svpn_auth::{AccessToken, AuthError, Identity};
use p2svpn_openvpn::{AuthToken, Credentials};
use p2svpn_profile::{Authentication, CertificateAuthentication, Profile};
use p2svpn_tunnel::Tunnel;
use tokio::sync::Notify;
use zeroize::Zeroizing;

use self::certificate::{CertificateSources, identity, warn_of_expiry};
use self::entra_user::EntraUser;
use self::host_token::HostToken;
use self::password::Password;
use super::shared::Shared;
use crate::entra_accounts::EntraAccounts;
use crate::entra_method::EntraMethod;
use crate::error::{Error, ErrorCode};
use crate::event::EventKind;
use crate::options::ConnectOptions;
use crate::profile_keeper::ProfileKeeper;
use crate::warning::{Warning, WarningKind};

/// The user name beside a token, which gateways do not look at (Microsoft's client sends it too).
const TOKEN_USERNAME: &str = "AzureAD";

/// How often is looked at what ends: a certificate.
const LOOK: Duration = Duration::from_secs(86_400);

/// The shortest pause between two renewals, whatever their outcome.
const SHORTEST_PAUSE: Duration = Duration::from_secs(5);

/// How a session shows who connects.
pub(super) struct SignIn {
    shared: Arc<Shared>,
    certificate: Option<CertificateAuthentication>,
    credentials: CredentialSource,
    /// What was chosen, once it was.
    identity: Mutex<Option<Identity>>,
    shown: Mutex<Shown>,
    /// The gateway will soon be shown the credentials again.
    due: Notify,
}

/// What gateways were shown.
#[derive(Default)]
struct Shown {
    /// The newest credentials.
    credentials: Option<Credentials>,
    /// What the gateway has given to show in their place.
    token: Option<AuthToken>,
    /// Whether that is what was shown last.
    is_token: bool,
}

enum CredentialSource {
    /// The certificate is all.
    None,
    User(EntraUser),
    Host(HostToken),
    Password(Password),
}

impl SignIn {
    /// Finds out what a profile wants; fails on what this version cannot do.
    pub(super) fn new(
        shared: &Arc<Shared>,
        profile: &Profile,
        options: &ConnectOptions,
        accounts: &EntraAccounts,
        keeper: &Arc<ProfileKeeper>,
    ) -> Result<Self, Error> {
        let way = profile.authentication.selected();
        let credentials = match way {
            Authentication::Certificate(_) => CredentialSource::None,
            Authentication::Entra(entra) if options.entra_method == EntraMethod::Token => {
                CredentialSource::Host(HostToken::new(Arc::clone(shared), entra, options))
            }
            Authentication::Entra(entra) => {
                let source = accounts.source(entra, options.username.as_deref())?;
                CredentialSource::User(EntraUser::new(Arc::clone(shared), source, entra, options))
            }
            Authentication::Password(wanted)
            | Authentication::CertificateAndPassword(_, wanted) => {
                let (shared, keeper) = (Arc::clone(shared), Arc::clone(keeper));
                let kind = way.kind();
                CredentialSource::Password(Password::new(shared, keeper, kind, wanted, options))
            }
            _ => return Err(ErrorCode::ProfileSignInUnknown.into()),
        };
        Ok(Self {
            shared: Arc::clone(shared),
            certificate: way.certificate().cloned(),
            credentials,
            identity: Mutex::default(),
            shown: Mutex::default(),
            due: Notify::new(),
        })
    }

    /// Gets the client certificate, where the profile wants one.
    pub(super) async fn identity(
        &self,
        options: &ConnectOptions,
    ) -> Result<Option<Identity>, Error> {
        let Some(wanted) = &self.certificate else {
            return Ok(None);
        };
        let sources = CertificateSources {
            given: options.certificates.clone(),
            stores: options.certificate_stores.clone(),
        };
        let identity = identity(&self.shared, sources, wanted).await?;
        *self.known_identity() = Some(identity.clone());
        Ok(Some(identity))
    }

    /// Gets what is shown beside the certificate or in its place, where the profile wants that.
    pub(super) async fn credentials(&self) -> Result<Option<Credentials>, Error> {
        let credentials = match &self.credentials {
            CredentialSource::None => return Ok(None),
            CredentialSource::User(user) => of_token(&user.token().await?),
            CredentialSource::Host(host) => of_token(&host.token().await?),
            CredentialSource::Password(password) => password.credentials().await?,
        };
        Ok(Some(self.show(credentials)))
    }

    /// Gets what to show in a connection that is made anew, where that is something else than before.
    ///
    /// Whoever signed in before is asked again only for what is good for one connection.
    pub(super) async fn afresh(&self) -> Result<Option<Credentials>, Error> {
        if let Some(credentials) = self.known_shown().by_token() {
            return Ok(Some(credentials));
        }
        let credentials = match &self.credentials {
            CredentialSource::None => None,
            CredentialSource::User(user) => Some(of_token(&user.token().await?)),
            CredentialSource::Host(host) => host.renewed().await?.map(|token| of_token(&token)),
            CredentialSource::Password(password) => password.afresh().await?,
        };
        if let Some(credentials) = credentials {
            return Ok(Some(self.show(credentials)));
        }
        Ok(self.known_shown().credentials.clone())
    }

    /// Takes what the gateway has given to show in the place of the credentials.
    pub(super) fn take_over(&self, token: AuthToken) {
        self.known_shown().token = Some(token);
    }

    /// Shows the token that the gateway has given no more.
    pub(super) fn forget_token(&self) {
        self.known_shown().token = None;
    }

    /// Gets what to show after the gateway refused; nothing if only whoever connects anew can do better.
    pub(super) async fn again(&self, refusal: &Error) -> Result<Option<Credentials>, Error> {
        let was_token = {
            let mut shown = self.known_shown();
            let token = shown.token.take();
            token.is_some() && shown.is_token
        };
        if was_token {
            // What it stands for was not refused.
            return self.afresh().await;
        }
        let again = match &self.credentials {
            CredentialSource::Password(password) => password.again(refusal).await?,
            _ => {
                self.refused().await;
                None
            }
        };
        Ok(again.map(|credentials| self.show(credentials)))
    }

    /// Notes that the gateway refused what it was shown.
    pub(super) async fn refused(&self) {
        if let CredentialSource::User(user) = &self.credentials {
            user.refused().await;
        }
    }

    /// Notes that the gateway has let the session in.
    pub(super) async fn admitted(&self) {
        if let CredentialSource::Password(password) = &self.credentials {
            password.admitted().await;
        }
    }

    /// Says that the credentials will be shown again soon.
    pub(super) fn credentials_due(&self) {
        self.due.notify_one();
    }

    /// Why the certificate's key did not sign, if that is why a connection failed.
    pub(super) fn signing_error(&self) -> Option<Error> {
        let error = self.known_identity().as_ref()?.take_signing_error()?;
        Some(AuthError::from(error).into())
    }

    /// Keeps what is shown fresh while a session is connected, and tells ahead of time what ends.
    pub(super) async fn keep_fresh(&self, tunnel: &Tunnel) -> Infallible {
        loop {
            let due = match &self.credentials {
                CredentialSource::User(user) => user.renewal_due_in().await,
                CredentialSource::Host(host) => host.renewal_due_in(),
                CredentialSource::None | CredentialSource::Password(_) => None,
            };
            let pause = due.unwrap_or(LOOK).clamp(SHORTEST_PAUSE, LOOK);
            let is_day = due.is_none();
            let moment = self.shared.clock().now().checked_add(pause);
            let came_due = tokio::select! {
                () = self.shared.rest_until(moment) => !is_day,
                () = self.due.notified() => true,
            };
            if !came_due {
                let identity = self.known_identity().clone();
                if let Some(identity) = identity {
                    warn_of_expiry(&self.shared, &identity);
                }
                continue;
            }
            self.renew(tunnel).await;
        }
    }

    async fn renew(&self, tunnel: &Tunnel) {
        let renewed = match &self.credentials {
            CredentialSource::User(user) => user.renewed().await,
            CredentialSource::Host(host) => host.renewed().await,
            CredentialSource::None | CredentialSource::Password(_) => Ok(None),
        };
        match renewed {
            Ok(None) => {}
            Ok(Some(token)) => {
                let credentials = of_token(&token);
                self.known_shown().credentials = Some(credentials.clone());
                // That the tunnel is over is told by its last event.
                let _ = tunnel.set_credentials(credentials).await;
                tracing::debug!(session = %self.shared.id(), "the next change of keys shows a fresh token");
            }
            Err(error) => {
                let message = format!("the token was not renewed: {error}");
                self.shared.emit(EventKind::Warning(Warning::new(
                    WarningKind::SignIn,
                    message,
                )));
            }
        }
    }

    fn show(&self, credentials: Credentials) -> Credentials {
        let mut shown = self.known_shown();
        shown.is_token = false;
        shown.credentials = Some(credentials.clone());
        credentials
    }

    fn known_shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known_identity(&self) -> MutexGuard<'_, Option<Identity>> {
        self.identity.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shown {
    /// The credentials with the gateway's token in their place.
    fn by_token(&mut self) -> Option<Credentials> {
        let token = self.token.as_ref()?;
        let own = self.credentials.as_ref().map(|own| &own.username);
        let username = token.username.as_ref().or(own).cloned();
        self.is_token = true;
        Some(Credentials {
            username: username.unwrap_or_default(),
            password: token.token.clone(),
        })
    }
}

fn of_token(token: &AccessToken) -> Credentials {
    Credentials {
        username: Zeroizing::new(TOKEN_USERNAME.to_owned()),
        password: Zeroizing::new(token.as_str().to_owned()),
    }
}
