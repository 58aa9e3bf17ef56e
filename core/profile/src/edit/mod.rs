//! Changes a profile as a whole or not at all, and says what came of it.
//!
//! The way of an edit: `profile_edit` reads each text with `list` and `server_text` and collects a
//! `change` for it; applied, the changes make a new profile and a `report`, for which `overlap` and
//! `aggregation` look through the routes.

mod aggregation;
mod change;
mod error;
mod field;
mod list;
mod overlap;
mod profile_edit;
mod report;
mod server_text;

pub use error::EditError;
pub use field::Field;
pub use profile_edit::{Edited, ProfileEdit};
pub use report::{Duplicate, EditReport, HostBits, Nested, Overlap};
