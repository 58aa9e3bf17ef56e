use std::path::{Path, PathBuf};

use p2svpn_profile::{MAXIMUM_PACKAGE_BYTES, SourceFile, files_beside};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorCode};
use crate::file::read_regular;

/// The most files that are read for one import.
const MOST_FILES: usize = 100;

/// The files of one import, as read from the disk.
#[derive(Default)]
pub(crate) struct SourceFiles(Vec<(String, Zeroizing<Vec<u8>>)>);

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
            let bytes = read_regular(path, MAXIMUM_PACKAGE_BYTES).map_err(|error| {
                Error::new(ErrorCode::ProfileUnreadable, path.display().to_string()).because(&error)
            })?;
            files.0.push((name(path), bytes));
        }
        for path in paths {
            files.read_beside(path);
        }
        Ok(files)
    }

    /// Reads what a configuration names, from its own folder and regular files only.
    fn read_beside(&mut self, path: &Path) {
        let own = name(path);
        let given = self.0.iter().find(|(name, _)| *name == own);
        // What is no configuration names nothing; what is a damaged one is the import's to tell.
        let Some(Ok(wanted)) = given.map(|(_, bytes)| files_beside(bytes)) else {
            return;
        };
        for wanted in wanted {
            let is_there = self.0.iter().any(|(name, _)| *name == wanted);
            if is_there || self.0.len() >= MOST_FILES {
                continue;
            }
            match read_regular(&path.with_file_name(&wanted), MAXIMUM_PACKAGE_BYTES) {
                Ok(bytes) => self.0.push((wanted, bytes)),
                Err(error) => tracing::debug!(%error, file = wanted, "a file beside is not there"),
            }
        }
    }

    /// Returns the files as the import takes them.
    pub(crate) fn as_sources(&self) -> Vec<SourceFile<'_>> {
        let sources = self
            .0
            .iter()
            .map(|(name, bytes)| SourceFile { name, bytes });
        sources.collect()
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
