use crate::entra::account::EntraAccount;
use crate::entra::fake_entra::FakeEntra;
use crate::entra::options::EntraOptions;
use crate::entra::policy::EntraPolicy;
use crate::error::GatewayError;

/// Sets a stand-in for Entra up; without further words it has the tenant `contoso.example`, one user, `alice@contoso.example`
/// with the password `secret`, and Microsoft's own application, which is the audience too.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct FakeEntraBuilder {
    options: EntraOptions,
}

impl FakeEntra {
    /// Sets one up.
    pub fn builder() -> FakeEntraBuilder {
        FakeEntraBuilder::default()
    }
}

impl FakeEntraBuilder {
    /// The port to listen on; a free one unless chosen.
    pub fn port(mut self, port: u16) -> Self {
        self.options.port = port;
        self
    }

    /// The application that signs in (`applicationid`), where it is not the audience.
    pub fn application(mut self, client_id: impl Into<String>) -> Self {
        self.options.client_id = Some(client_id.into());
        self
    }

    /// What the application may ask tokens for; gateways want the first.
    pub fn audiences<T: Into<String>>(mut self, audiences: impl IntoIterator<Item = T>) -> Self {
        self.options.audiences = audiences.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a user, in the place of the usual one.
    pub fn account(mut self, account: EntraAccount) -> Self {
        self.options.accounts.push(account);
        self
    }

    /// Changes what is demanded from the start.
    pub fn policy(mut self, change: impl FnOnce(&mut EntraPolicy)) -> Self {
        change(&mut self.options.policy);
        self
    }

    /// Starts it on the Tokio runtime that this runs on, which must have I/O and time.
    ///
    /// # Errors
    /// [`GatewayError::Listen`] when the port is taken, [`GatewayError::Options`] without an audience.
    pub async fn start(self) -> Result<FakeEntra, GatewayError> {
        FakeEntra::start(self.options).await
    }
}
