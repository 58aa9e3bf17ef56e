//! How TLS is spoken, whoever the peer is.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, SupportedKxGroup};
use rustls::{NamedGroup, SupportedProtocolVersion};

use crate::error::Error;

/// Which TLS versions may be negotiated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TlsVersions {
    /// 1.2 and 1.3, the newest that both sides know.
    #[default]
    Any,
    /// Only 1.2, for keys that cannot sign with RSA-PSS.
    Only12,
    /// Only 1.3.
    Only13,
}

/// How a client speaks TLS. The defaults are what OpenVPN does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsOptions {
    /// The versions to offer.
    pub versions: TlsVersions,
    /// Whether to prefer a key exchange that withstands quantum computers, where the provider has one. The first message
    /// then takes two control packets, which some middleboxes and stateless gateways do not bear: lost or reordered, it
    /// costs a second or more. Without it no such exchange is offered at all.
    pub post_quantum: bool,
    /// The name to ask the gateway for (SNI), for gateways that share an address with others. OpenVPN sends none. It is
    /// readable on the wire unless the control channel is encrypted, and says nothing about which certificate is accepted.
    pub server_name: Option<String>,
    /// Whether TLS 1.2 must bind its keys to the whole handshake (extended master secret, RFC 7627). Old gateways cannot.
    pub require_extended_master_secret: bool,
}

impl TlsVersions {
    pub(super) fn list(self) -> &'static [&'static SupportedProtocolVersion] {
        static ONLY_12: [&SupportedProtocolVersion; 1] = [&rustls::version::TLS12];
        static ONLY_13: [&SupportedProtocolVersion; 1] = [&rustls::version::TLS13];
        match self {
            Self::Any => rustls::ALL_VERSIONS,
            Self::Only12 => &ONLY_12,
            Self::Only13 => &ONLY_13,
        }
    }
}

impl TlsOptions {
    /// The provider, with the key exchanges that the options allow, the preferred one first.
    pub(super) fn provider(
        &self,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Arc<CryptoProvider>, Error> {
        let (mut groups, classic): (Vec<_>, Vec<_>) = provider
            .kx_groups
            .iter()
            .copied()
            .partition(|group| is_post_quantum(*group));
        if !self.post_quantum {
            groups.clear();
        } else if groups.is_empty() {
            return Err(unusable(
                "the cryptography has no post-quantum key exchange",
            ));
        }
        groups.extend(classic);
        if groups.is_empty() {
            return Err(unusable("the cryptography has no classic key exchange"));
        }
        Ok(Arc::new(CryptoProvider {
            kx_groups: groups,
            ..CryptoProvider::clone(provider)
        }))
    }
}

/// Whether a key exchange is, or may be, one of those whose shares take more than a kilobyte.
fn is_post_quantum(group: &dyn SupportedKxGroup) -> bool {
    !matches!(
        group.name(),
        NamedGroup::X25519
            | NamedGroup::X448
            | NamedGroup::secp256r1
            | NamedGroup::secp384r1
            | NamedGroup::secp521r1
            | NamedGroup::FFDHE2048
            | NamedGroup::FFDHE3072
            | NamedGroup::FFDHE4096
            | NamedGroup::FFDHE6144
            | NamedGroup::FFDHE8192
    )
}

fn unusable(cause: &str) -> Error {
    Error::Configuration(cause.to_owned())
}
