use std::collections::BTreeMap;
use std::sync::Arc;

use super::change::{Change, Snapshot, changes};
use super::disk::{ContentHash, Disk, Found, Look, Unusable};
use super::folder_error::FolderError;
use super::problem::Problem;
use super::profile_id::ProfileId;
use super::store_error::StoreError;
use super::stored_profile::StoredProfile;
use crate::json::Document;

/// The most profiles of a store.
pub(super) const MOST_PROFILES: usize = 1_000;

/// What is known of a store's profiles: all of it where they are kept in memory, and what the last
/// look found where they are kept in a folder.
#[derive(Default)]
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
    /// What the host was told last.
    told: Snapshot,
}

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
    /// A look.
    Look,
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
        catalog.with_lock(Access::Open, |_| Ok(()))?;
        catalog.told = catalog.snapshot();
        Ok(catalog)
    }

    /// Takes the lock, looks at what others did, and then does `work`.
    ///
    /// Where the folder cannot be written, only a look is possible, and no lock is needed for it.
    pub(super) fn with_lock<T>(
        &mut self,
        access: Access,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Some(disk) = self.disk.clone() else {
            return work(self);
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
            disk.recover()?;
        }
        self.look(&disk, lock.is_some())?;
        let done = work(self);
        drop(lock);
        done
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
            Found::Unusable(unusable) => Err(StoreError::Unusable {
                id,
                reason: unusable.problem.reason.clone(),
            }),
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

    /// Returns what is different since this was asked last.
    pub(super) fn changes(&mut self) -> Vec<Change> {
        let now = self.snapshot();
        let changes = changes(&self.told, &now);
        self.told = now;
        changes
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

    /// Returns the id and the generation of a profile of this content that lost its secrets.
    pub(super) fn without_secrets(&self, document: &Document) -> Option<(ProfileId, u64)> {
        self.entries
            .iter()
            .find_map(|(id, entry)| match &entry.found {
                Found::Unusable(unusable) => match &unusable.imported {
                    Some((imported, generation)) if imported == document => {
                        Some((*id, *generation))
                    }
                    _ => None,
                },
                Found::Profile(_) => None,
            })
    }

    /// Keeps a profile, in place of the one with its id if there is one; the caller is within
    /// [`with_lock`](Self::with_lock).
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

    /// Forgets a profile; the caller is within [`with_lock`](Self::with_lock).
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
    /// caller is within [`with_lock`](Self::with_lock).
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

    /// Deletes a file that was set aside; the caller is within [`with_lock`](Self::with_lock).
    pub(super) fn discard(&mut self, name: &str) -> Result<bool, StoreError> {
        let Some(disk) = self.disk.clone() else {
            return Ok(false);
        };
        let was_there = disk.discard(name)?;
        self.look(&disk, true)?;
        Ok(was_there)
    }

    fn profile(&self, id: ProfileId) -> Option<&StoredProfile> {
        match &self.entries.get(&id)?.found {
            Found::Profile(stored) => Some(stored),
            Found::Unusable(_) => None,
        }
    }

    fn snapshot(&self) -> Snapshot {
        let number = |id| Some(self.entries.get(&id)?.number);
        let listed = self.list().into_iter();
        listed
            .filter_map(|stored| Some((stored.id, number(stored.id)?)))
            .collect()
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

    /// Reads what others did to the folder. On an error everything stays as it was known.
    fn look(&mut self, disk: &Disk, is_locked: bool) -> Result<(), FolderError> {
        let mut problems = Vec::new();
        let mut seen = Vec::new();
        for name in disk.files()? {
            let Some(id) = name.strip_suffix(".json").and_then(|id| id.parse().ok()) else {
                problems.push(disk.foreign(&name));
                continue;
            };
            if seen.len() >= MOST_PROFILES {
                problems.push(disk.one_too_many(id));
                continue;
            }
            // Without its secrets a profile is looked at again, though its file is the same.
            let known = self.entries.get(&id).and_then(|entry| match entry.found {
                Found::Profile(_) => entry.hash.as_ref(),
                Found::Unusable(_) => None,
            });
            let (look, opened) = disk.look(id, known, is_locked)?;
            if let Some(opened) = opened.filter(|opened| !self.opened.contains(opened)) {
                self.opened.push(opened);
            }
            match look {
                Look::Gone => continue,
                Look::Same => {}
                Look::Read(hash, found) => self.insert(id, hash, found),
                Look::Unreadable(problem) if self.profile(id).is_some() => problems.push(problem),
                Look::Unreadable(problem) => {
                    let unusable = Unusable {
                        problem,
                        imported: None,
                    };
                    self.insert(id, None, Found::Unusable(unusable));
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
        Ok(())
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
