//! What was changed on the machine and would outlast the process, written down before it is changed.
//!
//! A journal is a folder. Each owner of changes, an [`Interface`](super::Interface) as a rule, has a file in it for as long as there is
//! something to undo: a line of JSON that says where it holds, and one for each change. It is locked while its owner lives, which a
//! kill ends and nothing else has to be trusted for: process numbers are used again. So whoever gets the lock of a file knows
//! that nobody else will undo what it says, and does so: [`Journal::recover`].
//!
//! Only what looks exactly as it was written down is undone. What holds for another boot of the system is gone already; what
//! holds for another network namespace is left for whoever is in it.

mod change;
mod folder;
mod record;

pub(super) use change::{Change, Place};
pub use folder::Journal;
pub(super) use record::Record;
