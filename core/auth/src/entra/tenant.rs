use p2svpn_profile::EntraAuthentication;

/// Where and for what an application signs its users in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntraTenant {
    authority: String,
    client_id: String,
    audience: String,
}

impl EntraTenant {
    /// Takes what a profile says. The import of profiles has made sure that its host is Microsoft's, or allowed by the host
    /// program.
    pub fn new(profile: &EntraAuthentication) -> Self {
        Self {
            authority: profile.tenant.as_str().to_owned(),
            client_id: profile.client_id().to_owned(),
            audience: profile.audience.clone(),
        }
    }

    /// Returns the address of the tenant, without a final slash.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Returns the id of the application that signs its users in.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns the application that tokens are for: the gateway's.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Returns what is asked for: everything that the user has granted the gateway's application, who he is, and a token to
    /// renew all of it with.
    pub fn scope(&self) -> String {
        format!("{}/.default offline_access openid profile", self.audience)
    }

    pub(super) fn endpoint(&self, name: &str) -> String {
        format!("{}/oauth2/v2.0/{name}", self.authority)
    }
}
