use std::path::{Path, PathBuf};

use p2svpn_profile::{MAXIMUM_PACKAGE_BYTES, SourceFile, files_beside};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorCode};
use crate::file::read_regular;

/// The most files that are read for one import.
const MOST_FILES: usize = 100;

/// The most bytes that are read for one import; the import itself takes less.
const MOST_BYTES: usize = 2 * MAXIMUM_PACKAGE_BYTES;

/// The files of one import, as read from the disk.
#[derive(Default)]
pub(crate) struct SourceFiles(Vec<ReadFile>);

struct ReadFile {
    folder: PathBuf,
    name: String,
    bytes: Zeroizing<Vec<u8>>,
}

impl SourceFiles {
    /// Reads the files, and those beside an OpenVPN configuration that it names.
    ///
    /// A name that has no file beside it is left to the import, which knows whether it is needed.
    ///
    /// Of one that is too large there is one byte too many, so that the import says that it is.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Self, Error> {
        if paths.len() > MOST_FILES {
            let rule = format!("an import takes at most {MOST_FILES} files");
            return Err(Error::new(ErrorCode::InvalidArgument, rule));
        }
        let mut files = Self::default();
        for path in paths {
            let bytes = read_regular(path, files.left()).map_err(|error| {
                Error::new(ErrorCode::ProfileUnreadable, path.display().to_string()).because(&error)
            })?;
            files.0.push(ReadFile::new(path, bytes));
        }
        for given in 0..paths.len() {
            files.read_beside(given)?;
        }
        Ok(files)
    }

    /// Reads what a configuration names, from its own folder and regular files only.
    fn read_beside(&mut self, given: usize) -> Result<(), Error> {
        let Some(configuration) = self.0.get(given) else {
            return Ok(());
        };
        // What is no configuration names nothing; what is a damaged one is the import's to tell.
        let Ok(wanted) = files_beside(&configuration.bytes) else {
            return Ok(());
        };
        let folder = configuration.folder.clone();
        for wanted in wanted {
            let name = wanted.to_lowercase();
            let mut known = self.0.iter();
            if let Some(known) = known.find(|known| known.name.to_lowercase() == name) {
                if known.folder == folder {
                    continue;
                }
                // The import tells files apart by their names alone, and those without regard to case.
                let rule = format!(
                    "'{wanted}' is in another folder than the configuration that names it: put it beside that, and import the \
                     configurations of different folders one by one"
                );
                return Err(Error::new(ErrorCode::InvalidArgument, rule));
            }
            if self.0.len() >= MOST_FILES {
                continue;
            }
            let path = folder.join(&wanted);
            match read_regular(&path, self.left()) {
                Ok(bytes) => self.0.push(ReadFile::new(&path, bytes)),
                Err(error) => tracing::debug!(%error, file = wanted, "a file beside is not there"),
            }
        }
        Ok(())
    }

    /// How large the next file may be.
    fn left(&self) -> usize {
        let read: usize = self.0.iter().map(|file| file.bytes.len()).sum();
        MOST_BYTES.saturating_sub(read).min(MAXIMUM_PACKAGE_BYTES)
    }

    /// Returns the files as the import takes them.
    pub(crate) fn as_sources(&self) -> Vec<SourceFile<'_>> {
        let sources = self
            .0
            .iter()
            .map(|ReadFile { name, bytes, .. }| SourceFile { name, bytes });
        sources.collect()
    }
}

impl ReadFile {
    fn new(path: &Path, bytes: Zeroizing<Vec<u8>>) -> Self {
        Self {
            folder: path.parent().map(Path::to_owned).unwrap_or_default(),
            name: name(path),
            bytes,
        }
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
