use crate::entra::grant::Scopes;
use crate::entra::refusal::EntraRefusal;
use crate::entra::signer::Signer;

/// The tenant that the stand-in has, and what never changes about it.
pub(super) struct Tenant {
    /// `https://localhost:<port>`.
    pub(super) origin: String,
    /// A GUID.
    pub(super) id: String,
    pub(super) domain: String,
    /// The application that signs in.
    pub(super) client_id: String,
    /// What it may ask tokens for; the first is the gateway's.
    pub(super) audiences: Vec<String>,
    pub(super) signer: Signer,
}

impl Tenant {
    /// Where clients are sent to sign in.
    pub(super) fn authority(&self) -> String {
        format!("{}/{}", self.origin, self.id)
    }

    /// Who issues access tokens, in the form of tokens of the first version, which Azure's gateways expect.
    pub(super) fn issuer(&self) -> String {
        format!("https://sts.windows.net/{}/", self.id)
    }

    pub(super) fn audience(&self) -> &str {
        self.audiences.first().map_or("", String::as_str)
    }

    /// Whether a path means this tenant, by its id or its domain.
    pub(super) fn is_named(&self, segment: &str) -> bool {
        [&self.id, &self.domain]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(segment))
    }

    pub(super) fn scopes(&self, text: &str) -> Result<Scopes, EntraRefusal> {
        let mut audience = None;
        let (mut openid, mut offline) = (false, false);
        for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
            match scope {
                "openid" => openid = true,
                "offline_access" => offline = true,
                "profile" | "email" => {}
                _ => {
                    let resource = scope
                        .strip_suffix("/.default")
                        .ok_or(EntraRefusal::InvalidScope)?;
                    if !self.audiences.iter().any(|known| known == resource) {
                        return Err(EntraRefusal::UnknownResource);
                    }
                    if audience.replace(resource.to_owned()).is_some() {
                        return Err(EntraRefusal::InvalidScope);
                    }
                }
            }
        }
        Ok(Scopes {
            audience: audience.ok_or(EntraRefusal::InvalidScope)?,
            openid,
            offline,
        })
    }
}
