//! The library as programs embed it: a [`Client`], its [`Session`]s and one queue of [`Event`]s.
//!
//! ```no_run
//! use p2svpn_client::{Certificate, Client, ConnectOptions, Device, EventKind};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder().build()?;
//! let profile = client.profiles().import_file("azurevpnconfig.xml")?;
//! let options = ConnectOptions::default()
//!     .certificate(Certificate::pfx_file("me.pfx").password("secret"))
//!     .device(Device::Userspace);
//! let session = client.connect(profile.id(), options)?;
//! while let Some(event) = client.next_event().await {
//!     match event.kind {
//!         EventKind::State { state, .. } => println!("{state}"),
//!         EventKind::Challenge(challenge) => println!("{}", challenge.text), // session.answer(challenge.id, ...)
//!         EventKind::Ended(ended) => {
//!             println!("{ended}"); // with its cause and remedy
//!             break;
//!         }
//!         _ => {}
//!     }
//! }
//! # drop(session);
//! # Ok(())
//! # }
//! ```
//!
//! - **Nothing blocks** unless its name begins with `wait` (reading a profile's file aside). Futures need no particular
//!   executor: the client brings a runtime of its own, or uses the one it is given.
//! - **Every session ends**, in any state, within two seconds of [`Session::disconnect`], and what it changed on the
//!   machine is undone before [`EventKind::Ended`] tells so; also when something inside panics.
//! - **Errors** come from one catalogue, [`ErrorCode`], with a stable number, a cause and a remedy each.
//! - **Memory is bounded**: events wait in a bounded queue, which says how many it had to drop.
//! - **Secrets** are wiped when dropped, and neither events, errors, logs nor `Debug` show them.
#![forbid(unsafe_code)]

mod builder;
mod certificate;
mod challenge;
mod client;
mod device;
mod error;
mod event;
mod file;
mod inner;
mod monitor;
mod options;
mod profile_id;
mod profile_summary;
mod profiles;
mod session;
mod session_id;
mod sessions;
mod state;
mod stream;
mod warning;

pub use builder::ClientBuilder;
pub use certificate::Certificate;
pub use challenge::{Answer, Challenge, ChallengeId, ChallengeKind, SignInPage};
pub use client::Client;
pub use device::Device;
#[cfg(unix)]
pub use device::PacketHeader;
pub use error::{Class, Error, ErrorCode};
pub use event::{Ended, Event, EventKind};
pub use options::{ConnectOptions, Timeouts};
pub use p2svpn_system::{InterfaceAddress, NetworkConfig, Route, TunnelMode};
pub use profile_id::ProfileId;
pub use profile_summary::{ProfileSummary, SignIn};
pub use profiles::{ImportedProfile, Profiles};
pub use session::{Session, Statistics, Status};
pub use session_id::SessionId;
pub use state::State;
pub use stream::Stream;
pub use warning::{Warning, WarningKind};
