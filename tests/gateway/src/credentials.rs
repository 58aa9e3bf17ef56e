//! What a gateway shows of itself and trusts of others: certificates, the server secret, its names.

use std::sync::Arc;

use p2svpn_openvpn::{Digest, KeyDirection, StaticKey, Wrapping};
use rcgen::ExtendedKeyUsagePurpose;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use crate::authority::{Authority, KeyKind, Request, Validity};
use crate::error::GatewayError;
use crate::identity::{IdentityRequest, IssuedIdentity};
use crate::misbehaviour::ServerFlaw;
use crate::random;

/// A gateway's names, keys and authorities, made anew for each gateway.
pub(crate) struct Credentials {
    provider: Arc<CryptoProvider>,
    /// `<guid>.vpn.azure.com`.
    certificate_name: String,
    hosts: Vec<String>,
    server_root: Authority,
    server_issuer: Authority,
    client_root: Authority,
    secret: Zeroizing<[u8; 256]>,
}

const SERVER_ROOT: &str = "p2svpn Test Gateway Root";
const SERVER_ISSUER: &str = "p2svpn Test Gateway Issuing CA";
const CLIENT_ROOT: &str = "p2svpn Test User Root";

impl Credentials {
    /// Makes everything new; the certificate is also for `hosts`.
    pub(crate) fn new(
        provider: Arc<CryptoProvider>,
        hosts: Vec<String>,
    ) -> Result<Self, GatewayError> {
        let server_root = Authority::root(SERVER_ROOT)?;
        let server_issuer = server_root.intermediate(SERVER_ISSUER)?;
        let secret = Zeroizing::new(random::bytes()?);
        let certificate_name = format!("{}.vpn.azure.com", random::guid()?);
        Ok(Self {
            certificate_name,
            hosts,
            server_root,
            server_issuer,
            client_root: Authority::root(CLIENT_ROOT)?,
            secret,
            provider,
        })
    }

    pub(crate) fn provider(&self) -> &Arc<CryptoProvider> {
        &self.provider
    }

    /// The gateway's own name, as Azure's certificates carry it.
    pub(crate) fn certificate_name(&self) -> &str {
        &self.certificate_name
    }

    pub(crate) fn server_root(&self) -> &Authority {
        &self.server_root
    }

    /// What the root says that it has withdrawn: nothing, or the authority that issued the gateway's certificate.
    pub(crate) fn revocation_list(&self, withdraws_issuer: bool) -> Result<String, GatewayError> {
        let issuer = withdraws_issuer.then_some(&self.server_issuer);
        self.server_root.revocation_list(issuer)
    }

    pub(crate) fn client_root(&self) -> &Authority {
        &self.client_root
    }

    pub(crate) fn secret(&self) -> &[u8; 256] {
        &self.secret
    }

    /// The gateway's certificate with its whole chain, the root included, and the key.
    pub(crate) fn server_identity(
        &self,
        flaw: Option<ServerFlaw>,
    ) -> Result<Arc<CertifiedKey>, GatewayError> {
        let is_other_name = flaw == Some(ServerFlaw::OtherName);
        let name = if is_other_name {
            "other.example"
        } else {
            &self.certificate_name
        };
        let hosts = if is_other_name { &[][..] } else { &self.hosts };
        let request = Request {
            common_name: name,
            names: [&[name.to_owned()], hosts].concat(),
            usage: match flaw {
                Some(ServerFlaw::NotForServers) => ExtendedKeyUsagePurpose::ClientAuth,
                _ => ExtendedKeyUsagePurpose::ServerAuth,
            },
            key: KeyKind::P256,
            validity: match flaw {
                Some(ServerFlaw::Expired) => Validity::Past,
                Some(ServerFlaw::NotYetValid) => Validity::Future,
                _ => Validity::Now,
            },
        };
        let issued = match flaw {
            Some(ServerFlaw::OtherRoot) => Authority::root(SERVER_ROOT)?
                .intermediate(SERVER_ISSUER)?
                .issue(&request)?,
            _ => self.server_issuer.issue(&request)?,
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(issued.key.serialize_der()));
        CertifiedKey::from_der(issued.chain, key, &self.provider)
            .map(Arc::new)
            .map_err(|error| GatewayError::Certificate(error.to_string()))
    }

    /// The roots of the certificates that clients must show.
    pub(crate) fn client_roots(&self) -> Vec<CertificateDer<'static>> {
        vec![self.client_root.certificate().clone()]
    }

    pub(crate) fn issue(&self, request: &IdentityRequest) -> Result<IssuedIdentity, GatewayError> {
        request.issue(&self.client_root, CLIENT_ROOT)
    }

    /// The gateway's side of tls-auth with the secret of the profile.
    pub(crate) fn wrapping(&self) -> Wrapping {
        wrapping(&self.secret)
    }

    /// The same with a secret that no profile has.
    pub(crate) fn other_wrapping(&self) -> Result<Wrapping, GatewayError> {
        Ok(wrapping(&Zeroizing::new(random::bytes()?)))
    }
}

fn wrapping(secret: &[u8; 256]) -> Wrapping {
    Wrapping::TlsAuth {
        key: StaticKey::from_bytes(secret),
        direction: KeyDirection::Zero,
        digest: Digest::Sha256,
    }
}
