//! One session, from `connect` to its end.

mod connected;
mod connecting;
mod dialogue;
mod disconnecting;
mod engine;
mod exception;
mod failure;
mod guard;
mod handle;
mod link;
mod machine;
mod meter;
mod network;
mod preparing;
mod question;
mod reconnecting;
mod shared;
mod sign_in;
mod statistics;
mod status;
mod surroundings;
mod tunnel_events;
mod validation;

pub(crate) use engine::{UNDO_REST_LIMIT, run};
pub use handle::Session;
pub(crate) use link::device_kind;
pub(crate) use shared::Shared;
pub use statistics::Statistics;
pub use status::Status;
