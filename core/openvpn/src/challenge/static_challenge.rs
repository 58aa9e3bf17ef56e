use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use crate::credentials::Credentials;

/// A question that the profile asks before a connection is made (`static-challenge`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticChallenge {
    /// The question.
    pub text: String,
    /// The answer must not be shown while it is typed.
    pub masked: bool,
    /// The answer is appended to the password as it is (`concat`), rather than sent beside it.
    pub concatenated: bool,
}

impl StaticChallenge {
    /// The credentials to connect with: the user's own, with the answer in the password.
    #[must_use]
    pub fn credentials(&self, own: &Credentials, answer: &str) -> Credentials {
        let password = if self.concatenated {
            join(&[&own.password, answer])
        } else {
            let password = Zeroizing::new(Base64::encode_string(own.password.as_bytes()));
            let answer = Zeroizing::new(Base64::encode_string(answer.as_bytes()));
            join(&["SCRV1:", &password, ":", &answer])
        };
        Credentials {
            username: own.username.clone(),
            password,
        }
    }
}

/// Joins secrets without leaving copies behind.
fn join(parts: &[&str]) -> Zeroizing<String> {
    let len = parts.iter().map(|part| part.len()).sum();
    let mut joined = Zeroizing::new(String::with_capacity(len));
    parts.iter().for_each(|part| joined.push_str(part));
    joined
}
