//! What happens, in order: events, the bounded queue they wait in, and the callback that may take them.

mod callback;
#[expect(
    clippy::module_inception,
    reason = "one noun a file, and this is the noun"
)]
mod event;
mod queue;

pub(crate) use callback::CallbackThread;
pub use event::{Ended, Event, EventKind};
pub(crate) use queue::EventQueue;
