use crate::addresses::CLIENT;
use crate::error::LabError;
use crate::site::Site;

/// A second network at a [`Site`], where the client has another address: for clients that move from one to the other.
pub struct Roaming<'a> {
    site: &'a Site,
}

/// A network that the client can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// The site's own, in which the gateway is.
    First,
    /// The one that a router leads from to the gateway.
    Second,
}

/// The router's address in the second network, and the client's (RFC 5737).
const ROUTER: &str = "198.51.100.1";
const SECOND_CLIENT: &str = "198.51.100.2";

impl<'a> Roaming<'a> {
    /// Lays a second cable, `wan2` at both ends; the client is in the first network.
    ///
    /// # Errors
    /// [`LabError::Program`] if `ip` refuses something.
    pub fn new(site: &'a Site) -> Result<Self, LabError> {
        let other_end = site.client.path().display();
        site.gateway.ip(&format!(
            "link add wan2 type veth peer name wan2 netns {other_end}"
        ))?;
        for end in [&site.gateway, &site.client] {
            end.ip("link set wan2 addrgenmode none")?;
            end.ip("link set wan2 up")?;
        }
        site.gateway
            .ip(&format!("address add {ROUTER}/24 dev wan2"))?;
        Ok(Self { site })
    }

    /// Moves the client to a network: the other one is gone, with the client's address in it and the routes.
    ///
    /// Both cables stay plugged in: the kernel would take up to a second to notice a new one.
    ///
    /// # Errors
    /// [`LabError::Program`] if `ip` refuses something.
    pub fn move_to(&self, network: Network) -> Result<(), LabError> {
        let client = &self.site.client;
        match network {
            Network::First => {
                client.ip("address flush dev wan2")?;
                client.ip(&format!("address replace {CLIENT}/24 dev wan"))?;
            }
            Network::Second => {
                client.ip("address flush dev wan")?;
                client.ip(&format!("address replace {SECOND_CLIENT}/24 dev wan2"))?;
                client.ip(&format!("route replace default via {ROUTER}"))?;
            }
        }
        Ok(())
    }
}
