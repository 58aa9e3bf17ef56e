//! Where to connect to, in which order, and how soon again.

mod attempt;
mod list;
mod remote;

#[cfg(test)]
mod tests;

pub use attempt::{Attempt, AttemptEnd};
pub use list::Remotes;
pub use remote::{Remote, Retry};
