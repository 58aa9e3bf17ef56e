use super::authority::Authority;

/// Where and for what to sign in with Microsoft Entra ID.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntraAuthentication {
    /// The tenant's authority, such as `https://login.microsoftonline.com/<tenant id>`.
    pub tenant: Authority,
    /// The application that the access token is for.
    pub audience: String,
    /// The issuer that the gateway expects in the token, such as `https://sts.windows.net/<tenant
    /// id>/`, as written.
    pub issuer: String,
    /// The OAuth client to sign in as, where it is not the audience itself.
    pub application_id: Option<String>,
    /// Whether tokens may be stored for later sessions; otherwise they live in memory only.
    pub cache_sign_in_user: bool,
    /// Whether the gateway wants group claims in the token.
    pub enable_group_token: bool,
    /// Whether an account that is already signed in to the machine must not be used.
    pub disable_single_sign_on: bool,
    /// Whether the machine's own account may be used.
    pub enable_device_single_sign_on: bool,
}

impl EntraAuthentication {
    /// Makes a sign-in with Azure's defaults: the audience is the client, tokens may be cached, no
    /// further options.
    pub fn new(tenant: Authority, audience: impl Into<String>, issuer: impl Into<String>) -> Self {
        Self {
            tenant,
            audience: audience.into(),
            issuer: issuer.into(),
            application_id: None,
            cache_sign_in_user: true,
            enable_group_token: false,
            disable_single_sign_on: false,
            enable_device_single_sign_on: false,
        }
    }

    /// Returns the OAuth client id: the application id, or the audience where there is none.
    pub fn client_id(&self) -> &str {
        self.application_id.as_deref().unwrap_or(&self.audience)
    }
}
