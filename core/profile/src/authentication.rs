use std::fmt;

use zeroize::Zeroizing;

use crate::thumbprint::Thumbprint;

/// How the gateway wants to know who connects.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Authentication {
    /// By a client certificate and its private key.
    Certificate(CertificateAuthentication),
    /// By a sign-in to Microsoft Entra ID, whose access token is the password.
    Entra(EntraAuthentication),
    /// By a user name and a password, which the gateway asks a RADIUS server about.
    Password(PasswordAuthentication),
}

/// Which client certificate the profile asks for.
///
/// With neither thumbprint any certificate for client authentication may be tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateAuthentication {
    /// The thumbprint of the client certificate itself; absent in what the Azure portal writes.
    pub thumbprint: Option<Thumbprint>,
    /// The thumbprint of the root certificate authority that the administrator uploaded, below
    /// which the client certificate was issued.
    pub issuer: Option<Thumbprint>,
}

/// Where and for what to sign in with Microsoft Entra ID.
///
/// A profile is hostile input: whether the authority in `tenant` may be shown to a user is decided
/// where the sign-in happens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntraAuthentication {
    /// The tenant's authority, such as `https://login.microsoftonline.com/<tenant id>`, without a
    /// final slash.
    pub tenant: String,
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
    ///
    /// A final slash of the tenant is dropped.
    pub fn new(
        tenant: impl Into<String>,
        audience: impl Into<String>,
        issuer: impl Into<String>,
    ) -> Self {
        let tenant: String = tenant.into();
        Self {
            tenant: tenant.trim_end_matches('/').to_owned(),
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

/// A user name and password, as far as the profile knows them; what is absent has to be asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PasswordAuthentication {
    /// The user name; absent in what the Azure portal writes.
    pub username: Option<String>,
    /// The password; absent in what the Azure portal writes.
    pub password: Option<ProfilePassword>,
}

/// A password that stood in a profile: zeroized when dropped, and it prints nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct ProfilePassword(Zeroizing<String>);

impl ProfilePassword {
    /// Takes a password.
    pub fn new(password: Zeroizing<String>) -> Self {
        Self(password)
    }

    /// Returns the password in the clear.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ProfilePassword {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ProfilePassword(..)")
    }
}
