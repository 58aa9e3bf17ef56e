use crate::entra::account::EntraAccount;
use crate::entra::policy::EntraPolicy;

/// How a stand-in is set up.
#[derive(Clone, Debug)]
pub(super) struct EntraOptions {
    pub(super) port: u16,
    /// Where it is not the first audience.
    pub(super) client_id: Option<String>,
    pub(super) audiences: Vec<String>,
    pub(super) accounts: Vec<EntraAccount>,
    pub(super) policy: EntraPolicy,
}

/// The application that Microsoft has registered for VPN clients.
const AUDIENCE: &str = "c632b3df-fb67-4d84-bdcf-b95ad541b5c8";

impl Default for EntraOptions {
    fn default() -> Self {
        Self {
            port: 0,
            client_id: None,
            audiences: vec![AUDIENCE.to_owned()],
            accounts: Vec::new(),
            policy: EntraPolicy::default(),
        }
    }
}
