use std::fmt;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::human_text::human_text;

/// A question that the user answers in a new connection (`AUTH_FAILED,CRV1`).
#[derive(Clone, PartialEq, Eq)]
pub struct DynamicChallenge {
    /// The answer must not be shown while it is typed.
    pub masked: bool,
    /// An answer is needed.
    pub response_required: bool,
    /// What links the answer to the question.
    pub state_id: Zeroizing<String>,
    /// The user name to answer with.
    pub username: Zeroizing<String>,
    /// The question: at most 2,048 characters, without any that hide or move others.
    pub text: String,
}

impl DynamicChallenge {
    /// The credentials that answer the question in the next connection.
    #[must_use]
    pub fn credentials(&self, answer: &str) -> Credentials {
        let parts = ["CRV1::", &self.state_id, "::", answer];
        let len = parts.iter().map(|part| part.len()).sum();
        let mut password = Zeroizing::new(String::with_capacity(len));
        parts.iter().for_each(|part| password.push_str(part));
        Credentials {
            username: self.username.clone(),
            password,
        }
    }

    /// Reads what follows `CRV1:`: flags, state id, user name in Base64, and the question, which may contain colons.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ':');
        let (flags, state_id, username, text) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let has = |flag: &str| flags.split(',').any(|set| set == flag);
        Some(Self {
            masked: !has("E"),
            response_required: has("R"),
            state_id: Zeroizing::new(state_id.to_owned()),
            username: Zeroizing::new(String::from_utf8(Base64::decode_vec(username).ok()?).ok()?),
            text: human_text(text),
        })
    }
}

/// Shows the question only: state id and user name are half of the next sign-in.
impl fmt::Debug for DynamicChallenge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DynamicChallenge")
            .field("text", &self.text)
            .finish_non_exhaustive()
    }
}
