//! Signing in with Microsoft Entra ID.
//!
//! [`EntraClient`] speaks the protocol (OAuth 2.0, RFC 6749, in Microsoft's version 2): a sign-in in a browser
//! ([`BrowserSignIn`], answered at a [`Loopback`]), one on another device ([`DeviceSignIn`]), and the renewal of what came of
//! either. Each ends in [`Tokens`]. It sends what it is told to send and remembers nothing.
//!
//! [`TokenSource`] remembers: it is what sessions share. It renews ahead of time, once for all that ask, keeps what lasts in
//! a [`TokenCache`], and never tries again what was refused. Where a person is needed it says so; it opens no browser.
//!
//! What Entra refuses is an [`EntraRefusal`], each number (`AADSTS`) with a cause and a remedy.

mod access_token;
mod account;
mod answer;
mod browser_sign_in;
mod client;
mod clock;
mod device_sign_in;
mod error;
mod form;
mod jwt;
mod loopback;
mod page;
mod random;
mod redirect;
mod refusal;
mod refusal_class;
mod refusal_table;
mod tenant;
mod token_cache;
mod token_source;
mod tokens;

pub use access_token::{AccessToken, LONGEST_ACCESS_TOKEN};
pub use account::Account;
pub use browser_sign_in::{BrowserOptions, BrowserSignIn, Prompt};
pub use client::EntraClient;
pub use clock::EntraClock;
pub use device_sign_in::{DevicePoll, DeviceSignIn};
pub use error::EntraError;
pub use loopback::{DEFAULT_REDIRECT_PORT, Loopback};
pub use redirect::Redirect;
pub use refusal::EntraRefusal;
pub use refusal_class::RefusalClass;
pub use tenant::EntraTenant;
pub use token_cache::TokenCache;
pub use token_source::TokenSource;
pub use tokens::{RefreshToken, Tokens};
