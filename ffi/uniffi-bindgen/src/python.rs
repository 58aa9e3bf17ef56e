use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The Python side of the library, as one file that is named after its crate.
pub(crate) struct File(PathBuf);

/// How uniffi copies bytes into a buffer: one by one, which takes about a second for each megabyte.
const BYTE_BY_BYTE: &str = "\
    def write(self, value):
        with self._reserve(len(value)):
            for i, byte in enumerate(value):
                self.rbuf.data[self.rbuf.len + i] = byte
";

const AT_ONCE: &str = "\
    def write(self, value):
        with self._reserve(len(value)):
            ctypes.memmove(ctypes.addressof(self.rbuf.data.contents) + self.rbuf.len, bytes(value), len(value))
";

impl File {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self(folder.join("p2svpn_uniffi.py"))
    }

    /// Removes what was written before: uniffi writes nothing, and says nothing, for a library without an interface.
    ///
    /// # Errors
    /// When the file is there and stays.
    pub(crate) fn remove_old(&self) -> Result<(), Box<dyn Error>> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Has the file copy bytes in one go, so that uploads are not limited by it.
    ///
    /// # Errors
    /// When there is no file, or when it copies in another way: then this has to follow uniffi, or is not needed any more.
    pub(crate) fn write_bytes_at_once(&self) -> Result<(), Box<dyn Error>> {
        let written = fs::read_to_string(&self.0).map_err(
            |_| "nothing was written: the library has no interface of ours, or was stripped of it",
        )?;
        if written.matches(BYTE_BY_BYTE).count() != 1 {
            return Err("the Python side does not copy bytes as uniffi 0.31 does".into());
        }
        fs::write(&self.0, written.replace(BYTE_BY_BYTE, AT_ONCE))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn bytes_are_copied_at_once_and_nothing_else_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::in_folder(folder.path());
        fs::write(&file.0, format!("before\n{BYTE_BY_BYTE}after\n")).unwrap();

        file.write_bytes_at_once().unwrap();

        assert_eq!(
            fs::read_to_string(&file.0).unwrap(),
            format!("before\n{AT_ONCE}after\n")
        );
    }

    #[test]
    fn a_file_that_copies_in_another_way_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::in_folder(folder.path());
        fs::write(&file.0, "def write(self, value): pass\n").unwrap();

        assert!(file.write_bytes_at_once().is_err());
    }

    #[test]
    fn a_library_without_an_interface_leaves_no_old_file_behind() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::in_folder(folder.path());
        fs::write(&file.0, BYTE_BY_BYTE).unwrap();

        file.remove_old().unwrap();
        file.remove_old().unwrap();

        assert!(file.write_bytes_at_once().is_err());
    }
}
