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
//! - **Nothing blocks** unless its name begins with `wait` ([`Profiles`] aside, which read and write files). Futures need no particular
//!   executor: the client brings a runtime of its own, or uses the one it is given.
//! - **Every session ends**, in any state, within two seconds of [`Session::disconnect`], and what it changed on the
//!   machine is undone before [`EventKind::Ended`] tells so; also when something inside panics.
//! - **Errors** come from one catalogue, [`ErrorCode`], with a stable number, a cause and a remedy each.
//! - **Memory is bounded**: events wait in a bounded queue, which says how many it had to drop.
//! - **Secrets** are wiped when dropped, and neither events, errors, logs nor `Debug` show them.
#![forbid(unsafe_code)]

mod access_token;
mod answer;
mod builder;
mod certificate;
mod certificate_details;
mod certificate_store;
mod challenge;
mod client;
mod credentials;
mod device;
mod entra_accounts;
mod entra_method;
mod error;
mod event;
mod explained;
mod export_format;
mod file;
mod imported_profile;
mod inner;
mod leak_guard;
mod monitor;
mod options;
mod profile_details;
mod profile_keeper;
mod profile_summary;
mod profiles;
mod protection;
mod reconnect;
mod reconnection;
mod recovery;
mod server_exception;
mod session;
mod session_id;
mod sessions;
mod source_files;
mod state;
mod stream;
mod system_keeper;
mod token_provider;
mod warning;

pub use access_token::AccessToken;
pub use answer::Answer;
pub use builder::ClientBuilder;
pub use certificate::Certificate;
pub use certificate_details::CertificateDetails;
pub use certificate_store::{CertificateStore, TokenAccess};
pub use challenge::{Challenge, ChallengeId, ChallengeKind, DeviceCode, SignInPage, TokenRequest};
pub use client::Client;
pub use credentials::Credentials;
pub use device::Device;
#[cfg(unix)]
pub use device::PacketHeader;
pub use entra_method::EntraMethod;
pub use error::{Class, Error, ErrorCode};
pub use event::{Ended, Event, EventKind};
pub use explained::ExplainedProfile;
pub use export_format::ExportFormat;
pub use imported_profile::{ImportedProfile, UpdatedProfile};
pub use leak_guard::LeakGuard;
pub use options::{ConnectOptions, Timeouts};
pub use p2svpn_auth::{
    ExternalKey, HttpAnswer, HttpClient, HttpError, HttpFunction, HttpMethod, HttpProxy,
    HttpRequest, HttpResponse, KeyAlgorithm, LONGEST_SIGNATURE, MAXIMUM_HTTP_BODY, Scheme,
    SealingKey, SigningError, SystemHttp, SystemHttpOptions,
};
pub use p2svpn_profile::{
    AuthenticationKind as SignIn, Change as ProfileChange, EditError, EditReport, Exported, Field,
    Plan, Problem as StoreProblem, ProblemKind as StoreProblemKind, ProfileEdit, ProfileId,
    SecretStore, SecretStoreError, SecretsInExport, Transport,
};
pub use p2svpn_system::{InterfaceAddress, NetworkConfig, Recovered, Route, TunnelMode};
pub use profile_details::{ProfileDetails, ServerDetails, SignInDetails};
pub use profile_summary::ProfileSummary;
pub use profiles::Profiles;
pub use protection::Protection;
pub use reconnect::Reconnect;
pub use reconnection::Reconnection;
pub use recovery::{recover, wait_recover};
pub use server_exception::{RefusedCertificate, ServerException};
pub use session::{Session, Statistics, Status};
pub use session_id::SessionId;
pub use state::State;
pub use stream::Stream;
pub use token_provider::{TokenProvider, TokenProviderError};
pub use warning::{Warning, WarningKind};
