//! What the gateway pushes: addresses, routes, DNS, keepalive and the data channel's parameters.

mod assembly;
mod build;
mod changes;
mod dns;
mod error;
mod names;
mod parse;
mod reply;
mod route;
mod tokens;
mod update;
mod warning;

pub(crate) use assembly::{PushAssembly, UpdateAssembly};
pub use changes::PushChanges;
pub use dns::{DnsServer, DnsServerAddress, DnsTransport, Dnssec};
pub use error::PushError;
pub(crate) use error::UpdateError;
pub use reply::{AuthToken, Inactivity, ProtocolFlags, PushReply, Topology};
pub use route::{RedirectGateway, Route, RouteGateway};
pub use warning::{PushWarning, PushWarningReason};

#[cfg(test)]
mod tests;
