use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Where the machine's journal is: what it speaks of is gone after a restart of the system, except for files.
const OF_MACHINE: &str = "/var/lib/p2svpn/journal";

/// The suffix of the files.
const SUFFIX: &str = "journal";

/// More files than this are not looked at, so that a folder that somebody filled holds nobody up.
const MOST_FILES: usize = 1_024;

/// The folder in which changes of the machine are written down before they are made, so that a later process can undo what a
/// killed one has left: [`recover`](Self::recover).
///
/// It belongs to the user who changes the machine, and nobody else can write to it; a folder that is not so is refused.
#[derive(Debug, Clone)]
pub struct Journal {
    folder: PathBuf,
}

impl Journal {
    /// The machine's own, `/var/lib/p2svpn/journal`, which all programs share.
    pub fn of_machine() -> Self {
        Self::in_folder(OF_MACHINE)
    }

    /// One in a folder of its own, which is made when it is needed.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a file, locked by this process, that nobody has used.
    pub(super) fn create(&self) -> io::Result<(PathBuf, File)> {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(&self.folder)?;
        is_safe(&self.folder.symlink_metadata()?)?;
        loop {
            let name = format!("{:016x}.{SUFFIX}", crate::linux::random_number()?);
            let path = self.folder.join(name);
            let created = OpenOptions::new()
                .append(true)
                .create_new(true)
                .mode(0o600)
                .open(&path);
            let file = match created {
                Ok(file) => file,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            };
            file.lock()?;
            // Somebody who recovers may have found it empty and unlocked, and removed it.
            if file.metadata()?.nlink() > 0 {
                return Ok((path, file));
            }
        }
    }

    /// Lists the files, the same each time; none where there is no folder.
    pub(in crate::linux) fn files(&self) -> io::Result<Vec<PathBuf>> {
        match self.folder.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            metadata => is_safe(&metadata?)?,
        }
        let mut files = Vec::new();
        for entry in self.folder.read_dir()?.take(MOST_FILES) {
            let path = entry?.path();
            if path.extension().is_some_and(|suffix| suffix == SUFFIX) {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    /// Opens a file whose owner is gone; none if it is still there, or the file is not.
    pub(in crate::linux) fn open_abandoned(path: &Path) -> io::Result<Option<File>> {
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
            .open(path);
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let metadata = file.metadata()?;
        is_safe(&metadata)?;
        if !metadata.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidData, "it is no file"));
        }
        match file.try_lock() {
            Ok(()) if file.metadata()?.nlink() == 0 => Ok(None),
            Ok(()) => Ok(Some(file)),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Refuses what somebody else could have written: following it would change the machine at his will.
fn is_safe(metadata: &std::fs::Metadata) -> io::Result<()> {
    // SAFETY: the call takes nothing and cannot fail.
    let own = unsafe { libc::geteuid() };
    let refuse = |reason| Err(io::Error::new(ErrorKind::PermissionDenied, reason));
    if metadata.uid() != own {
        return refuse("it belongs to another user");
    }
    if metadata.mode() & 0o022 != 0 {
        return refuse("other users may write to it");
    }
    Ok(())
}
