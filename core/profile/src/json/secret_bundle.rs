use std::fmt;

use serde::ser::{Serialize, Serializer};
use zeroize::Zeroizing;

use super::buffer::{Layout, write};
use super::value::{Origin, Source, Value};
use crate::error::ImportError;
use crate::position::Position;
use crate::secret_value::SecretText;

/// The secrets of a profile, apart from all else: the document that goes with them names them by their
/// order.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct SecretBundle(Vec<SecretText>);

impl SecretBundle {
    /// Says whether there is nothing to keep.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the secrets as bytes for a secret store.
    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut text = write(self, Layout::Compact);
        Zeroizing::new(std::mem::take(&mut *text).into_bytes())
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// [`ImportError`] for anything else; it repeats nothing of it.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, ImportError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ImportError::MalformedJson {
            position: Position::START,
            reason: "it is not in UTF-8".to_owned(),
        })?;
        let source = Source::new(text, Origin::Store(&[]));
        let read = |secret: Value<'_, '_>| Ok(SecretText::new(secret.text()?));
        let secrets = source.root()?.elements(usize::MAX, read)?;
        Ok(Self(secrets))
    }

    pub(super) fn as_slice(&self) -> &[SecretText] {
        &self.0
    }

    /// Adds a secret and returns its index.
    pub(super) fn push(&mut self, secret: Zeroizing<String>) -> usize {
        self.0.push(SecretText::new(secret));
        self.0.len().saturating_sub(1)
    }
}

impl Serialize for SecretBundle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(SecretText::as_str))
    }
}

impl fmt::Debug for SecretBundle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SecretBundle({} secrets)", self.0.len())
    }
}
