//! How packets reach the gateway.

mod tcp;

pub use tcp::{ProtectSocket, RawSocket, TcpOptions, TcpTransport};
