use std::fmt;
use std::str::FromStr;

use crate::invalid_value::InvalidValue;
use crate::server::dns_name;

/// A domain whose names are meant, in lower case without leading or final dots.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DnsSuffix(String);

impl DnsSuffix {
    /// Returns the text, such as `corp.example`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DnsSuffix {
    type Err = InvalidValue;

    /// Reads a domain, with or without a dot before it, held to RFC 1123 section 2.1.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        dns_name(text.trim().trim_start_matches('.'), "DNS suffix").map(Self)
    }
}

impl PartialEq<&str> for DnsSuffix {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for DnsSuffix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}
