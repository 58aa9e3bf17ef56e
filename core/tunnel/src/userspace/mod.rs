//! A network stack inside the process: sockets over the tunnel without any privilege on the machine.

mod link;
mod listener;
mod machine;
mod options;
mod ping;
mod queue;
mod stack;
mod stream;

pub use listener::TcpListener;
pub use options::{StackOptions, StackStatistics};
pub use stack::Stack;
pub use stream::TcpStream;
