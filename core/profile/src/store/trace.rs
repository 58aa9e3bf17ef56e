use std::fs::Metadata;

#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
#[cfg(not(unix))]
use std::time::SystemTime;

/// What tells without reading a file whether it is the one that it was, with the content that it had.
///
/// On Unix a file that takes the place of another one has another inode, and each change of it sets a
/// time that no program can set back; elsewhere its size and the time of its last change have to tell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Trace {
    size: u64,
    #[cfg(unix)]
    inode: (u64, u64),
    #[cfg(unix)]
    modified: (i64, i64),
    #[cfg(unix)]
    changed: (i64, i64),
    #[cfg(not(unix))]
    modified: Option<SystemTime>,
}

impl Trace {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.len(),
            #[cfg(unix)]
            inode: (metadata.dev(), metadata.ino()),
            #[cfg(unix)]
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            #[cfg(unix)]
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            #[cfg(not(unix))]
            modified: metadata.modified().ok(),
        }
    }
}
