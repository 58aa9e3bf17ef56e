//! What callers pass: objects, strings, buffers and structures with a size.

use std::ffi::{CStr, c_char};
use std::mem::{MaybeUninit, size_of};
use std::path::PathBuf;

use p2svpn_client::{Error, ErrorCode};

/// A structure of a caller is never larger than this, so a wild size is seen before it is believed.
const LARGEST_STRUCTURE: usize = 4096;

/// An array of a caller never has more entries than this, so a wild count is seen before it is believed.
const MOST_ENTRIES: usize = 1024;

/// Makes the error of an argument that cannot be used.
pub(crate) fn invalid(problem: impl AsRef<str>) -> Error {
    Error::new(ErrorCode::InvalidArgument, problem)
}

/// Refuses NULL where something must be.
pub(crate) fn required<T>(argument: Option<T>, name: &str) -> Result<T, Error> {
    argument.ok_or_else(|| invalid(format!("{name} is NULL")))
}

/// Reads a string; none for NULL.
///
/// # Safety
/// The pointer is NULL or points to bytes that end with a zero byte and do not change during `'a`.
pub(crate) unsafe fn text<'a>(
    pointer: *const c_char,
    name: &str,
) -> Result<Option<&'a str>, Error> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, so it ends with a zero byte, as the caller of this function promises.
    let text = unsafe { CStr::from_ptr(pointer) };
    match text.to_str() {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(invalid(format!("{name} is not UTF-8"))),
    }
}

/// Reads an array of paths, at least one.
///
/// # Safety
/// The pointer is NULL or points to `count` pointers, each as for [`text`], that do not change during the call.
pub(crate) unsafe fn paths(
    pointer: *const *const c_char,
    count: usize,
    name: &str,
) -> Result<Vec<PathBuf>, Error> {
    if pointer.is_null() || count == 0 {
        return Err(invalid(format!("{name} has no entry")));
    }
    // SAFETY: as the caller of this function promises.
    let pointers = unsafe { pointers(pointer, count, name) }?;
    let read = pointers.iter().enumerate().map(|(index, pointer)| {
        let name = format!("{name}[{index}]");
        // SAFETY: as the caller of this function promises.
        required(unsafe { text(*pointer, &name) }?, &name).map(PathBuf::from)
    });
    read.collect()
}

/// Reads an array of pointers; an empty one for NULL with the count 0.
///
/// # Safety
/// The pointer is NULL or points to `count` pointers that do not change during `'a`.
pub(crate) unsafe fn pointers<'a, T>(
    pointer: *const *const T,
    count: usize,
    name: &str,
) -> Result<&'a [*const T], Error> {
    if count > MOST_ENTRIES {
        let rule = format!("{name} has {count} entries, and may have {MOST_ENTRIES}");
        return Err(invalid(rule));
    }
    if count == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() {
        return Err(invalid(format!("{name} is NULL, but its count is not 0")));
    }
    // SAFETY: not NULL and not too large, so it is readable, as the caller of this function promises.
    Ok(unsafe { std::slice::from_raw_parts(pointer, count) })
}

/// Reads a buffer; none for NULL with the size 0.
///
/// # Safety
/// The pointer is NULL or points to `size` bytes that do not change during `'a`.
pub(crate) unsafe fn bytes<'a>(
    pointer: *const u8,
    size: usize,
    name: &str,
) -> Result<Option<&'a [u8]>, Error> {
    if pointer.is_null() {
        return if size == 0 {
            Ok(None)
        } else {
            Err(invalid(format!("{name} is NULL, but its size is not 0")))
        };
    }
    if isize::try_from(size).is_err() {
        return Err(invalid(format!("the size of {name} is larger than memory")));
    }
    // SAFETY: not NULL and not too large, so it is readable, as the caller of this function promises.
    Ok(Some(unsafe { std::slice::from_raw_parts(pointer, size) }))
}

/// A structure that callers make, whose first field is its size in bytes and which grows at its end from one version of
/// the ABI to the next. In every field zero is the default.
///
/// # Safety
/// The first field is a `usize`, and a value of which every byte is zero, or comes from a caller, is valid.
pub(crate) unsafe trait Versioned: Copy {
    /// The size in the first version that had the structure: no caller has a smaller one.
    const FIRST_SIZE: usize;
}

/// Reads a caller's structure; none for NULL. What an older caller does not have is zero.
///
/// # Safety
/// The pointer is NULL or points to as many bytes as its first field says.
pub(crate) unsafe fn structure<T: Versioned>(
    pointer: *const T,
    name: &str,
) -> Result<Option<T>, Error> {
    if pointer.is_null() {
        return Ok(None);
    }
    let source = pointer.cast::<u8>();
    // SAFETY: every structure starts with its size.
    let size = unsafe { source.cast::<usize>().read_unaligned() };
    if !(T::FIRST_SIZE..=LARGEST_STRUCTURE).contains(&size) {
        let rule = format!("{name}: set the field size to the size of the structure; it is {size}");
        return Err(invalid(rule));
    }
    let known = size.min(size_of::<T>());
    // SAFETY: the caller's structure has `size` bytes.
    let unknown = unsafe { std::slice::from_raw_parts(source.add(known), size - known) };
    if unknown.iter().any(|byte| *byte != 0) {
        let rule = format!("{name} sets something that this version of the library does not know");
        return Err(invalid(rule));
    }
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: `known` is no more than either side has, and the copy is no part of the caller's memory.
    unsafe { std::ptr::copy_nonoverlapping(source, copy.as_mut_ptr().cast::<u8>(), known) };
    // SAFETY: zeros and a caller's bytes are valid, as `Versioned` promises.
    Ok(Some(unsafe { copy.assume_init() }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Newer {
        size: usize,
        old: u64,
        new: u64,
    }

    // SAFETY: integers only, the size first.
    unsafe impl Versioned for Newer {
        const FIRST_SIZE: usize = 16;
    }

    fn read(words: &[u64]) -> Result<Option<Newer>, Error> {
        // SAFETY: the tests state no more bytes than there are.
        unsafe { structure(words.as_ptr().cast::<Newer>(), "options") }
    }

    #[test]
    fn what_an_older_caller_lacks_is_zero() {
        let older = read(&[16, 5, 99]).unwrap().unwrap();

        assert_eq!((older.size, older.old, older.new), (16, 5, 0));
    }

    #[test]
    fn a_newer_caller_may_not_ask_for_what_is_unknown() {
        assert_eq!(read(&[32, 5, 6, 0]).unwrap().unwrap().new, 6);
        assert_eq!(
            read(&[32, 5, 6, 1]).err().unwrap().code(),
            ErrorCode::InvalidArgument
        );
    }

    #[test]
    fn a_structure_without_its_size_is_refused() {
        for size in [0, 8, 15, 4097, u64::MAX] {
            assert_eq!(
                read(&[size, 0, 0]).err().unwrap().code(),
                ErrorCode::InvalidArgument
            );
        }
    }

    fn read_paths(pointers: &[*const c_char], count: usize) -> Result<Vec<PathBuf>, Error> {
        // SAFETY: the tests pass literals, and no more of them than there are unless it is refused before.
        unsafe { paths(pointers.as_ptr(), count, "paths") }
    }

    #[test]
    fn an_array_of_paths_keeps_their_order() {
        let given = [c"a".as_ptr(), c"b".as_ptr()];

        assert_eq!(
            read_paths(&given, 2).unwrap(),
            [PathBuf::from("a"), PathBuf::from("b")]
        );
        assert_eq!(read_paths(&given, 1).unwrap(), [PathBuf::from("a")]);
    }

    #[test]
    fn an_array_that_cannot_be_is_refused() {
        let gap = [c"a".as_ptr(), std::ptr::null()];
        let foreign = [c"\xff".as_ptr()];

        for refused in [
            read_paths(&gap, 0),
            read_paths(&gap, 2),
            read_paths(&foreign, 1),
            read_paths(&gap, usize::MAX),
        ] {
            assert_eq!(refused.unwrap_err().code(), ErrorCode::InvalidArgument);
        }
    }

    #[test]
    fn null_is_told_from_a_wrong_buffer() {
        // SAFETY: NULL is allowed.
        let (absent, wrong) = unsafe {
            (
                bytes(std::ptr::null(), 0, "b"),
                bytes(std::ptr::null(), 1, "b"),
            )
        };

        assert_eq!(absent.unwrap(), None);
        assert!(wrong.is_err());
    }
}
