use std::sync::Arc;

use crate::certificate::Certificate;
use crate::imported::Imported;
use crate::validation::ServerTrust;

/// A profile that was found in a file.
#[derive(Debug)]
pub(crate) struct Found {
    /// The file's name.
    pub(crate) file: Arc<str>,
    /// What kind of file it was.
    pub(crate) source: Source,
    /// The profile and its warnings.
    pub(crate) imported: Imported,
}

impl Found {
    /// Gives a pinned root its certificate, and returns whether one of them has it.
    pub(super) fn recognize(&mut self, certificate: &Certificate) -> bool {
        match &mut self.imported.profile.server_validation.trust {
            ServerTrust::PinnedRoots(roots) => roots
                .iter_mut()
                .map(|root| root.recognize(certificate))
                .fold(false, |any, is_meant| any | is_meant),
            ServerTrust::Authorities { roots, .. } => roots.iter().any(|root| root == certificate),
            ServerTrust::Fingerprints(_) => false,
        }
    }
}

/// What kind of file a profile was found in; the first ones say most about a gateway of Azure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// This library's own JSON, which holds a whole profile with its choice.
    Json,
    /// `AzVpnProfile`, alone or in an Intune policy.
    Azure,
    /// An OpenVPN configuration, which has no name of its own.
    OpenVpn,
}
