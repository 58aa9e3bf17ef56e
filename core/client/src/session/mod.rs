//! One session, from `connect` to its end.

mod dialogue;
mod engine;
mod handle;
mod identity;
mod link;
mod network;
mod shared;
mod statistics;
mod status;

pub(crate) use engine::{UNDO_REST_LIMIT, run};
pub use handle::Session;
pub(crate) use shared::Shared;
pub use statistics::Statistics;
pub use status::Status;
