//! A stand-in for Microsoft's login host, on loopback over TLS.
//!
//! It speaks the part of the Microsoft identity platform that VPN clients use: authorization codes with PKCE, device codes and
//! refresh tokens (Microsoft Learn, "OAuth 2.0 authorization code flow", "device authorization grant flow"), with the error
//! answers of "Microsoft Entra authentication and authorization error codes". A [`Gateway`](crate::Gateway) that is told of it
//! lets in whoever brings one of its access tokens.

mod account;
mod answer;
mod authorize;
mod book;
mod builder;
mod device;
mod device_code;
mod device_page;
mod exchange;
mod fake_entra;
mod fault;
mod form;
mod grant;
mod issue;
mod login;
mod options;
mod page;
mod policy;
mod refusal;
mod request;
mod route;
mod server;
mod shelf;
mod sign_in;
mod signer;
mod step;
mod tenant;
mod ticket;
mod token;
mod token_check;
mod trace;

pub use account::EntraAccount;
pub use builder::FakeEntraBuilder;
pub use fake_entra::FakeEntra;
pub use fault::EntraFault;
pub use policy::EntraPolicy;
pub use refusal::EntraRefusal;
pub use request::{EntraRequest, EntraRequests};
pub use step::EntraStep;

pub(crate) use token_check::TokenCheck;
