use crate::secret_value::SecretText;

/// A user name and password, as far as the profile knows them; what is absent has to be asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PasswordAuthentication {
    /// The user name; absent in what the Azure portal writes.
    pub username: Option<String>,
    /// The password; absent in what the Azure portal writes.
    pub password: Option<SecretText>,
    /// A question that is asked beside the password, before anything is sent (`static-challenge`).
    pub static_challenge: Option<StaticChallenge>,
}

/// A question whose answer goes to the gateway together with the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticChallenge {
    /// The question, a line.
    pub text: String,
    /// Whether the answer may be shown while it is typed.
    pub echo: bool,
}
