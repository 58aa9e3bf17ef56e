//! An allocator that counts what each thread asks of it, while the thread wants to know.
//!
//! What C code such as the cryptography's allocates for itself is not seen here.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What a thread has asked of the allocator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// How often it wanted memory, or other memory.
    pub(crate) allocations: usize,
    /// Bytes that it took and did not give back; negative if it gave back what it had taken before.
    pub(crate) kept: isize,
    /// The most that it kept at any moment.
    pub(crate) peak: isize,
}

/// Counts what the calling thread allocates meanwhile.
pub(crate) fn counted<T>(work: impl FnOnce() -> T) -> (T, Counts) {
    COUNTS.set(Some(Counts::default()));
    let value = work();
    (value, COUNTS.take().unwrap())
}

thread_local! {
    /// The allocations of this thread, while it measures.
    static COUNTS: Cell<Option<Counts>> = const { Cell::new(None) };
}

/// The system's allocator, and the counts.
pub(crate) struct Counting;

impl Counting {
    fn note(allocations: usize, bytes: isize) {
        COUNTS.set(COUNTS.get().map(|counts| {
            let kept = counts.kept + bytes;
            Counts {
                allocations: counts.allocations + allocations,
                kept,
                peak: counts.peak.max(kept),
            }
        }));
    }
}

// SAFETY: every call is passed on as it is to the system's allocator, which keeps the trait's promises. Counting neither
// allocates nor unwinds: the thread's cell is initialised at compile time and has no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::note(1, layout.size() as isize);
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::note(1, layout.size() as isize);
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::note(1, size as isize - layout.size() as isize);
        // SAFETY: the caller's promises are those that `System` asks for; every block is one of its own.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        Self::note(0, -(layout.size() as isize));
        // SAFETY: the caller's promises are those that `System` asks for; every block is one of its own.
        unsafe { System.dealloc(block, layout) }
    }
}
