//! The bounds of an archive's central directory (the ZIP specification APPNOTE.TXT, sections 4.3.12
//! and 4.3.16), found without an allocation.

use crate::error::ImportError;

/// The most entries that an archive may have. A package of the Azure portal has fewer than 20.
pub(super) const MAXIMUM_ENTRIES: usize = 1_000;

const END_SIGNATURE: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
const HEADER_SIGNATURE: &[u8] = b"PK\x01\x02";
const HEADER_LENGTH: usize = 46;

/// Where the central directory begins, when the archive is one whole that can be read in one way
/// only.
///
/// The last end record has to be the only one, to end the file with its comment, and to stand right
/// behind the directory; the directory has to hold the entries that are announced and nothing else.
/// Records for archives beyond 4 GiB and for several disks are refused: a package has no use for
/// them. So two readers cannot see two different archives, and one that is hostile costs no memory.
pub(super) fn find_directory(bytes: &[u8]) -> Result<usize, ImportError> {
    let end_at = find_end(bytes)?;
    let (before, end) = bytes
        .split_at_checked(end_at)
        .ok_or_else(|| damaged("it is cut short"))?;
    let [disk, directory_disk, on_disk, entries] = [4, 6, 8, 10].map(|at| number16(end, at));
    if disk != 0 || directory_disk != 0 || on_disk != entries {
        return Err(damaged("it is one of several parts"));
    }
    if entries > MAXIMUM_ENTRIES {
        return Err(ImportError::TooManyEntries {
            limit: MAXIMUM_ENTRIES,
        });
    }
    let size = number32(end, 12);
    let start = number32(end, 16);
    if start.checked_add(size) != Some(end_at) {
        return Err(damaged("its directory is not where its end says"));
    }
    let directory = before
        .get(start..)
        .ok_or_else(|| damaged("its directory is not where its end says"))?;
    if count_headers(directory)? != entries {
        return Err(damaged("its directory and its end disagree"));
    }
    Ok(start)
}

/// Finds the record that ends an archive, which must be the only candidate.
fn find_end(bytes: &[u8]) -> Result<usize, ImportError> {
    const LONGEST: usize = END_LENGTH + u16::MAX as usize;
    let first = bytes.len().saturating_sub(LONGEST);
    let tail = bytes.get(first..).unwrap_or_default();
    let mut records = tail
        .windows(END_SIGNATURE.len())
        .enumerate()
        .filter(|&(_, window)| window == END_SIGNATURE)
        .map(|(at, _)| at);
    let Some(last) = records.next_back() else {
        return Err(damaged("it is cut short: its end is missing"));
    };
    let ends_file = |at: usize| {
        let comment = tail.get(at..).map_or(0, |end| number16(end, 20));
        at.saturating_add(END_LENGTH).saturating_add(comment) == tail.len()
    };
    if !ends_file(last) {
        return Err(damaged("something follows its end"));
    }
    if records.any(ends_file) {
        return Err(damaged(
            "it has two ends, so that it could be read in two ways",
        ));
    }
    Ok(first.saturating_add(last))
}

/// Counts the headers of which a directory consists.
fn count_headers(mut directory: &[u8]) -> Result<usize, ImportError> {
    let mut count = 0usize;
    while !directory.is_empty() {
        let lengths = [28, 30, 32].map(|at| number16(directory, at));
        let length = lengths
            .into_iter()
            .sum::<usize>()
            .saturating_add(HEADER_LENGTH);
        if !directory.starts_with(HEADER_SIGNATURE) {
            return Err(damaged("its directory holds something else than entries"));
        }
        directory = directory
            .get(length..)
            .ok_or_else(|| damaged("its directory ends inside an entry"))?;
        count = count.saturating_add(1);
        if count > MAXIMUM_ENTRIES {
            return Err(ImportError::TooManyEntries {
                limit: MAXIMUM_ENTRIES,
            });
        }
    }
    Ok(count)
}

/// Reads a number of two bytes; zero where there are none.
fn number16(bytes: &[u8], at: usize) -> usize {
    let chunk = bytes.get(at..).and_then(<[u8]>::first_chunk::<2>);
    chunk.map_or(0, |&number| u16::from_le_bytes(number).into())
}

/// Reads a number of four bytes; zero where there are none.
fn number32(bytes: &[u8], at: usize) -> usize {
    let chunk = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>);
    chunk.map_or(0, |&number| {
        usize::try_from(u32::from_le_bytes(number)).unwrap_or(usize::MAX)
    })
}

fn damaged(reason: &'static str) -> ImportError {
    ImportError::DamagedArchive {
        reason: reason.to_owned(),
    }
}
