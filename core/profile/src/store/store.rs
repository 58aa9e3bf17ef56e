use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::catalog::{Access, Catalog, MOST_PROFILES, Place};
use super::change::Change;
use super::disk::Disk;
use super::problem::Problem;
use super::profile_id::ProfileId;
use super::relation::{Relation, relation};
use super::secret_store::SecretStore;
use super::store_error::StoreError;
use super::stored_profile::StoredProfile;
use crate::edit::Field;
use crate::json::to_parts;
use crate::name::ProfileName;
use crate::profile::Profile;

/// Several profiles in an order, kept in a folder or in memory.
///
/// In a folder each profile is a JSON file without secrets, and all its secrets are one entry of a
/// [`SecretStore`], which has to be this folder's alone. Each change is on the disk when its call
/// returns; whoever is killed at any moment, or loses power, leaves the old or the new content and
/// never half of one. Several processes may use the folder at once: changes wait for each other, and
/// start from what is on the disk. A damaged file is set aside and told in
/// [`problems`](Self::problems), and the other profiles are there.
///
/// Any thread may call, and calls may block for as long as the disk and the secret store take. After
/// an error everything is as it was.
pub struct Store {
    catalog: Mutex<Catalog>,
    folder: Option<PathBuf>,
}

impl Store {
    /// The most profiles of a store.
    pub const MOST: usize = MOST_PROFILES;

    /// Makes an empty store that keeps its profiles for as long as it lives.
    pub fn in_memory() -> Self {
        Self {
            catalog: Mutex::default(),
            folder: None,
        }
    }

    /// Opens the store in a folder, and makes it if it is not there.
    ///
    /// A folder that can only be read can be opened if it was one before; changes fail then.
    ///
    /// # Errors
    ///
    /// [`StoreError::Folder`]. Damaged profiles are no error.
    pub fn open(
        folder: impl Into<PathBuf>,
        secrets: Arc<dyn SecretStore>,
    ) -> Result<Self, StoreError> {
        let folder = folder.into();
        let (disk, opened) = Disk::open(folder.clone(), secrets)?;
        Ok(Self {
            catalog: Mutex::new(Catalog::open(disk, opened)?),
            folder: Some(folder),
        })
    }

    /// Returns the folder; nothing for a store in memory.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Returns the profiles in their order, as of the last call that changed or refreshed something.
    pub fn list(&self) -> Vec<StoredProfile> {
        self.catalog().list().into_iter().cloned().collect()
    }

    /// Returns a profile, as of the last call that changed or refreshed something.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unknown`] and [`StoreError::Unusable`].
    pub fn get(&self, id: ProfileId) -> Result<StoredProfile, StoreError> {
        Ok(self.catalog().get(id)?.0)
    }

    /// Says whether a profile is known: kept already, or of a gateway that a kept one is of.
    pub fn relation(&self, profile: &Profile) -> Relation {
        relation(&self.catalog().list(), profile)
    }

    /// Keeps an imported profile after all others, and returns it with its id.
    ///
    /// What was imported before is not kept twice: the profile that it became is returned, with
    /// its edits. A profile that lost its secrets has them again.
    ///
    /// `now` is in Unix seconds.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn add(&self, imported: Profile, now: u64) -> Result<StoredProfile, StoreError> {
        let imported = Arc::new(imported);
        self.catalog().with_lock(Access::Change, |catalog| {
            if let Relation::Same(id) = relation(&catalog.list(), &imported) {
                return Ok(catalog.get(id)?.0);
            }
            let (document, _) = to_parts(&imported);
            let (id, generation, place) = match catalog.without_secrets(&document) {
                Some((id, generation)) => (id, generation.saturating_add(1), Place::AsItWas),
                None => (catalog.free_id(&document)?, 1, Place::Last),
            };
            let stored = StoredProfile {
                id,
                profile: Arc::clone(&imported),
                original: imported,
                imported_at: now,
                generation,
            };
            catalog.put(stored.clone(), place)?;
            Ok(stored)
        })
    }

    /// Replaces a profile by an edited one.
    ///
    /// Whatever another process did to the profile in the meantime is lost; [`edit`](Self::edit)
    /// loses nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn replace(&self, id: ProfileId, profile: Profile) -> Result<StoredProfile, StoreError> {
        let profile = Arc::new(profile);
        self.change(id, |stored| {
            Ok(StoredProfile {
                profile: Arc::clone(&profile),
                ..stored.clone()
            })
        })
    }

    /// Edits a profile: `edit` makes a new one out of the one that is on the disk.
    ///
    /// It is called again if another thread or process changed the profile in the meantime, and holds
    /// no lock.
    ///
    /// # Errors
    ///
    /// [`StoreError`], and whatever `edit` refuses.
    pub fn edit<E: From<StoreError>>(
        &self,
        id: ProfileId,
        mut edit: impl FnMut(&Profile) -> Result<Profile, E>,
    ) -> Result<StoredProfile, E> {
        self.change(id, |stored| {
            Ok(StoredProfile {
                profile: Arc::new(edit(&stored.profile)?),
                ..stored.clone()
            })
        })
    }

    /// Brings a profile up to date with a newer package of its gateway, as
    /// [`Profile::updated_from`] does, and keeps the user's edits. The newer profile becomes the
    /// original.
    ///
    /// `now` is in Unix seconds.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn update(&self, id: ProfileId, newer: Profile, now: u64) -> Result<Update, StoreError> {
        let newer = Arc::new(newer);
        let (mut kept, mut conflicts) = (Vec::new(), Vec::new());
        let stored = self.change(id, |stored| {
            let updated = Profile::updated_from(&stored.original, &stored.profile, &newer);
            (kept, conflicts) = (updated.kept, updated.conflicts);
            Ok::<_, StoreError>(StoredProfile {
                profile: Arc::new(updated.profile),
                original: Arc::clone(&newer),
                imported_at: now,
                ..stored.clone()
            })
        })?;
        Ok(Update {
            stored,
            kept,
            conflicts,
        })
    }

    /// Copies a profile with its secrets under another name, and puts the copy after all others.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn duplicate(&self, id: ProfileId, name: ProfileName) -> Result<StoredProfile, StoreError> {
        self.catalog().with_lock(Access::Change, |catalog| {
            let (stored, _) = catalog.get(id)?;
            let mut profile = Profile::clone(&stored.profile);
            profile.name = name;
            let (document, _) = to_parts(&profile);
            let copy = StoredProfile {
                id: catalog.free_id(&document)?,
                profile: Arc::new(profile),
                generation: 1,
                ..stored
            };
            catalog.put(copy.clone(), Place::Last)?;
            Ok(copy)
        })
    }

    /// Forgets a profile and its secrets, also one that cannot be used.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn remove(&self, id: ProfileId) -> Result<(), StoreError> {
        self.catalog()
            .with_lock(Access::Change, |catalog| catalog.remove(id))
    }

    /// Moves a profile to a place in the order, counted from 0; beyond the end is the end.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn move_to(&self, id: ProfileId, index: usize) -> Result<(), StoreError> {
        self.catalog()
            .with_lock(Access::Change, |catalog| catalog.move_to(id, index))
    }

    /// Returns what is wrong in the folder, as of the last call that changed or refreshed something.
    pub fn problems(&self) -> Vec<Problem> {
        self.catalog().problems()
    }

    /// Deletes a file that was set aside, with its secrets, and returns whether it was there; its
    /// problem [names](Problem::set_aside) it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Folder`].
    pub fn discard(&self, set_aside: &str) -> Result<bool, StoreError> {
        self.catalog()
            .with_lock(Access::Change, |catalog| catalog.discard(set_aside))
    }

    /// Looks at what other processes did, and returns all [`changes`](Self::changes).
    ///
    /// # Errors
    ///
    /// [`StoreError::Folder`]; the profiles that were known are known still.
    pub fn refresh(&self) -> Result<Vec<Change>, StoreError> {
        let mut catalog = self.catalog();
        catalog.with_lock(Access::Look, |_| Ok(()))?;
        Ok(catalog.changes())
    }

    /// Returns what became different since this or [`refresh`](Self::refresh) was called last, or since
    /// the store was opened: what this process did, and what it noticed of others.
    ///
    /// Several changes of one profile are one, and one that was undone is none.
    pub fn changes(&self) -> Vec<Change> {
        self.catalog().changes()
    }

    fn change<E: From<StoreError>>(
        &self,
        id: ProfileId,
        mut change: impl FnMut(&StoredProfile) -> Result<StoredProfile, E>,
    ) -> Result<StoredProfile, E> {
        loop {
            let (before, number) = self
                .catalog()
                .with_lock(Access::Look, |catalog| catalog.get(id))?;
            let changed = StoredProfile {
                generation: before.generation.saturating_add(1),
                ..change(&before)?
            };
            if changed.is_like(&before) {
                return Ok(before);
            }
            let kept = self.catalog().with_lock(Access::Change, |catalog| {
                if catalog.get(id)?.1 != number {
                    return Ok(false);
                }
                catalog.put(changed.clone(), Place::AsItWas)?;
                Ok(true)
            })?;
            if kept {
                return Ok(changed);
            }
        }
    }

    fn catalog(&self) -> MutexGuard<'_, Catalog> {
        // A change is made in the catalog after it was made on the disk, so a panic leaves it whole.
        self.catalog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of a profile for which there was a newer package.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Update {
    /// The profile as it is kept now.
    pub stored: StoredProfile,
    /// The user's edits that were kept, as [`Updated::kept`](crate::Updated::kept).
    pub kept: Vec<Field>,
    /// The edits that the newer package contradicts, as
    /// [`Updated::conflicts`](crate::Updated::conflicts).
    pub conflicts: Vec<Field>,
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Store")
            .field("folder", &self.folder)
            .field("profiles", &self.catalog().list().len())
            .finish()
    }
}
