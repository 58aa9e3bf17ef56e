//! Who may read a file: its owner. On systems other than Unix a user's folder hands its own
//! permissions down to what is made in it, and nothing is to be done.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};

#[cfg(unix)]
const ROOT: u32 = 0;

/// Makes files that are opened for the first time the owner's alone.
pub(super) fn for_owner(options: &mut OpenOptions) {
    #[cfg(unix)]
    options.mode(0o600);
    #[cfg(not(unix))]
    let _ = options;
}

/// Makes new folders the owner's alone.
pub(super) fn for_owner_folder(builder: &mut DirBuilder) {
    #[cfg(unix)]
    builder.mode(0o700);
    #[cfg(not(unix))]
    let _ = builder;
}

pub(super) fn is_open_to_others(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    return metadata.mode() & 0o077 != 0;
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

pub(super) fn close_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700));
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(())
    }
}

pub(super) fn close_file(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    return file.set_permissions(std::fs::Permissions::from_mode(0o600));
    #[cfg(not(unix))]
    {
        let _ = file;
        Ok(())
    }
}

/// Says whether two looks were at one file.
pub(super) fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    #[cfg(unix)]
    return (one.dev(), one.ino()) == (other.dev(), other.ino());
    #[cfg(not(unix))]
    {
        let _ = (one, other);
        true
    }
}

/// Says whether the file is of its folder's owner, or of root, who may do everything anyway.
pub(super) fn is_of_the_owner(file: &Metadata, folder: &Metadata) -> bool {
    #[cfg(unix)]
    return file.uid() == folder.uid() || file.uid() == ROOT;
    #[cfg(not(unix))]
    {
        let _ = (file, folder);
        true
    }
}
