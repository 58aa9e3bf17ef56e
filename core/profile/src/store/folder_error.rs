use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a file could not be read or written in a private folder.
///
/// What was there before is there still.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// The folder is gone, or never was. Ask whether a drive is missing; a folder that is opened
    /// anew is made.
    #[error("'{}' is not there", path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// The disk is full, or the user's share of it. Ask the user to make room, then try again.
    #[error("there is no space left for '{}'", path.display())]
    Full {
        /// The file that was to be written.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// The system allows no access. Reading may still work where writing does not: ask the user for
    /// the folder's permissions, and whether the disk is mounted for reading only.
    #[error("no access to '{}'", path.display())]
    Denied {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// Somebody else could have planted the file or folder, so it is not used. Give the folder to
    /// the user who runs the program, or choose another one.
    #[error("'{}' {reason}", path.display())]
    Untrusted {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The folder holds other files, and none that say it is meant for this. It is left as it is, with
    /// its permissions: choose an empty folder, or one that is not there yet.
    #[error("'{}' holds files of something else", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// A file is larger than any that is written here. Somebody else wrote it.
    #[error("'{}' has more than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The largest size in bytes.
        limit: usize,
    },
    /// Something else went wrong with the disk. Try again; if it fails again, the disk is failing.
    #[error("cannot {action} '{}'", path.display())]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
}

impl FolderError {
    pub(super) fn new(action: &'static str, path: &Path, source: io::Error) -> Self {
        use io::ErrorKind;

        let path = path.to_owned();
        match source.kind() {
            ErrorKind::NotFound => Self::Missing { path },
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full {
                path,
                source: Arc::new(source),
            },
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::Denied {
                path,
                source: Arc::new(source),
            },
            _ => Self::Io {
                action,
                path,
                source: Arc::new(source),
            },
        }
    }

    /// Returns the file or folder.
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing { path }
            | Self::Full { path, .. }
            | Self::Denied { path, .. }
            | Self::Untrusted { path, .. }
            | Self::Foreign { path }
            | Self::TooLarge { path, .. }
            | Self::Io { path, .. } => path,
        }
    }

    /// Returns what the user can do about it, in a sentence.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Missing { .. } => {
                "Check that the drive is there, then restart the program, which makes the folder anew."
            }
            Self::Full { .. } => "Make room on the disk and try again.",
            Self::Denied { .. } => {
                "Check who owns the folder, and whether its disk is mounted for reading only."
            }
            Self::Untrusted { .. } => {
                "Check where it comes from; remove it, or give it to the user who runs the program."
            }
            Self::Foreign { .. } => "Choose an empty folder, or one that is not there yet.",
            Self::TooLarge { .. } => "Check where the file comes from, and remove it.",
            Self::Io { .. } => "Try again; if it fails again, check the disk.",
        }
    }
}
