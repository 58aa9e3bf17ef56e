use std::fmt;
use std::str::FromStr;

use crate::invalid_value::InvalidValue;

/// A profile's name for people: 1 to 256 characters, none of which controls, without white space at
/// its ends.
///
/// It may hold anything else, so it is *not* fit to be a file name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileName(String);

impl ProfileName {
    /// The most characters of a name.
    pub const LONGEST: usize = 256;

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProfileName {
    type Err = InvalidValue;

    /// Takes a name, without the white space around it.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let name = text.trim();
        if name.is_empty() {
            return Err(InvalidValue::new("is empty"));
        }
        if name.chars().any(char::is_control) {
            return Err(InvalidValue::new(
                "holds a line break or another control character",
            ));
        }
        if name.chars().nth(Self::LONGEST).is_some() {
            return Err(InvalidValue::new("is longer than 256 characters"));
        }
        Ok(Self(name.to_owned()))
    }
}

impl AsRef<str> for ProfileName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for ProfileName {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for ProfileName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}
