use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::lost_secrets::restored;
use super::profile_id::ProfileId;
use super::stored_profile::StoredProfile;
use crate::error::ImportError;
use crate::json::{Document, SecretBundle, from_parts, to_parts};
use crate::profile::Profile;

/// What is kept of a profile: a JSON file without secrets, and one bundle with all of them.
///
/// The file names its generation, and the bundle's name has it too, so that a file and a bundle which
/// do not belong together are never taken for a profile.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    format: String,
    version: u32,
    id: String,
    /// Grows by one with each change.
    pub(super) generation: u64,
    /// In Unix seconds.
    imported_at: u64,
    /// Whether there is a bundle.
    secrets: bool,
    profile: Document,
    /// The profile as it was imported; absent while nobody edited it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    original: Option<Document>,
}

/// Why a file is no record.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RecordError {
    /// A newer version of this library wrote it.
    #[error("a newer version of the program wrote it")]
    Newer,
    /// It is damaged, or was changed by somebody else.
    #[error("{0}")]
    Damaged(String),
}

impl From<ImportError> for RecordError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::NewerFormat { .. } => Self::Newer,
            error => Self::Damaged(error.to_string()),
        }
    }
}

/// The secrets of a record: those of the profile, then those of the original.
pub(super) struct Bundle(pub(super) Zeroizing<Vec<u8>>);

const FORMAT: &str = "p2svpn-stored-profile";
const VERSION: u32 = 1;

impl Record {
    /// Takes a profile apart into what goes into its file and what goes into the secret store.
    pub(super) fn of(stored: &StoredProfile) -> (Self, Option<Bundle>) {
        let (profile, secrets) = to_parts(&stored.profile);
        let original = stored.is_edited().then(|| to_parts(&stored.original));
        let (original, original_secrets) = original.unzip();
        let original_secrets = original_secrets.unwrap_or_default();
        let bundle = (!secrets.is_empty() || !original_secrets.is_empty())
            .then(|| Bundle::of(&secrets, &original_secrets));
        let record = Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            id: stored.id.to_string(),
            generation: stored.generation,
            imported_at: stored.imported_at,
            secrets: bundle.is_some(),
            profile,
            original,
        };
        (record, bundle)
    }

    /// Reads a record's file.
    pub(super) fn parse(id: ProfileId, file: &[u8]) -> Result<Self, RecordError> {
        /// What every version of the format begins with.
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }

        let not_json = |error: serde_json::Error| {
            RecordError::Damaged(format!("it is not the JSON of a profile: {error}"))
        };
        let head: Head = serde_json::from_slice(file).map_err(not_json)?;
        if head.format != FORMAT {
            let reason = "it is JSON, but no profile of this store".to_owned();
            return Err(RecordError::Damaged(reason));
        }
        if head.version > VERSION {
            return Err(RecordError::Newer);
        }
        let record: Self = serde_json::from_slice(file).map_err(not_json)?;
        if record.id != id.as_str() {
            let reason = "it says that it is the file of another profile".to_owned();
            return Err(RecordError::Damaged(reason));
        }
        Ok(record)
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        // A record has no map and nothing that could refuse to be written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Returns the name of the record's bundle, if it has one.
    pub(super) fn bundle_name(&self, id: ProfileId) -> Option<String> {
        self.secrets.then(|| bundle_name(id, self.generation))
    }

    /// Returns the profile as it was imported, without its secrets.
    pub(super) fn imported(&self) -> &Document {
        self.original.as_ref().unwrap_or(&self.profile)
    }

    /// Puts the profile together again; a record without secrets takes an empty bundle.
    pub(super) fn open(
        &self,
        id: ProfileId,
        bundle: &Bundle,
    ) -> Result<StoredProfile, RecordError> {
        let damaged = || RecordError::Damaged("its secrets are damaged".to_owned());
        let (secrets, original_secrets) = bundle.parts().ok_or_else(damaged)?;
        let profile = Arc::new(from_parts(&self.profile, &secrets)?);
        let original = match &self.original {
            Some(original) => Arc::new(from_parts(original, &original_secrets)?),
            None => Arc::clone(&profile),
        };
        Ok(StoredProfile {
            id,
            profile,
            original,
            imported_at: self.imported_at,
            generation: self.generation,
        })
    }

    /// Makes the profile again whose secrets are lost, out of the import that it began with.
    pub(super) fn restored(
        &self,
        id: ProfileId,
        imported: Arc<Profile>,
        now: u64,
    ) -> Result<StoredProfile, RecordError> {
        let profile = match &self.original {
            Some(_) => Arc::new(restored(&self.profile, &imported)?),
            None => Arc::clone(&imported),
        };
        Ok(StoredProfile {
            id,
            profile,
            original: imported,
            imported_at: now,
            generation: self.generation.saturating_add(1),
        })
    }
}

impl Bundle {
    pub(super) fn empty() -> Self {
        Self::of(&SecretBundle::default(), &SecretBundle::default())
    }

    /// Joins two bundles: the length of the first one in four bytes, high one first, then both.
    fn of(secrets: &SecretBundle, original: &SecretBundle) -> Self {
        let (first, second) = (secrets.to_bytes(), original.to_bytes());
        let length = u32::try_from(first.len()).unwrap_or(u32::MAX).to_be_bytes();
        let size = length
            .len()
            .saturating_add(first.len())
            .saturating_add(second.len());
        let mut joined = Zeroizing::new(Vec::with_capacity(size));
        joined.extend_from_slice(&length);
        joined.extend_from_slice(&first);
        joined.extend_from_slice(&second);
        Self(joined)
    }

    fn parts(&self) -> Option<(SecretBundle, SecretBundle)> {
        let (length, rest) = self.0.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (first, second) = rest.split_at_checked(length)?;
        Some((
            SecretBundle::from_bytes(first).ok()?,
            SecretBundle::from_bytes(second).ok()?,
        ))
    }
}

/// What the names of all bundles of a profile begin with.
pub(super) fn bundle_prefix(id: ProfileId) -> String {
    format!("profile/{id}/")
}

pub(super) fn bundle_name(id: ProfileId, generation: u64) -> String {
    format!("profile/{id}/{generation}")
}
