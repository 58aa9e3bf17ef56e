use std::collections::BTreeMap;
use std::sync::Arc;

use super::change::Snapshot;
use super::disk::{ContentHash, Disk, Found, Look, Traces, Unusable};
use super::folder_error::FolderError;
use super::private_folder::FolderLock;
use super::problem::Problem;
use super::profile_id::ProfileId;
use super::store_error::StoreError;
use super::stored_profile::StoredProfile;
use crate::json::Document;
use crate::profile::Profile;

/// The most profiles of a store.
pub(super) const MOST_PROFILES: usize = 1_000;

/// What is known of a store's profiles: all of it where they are kept in memory, and what the last
/// look found where they are kept in a folder.
///
/// It is cheap to clone, so that what takes time is done with a copy.
#[derive(Clone, Default)]
pub(super) struct Catalog {
    disk: Option<Arc<Disk>>,
    entries: BTreeMap<ProfileId, Entry>,
    order: Vec<ProfileId>,
    /// Of the last look.
    problems: Vec<Problem>,
    /// Files that others could read when they were opened; they are closed since.
    opened: Vec<Problem>,
    /// The number of the next content.
    next: u64,
    /// How the folder was at the last look; absent when something could not be read then.
    traces: Option<Traces>,
}

#[derive(Clone)]
struct Entry {
    /// Absent in memory.
    hash: Option<ContentHash>,
    /// Another one whenever the content is.
    number: u64,
    found: Found,
}

/// What the lock is taken for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// The first look, which clears up.
    Open,
    /// A look at what became different.
    Look,
    /// A look that also tries again what could not be used before.
    Retry,
    /// A change.
    Change,
}

/// Where a profile that is kept goes in the order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// After all others.
    Last,
    /// Where it is.
    AsItWas,
}

impl Catalog {
    /// Reads a folder.
    pub(super) fn open(disk: Disk, opened: Vec<Problem>) -> Result<Self, StoreError> {
        let mut catalog = Self {
            disk: Some(Arc::new(disk)),
            opened,
            ..Self::default()
        };
        catalog.enter(Access::Open)?;
        Ok(catalog)
    }

    /// Says whether the folder is as the last look found it, without the lock and without reading a
    /// file.
    pub(super) fn is_current(&self) -> bool {
        let Some(disk) = &self.disk else {
            return true;
        };
        let traces = self.traces.as_ref();
        traces.is_some_and(|traces| disk.traces().is_ok_and(|now| now == *traces))
    }

    /// Takes the lock and looks at what others did; a change is made while it is held.
    ///
    /// Where the folder cannot be written, only a look is possible, and no lock is needed for it.
    pub(super) fn enter(&mut self, access: Access) -> Result<Option<FolderLock>, StoreError> {
        let Some(disk) = self.disk.clone() else {
            return Ok(None);
        };
        let lock = match disk.lock() {
            Ok(lock) => Some(lock),
            Err(FolderError::Denied { .. }) if access != Access::Change => None,
            Err(error) => return Err(error.into()),
        };
        if lock.is_some() {
            if access == Access::Open {
                disk.sweep()?;
            }
            // It asks the secret store, which a mere look should not.
            if access != Access::Look {
                disk.recover()?;
            }
        }
        self.look(&disk, lock.is_some(), access == Access::Retry)?;
        Ok(lock)
    }

    /// Returns the profiles in their order.
    pub(super) fn list(&self) -> Vec<&StoredProfile> {
        self.order
            .iter()
            .filter_map(|id| self.profile(*id))
            .collect()
    }

    /// Returns a profile and the number of its content.
    pub(super) fn get(&self, id: ProfileId) -> Result<(StoredProfile, u64), StoreError> {
        let entry = self.entries.get(&id).ok_or(StoreError::Unknown { id })?;
        match &entry.found {
            Found::Profile(stored) => Ok((stored.clone(), entry.number)),
            Found::Unusable(unusable) => Err(unusable.error(id)),
        }
    }

    /// Returns what is wrong in the folder, each file once for each thing.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = self.problems.clone();
        problems.extend(self.opened.iter().cloned());
        problems.extend(
            self.entries
                .values()
                .filter_map(|entry| match &entry.found {
                    Found::Unusable(unusable) => Some(unusable.problem.clone()),
                    Found::Profile(_) => None,
                }),
        );
        problems
    }

    /// Returns the profiles in their order, each with the number of its content.
    pub(super) fn snapshot(&self) -> Snapshot {
        let number = |id| Some(self.entries.get(&id)?.number);
        let listed = self.list().into_iter();
        listed
            .filter_map(|stored| Some((stored.id, number(stored.id)?)))
            .collect()
    }

    /// Returns the id for a new profile with this content.
    pub(super) fn free_id(&self, document: &Document) -> Result<ProfileId, StoreError> {
        if self.entries.len() >= MOST_PROFILES {
            return Err(StoreError::TooMany {
                limit: MOST_PROFILES,
            });
        }
        let mut id = ProfileId::of(document.as_str().as_bytes());
        while self.entries.contains_key(&id) || self.is_set_aside(id)? {
            id = id.next();
        }
        Ok(id)
    }

    /// Returns a profile that was imported with this content and cannot be had without its secrets.
    pub(super) fn without_secrets(&self, document: &Document) -> Option<(ProfileId, Unusable)> {
        let mut entries = self.entries.iter();
        entries.find_map(|(id, entry)| match &entry.found {
            Found::Unusable(unusable) if unusable.was_imported_as(document) => {
                Some((*id, unusable.clone()))
            }
            _ => None,
        })
    }

    /// Tries again to use a profile that could not be used; the caller has [entered](Self::enter).
    pub(super) fn retry(&mut self, id: ProfileId) -> Result<(), StoreError> {
        if let Some(disk) = self.disk.clone() {
            self.look_at(&disk, id, None, true)?;
        }
        Ok(())
    }

    /// Returns a profile that holds what a package says and nothing else.
    pub(super) fn unedited(&self, package: &Profile) -> Option<ProfileId> {
        let mut listed = self.list().into_iter();
        let unedited = listed.find(|stored| !stored.is_edited() && *stored.original == *package);
        unedited.map(|stored| stored.id)
    }

    /// Puts a changed profile in the place of what it was, unless nothing is different; the caller has
    /// [entered](Self::enter).
    pub(super) fn change(
        &mut self,
        before: StoredProfile,
        changed: StoredProfile,
    ) -> Result<StoredProfile, StoreError> {
        if changed.is_like(&before) {
            return Ok(before);
        }
        let changed = StoredProfile {
            generation: before.generation.saturating_add(1),
            ..changed
        };
        self.put(changed.clone(), Place::AsItWas)?;
        Ok(changed)
    }

    /// Keeps a profile, in place of the one with its id if there is one; the caller has
    /// [entered](Self::enter).
    pub(super) fn put(&mut self, stored: StoredProfile, place: Place) -> Result<(), StoreError> {
        let id = stored.id;
        let mut order = self.order.clone();
        if place == Place::Last {
            order.retain(|other| *other != id);
            order.push(id);
        }
        let hash = match &self.disk {
            Some(disk) if place == Place::Last => Some(disk.write_last(&stored, &order)?),
            Some(disk) => Some(disk.write(&stored)?),
            None => None,
        };
        self.insert(id, hash, Found::Profile(stored));
        self.order = order;
        Ok(())
    }

    /// Forgets a profile; the caller has [entered](Self::enter).
    pub(super) fn remove(&mut self, id: ProfileId) -> Result<(), StoreError> {
        if !self.entries.contains_key(&id) {
            return Err(StoreError::Unknown { id });
        }
        if let Some(disk) = &self.disk {
            disk.remove(id)?;
        }
        self.entries.remove(&id);
        self.order.retain(|other| *other != id);
        // Names without a profile are passed over.
        let _ = self.write_order(&self.order);
        Ok(())
    }

    /// Puts a profile before the one that is at `index` among the others, or after all of them; the
    /// caller has [entered](Self::enter).
    pub(super) fn move_to(&mut self, id: ProfileId, index: usize) -> Result<(), StoreError> {
        self.get(id)?;
        let former = self.order.clone();
        self.order.retain(|other| *other != id);
        let next = self.list().get(index).map(|stored| stored.id);
        let place = self.order.iter().position(|other| Some(*other) == next);
        self.order.insert(place.unwrap_or(self.order.len()), id);
        if let Err(error) = self.write_order(&self.order) {
            self.order = former;
            return Err(error.into());
        }
        Ok(())
    }

    /// Deletes a file that was set aside; the caller has [entered](Self::enter).
    pub(super) fn discard(&mut self, name: &str) -> Result<bool, StoreError> {
        let Some(disk) = self.disk.clone() else {
            return Ok(false);
        };
        let was_there = disk.discard(name)?;
        self.look(&disk, true, false)?;
        Ok(was_there)
    }

    fn profile(&self, id: ProfileId) -> Option<&StoredProfile> {
        match &self.entries.get(&id)?.found {
            Found::Profile(stored) => Some(stored),
            Found::Unusable(_) => None,
        }
    }

    fn insert(&mut self, id: ProfileId, hash: Option<ContentHash>, found: Found) {
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        let entry = Entry {
            hash,
            number,
            found,
        };
        self.entries.insert(id, entry);
    }

    fn is_set_aside(&self, id: ProfileId) -> Result<bool, FolderError> {
        match &self.disk {
            Some(disk) => disk.is_set_aside(id),
            None => Ok(false),
        }
    }

    fn write_order(&self, order: &[ProfileId]) -> Result<(), FolderError> {
        match &self.disk {
            Some(disk) => disk.write_order(order),
            None => Ok(()),
        }
    }

    /// Reads what others did to the folder.
    ///
    /// What cannot be used is left alone as long as its file is the same, unless it is tried again: the
    /// secret store may ask the user each time.
    fn look(&mut self, disk: &Disk, is_locked: bool, tries_again: bool) -> Result<(), FolderError> {
        // Before the files, so that one which is changed just then is looked at again.
        let traces = disk.traces()?;
        let mut problems = Vec::new();
        let mut seen = Vec::new();
        let mut all_read = true;
        for name in disk.files()? {
            let Some(id) = name.strip_suffix(".json").and_then(|id| id.parse().ok()) else {
                problems.push(disk.foreign(&name));
                continue;
            };
            if seen.len() >= MOST_PROFILES {
                problems.push(disk.one_too_many(id));
                continue;
            }
            let known = self.entries.get(&id).and_then(|entry| match entry.found {
                Found::Unusable(_) if tries_again => None,
                _ => entry.hash,
            });
            match self.look_at(disk, id, known, is_locked)? {
                Looked::Gone => continue,
                Looked::Known => {}
                Looked::Unreadable(problem) => {
                    all_read = false;
                    problems.extend(problem);
                }
            }
            seen.push(id);
        }
        problems.extend(disk.set_aside()?);
        self.entries.retain(|id, _| seen.binary_search(id).is_ok());

        let order = disk.read_order().unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        });
        self.order = self.complete(order);
        self.problems = problems;
        self.traces = all_read.then_some(traces);
        Ok(())
    }

    /// Reads a profile's file, unless it has the content that is known.
    fn look_at(
        &mut self,
        disk: &Disk,
        id: ProfileId,
        known: Option<ContentHash>,
        is_locked: bool,
    ) -> Result<Looked, FolderError> {
        let (look, opened) = disk.look(id, known.as_ref(), is_locked)?;
        if let Some(opened) = opened.filter(|opened| !self.opened.contains(opened)) {
            self.opened.push(opened);
        }
        match look {
            Look::Gone => return Ok(Looked::Gone),
            Look::Same => {}
            Look::Read(hash, found) => self.insert(id, hash, found),
            Look::Unreadable(problem) if self.profile(id).is_some() => {
                return Ok(Looked::Unreadable(Some(problem)));
            }
            Look::Unreadable(problem) => {
                let unusable = Unusable {
                    problem,
                    record: None,
                };
                self.insert(id, None, Found::Unusable(unusable));
                return Ok(Looked::Unreadable(None));
            }
        }
        Ok(Looked::Known)
    }

    /// Makes an order of all profiles out of one of some: the others come last, by the time of their
    /// import.
    fn complete(&self, mut order: Vec<ProfileId>) -> Vec<ProfileId> {
        let mut rest: BTreeMap<ProfileId, Option<u64>> = self
            .entries
            .keys()
            .map(|id| (*id, self.profile(*id).map(|stored| stored.imported_at)))
            .collect();
        order.retain(|id| rest.remove(id).is_some());
        let mut rest: Vec<_> = rest.into_iter().map(|(id, time)| (time, id)).collect();
        rest.sort();
        order.extend(rest.into_iter().map(|(_, id)| id));
        order
    }
}

/// What became of a look at a profile's file.
enum Looked {
    /// It is not there.
    Gone,
    /// What is in it is known.
    Known,
    /// It could not be read; what is known of it stands, and this is wrong with it.
    Unreadable(Option<Problem>),
}
