use std::collections::HashSet;
use std::io::{Cursor, Read};

use zeroize::Zeroizing;
use zip::read::{ArchiveOffset, Config, ZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, ZipReadOptions};

use super::directory::find_directory;
use crate::error::ImportError;
use crate::excerpt::Excerpt;

/// The largest package that is read, in bytes: 8 MiB. One of the Azure portal, with its installers,
/// has less than 1 MiB.
pub const MAXIMUM_PACKAGE_BYTES: usize = 8 << 20;

/// The most bytes that one file of a package may have when it is inflated: 1 MiB.
const MAXIMUM_FILE_BYTES: usize = 1 << 20;

/// The most bytes that all files of an import may have together, those of a package when they are
/// inflated: 4 MiB.
pub(crate) const MAXIMUM_IMPORT_BYTES: usize = 4 << 20;

/// The longest name of an entry, in bytes: what Windows allows for a path.
const LONGEST_NAME: usize = 260;

/// What an archive holds, as far as it is of use.
pub(crate) struct Archive {
    /// The files that were asked for, in the order of the archive.
    pub(crate) files: Vec<ArchiveFile>,
    /// The names of all others, with `/` between their parts.
    pub(crate) others: Vec<String>,
}

/// A file of an archive. It may hold a secret, so it zeroizes.
pub(crate) struct ArchiveFile {
    /// The name, with `/` between its parts, as written otherwise.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

impl Archive {
    /// Reads an archive, and inflates the files whose names are wanted, to `left` bytes at most.
    ///
    /// Nothing of it is ever written to a disk; names that try to leave a folder are refused all the
    /// same, because no package has them. The decompressor's own window is not zeroized.
    pub(crate) fn read(
        bytes: &[u8],
        mut left: usize,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, ImportError> {
        if bytes.len() > MAXIMUM_PACKAGE_BYTES {
            return Err(ImportError::TooLarge {
                size: bytes.len(),
                limit: MAXIMUM_PACKAGE_BYTES,
            });
        }
        let directory = find_directory(bytes)?;
        let config = Config {
            archive_offset: ArchiveOffset::Known(0),
        };
        let mut entries =
            ZipIterable::try_new(Cursor::new(bytes), config).map_err(|error| damaged(&error))?;

        let mut archive = Self {
            files: Vec::new(),
            others: Vec::new(),
        };
        let mut known = HashSet::new();
        let mut places = Vec::new();
        for entry in entries.files().map_err(|error| damaged(&error))? {
            let entry = entry.map_err(|error| damaged(&error))?;
            let name = safe_name(&entry)?;
            places.push((entry.header_start(), entry.compressed_size()));
            if name.ends_with('/') || is_litter(&name) {
                continue;
            }
            if !known.insert(name.to_lowercase()) {
                return Err(refused(&name, "stands in it twice"));
            }
            if is_wanted(&name) {
                let file = inflate(entry, bytes, &name, left)?;
                left = left.saturating_sub(file.len());
                archive.files.push(ArchiveFile { name, bytes: file });
            } else {
                archive.others.push(name);
            }
        }
        check_places(places, directory)?;
        Ok(archive)
    }
}

/// Returns an entry's name with `/` between its parts, or says why the archive is refused.
fn safe_name(entry: &ZipFileEntry<'_>) -> Result<String, ImportError> {
    let name = entry.name().map_err(|error| damaged(&error))?;
    let name = name.replace('\\', "/");
    let path = name.strip_suffix('/').unwrap_or(&name);
    let reason = if name.len() > LONGEST_NAME {
        "has too long a name"
    } else if name.chars().any(char::is_control) {
        "has a control character in its name"
    } else if path.is_empty() || path.split('/').any(str::is_empty) {
        "has no name, or the name of another place than in the archive"
    } else if name.contains(':') {
        "has the name of a drive or of a stream"
    } else if path.split('/').any(|part| part == "." || part == "..") {
        "has a name that leads out of the archive"
    } else if is_special(entry) {
        "is a link or a device"
    } else if entry.encrypted() {
        return Err(ImportError::EncryptedArchive {
            entry: Excerpt::of(&name).to_string(),
        });
    } else {
        return Ok(name);
    };
    Err(refused(&name, reason))
}

/// Says whether an entry is something else than a file or a folder, by the mode that Unix gave it.
fn is_special(entry: &ZipFileEntry<'_>) -> bool {
    const TYPE: u32 = 0o170_000;
    const FOLDER: u32 = 0o040_000;
    const FILE: u32 = 0o100_000;
    let kind = entry.unix_mode().map_or(0, |mode| mode & TYPE);
    !matches!(kind, 0 | FOLDER | FILE)
}

/// Says whether a file is what systems leave in folders by themselves, such as macOS's resource forks
/// with the names of the files that they belong to.
fn is_litter(name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    name.starts_with("__MACOSX/")
        || base.starts_with("._")
        || [".DS_Store", "Thumbs.db", "desktop.ini"]
            .iter()
            .any(|litter| base.eq_ignore_ascii_case(litter))
}

/// Inflates an entry to the size that it announces, and refuses one that has another.
fn inflate(
    entry: ZipFileEntry<'static>,
    bytes: &[u8],
    name: &str,
    left: usize,
) -> Result<Zeroizing<Vec<u8>>, ImportError> {
    if !matches!(
        entry.compression(),
        CompressionMethod::Stored | CompressionMethod::Deflated
    ) {
        return Err(refused(name, "is compressed in a way other than deflate"));
    }
    let size = usize::try_from(entry.size())
        .ok()
        .filter(|&size| size <= MAXIMUM_FILE_BYTES)
        .ok_or_else(|| ImportError::InflatesTooFar {
            entry: Excerpt::of(name).to_string(),
            limit: MAXIMUM_FILE_BYTES,
        })?;
    if size > left {
        return Err(ImportError::TooMuchTogether {
            limit: MAXIMUM_IMPORT_BYTES,
        });
    }
    let mut reader = Cursor::new(bytes);
    let mut file = entry
        .with_reader(&mut reader, ZipReadOptions::new())
        .map_err(|error| damaged(&error))?;
    // Sized before it is filled: a list that grows leaves copies behind.
    let mut inflated = Zeroizing::new(vec![0; size]);
    let damaged = |_| ImportError::DamagedArchive {
        reason: format!("'{}' is cut short or changed", Excerpt::of(name)),
    };
    file.read_exact(&mut inflated).map_err(damaged)?;
    // The checksum is judged at the end, which the reader has to be shown.
    let more = file.read(&mut [0]).map_err(damaged)?;
    if more > 0 {
        return Err(refused(name, "is longer than it says"));
    }
    Ok(inflated)
}

/// Refuses entries that share bytes with each other or with the directory: so a small archive becomes
/// a huge one.
fn check_places(mut places: Vec<(u64, u64)>, directory: usize) -> Result<(), ImportError> {
    /// A local header without the name.
    const HEADER: u64 = 30;
    places.sort_unstable();
    let starts = places.iter().map(|&(start, _)| start);
    let directory = u64::try_from(directory).unwrap_or(u64::MAX);
    let next = starts.skip(1).chain([directory]);
    let overlap = places
        .iter()
        .zip(next)
        .any(|(&(start, size), next)| start.saturating_add(HEADER).saturating_add(size) > next);
    if overlap {
        return Err(ImportError::DamagedArchive {
            reason: "its entries overlap".to_owned(),
        });
    }
    Ok(())
}

fn refused(name: &str, reason: &'static str) -> ImportError {
    ImportError::UnsafeArchive {
        entry: Excerpt::of(name).to_string(),
        reason,
    }
}

fn damaged(error: &ZipError) -> ImportError {
    ImportError::DamagedArchive {
        reason: Excerpt::of_sentence(&error.to_string()).to_string(),
    }
}
