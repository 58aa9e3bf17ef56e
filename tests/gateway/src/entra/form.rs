use crate::entra::refusal::EntraRefusal;

/// Parameters of a request, of which each may be there once (RFC 6749 section 3.1).
pub(super) struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// Reads a query or a body (`application/x-www-form-urlencoded`).
    pub(super) fn read(text: &[u8]) -> Result<Self, EntraRefusal> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(text) {
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(EntraRefusal::Malformed);
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self { pairs })
    }

    /// None of all.
    pub(super) fn empty() -> Self {
        Self { pairs: Vec::new() }
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A parameter; an empty one counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs().find(|(known, _)| *known == name);
        found
            .map(|(_, value)| value)
            .filter(|value| !value.is_empty())
    }

    pub(super) fn need(&self, name: &'static str) -> Result<&str, EntraRefusal> {
        self.get(name).ok_or(EntraRefusal::Missing(name))
    }
}
