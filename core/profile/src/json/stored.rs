use std::fmt;

use serde::de::Deserializer;
use serde::ser::{Error, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::buffer::{Layout, write};
use super::reader::read_profile;
use super::secret_bundle::SecretBundle;
use super::value::{Origin, Source};
use super::writer::{Secrets, Writer};
use crate::error::ImportError;
use crate::profile::Profile;

/// What stands in a document where a secret was.
const APART: &str = "\"apart\"";

/// The digits of a static key, the one kind of secret that has a length.
const STATIC_KEY_DIGITS: usize = 512;

/// A profile in JSON without its secrets, to be a field of a larger JSON document.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Document(String);

impl Document {
    /// Returns the JSON text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(Box::<str>::from(raw).into_string()))
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Document({} bytes)", self.0.len())
    }
}

/// Takes a profile apart into what everybody may read and what nobody may.
///
/// Whatever is in the profile comes back by [`from_parts`]; durations do to the millisecond.
pub(crate) fn to_parts(profile: &Profile) -> (Document, SecretBundle) {
    let mut writer = Writer::new(Secrets::Apart);
    let mut text = write(&writer.document(profile), Layout::Compact);
    (Document(std::mem::take(&mut *text)), writer.bundle)
}

/// Puts a profile together again.
///
/// # Errors
///
/// [`ImportError`] where either was changed by somebody else or comes from a newer version of this
/// library, and where the two do not belong together. Positions are in the document's own text.
pub(crate) fn from_parts(
    document: &Document,
    secrets: &SecretBundle,
) -> Result<Profile, ImportError> {
    let source = Source::new(&document.0, Origin::Store(secrets.as_slice()));
    read_profile(source.root()?)
}

/// Puts a profile together whose secrets are lost.
///
/// In the place of each is something that reads as a secret of any kind, and is none.
///
/// # Errors
///
/// As for [`from_parts`].
pub(crate) fn from_document_alone(document: &Document) -> Result<Profile, ImportError> {
    let mut blanks = SecretBundle::default();
    for _ in document.0.matches(APART) {
        blanks.push("0".repeat(STATIC_KEY_DIGITS).into());
    }
    from_parts(document, &blanks)
}
