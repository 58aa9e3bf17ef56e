//! How a test says that it cannot run here, so that nobody takes a skipped test for a passed one.
//!
//! A test that needs more than a plain machine asks for it first, and returns at once when it is not there:
//!
//! ```no_run
//! if !p2svpn_house::require_root("it makes network namespaces") {
//!     return;
//! }
//! ```
//!
//! The skip is written to standard error as a line that starts with `skipped: `, and as one file in the folder that
//! `P2SVPN_SKIPPED_DIR` names, from which `bin/test` counts. Where `CI=true` a skip is a failure: the machine that
//! decides must have everything.
//!
//! The checks on the tree itself are this crate's tests.

mod needs;
mod skip;

pub use needs::{require_path, require_program, require_root};
pub use skip::skip;
