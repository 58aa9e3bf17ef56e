use std::fmt;

use zeroize::Zeroizing;

use super::refusal::EntraRefusal;

/// What the browser brings back from a sign-in: its query, `code=...&state=...`.
pub struct Redirect {
    pub(super) state: Zeroizing<String>,
    pub(super) outcome: Result<Zeroizing<String>, EntraRefusal>,
}

impl Redirect {
    /// Reads the address that the browser was sent to, or its query alone; nothing if it is no answer to a sign-in.
    ///
    /// A host whose own view shows the page of the sign-in, such as `ASWebAuthenticationSession`, gets this address from it.
    pub fn parse(address: &str) -> Option<Self> {
        let query = address.split_once('?').map_or(address, |(_, query)| query);
        let query = query.split('#').next().unwrap_or(query);
        let (mut state, mut code) = (None, None);
        let (mut error, mut description) = (None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "state" => &mut state,
                "code" => &mut code,
                "error" => &mut error,
                "error_description" => &mut description,
                _ => continue,
            };
            // What stands twice can be read in two ways.
            if place.replace(Zeroizing::new(value.into_owned())).is_some() {
                return None;
            }
        }
        let outcome = match (code, error) {
            (Some(code), None) if !code.is_empty() => Ok(code),
            (None, Some(error)) => {
                let description = description.as_deref().map(String::as_str);
                Err(EntraRefusal::of(&error, description))
            }
            _ => return None,
        };
        Some(Self {
            state: state?,
            outcome,
        })
    }

    /// Returns whether the sign-in went well, as far as the browser is concerned.
    pub fn is_success(&self) -> bool {
        self.outcome.is_ok()
    }
}

impl fmt::Debug for Redirect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refusal = self.outcome.as_ref().err();
        formatter
            .debug_struct("Redirect")
            .field("refusal", &refusal)
            .finish_non_exhaustive()
    }
}
