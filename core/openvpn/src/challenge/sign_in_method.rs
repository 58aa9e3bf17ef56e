/// A way in which a host can have its user answer a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignInMethod {
    /// The host opens a sign-in page, in a browser or in a view of its own (`webauth`).
    WebAuth,
    /// The host opens an address (`openurl`; deprecated by OpenVPN in favour of `webauth`).
    OpenUrl,
    /// The host asks its user for a text (`crtext`).
    CrText,
}

impl SignInMethod {
    /// The name in `IV_SSO`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::WebAuth => "webauth",
            Self::OpenUrl => "openurl",
            Self::CrText => "crtext",
        }
    }
}
