use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use rcgen::ExtendedKeyUsagePurpose;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::authority::{Authority, KeyKind, Request, Validity};
use crate::entra::account::EntraAccount;
use crate::entra::book::Book;
use crate::entra::device;
use crate::entra::fault::EntraFault;
use crate::entra::grant::Scopes;
use crate::entra::issue;
use crate::entra::login::Login;
use crate::entra::options::EntraOptions;
use crate::entra::policy::EntraPolicy;
use crate::entra::refusal::EntraRefusal;
use crate::entra::request::{EntraRequest, EntraRequests};
use crate::entra::server;
use crate::entra::signer::Signer;
use crate::entra::step::EntraStep;
use crate::entra::tenant::Tenant;
use crate::entra::token_check::TokenCheck;
use crate::error::GatewayError;
use crate::random;

/// A stand-in for Microsoft's login host that listens on loopback; dropping it ends it.
pub struct FakeEntra {
    login: Arc<Login>,
    port: u16,
    root_pem: String,
    task: JoinHandle<()>,
}

const ROOT: &str = "p2svpn Test Login Root";

impl FakeEntra {
    pub(super) async fn start(plan: EntraOptions) -> Result<Self, GatewayError> {
        let failed = |source| GatewayError::Listen {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, plan.port)),
            source,
        };
        let first = plan.audiences.first();
        let first = first.ok_or(GatewayError::Options("Entra has no audience"))?;
        let client_id = plan.client_id.as_ref().unwrap_or(first).clone();
        let listeners = server::listen(plan.port).await.map_err(failed)?;
        let port = match listeners.first() {
            Some(listener) => listener.local_addr().map_err(failed)?.port(),
            None => plan.port,
        };
        let tenant = Tenant {
            origin: format!("https://localhost:{port}"),
            id: random::guid()?,
            domain: "contoso.example".to_owned(),
            client_id,
            audiences: plan.audiences,
            signer: Signer::new()?,
        };
        let mut accounts = plan.accounts;
        if accounts.is_empty() {
            accounts.push(EntraAccount::new("alice@contoso.example", "secret"));
        }
        let book = Book::new(plan.policy, accounts);
        let login = Arc::new(Login::new(tenant, book));
        let root = Authority::root(ROOT)?;
        let serving = server::serve(listeners, acceptor(&root)?, Arc::clone(&login));
        Ok(Self {
            login,
            port,
            root_pem: root.certificate_pem(),
            task: tokio::spawn(serving),
        })
    }

    /// Where clients are sent to sign in: `https://localhost:<port>/<tenant id>`.
    pub fn authority(&self) -> String {
        self.login.tenant.authority()
    }

    /// What a host program allows it by: `localhost:<port>`.
    pub fn host_and_port(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// The root of its certificate, PEM.
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// The tenant's id, a GUID; its domain, `contoso.example`, is as good in addresses.
    pub fn tenant_id(&self) -> &str {
        &self.login.tenant.id
    }

    /// The application that signs in.
    pub fn client_id(&self) -> &str {
        &self.login.tenant.client_id
    }

    /// What gateways want tokens to be for.
    pub fn audience(&self) -> &str {
        self.login.tenant.audience()
    }

    /// Who issues access tokens: `https://sts.windows.net/<tenant id>/`.
    pub fn issuer(&self) -> String {
        self.login.tenant.issuer()
    }

    /// Changes what is demanded from now on.
    pub fn change_policy(&self, change: impl FnOnce(&mut EntraPolicy)) {
        change(&mut self.login.book().policy);
    }

    /// Changes a user, and says whether there is one of this name.
    pub fn change_account(&self, username: &str, change: impl FnOnce(&mut EntraAccount)) -> bool {
        let mut book = self.login.book();
        let mut accounts = book.accounts.iter_mut();
        let account = accounts.find(|account| account.username.eq_ignore_ascii_case(username));
        match account {
            Some(account) => {
                change(account);
                true
            }
            None => false,
        }
    }

    /// Refuses all requests of this kind from now on, as far as they are in order.
    pub fn refuse(&self, step: EntraStep, refusal: EntraRefusal) {
        self.login.book().refusals.insert(step, refusal);
    }

    /// Takes [`refuse`](Self::refuse) back.
    pub fn allow(&self, step: EntraStep) {
        self.login.book().refusals.remove(&step);
    }

    /// Lets the next so many answers to requests of this kind fail, after those that are to fail already.
    pub fn disturb(&self, step: EntraStep, fault: EntraFault, times: u32) {
        if times > 0 {
            self.login.book().faults.push_back((step, fault, times));
        }
    }

    /// Ends all faults that are still to come.
    pub fn end_disturbances(&self) {
        self.login.book().faults.clear();
    }

    /// Ends everything that a user has signed in for: codes, refresh tokens, and at gateways access tokens too.
    pub fn revoke(&self, username: &str) {
        self.login.book().revoke(username);
    }

    /// Approves a device code in the name of a user, and says whether that came about: a client waits for it, and the user is
    /// let in.
    pub fn approve_device(&self, user_code: &str, username: &str) -> bool {
        let mut book = self.login.book();
        let now = self.login.now(&book);
        let Some(scopes) = device::scopes_of(&book, user_code, now) else {
            return false;
        };
        match book.grant_at_once(Some(username), scopes, now) {
            Ok(grant) => device::decide(&mut book, user_code, Some(grant)),
            Err(_) => false,
        }
    }

    /// Declines a device code, and says whether a client waits for that.
    pub fn decline_device(&self, user_code: &str) -> bool {
        device::decide(&mut self.login.book(), user_code, None)
    }

    /// The device codes that users have not decided about, oldest first.
    pub fn waiting_devices(&self) -> Vec<String> {
        let book = self.login.book();
        let now = self.login.now(&book);
        let codes = book.device_codes.iter().map(|(_, code)| &code.user_code);
        let waiting = codes.filter(|code| device::scopes_of(&book, code, now).is_some());
        waiting.cloned().collect()
    }

    /// Issues an access token for the gateway, as a program gets it from elsewhere: a managed identity, another program.
    ///
    /// # Errors
    /// [`GatewayError::Options`] if there is no such user, or the user is not let in.
    pub fn access_token(&self, username: &str) -> Result<String, GatewayError> {
        let mut book = self.login.book();
        let now = self.login.now(&book);
        let scopes = Scopes {
            audience: self.audience().to_owned(),
            openid: false,
            offline: false,
        };
        let grant = book.grant_at_once(Some(username), scopes, now);
        let grant = grant.map_err(|_| GatewayError::Options("Entra lets no such user in"))?;
        issue::access_token(&self.login.tenant, &mut book, &grant, now)
    }

    /// The requests so far, without secrets; the last 4,096 are remembered.
    pub fn requests(&self) -> Vec<EntraRequest> {
        self.login.book().requests()
    }

    /// The requests from now on.
    pub fn follow(&self) -> EntraRequests {
        EntraRequests::new(self.login.followers.subscribe())
    }

    /// How many requests of this kind there were so far.
    pub fn count(&self, step: EntraStep) -> u64 {
        self.login.counts.borrow().get(&step).copied().unwrap_or(0)
    }

    /// Waits until there were so many requests of this kind.
    pub async fn until(&self, step: EntraStep, count: u64) {
        let mut counts = self.login.counts.subscribe();
        // An error means that the sender is gone, which lives as long as this.
        let _ = counts
            .wait_for(|counts| counts.get(&step).copied().unwrap_or(0) >= count)
            .await;
    }

    pub(crate) fn token_check(&self) -> TokenCheck {
        TokenCheck::new(Arc::clone(&self.login))
    }
}

impl Drop for FakeEntra {
    fn drop(&mut self) {
        // The connections end with the task that holds them.
        self.task.abort();
    }
}

impl std::fmt::Debug for FakeEntra {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("FakeEntra")
            .field("authority", &self.authority())
            .finish_non_exhaustive()
    }
}

fn acceptor(root: &Authority) -> Result<TlsAcceptor, GatewayError> {
    let failed = |error: rustls::Error| GatewayError::Certificate(error.to_string());
    let issued = root.issue(&Request {
        common_name: "localhost",
        names: ["localhost", "127.0.0.1", "::1"]
            .map(str::to_owned)
            .to_vec(),
        usage: ExtendedKeyUsagePurpose::ServerAuth,
        key: KeyKind::P256,
        validity: Validity::Now,
    })?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(issued.key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .with_no_client_auth()
        .with_single_cert(issued.chain, key)
        .map_err(failed)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
