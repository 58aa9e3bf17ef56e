use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::folder_error::FolderError;
use super::order;
use super::private_folder::{FolderLock, PrivateFile, PrivateFolder};
use super::problem::{Problem, ProblemKind};
use super::profile_id::ProfileId;
use super::record::{Bundle, Record, RecordError, bundle_name, bundle_prefix};
use super::secret_store::{SecretStore, SecretStoreError};
use super::store_error::StoreError;
use super::stored_profile::StoredProfile;
use super::trace::Trace;
use crate::json::Document;
use crate::profile::Profile;

/// The largest file of a profile, in bytes: 8 MiB.
pub(super) const MAXIMUM_RECORD_BYTES: usize = 8 << 20;

/// The hash of a file's content.
pub(super) type ContentHash = [u8; 32];

/// How the files of the store were, as far as it can be told without reading them.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Traces {
    profiles: Vec<(String, Trace)>,
    damaged: Vec<String>,
    order: Option<Trace>,
}

/// The store's folder and its secrets.
///
/// `profiles/<id>.json` is the profile; it names the generation of its bundle in the secret store. A
/// change writes the new bundle, then the file, then deletes the old bundle. Whoever is killed in
/// between leaves `pending/<id>` behind, and the next one who takes the lock deletes the bundle that
/// the file does not name. Nothing else in the secret store is ever deleted: a folder that is empty
/// because its drive is missing does not take the secrets with it.
pub(super) struct Disk {
    root: PrivateFolder,
    profiles: PrivateFolder,
    pending: PrivateFolder,
    damaged: PrivateFolder,
    secrets: Arc<dyn SecretStore>,
}

/// What a file in the folder is.
#[derive(Clone)]
pub(super) enum Found {
    /// A profile.
    Profile(StoredProfile),
    /// One that cannot be used, and that stays where it is.
    Unusable(Unusable),
}

/// A profile that cannot be used.
#[derive(Clone)]
pub(super) struct Unusable {
    pub(super) problem: Problem,
    /// The record, if only its secrets are wanting.
    pub(super) record: Option<Arc<Record>>,
}

impl Unusable {
    /// Returns what to tell whoever wants to use the profile.
    pub(super) fn error(&self, id: ProfileId) -> StoreError {
        StoreError::Unusable {
            id,
            kind: self.problem.kind,
            reason: self.problem.reason.clone(),
        }
    }

    /// Says whether only its secrets are wanting, and it was imported with this content.
    pub(super) fn was_imported_as(&self, document: &Document) -> bool {
        let record = self.record.as_ref();
        record.is_some_and(|record| record.imported() == document)
    }

    /// Makes the profile again out of its import, with the user's edits.
    ///
    /// Only where its secrets are gone for good: those that cannot be had just now are worth more than
    /// what an import brings.
    pub(super) fn restored(
        &self,
        id: ProfileId,
        imported: Arc<Profile>,
        now: u64,
    ) -> Result<StoredProfile, StoreError> {
        match &self.record {
            Some(record) if self.problem.kind == ProblemKind::SecretsMissing => record
                .restored(id, imported, now)
                .map_err(|error| StoreError::Unusable {
                    id,
                    kind: match error {
                        RecordError::Newer => ProblemKind::Newer,
                        RecordError::Damaged(_) => ProblemKind::Damaged,
                    },
                    reason: error.to_string(),
                }),
            _ => Err(self.error(id)),
        }
    }
}

/// What a look at a file gave.
pub(super) enum Look {
    /// It is as it was.
    Same,
    /// It is new or changed; the hash is of what could be read.
    Read(Option<ContentHash>, Found),
    /// It cannot be read, and what it held before is the best that is known.
    Unreadable(Problem),
    /// It is not there, or no longer: a damaged one was set aside.
    Gone,
}

const PROFILES: &str = "profiles";
const PENDING: &str = "pending";
const DAMAGED: &str = "damaged";
const ORDER: &str = "order.json";
const EXTENSION: &str = ".json";

/// A folder may hold more files than it has profiles, but not without end.
const MOST_FILES: usize = 10_000;
const MAXIMUM_ORDER_BYTES: usize = 1 << 20;

impl Disk {
    pub(super) fn open(
        root: PrivateFolder,
        secrets: Arc<dyn SecretStore>,
    ) -> Result<(Self, Vec<Problem>), FolderError> {
        let disk = Self {
            profiles: root.folder(PROFILES)?,
            pending: root.folder(PENDING)?,
            damaged: root.folder(DAMAGED)?,
            root,
            secrets,
        };
        let folders = [&disk.root, &disk.profiles, &disk.pending, &disk.damaged];
        let opened = folders.iter().filter(|folder| folder.was_open_to_others());
        let problems = opened.map(|folder| was_open_to_others(folder.path().to_owned(), None));
        let problems = problems.collect();
        Ok((disk, problems))
    }

    /// Waits until no other thread or process changes the folder.
    pub(super) fn lock(&self) -> Result<FolderLock, FolderError> {
        self.root.lock()
    }

    /// Clears up after writers that were killed; the caller holds the lock.
    pub(super) fn sweep(&self) -> Result<(), FolderError> {
        for folder in [&self.root, &self.profiles, &self.pending] {
            folder.sweep()?;
        }
        Ok(())
    }

    /// Finishes what killed writers began; the caller holds the lock.
    ///
    /// What cannot be finished, because the secret store is locked for instance, is tried again the
    /// next time.
    pub(super) fn recover(&self) -> Result<(), FolderError> {
        for name in self.pending.names(MOST_FILES)? {
            if let Ok(id) = name.parse() {
                let _ = self.settle(id);
            }
        }
        Ok(())
    }

    /// Deletes the bundles of a profile that its file does not name.
    fn settle(&self, id: ProfileId) -> Result<(), StoreError> {
        let keep = match self.profiles.read(&file_name(id), MAXIMUM_RECORD_BYTES)? {
            Some(file) => match Record::parse(id, &file.bytes) {
                Ok(record) => record.bundle_name(id),
                // It may be repaired, and need its secrets then.
                Err(_) => return Ok(()),
            },
            None if self.is_set_aside(id)? => return Ok(()),
            None => None,
        };
        for name in self.secrets.names(&bundle_prefix(id))? {
            if Some(&name) != keep.as_ref() {
                self.secrets.delete(&name)?;
            }
        }
        self.pending.remove(id.as_str())?;
        Ok(())
    }

    /// Writes a profile in place of the one with the same id; the caller holds the lock.
    ///
    /// It returns the hash of the file. After an error the former profile is there, unless the disk
    /// failed at the last step, when it may be either.
    pub(super) fn write(&self, stored: &StoredProfile) -> Result<ContentHash, StoreError> {
        self.write_after(stored, || {})
    }

    /// Writes a profile that is the last of an order, as [`write`](Self::write) does.
    ///
    /// The order comes first, so that the profile has its place from its first moment on, whoever is
    /// killed: names without a profile are passed over, and a profile without a name comes last anyway.
    pub(super) fn write_last(
        &self,
        stored: &StoredProfile,
        order: &[ProfileId],
    ) -> Result<ContentHash, StoreError> {
        self.write_after(stored, || {
            let _ = self.write_order(order);
        })
    }

    fn write_after(
        &self,
        stored: &StoredProfile,
        before_commit: impl FnOnce(),
    ) -> Result<ContentHash, StoreError> {
        let (record, bundle) = Record::of(stored);
        let file = record.to_json();
        if file.len() > MAXIMUM_RECORD_BYTES {
            return Err(StoreError::TooLarge {
                size: file.len(),
                limit: MAXIMUM_RECORD_BYTES,
            });
        }
        self.pending.write(stored.id.as_str(), &[])?;
        if let Some(Bundle(bundle)) = bundle {
            let name = bundle_name(stored.id, stored.generation);
            self.secrets.write(&name, &bundle)?;
        }
        before_commit();
        self.profiles.write(&file_name(stored.id), &file)?;
        // The change is made. What is left to delete is deleted the next time if it cannot be now.
        let _ = self.forget_former(stored);
        Ok(hash(&file))
    }

    /// Deletes the bundle of the generation before.
    fn forget_former(&self, stored: &StoredProfile) -> Result<(), StoreError> {
        if let Some(former @ 1..) = stored.generation.checked_sub(1) {
            self.secrets.delete(&bundle_name(stored.id, former))?;
        }
        self.pending.remove(stored.id.as_str())?;
        Ok(())
    }

    /// Removes a profile and its secrets; the caller holds the lock.
    pub(super) fn remove(&self, id: ProfileId) -> Result<(), StoreError> {
        self.pending.write(id.as_str(), &[])?;
        self.profiles.remove(&file_name(id))?;
        let _ = self.settle(id);
        Ok(())
    }

    /// Looks at the files without reading them.
    pub(super) fn traces(&self) -> Result<Traces, FolderError> {
        let mut profiles = Vec::new();
        for name in self.files()? {
            if let Some(trace) = self.profiles.trace(&name)? {
                profiles.push((name, trace));
            }
        }
        Ok(Traces {
            profiles,
            damaged: self.set_aside_names()?,
            order: self.root.trace(ORDER)?,
        })
    }

    /// Returns the names of the files in the folder of profiles.
    pub(super) fn files(&self) -> Result<Vec<String>, FolderError> {
        let mut names = self.profiles.names(MOST_FILES)?;
        names.retain(|name| name.ends_with(EXTENSION));
        Ok(names)
    }

    /// Returns the problem of a file that has no profile's name.
    pub(super) fn foreign(&self, name: &str) -> Problem {
        Problem {
            kind: ProblemKind::ForeignName,
            path: self.profiles.path().join(name),
            id: None,
            reason: "it has a name that the store did not give".to_owned(),
        }
    }

    /// Returns the problem of a file for which there is no place.
    pub(super) fn one_too_many(&self, id: ProfileId) -> Problem {
        self.problem(
            ProblemKind::TooMany,
            id,
            "there are too many profiles".to_owned(),
        )
    }

    /// Looks at a profile's file, which had the content `known` before.
    ///
    /// With the lock a damaged file is set aside. The second value tells that others could read it.
    pub(super) fn look(
        &self,
        id: ProfileId,
        known: Option<&ContentHash>,
        is_locked: bool,
    ) -> Result<(Look, Option<Problem>), FolderError> {
        let file = match self.profiles.read(&file_name(id), MAXIMUM_RECORD_BYTES) {
            Ok(Some(file)) => file,
            Ok(None) => return Ok((Look::Gone, None)),
            Err(error @ FolderError::Missing { .. }) => return Err(error),
            Err(error @ (FolderError::Untrusted { .. } | FolderError::TooLarge { .. })) => {
                return Ok((self.refuse(id, &reason(&error), is_locked), None));
            }
            Err(error) => {
                let problem = self.problem(ProblemKind::Unreadable, id, reason(&error));
                return Ok((Look::Unreadable(problem), None));
            }
        };
        let PrivateFile {
            bytes,
            was_open_to_others: was_open,
        } = file;
        let opened = was_open.then(|| {
            let path = self.profiles.path().join(file_name(id));
            was_open_to_others(path, Some(id))
        });
        let content = hash(&bytes);
        if known == Some(&content) {
            return Ok((Look::Same, opened));
        }
        let look = match self.load(id, &bytes) {
            Ok(found) => Look::Read(Some(content), found),
            Err(reason) => self.refuse(id, &reason, is_locked),
        };
        Ok((look, opened))
    }

    /// Makes a profile of its file and its secrets; an error says what damage the file has.
    fn load(&self, id: ProfileId, file: &[u8]) -> Result<Found, String> {
        let unusable = |kind, reason: String, record: Option<Record>| {
            Ok(Found::Unusable(Unusable {
                problem: self.problem(kind, id, reason),
                record: record.map(Arc::new),
            }))
        };
        let newer = || {
            let reason = "a newer version of the program wrote it".to_owned();
            unusable(ProblemKind::Newer, reason, None)
        };
        let record = match Record::parse(id, file) {
            Ok(record) => record,
            Err(RecordError::Newer) => return newer(),
            Err(RecordError::Damaged(reason)) => return Err(reason),
        };
        let bundle = match record.bundle_name(id) {
            None => Bundle::empty(),
            Some(name) => match self.secrets.read(&name) {
                Ok(Some(secrets)) => Bundle(secrets),
                Ok(None) | Err(SecretStoreError::Damaged { .. }) => {
                    let reason = "its secrets are not in the secret store".to_owned();
                    return unusable(ProblemKind::SecretsMissing, reason, Some(record));
                }
                Err(SecretStoreError::WrongKey) => {
                    let reason = "its secrets were sealed with another key".to_owned();
                    return unusable(ProblemKind::WrongKey, reason, Some(record));
                }
                Err(error) => {
                    let reason = format!("its secrets cannot be read: {error}");
                    return unusable(ProblemKind::SecretsUnreadable, reason, Some(record));
                }
            },
        };
        match record.open(id, &bundle) {
            Ok(stored) => Ok(Found::Profile(stored)),
            Err(RecordError::Damaged(reason)) => Err(reason),
            Err(RecordError::Newer) => newer(),
        }
    }

    /// Sets a file aside if that is possible.
    fn refuse(&self, id: ProfileId, reason: &str, is_locked: bool) -> Look {
        let name = file_name(id);
        if is_locked && let Some(aside) = self.free_name(id) {
            let moved = self.profiles.move_to(&name, &self.damaged, &aside);
            if moved.is_ok() {
                // The reason is not in the file, and finding it again may give another one.
                let note = reason.as_bytes();
                let _ = self.damaged.write(&note_name(&aside), note);
                return Look::Gone;
            }
        }
        let problem = self.problem(ProblemKind::Damaged, id, reason.to_owned());
        let unusable = Unusable {
            problem,
            record: None,
        };
        Look::Read(None, Found::Unusable(unusable))
    }

    /// Returns the problems of the files that were set aside.
    pub(super) fn set_aside(&self) -> Result<Vec<Problem>, FolderError> {
        let names = self.set_aside_names()?;
        let problems = names.iter().map(|name| {
            let note = self.damaged.read(&note_name(name), MAXIMUM_NOTE_BYTES);
            let note = note.ok().flatten();
            let note = note.and_then(|note| String::from_utf8(note.bytes.to_vec()).ok());
            let reason = note.unwrap_or_else(|| "it is damaged".to_owned());
            self.set_aside_problem(name, reason)
        });
        Ok(problems.collect())
    }

    /// Says whether a file of this id was set aside, so that its secrets are kept and its id is taken.
    pub(super) fn is_set_aside(&self, id: ProfileId) -> Result<bool, FolderError> {
        let names = self.set_aside_names()?;
        Ok(names.iter().any(|name| id_of(name) == Some(id)))
    }

    fn set_aside_names(&self) -> Result<Vec<String>, FolderError> {
        let mut names = self.damaged.names(MOST_FILES)?;
        names.retain(|name| name.ends_with(EXTENSION));
        Ok(names)
    }

    /// Deletes a file that was set aside, with the secrets that were kept for it; the caller holds the
    /// lock. It returns whether the file was there.
    pub(super) fn discard(&self, name: &str) -> Result<bool, StoreError> {
        if !self.set_aside_names()?.iter().any(|known| known == name) {
            return Ok(false);
        }
        let id = id_of(name);
        if let Some(id) = id {
            self.pending.write(id.as_str(), &[])?;
        }
        let was_there = self.damaged.remove(name)?;
        self.damaged.remove(&note_name(name))?;
        if let Some(id) = id {
            let _ = self.settle(id);
        }
        Ok(was_there)
    }

    /// Reads the order of the profiles.
    pub(super) fn read_order(&self) -> Result<Vec<ProfileId>, Problem> {
        let damaged = |reason: String| Problem {
            kind: ProblemKind::Order,
            path: self.root.path().join(ORDER),
            id: None,
            reason,
        };
        match self.root.read(ORDER, MAXIMUM_ORDER_BYTES) {
            Ok(None) => Ok(Vec::new()),
            Ok(Some(file)) => order::parse(&file.bytes)
                .ok_or_else(|| damaged("it is no list of profiles".to_owned())),
            Err(error) => Err(damaged(reason(&error))),
        }
    }

    /// Writes the order of the profiles; the caller holds the lock.
    pub(super) fn write_order(&self, order: &[ProfileId]) -> Result<(), FolderError> {
        self.root.write(ORDER, &order::to_json(order))
    }

    /// Returns a name for another damaged file of this id; none when there are very many.
    fn free_name(&self, id: ProfileId) -> Option<String> {
        const MOST_OF_ONE: usize = 100;
        let taken = self.damaged.names(MOST_FILES).ok()?;
        let mut names = (1..=MOST_OF_ONE).map(|number| match number {
            1 => file_name(id),
            _ => format!("{id}.{number}{EXTENSION}"),
        });
        names.find(|name| !taken.contains(name))
    }

    fn problem(&self, kind: ProblemKind, id: ProfileId, reason: String) -> Problem {
        Problem {
            kind,
            path: self.profiles.path().join(file_name(id)),
            id: Some(id),
            reason,
        }
    }

    fn set_aside_problem(&self, name: &str, reason: String) -> Problem {
        Problem {
            kind: ProblemKind::SetAside,
            path: self.damaged.path().join(name),
            id: id_of(name),
            reason,
        }
    }
}

const MAXIMUM_NOTE_BYTES: usize = 64 << 10;

fn file_name(id: ProfileId) -> String {
    format!("{id}{EXTENSION}")
}

/// The file beside a damaged one that says what is wrong with it.
fn note_name(file: &str) -> String {
    let stem = file.strip_suffix(EXTENSION).unwrap_or(file);
    format!("{stem}.txt")
}

fn id_of(name: &str) -> Option<ProfileId> {
    name.split('.').next()?.parse().ok()
}

fn hash(content: &[u8]) -> ContentHash {
    Sha256::digest(content).into()
}

/// Says what is wrong without the path, which a problem has anyway.
fn reason(error: &FolderError) -> String {
    match error {
        FolderError::Untrusted { reason, .. } => format!("it {reason}"),
        FolderError::TooLarge { limit, .. } => format!("it has more than {limit} bytes"),
        FolderError::Missing { .. } | FolderError::Foreign { .. } => "it is gone".to_owned(),
        FolderError::Full { source, .. }
        | FolderError::Denied { source, .. }
        | FolderError::Io { source, .. } => format!("it cannot be read: {source}"),
    }
}

fn was_open_to_others(path: PathBuf, id: Option<ProfileId>) -> Problem {
    Problem {
        kind: ProblemKind::WasOpenToOthers,
        path,
        id,
        reason: "it was open to other users, and was closed".to_owned(),
    }
}
