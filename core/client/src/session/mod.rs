//! One session, from `connect` to its end.

mod connector;
mod dialogue;
mod engine;
mod exception;
mod failure;
mod handle;
mod link;
mod meter;
mod network;
mod question;
mod shared;
mod sign_in;
mod statistics;
mod status;
mod tunnel_events;
mod validation;

pub(crate) use engine::{UNDO_REST_LIMIT, run};
pub use handle::Session;
pub(crate) use link::device_kind;
pub(crate) use shared::Shared;
pub use statistics::Statistics;
pub use status::Status;
