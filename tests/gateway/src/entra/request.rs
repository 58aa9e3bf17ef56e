use crate::entra::form::Form;
use crate::entra::step::EntraStep;

/// A request to the stand-in, as it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntraRequest {
    /// What it was for.
    pub step: EntraStep,
    /// What it asked for, without anything that is secret.
    pub parameters: Vec<(String, String)>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The number of the error (`AADSTS`), if it was refused.
    pub error_code: Option<u32>,
}

/// The parameters that say nothing secret.
const PLAIN: [&str; 13] = [
    "claims",
    "client_id",
    "code_challenge_method",
    "domain_hint",
    "grant_type",
    "login_hint",
    "prompt",
    "redirect_uri",
    "response_mode",
    "response_type",
    "scope",
    "user_code",
    "username",
];

impl EntraRequest {
    pub(super) fn new(step: EntraStep, form: &Form, status: u16, error_code: Option<u32>) -> Self {
        let plain = form.pairs().filter(|(name, _)| PLAIN.contains(name));
        Self {
            step,
            parameters: plain
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            status,
            error_code,
        }
    }

    /// What it asked for under this name, unless that is secret.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        let found = parameters.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}
