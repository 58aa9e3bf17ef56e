/// How a session signs in with Microsoft Entra ID when nobody has signed in before, or Entra wants it anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EntraMethod {
    /// In a browser on this machine, whose answer the session waits for on a port of the loopback interface: 2023, or a free
    /// one if that is taken. The challenge `SignInPage` names the page.
    #[default]
    Browser,
    /// On any device, with a code: the challenge `DeviceCode` names page and code. Tenants may forbid it.
    DeviceCode,
    /// Not at all: the host brings tokens, of MSAL, a managed identity or the Azure CLI for example. The challenge
    /// `AccessToken` asks for each, unless the host has given a
    /// [`TokenProvider`](crate::TokenProvider).
    Token,
}
