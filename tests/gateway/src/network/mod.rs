//! The services of the network behind the gateway.

mod echo;
mod http;
mod http_request;
mod pattern;
mod services;

pub use pattern::pattern;

pub(crate) use services::Services;
