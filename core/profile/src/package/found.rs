use std::sync::Arc;

use super::roots::Roots;
use crate::imported::Imported;
use crate::validation::ServerTrust;

/// A profile that was found in a file.
#[derive(Debug)]
pub(crate) struct Found {
    /// The file's name.
    pub(crate) file: Arc<str>,
    /// What kind of file it was.
    pub(crate) source: Source,
    /// Whether the file itself offers several ways to sign in, of which it selects one.
    pub(crate) is_choice: bool,
    /// The profile and its warnings.
    pub(crate) imported: Imported,
}

impl Found {
    /// Gives the pinned roots their certificates.
    pub(super) fn recognize(&mut self, roots: &mut Roots<'_>) {
        match &mut self.imported.profile.server_validation.trust {
            ServerTrust::PinnedRoots(pinned) => {
                for root in pinned.iter_mut() {
                    if let Some(certificate) = roots.take(root.thumbprint()) {
                        root.recognize(certificate);
                    }
                }
            }
            ServerTrust::Authorities {
                roots: authorities, ..
            } => {
                for authority in authorities.iter() {
                    roots.take(authority.thumbprint());
                }
            }
            ServerTrust::Fingerprints(_) => {}
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
