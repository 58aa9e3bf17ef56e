use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use p2svpn_profile::{Imported, InvalidValue, MAXIMUM_XML_BYTES, Profile};

use crate::error::{Error, ErrorCode};
use crate::file::read_regular;
use crate::profile_id::ProfileId;
use crate::profile_summary::ProfileSummary;
use crate::warning::{Warning, WarningKind};

/// The profiles of a client. Cheap to clone; clones share the profiles.
///
/// They are kept in memory for the life of the client: nothing is written to disk.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    profiles: Arc<Mutex<BTreeMap<ProfileId, Arc<Profile>>>>,
}

impl Profiles {
    /// Reads `azurevpnconfig.xml` from a file and keeps the profile. It blocks for as long as reading takes.
    ///
    /// # Errors
    /// `PROFILE_UNREADABLE`, and as for [`Profiles::import`].
    pub fn import_file(&self, path: impl AsRef<Path>) -> Result<ImportedProfile, Error> {
        let path = path.as_ref();
        // Of a larger file there is one byte too many, so that the import says that it is too large.
        let bytes = read_regular(path, MAXIMUM_XML_BYTES).map_err(|error| {
            Error::new(ErrorCode::ProfileUnreadable, path.display().to_string()).because(&error)
        })?;
        self.import(&bytes, None)
    }

    /// Reads the bytes of `azurevpnconfig.xml` and keeps the profile, under a name of its own if one is given.
    ///
    /// Importing the same bytes again changes nothing but the name, and gives the same id.
    ///
    /// # Errors
    /// Those of the 2xx numbers; nothing is kept then.
    pub fn import(&self, bytes: &[u8], name: Option<&str>) -> Result<ImportedProfile, Error> {
        let Imported {
            mut profile,
            warnings,
            warnings_left_out,
            ..
        } = Profile::from_azure_xml(bytes)?;
        if let Some(name) = name {
            profile.name = name.parse().map_err(|reason: InvalidValue| {
                Error::new(ErrorCode::InvalidArgument, format!("the name {reason}"))
            })?;
        }
        let id = ProfileId::of(bytes);
        let summary = ProfileSummary::new(id.clone(), &profile);
        self.lock().insert(id, Arc::new(profile));
        let warnings = warnings
            .into_iter()
            .map(|warning| Warning {
                position: Some((warning.position.line, warning.position.column)),
                ..Warning::new(WarningKind::Profile, warning.message)
            })
            .collect();
        Ok(ImportedProfile {
            summary,
            warnings,
            warnings_left_out,
        })
    }

    /// Returns a summary of each profile, in the order of the ids.
    pub fn list(&self) -> Vec<ProfileSummary> {
        self.lock()
            .iter()
            .map(|(id, profile)| ProfileSummary::new(id.clone(), profile))
            .collect()
    }

    /// Returns the summary of one profile.
    ///
    /// # Errors
    /// `PROFILE_UNKNOWN`.
    pub fn get(&self, id: &ProfileId) -> Result<ProfileSummary, Error> {
        Ok(ProfileSummary::new(id.clone(), &*self.profile(id)?))
    }

    /// Forgets a profile; sessions that use it go on.
    ///
    /// # Errors
    /// `PROFILE_UNKNOWN`.
    pub fn remove(&self, id: &ProfileId) -> Result<(), Error> {
        match self.lock().remove(id) {
            Some(_) => Ok(()),
            None => Err(unknown(id)),
        }
    }

    /// Returns the whole profile.
    pub(crate) fn profile(&self, id: &ProfileId) -> Result<Arc<Profile>, Error> {
        self.lock().get(id).cloned().ok_or_else(|| unknown(id))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ProfileId, Arc<Profile>>> {
        self.profiles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A profile that was imported, and what had to be forgiven to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportedProfile {
    /// What the profile says.
    pub summary: ProfileSummary,
    /// What was ignored or repaired, in the order of the file; at most 200.
    pub warnings: Vec<Warning>,
    /// How many warnings there were beyond those kept.
    pub warnings_left_out: usize,
}

impl ImportedProfile {
    /// Returns the id to connect by.
    pub fn id(&self) -> &ProfileId {
        &self.summary.id
    }
}

fn unknown(id: &ProfileId) -> Error {
    Error::new(ErrorCode::ProfileUnknown, id.as_str())
}
