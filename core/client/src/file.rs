use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

use zeroize::Zeroizing;

/// Reads a regular file, at most `limit` bytes of it and one more, by which the caller sees that it is too large.
///
/// Pipes, sockets and devices are refused instead of waited for: whoever names a file must not hold up a thread for ever.
pub(crate) fn read_regular(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>> {
    let file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            "it is not a regular file",
        ));
    }
    // The whole room at once: growing would leave copies behind that nobody wipes.
    let size = usize::try_from(metadata.len()).map_or(limit, |size| size.min(limit));
    let mut bytes = Zeroizing::new(Vec::with_capacity(size.saturating_add(1)));
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a file without waiting for the other end of a pipe, and without making a terminal the process's own.
#[cfg(unix)]
fn open(path: &Path) -> Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_CLOEXEC)
        .open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_file_is_read_up_to_one_byte_more_than_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, b"12345").unwrap();

        assert_eq!(*read_regular(&path, 5).unwrap(), b"12345");
        assert_eq!(*read_regular(&path, 3).unwrap(), b"1234");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_nobody_writes_to_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());

        for path in [path.as_path(), folder.path(), Path::new("/dev/zero")] {
            let error = read_regular(path, 100).unwrap_err();

            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        }
    }
}
