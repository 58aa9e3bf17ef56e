use std::fs;
use std::os::linux::fs::MetadataExt;

use serde::{Deserialize, Serialize};

/// Tells network namespaces apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NetworkId {
    device: u64,
    inode: u64,
}

impl NetworkId {
    /// That of the calling thread; nothing where the system does not tell.
    pub(super) fn of_this_thread() -> Option<Self> {
        Self::at("/proc/thread-self/ns/net")
    }

    /// That of a process; nothing where the system does not tell.
    pub(super) fn of_process(process: u32) -> Option<Self> {
        Self::at(&format!("/proc/{process}/ns/net"))
    }

    fn at(path: &str) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            device: metadata.st_dev(),
            inode: metadata.st_ino(),
        })
    }
}
