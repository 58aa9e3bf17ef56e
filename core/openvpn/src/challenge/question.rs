use std::fmt;
use std::time::Instant;

use zeroize::Zeroizing;

use super::web_auth::WebAuth;

/// Names one question of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChallengeId(pub u64);

/// A question of the gateway to the user of a connection that waits or runs.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Challenge {
    /// What the answer names.
    pub id: ChallengeId,
    /// What is asked for.
    pub kind: ChallengeKind,
    /// The question, in the gateway's words: at most 2,048 characters, without any that hide or move others. Empty where
    /// there is an address instead.
    pub text: String,
    /// The answer must not be shown while it is typed.
    pub masked: bool,
    /// An answer by `Connection::answer` is needed. Otherwise showing the text, or opening the address, is all.
    pub response_required: bool,
    /// The web address at which the user signs in: `https` or `http`, printable ASCII, at most 8,192 characters. It may
    /// carry a secret.
    pub url: Option<Zeroizing<String>>,
    /// When the gateway stops waiting, where that is known.
    pub expiry: Option<Instant>,
}

/// What a gateway asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeKind {
    /// A text from the user, such as a one-time code (`CR_TEXT`).
    Text,
    /// That the user opens an address and does there what it says (`OPEN_URL`, deprecated by OpenVPN).
    OpenUrl,
    /// That the user signs in at an address, which the gateway learns of by itself (`WEB_AUTH`).
    WebAuth(WebAuth),
}

impl Challenge {
    /// The address for a view inside the host's own window: marked so that the page leaves out what a browser has.
    #[must_use]
    pub fn embedded_url(&self) -> Option<Zeroizing<String>> {
        let url = self.url.as_ref()?.as_str();
        let fragment = url.find('#').and_then(|at| url.split_at_checked(at));
        let (page, fragment) = fragment.unwrap_or((url, ""));
        let joint = if page.contains('?') { "&" } else { "?" };
        let parts = [page, joint, "embedded=true", fragment];
        Some(Zeroizing::new(parts.concat()))
    }
}

/// Shows everything but the address, which may sign in whoever knows it.
impl fmt::Debug for Challenge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Challenge")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("text", &self.text)
            .field("masked", &self.masked)
            .field("response_required", &self.response_required)
            .field("expiry", &self.expiry)
            .finish_non_exhaustive()
    }
}
