//! How packets reach the gateway.

mod prompt_reader;
mod tcp;

pub(crate) use prompt_reader::PromptReader;
pub use tcp::{ProtectSocket, RawSocket, TcpOptions, TcpTransport};
