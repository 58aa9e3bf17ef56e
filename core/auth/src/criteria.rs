//! What a profile asks of a client certificate.

use crate::AuthError;
use crate::chain::Chain;
use crate::thumbprint::Thumbprint;

/// Says what a profile asks of a client certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityCriteria {
    /// SHA-1 thumbprint of the client certificate (`clientauth/cert/hash`), if the profile names one.
    pub thumbprint: Option<Thumbprint>,
    /// SHA-1 thumbprint of the root certificate that was uploaded to the gateway (`clientauth/cert/issuer`), if the
    /// profile names one.
    pub root: Option<Thumbprint>,
}

impl IdentityCriteria {
    /// Lists why a gateway cannot accept the chain at the given time, what weighs most first; empty if it can.
    pub(crate) fn obstacles(&self, chain: &Chain, now: i64) -> Vec<AuthError> {
        let leaf = &chain.leaf.summary;
        let mut obstacles = Vec::new();
        if let Some(wanted) = self.thumbprint.filter(|wanted| *wanted != leaf.sha1) {
            let found = leaf.sha1;
            obstacles.push(AuthError::ThumbprintMismatch { wanted, found });
        }
        obstacles.extend(self.root_mismatch(chain));
        if !leaf.permits_client_authentication {
            obstacles.push(AuthError::NotForClientAuthentication);
        }
        if now < leaf.not_before {
            let not_before = leaf.not_before;
            obstacles.push(AuthError::NotYetValid { not_before, now });
        }
        if now > leaf.not_after {
            let not_after = leaf.not_after;
            obstacles.push(AuthError::Expired { not_after, now });
        }
        obstacles
    }

    /// Whether the chain holds the certificate that the profile names as its root, or none is named.
    ///
    /// A profile may also name an intermediate; any certificate of the chain that has the wanted hash will do.
    pub(crate) fn reaches_root(&self, chain: &Chain) -> bool {
        self.root
            .is_none_or(|wanted| chain.summaries().any(|summary| summary.sha1 == wanted))
    }

    /// A chain without a self-signed end is left for the gateway to judge: Azure names the root by hash only.
    fn root_mismatch(&self, chain: &Chain) -> Option<AuthError> {
        let wanted = self.root?;
        if self.reaches_root(chain) || !chain.last().is_self_issued() {
            return None;
        }
        let found = chain.last().summary.sha1;
        Some(AuthError::RootMismatch { wanted, found })
    }
}
