use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::catalog::{Access, Catalog, MOST_PROFILES, Place};
use super::change::{Change, Snapshot, changes};
use super::disk::Disk;
use super::private_folder::PrivateFolder;
use super::problem::Problem;
use super::profile_id::ProfileId;
use super::relation::{Relation, is_of_one_gateway, relation};
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
/// Any thread may call. What returns profiles and problems does so at once; what looks at the folder
/// or changes it blocks for as long as the disk and the secret store take, which may ask the user.
/// After an error everything is as it was.
pub struct Store {
    folder: Option<PathBuf>,
    /// Whoever uses the disk and the secret store has his turn.
    turn: Mutex<()>,
    /// What is known; held for moments only.
    catalog: Mutex<Catalog>,
    /// What the host was told last.
    told: Mutex<Snapshot>,
}

impl Store {
    /// The most profiles of a store.
    pub const MOST: usize = MOST_PROFILES;

    /// Makes an empty store that keeps its profiles for as long as it lives.
    pub fn in_memory() -> Self {
        Self::new(None, Catalog::default())
    }

    /// Opens the store in a folder, and makes it if it is not there.
    ///
    /// A folder that can only be read can be opened if it was one before; changes fail then.
    ///
    /// # Errors
    ///
    /// [`StoreError::Folder`], among them a folder with other files. Damaged profiles are no error.
    pub fn open(
        folder: impl Into<PathBuf>,
        secrets: Arc<dyn SecretStore>,
    ) -> Result<Self, StoreError> {
        Self::open_in(PrivateFolder::open(folder)?, secrets)
    }

    /// Opens the store in a folder that was opened before, so that its secrets can be below it.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub fn open_in(
        folder: PrivateFolder,
        secrets: Arc<dyn SecretStore>,
    ) -> Result<Self, StoreError> {
        let path = folder.path().to_owned();
        let (disk, opened) = Disk::open(folder, secrets)?;
        Ok(Self::new(Some(path), Catalog::open(disk, opened)?))
    }

    fn new(folder: Option<PathBuf>, catalog: Catalog) -> Self {
        Self {
            folder,
            turn: Mutex::default(),
            told: Mutex::new(catalog.snapshot()),
            catalog: Mutex::new(catalog),
        }
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
    /// its edits. A profile whose secrets are gone has those of the import then, and keeps its edits
    /// but for secrets that the user gave.
    ///
    /// `now` is in Unix seconds.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: [`Unusable`](StoreError::Unusable) for a profile whose secrets are there and
    /// cannot be read, which is left as it is.
    pub fn add(&self, imported: Profile, now: u64) -> Result<StoredProfile, StoreError> {
        let imported = Arc::new(imported);
        let (document, _) = to_parts(&imported);
        self.work(Access::Change, |catalog| {
            if let Some((id, _)) = catalog.without_secrets(&document) {
                catalog.retry(id)?;
            }
            if let Relation::Same(id) = relation(&catalog.list(), &imported) {
                return Ok(catalog.get(id)?.0);
            }
            if let Some((id, unusable)) = catalog.without_secrets(&document) {
                let restored = unusable.restored(id, Arc::clone(&imported), now)?;
                catalog.put(restored.clone(), Place::AsItWas)?;
                return Ok(restored);
            }
            let stored = StoredProfile {
                id: catalog.free_id(&document)?,
                profile: Arc::clone(&imported),
                original: imported,
                imported_at: now,
                generation: 1,
            };
            catalog.put(stored.clone(), Place::Last)?;
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
        self.work(Access::Change, |catalog| {
            let (before, _) = catalog.get(id)?;
            let changed = StoredProfile {
                profile: Arc::new(profile),
                ..before.clone()
            };
            catalog.change(before, changed)
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
        loop {
            let (before, number) = self.work(Access::Look, |catalog| catalog.get(id))?;
            let changed = StoredProfile {
                profile: Arc::new(edit(&before.profile)?),
                ..before
            };
            let kept = self.work(Access::Change, |catalog| {
                let (before, now) = catalog.get(id)?;
                let is_as_it_was = now == number;
                is_as_it_was
                    .then(|| catalog.change(before, changed))
                    .transpose()
            })?;
            if let Some(kept) = kept {
                return Ok(kept);
            }
        }
    }

    /// Brings a profile up to date with a newer package of its gateway, as
    /// [`Profile::updated_from`] does, and keeps the user's edits. The newer profile becomes the
    /// original.
    ///
    /// Where the newer package was imported as a profile of its own before, that one is removed, unless
    /// it has edits of its own.
    ///
    /// `now` is in Unix seconds.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: [`OtherGateway`](StoreError::OtherGateway) for what is no newer package of the
    /// profile.
    pub fn update(&self, id: ProfileId, newer: Profile, now: u64) -> Result<Update, StoreError> {
        let newer = Arc::new(newer);
        self.work(Access::Change, |catalog| {
            let (before, _) = catalog.get(id)?;
            if !is_of_one_gateway(&before.original, &newer) {
                let server = newer.servers.first().to_string();
                return Err(StoreError::OtherGateway { id, server });
            }
            let updated = Profile::updated_from(&before.original, &before.profile, &newer);
            let twin = catalog.unedited(&newer).filter(|twin| *twin != id);
            let changed = StoredProfile {
                profile: Arc::new(updated.profile),
                original: newer,
                imported_at: now,
                ..before.clone()
            };
            let stored = catalog.change(before, changed)?;
            // The update is made; a twin that cannot be removed now is there to be removed again.
            let removed = twin.filter(|twin| catalog.remove(*twin).is_ok());
            Ok(Update {
                stored,
                kept: updated.kept,
                conflicts: updated.conflicts,
                removed,
            })
        })
    }

    /// Copies a profile with its secrets under another name, and puts the copy after all others.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn duplicate(&self, id: ProfileId, name: ProfileName) -> Result<StoredProfile, StoreError> {
        self.work(Access::Change, |catalog| {
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
        self.work(Access::Change, |catalog| catalog.remove(id))
    }

    /// Moves a profile to a place in the order, counted from 0; beyond the end is the end.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn move_to(&self, id: ProfileId, index: usize) -> Result<(), StoreError> {
        self.work(Access::Change, |catalog| catalog.move_to(id, index))
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
        self.work(Access::Change, |catalog| catalog.discard(set_aside))
    }

    /// Looks at what other processes did, and tries again to use what could not be used, such as
    /// profiles whose secrets were locked: the secret store may ask the user.
    ///
    /// # Errors
    ///
    /// [`StoreError::Folder`]; the profiles that were known are known still.
    pub fn refresh(&self) -> Result<(), StoreError> {
        self.work(Access::Retry, |_| Ok(()))
    }

    /// Looks at what other processes did, for hosts that do so every few seconds: as long as no file
    /// is different, none is read, and the secret store is asked for nothing.
    ///
    /// # Errors
    ///
    /// As for [`refresh`](Self::refresh).
    pub fn notice(&self) -> Result<(), StoreError> {
        let known = self.catalog().clone();
        if known.is_current() {
            return Ok(());
        }
        self.work(Access::Look, |_| Ok(()))
    }

    /// Tells what became different since this was called last, or since the store was opened: what
    /// this process did, and what it noticed of others.
    ///
    /// Several changes of one profile are one, and one that was undone is none. Whoever else calls
    /// this waits until `listener` returns, so that what happened first is told first; the listener
    /// itself must not call it.
    pub fn tell<T>(&self, listener: impl FnOnce(Vec<Change>) -> T) -> T {
        let mut told = unpoisoned(&self.told);
        let now = self.catalog().snapshot();
        let changes = changes(&told, &now);
        *told = now;
        listener(changes)
    }

    /// Takes the lock of the folder, looks at what others did, and does `work`.
    ///
    /// It works on a copy of what is known, which then takes its place: whoever asks what is known
    /// never waits for the disk or the secret store.
    fn work<T>(
        &self,
        access: Access,
        work: impl FnOnce(&mut Catalog) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let _turn = unpoisoned(&self.turn);
        let mut catalog = self.catalog().clone();
        let lock = catalog.enter(access)?;
        let done = work(&mut catalog);
        *self.catalog() = catalog;
        drop(lock);
        done
    }

    fn catalog(&self) -> MutexGuard<'_, Catalog> {
        unpoisoned(&self.catalog)
    }
}

/// Takes a lock that a panic may have poisoned: what it guards is replaced as a whole.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// The profile that an import of the newer package had become, which is removed.
    pub removed: Option<ProfileId>,
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
