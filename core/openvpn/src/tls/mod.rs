//! TLS over rustls: one new session for each key id, fed and drained in memory.

mod alert;
mod client_identity;
mod names;
mod server_certificate;
mod session;
mod time;

pub use server_certificate::ServerValidation;
pub use session::{TlsSummary, TlsVersions};

pub(crate) use session::TlsSession;
pub(crate) use time::SessionTime;
