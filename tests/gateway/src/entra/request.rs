use std::fmt;

use tokio::sync::broadcast;

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

impl fmt::Display for EntraRequest {
    /// Writes one line: what it was for, the status of the answer, and the error if it was refused.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.step.name(), self.status)?;
        match self.error_code {
            Some(code) => write!(formatter, " AADSTS{code}"),
            None => Ok(()),
        }
    }
}

/// The requests since [`FakeEntra::follow`](crate::FakeEntra::follow) was called, in order.
pub struct EntraRequests {
    receiver: broadcast::Receiver<EntraRequest>,
    missed: u64,
}

impl EntraRequests {
    pub(super) fn new(receiver: broadcast::Receiver<EntraRequest>) -> Self {
        Self {
            receiver,
            missed: 0,
        }
    }

    /// Waits for the next request; none after the last one, when the stand-in is gone.
    ///
    /// Dropping the future loses no request.
    pub async fn next(&mut self) -> Option<EntraRequest> {
        loop {
            match self.receiver.recv().await {
                Ok(request) => return Some(request),
                Err(broadcast::error::RecvError::Lagged(count)) => self.missed += count,
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// Requests that came faster than they were taken, and were dropped: more than 1,024 waited.
    pub fn missed(&self) -> u64 {
        self.missed
    }
}

impl fmt::Debug for EntraRequests {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EntraRequests")
            .finish_non_exhaustive()
    }
}
