/// A user name with its password.
#[derive(uniffi::Record)]
pub struct Credentials {
    /// The user name.
    pub username: String,
    /// The password.
    pub password: String,
    /// Whether they become part of the profile once the gateway has let the session in.
    #[uniffi(default = false)]
    pub keep: bool,
}

impl From<Credentials> for p2svpn_client::Credentials {
    fn from(credentials: Credentials) -> Self {
        Self::new(credentials.username, credentials.password).keep(credentials.keep)
    }
}
