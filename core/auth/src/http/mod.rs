//! The way out to HTTPS, for sign-ins, which a host can take over.
//!
//! Sign-ins make a handful of small requests, so an [`HttpClient`] is one function: a request goes in, its whole answer
//! comes out. A host with a proxy that asks for its own kind of sign-in, with pinned certificates or with a recorder of
//! everything that leaves the machine brings its own.

mod client;
mod error;
mod function;
mod request;
mod response;
mod system;

pub use client::{HttpAnswer, HttpClient};
pub use error::HttpError;
pub use function::HttpFunction;
pub use request::{HttpMethod, HttpRequest};
pub use response::{HttpResponse, MAXIMUM_HTTP_BODY};
pub use system::{HttpProxy, SystemHttp, SystemHttpOptions};
