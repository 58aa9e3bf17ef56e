use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::folder_error::FolderError;
use super::permissions;
use super::trace::Trace;

/// A folder of small files that belong to one user, each of which is replaced as a whole.
///
/// The folder has the permissions 0700 and its files 0600 on Unix; on Windows they are those of the
/// user's profile folder. A file that is written is on the disk when the call returns, and whoever
/// reads it at any time, also after a power failure, finds the old or the new content. Links are
/// never followed. Names that start with a dot are its own.
///
/// It may be used from several threads and processes: writers hold the [`lock`](Self::lock).
#[derive(Clone, Debug)]
pub struct PrivateFolder {
    path: PathBuf,
    was_open_to_others: bool,
}

impl PrivateFolder {
    /// Opens the folder, and makes it with its parents if it is not there.
    ///
    /// A folder that others may enter is closed to them; see
    /// [`was_open_to_others`](Self::was_open_to_others). One that is empty becomes a private folder,
    /// and one with other files is left as it is.
    ///
    /// # Errors
    ///
    /// [`FolderError::Foreign`] for a folder with other files, [`FolderError::Untrusted`] for a link or
    /// a folder that cannot be closed to others, and what the system says.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let path = path.into();
        let metadata = look_at_or_make(&path)?;
        // In this order: whoever makes the folder just then puts the lock's file first.
        let is_empty = is_empty(&path).map_err(|error| FolderError::new("list", &path, error))?;
        let is_ours = fs::symlink_metadata(path.join(LOCK)).is_ok();
        if !is_empty && !is_ours {
            return Err(FolderError::Foreign { path });
        }
        let folder = Self::closed(path, &metadata)?;
        if !is_ours {
            folder.open_lock()?;
        }
        Ok(folder)
    }

    /// Closes a folder to others.
    fn closed(path: PathBuf, metadata: &fs::Metadata) -> Result<Self, FolderError> {
        let was_open_to_others = permissions::is_open_to_others(metadata);
        if was_open_to_others && permissions::close_folder(&path).is_err() {
            let reason = "can be entered by others and belongs to another user";
            return Err(FolderError::Untrusted { path, reason });
        }
        Ok(Self {
            path,
            was_open_to_others,
        })
    }

    /// Opens a folder inside, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open), and [`FolderError::Untrusted`] for a name that is not fit.
    pub fn folder(&self, name: &str) -> Result<Self, FolderError> {
        let path = self.place(name)?;
        let metadata = look_at_or_make(&path)?;
        Self::closed(path, &metadata)
    }

    /// Returns where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Says whether others could enter the folder before it was opened.
    pub fn was_open_to_others(&self) -> bool {
        self.was_open_to_others
    }

    /// Waits until no other thread or process holds the lock, and takes it until it is dropped.
    ///
    /// Holders are done within milliseconds unless the disk or a secret store keeps them. The
    /// system releases the lock of a process that ends.
    ///
    /// # Errors
    ///
    /// [`FolderError::Denied`] where nothing can be written, and what the system says.
    pub fn lock(&self) -> Result<FolderLock, FolderError> {
        let file = self.open_lock()?;
        let path = self.path.join(LOCK);
        file.lock()
            .map_err(|error| FolderError::new("lock", &path, error))?;
        Ok(FolderLock { file })
    }

    /// Opens the lock's file, and makes it if it is not there; it tells that the folder is ours.
    fn open_lock(&self) -> Result<File, FolderError> {
        let path = self.path.join(LOCK);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if !metadata.is_file() => {
                let reason = "is not a regular file";
                return Err(FolderError::Untrusted { path, reason });
            }
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        permissions::for_owner(&mut options);
        options
            .open(&path)
            .map_err(|error| FolderError::new("lock", &path, error))
    }

    /// Returns the names of what is inside, sorted, at most `limit`.
    ///
    /// Names that are not UTF-8 or start with a dot are left out.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn names(&self, limit: usize) -> Result<Vec<String>, FolderError> {
        let mut names = Vec::new();
        self.each_name(|name| {
            if !name.starts_with('.') && name != LOCK && names.len() < limit {
                names.push(name.to_owned());
            }
        })?;
        names.sort();
        Ok(names)
    }

    /// Looks at a file without reading it; nothing if it is not there.
    pub(super) fn trace(&self, name: &str) -> Result<Option<Trace>, FolderError> {
        let path = self.place(name)?;
        match fs::symlink_metadata(&path) {
            Ok(metadata) => Ok(Some(Trace::of(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FolderError::new("look at", &path, error)),
        }
    }

    /// Reads a file; nothing if it is not there.
    ///
    /// A file that others may read is closed to them.
    ///
    /// # Errors
    ///
    /// [`FolderError::Untrusted`] for anything but a regular file of the folder's owner or of root,
    /// [`FolderError::TooLarge`] beyond `limit` bytes, and what the system says.
    pub fn read(&self, name: &str, limit: usize) -> Result<Option<PrivateFile>, FolderError> {
        /// A writer may replace the file just then, but not again and again.
        const ATTEMPTS: usize = 16;
        let path = self.place(name)?;
        for _ in 0..ATTEMPTS {
            match self.open_regular(&path)? {
                Opened::Absent => return Ok(None),
                Opened::Replaced => {}
                Opened::File(file, metadata) => {
                    return self.read_opened(file, &metadata, path, limit).map(Some);
                }
            }
        }
        let reason = "was replaced while it was opened";
        Err(FolderError::Untrusted { path, reason })
    }

    /// Opens a regular file.
    fn open_regular(&self, path: &Path) -> Result<Opened, FolderError> {
        let failed = |error| FolderError::new("read", path, error);
        let untrusted = |reason| {
            let path = path.to_owned();
            Err(FolderError::Untrusted { path, reason })
        };

        // Looked at before it is opened: opening a pipe would wait for a writer.
        let seen = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // The file, or all of the folder?
                fs::symlink_metadata(&self.path)
                    .map_err(|error| FolderError::new("look at", &self.path, error))?;
                return Ok(Opened::Absent);
            }
            seen => seen.map_err(failed)?,
        };
        if seen.is_symlink() {
            return untrusted("is a link");
        }
        if !seen.is_file() {
            return untrusted("is not a regular file");
        }
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Opened::Replaced),
            opened => opened.map_err(failed)?,
        };
        let metadata = file.metadata().map_err(failed)?;
        if permissions::is_same_file(&seen, &metadata) {
            Ok(Opened::File(file, metadata))
        } else {
            Ok(Opened::Replaced)
        }
    }

    fn read_opened(
        &self,
        mut file: File,
        metadata: &fs::Metadata,
        path: PathBuf,
        limit: usize,
    ) -> Result<PrivateFile, FolderError> {
        let failed = |error| FolderError::new("read", &path, error);
        let folder = fs::symlink_metadata(&self.path).map_err(failed)?;
        if !permissions::is_of_the_owner(metadata, &folder) {
            let reason = "belongs to another user than its folder";
            return Err(FolderError::Untrusted { path, reason });
        }
        let was_open_to_others = permissions::is_open_to_others(metadata);
        if was_open_to_others {
            permissions::close_file(&file).map_err(failed)?;
        }

        let bytes = read_at_most(&mut file, metadata.len(), limit).map_err(failed)?;
        if bytes.len() > limit {
            return Err(FolderError::TooLarge { path, limit });
        }
        Ok(PrivateFile {
            bytes,
            was_open_to_others,
        })
    }

    /// Replaces or makes a file; the new content is on the disk when this returns.
    ///
    /// The caller holds the [`lock`](Self::lock) of this folder or of one above it.
    ///
    /// # Errors
    ///
    /// [`FolderError::Full`] and what else the system says; the old content is there still, unless
    /// the disk failed at the very last step, when it may be either.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<(), FolderError> {
        let path = self.place(name)?;
        let new = self.path.join(format!(".{name}{NEW}"));
        let failed = |error| FolderError::new("write", &path, error);

        if let Err(error) = write_new(&new, content) {
            let _ = fs::remove_file(&new);
            return Err(failed(error));
        }
        if let Err(error) = fs::rename(&new, &path) {
            let _ = fs::remove_file(&new);
            return Err(failed(error));
        }
        sync_folder(&self.path).map_err(failed)
    }

    /// Removes a file, if it is there, and returns whether it was.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn remove(&self, name: &str) -> Result<bool, FolderError> {
        let path = self.place(name)?;
        let failed = |error| FolderError::new("remove", &path, error);
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(failed(error)),
        }
        sync_folder(&self.path).map_err(failed)?;
        Ok(true)
    }

    /// Moves a file, a link or a folder, whatever it is, into another folder of the same disk.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn move_to(&self, name: &str, folder: &Self, new_name: &str) -> Result<(), FolderError> {
        let (from, to) = (self.place(name)?, folder.place(new_name)?);
        let failed = |error| FolderError::new("move", &from, error);
        fs::rename(&from, &to).map_err(failed)?;
        sync_folder(&folder.path).map_err(failed)?;
        sync_folder(&self.path).map_err(failed)
    }

    /// Removes what interrupted writers left behind; the caller holds the [`lock`](Self::lock).
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn sweep(&self) -> Result<(), FolderError> {
        let mut leftovers = Vec::new();
        self.each_name(|name| {
            if name.starts_with('.') && name.ends_with(NEW) && leftovers.len() < MOST_LEFTOVERS {
                leftovers.push(self.path.join(name));
            }
        })?;
        for path in leftovers {
            fs::remove_file(&path).map_err(|error| FolderError::new("remove", &path, error))?;
        }
        Ok(())
    }

    fn each_name(&self, mut visit: impl FnMut(&str)) -> Result<(), FolderError> {
        let failed = |error| FolderError::new("list", &self.path, error);
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            if let Some(name) = entry.map_err(failed)?.file_name().to_str() {
                visit(name);
            }
        }
        Ok(())
    }

    /// Returns the path of a name that cannot lead anywhere else.
    fn place(&self, name: &str) -> Result<PathBuf, FolderError> {
        let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let path = self.path.join(name);
        if name.is_empty() || name.starts_with('.') || name == LOCK || !name.bytes().all(is_fit) {
            let reason = "is not a name for a file here";
            return Err(FolderError::Untrusted { path, reason });
        }
        Ok(path)
    }
}

/// A file that was read from a [`PrivateFolder`].
#[derive(Clone)]
pub struct PrivateFile {
    /// The whole content.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Whether others could read the file before it was opened.
    pub was_open_to_others: bool,
}

/// Keeps other threads and processes from changing a [`PrivateFolder`] until it is dropped.
#[derive(Debug)]
#[must_use = "dropping it releases the lock"]
pub struct FolderLock {
    file: File,
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing is not enough while a process that is being started still has a copy.
        let _ = self.file.unlock();
    }
}

/// The file that is locked, which also tells that the folder is ours.
const LOCK: &str = "p2svpn.lock";
const NEW: &str = ".new";

/// Each writer leaves one at most, so more of them are the next sweep's.
const MOST_LEFTOVERS: usize = 10_000;

/// Looks at a folder, and makes it with its parents if it is not there.
fn look_at_or_make(path: &Path) -> Result<fs::Metadata, FolderError> {
    let look = || fs::symlink_metadata(path);
    let metadata = match look() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_folder(path).map_err(|error| FolderError::new("make", path, error))?;
            if let Some(parent) = path.parent() {
                let _ = sync_folder(parent);
            }
            look()
        }
        seen => seen,
    };
    let metadata = metadata.map_err(|error| FolderError::new("look at", path, error))?;
    if metadata.is_dir() {
        return Ok(metadata);
    }
    let reason = if metadata.is_symlink() {
        "is a link; give the folder that it leads to"
    } else {
        "is not a folder"
    };
    let path = path.to_owned();
    Err(FolderError::Untrusted { path, reason })
}

fn is_empty(path: &Path) -> io::Result<bool> {
    Ok(fs::read_dir(path)?.next().is_none())
}

fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    permissions::for_owner_folder(&mut builder);
    builder.create(path)
}

/// What became of the attempt to open a file.
enum Opened {
    /// There is none.
    Absent,
    /// It was there, and was another one when it was opened.
    Replaced,
    File(File, fs::Metadata),
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    permissions::for_owner(&mut options);
    let mut file = match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Left behind by a writer that was killed: whoever holds the lock may have it.
            fs::remove_file(path)?;
            options.open(path)?
        }
        opened => opened?,
    };
    file.write_all(content)?;
    file.sync_all()
}

/// Reads one byte more than the limit at most, without a buffer that grows and leaves copies behind.
fn read_at_most(file: &mut File, size: u64, limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let most = limit.saturating_add(1);
    let expected = usize::try_from(size).unwrap_or(usize::MAX);
    let mut bytes = Zeroizing::new(vec![0; expected.saturating_add(1).min(most)]);
    let mut filled = 0usize;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// Writes the folder's list of names to the disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Windows writes the names of a folder to its journal by itself, and opens no folder as a file.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
