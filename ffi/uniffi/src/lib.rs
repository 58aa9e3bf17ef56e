//! `libp2svpn_uniffi`: what the packages for Python and Swift load.
//!
//! The functions and types are those of `p2svpn-client`, in the forms that [uniffi](https://mozilla.github.io/uniffi-rs)
//! carries between languages: addresses are strings, ids are numbers and strings, each error is an [`ErrorDetails`].
//! The packages wrap this layer in what their language is used to; programs use the packages.
//!
//! Asynchronous functions need no runtime: whoever awaits them polls them, and the library's own threads wake them.
#![expect(
    clippy::result_large_err,
    reason = "errors are carried over by value, and only once a call"
)]

mod certificate;
mod certificate_details;
mod certificate_store;
mod challenge;
mod client;
mod credentials;
mod device;
mod edit_report;
mod error;
mod event;
mod external_key;
mod http_client;
mod log;
mod log_queue;
mod network;
mod options;
mod profile;
mod profile_change;
mod profile_details;
mod profile_edit;
mod profile_problem;
mod protection;
mod reconnection;
mod recovered;
mod server_exception;
mod session;
mod state;
mod status;
mod stream;
mod token_provider;
mod warning;

pub use certificate::Certificate;
pub use certificate_details::CertificateDetails;
pub use certificate_store::{
    CertificateStore, import_certificate, list_certificates, remove_certificate,
};
pub use challenge::{Answer, Challenge, ChallengeKind};
pub use client::{Client, ClientOptions};
pub use credentials::Credentials;
pub use device::Device;
pub use error::{ErrorClass, ErrorDetails, VpnError, error_catalogue};
pub use event::{Event, EventKind};
pub use external_key::{ExternalKey, KeyAlgorithm, Scheme, SigningError};
pub use http_client::{HttpClient, HttpError, HttpRequest, HttpResponse};
pub use log::LogReader;
pub use log_queue::{LogLevel, LogRecord};
pub use network::{InterfaceAddress, NetworkConfig, Route};
pub use options::{ConnectOptions, EntraMethod, LeakGuard, Timeouts};
pub use profile::{ExportedProfile, ImportedProfile, Plan, ProfileSummary, UpdatedProfile};
pub use profile_change::ProfileChange;
pub use profile_details::{ProfileDetails, ServerDetails, SignInDetails};
pub use profile_edit::{ListEdit, ProfileEdit};
pub use recovered::{Recovered, recover};
pub use server_exception::{RefusedCertificate, ServerException};
pub use session::Session;
pub use state::State;
pub use status::{Statistics, Status};
pub use stream::{Stream, StreamError};
pub use token_provider::{AccessToken, TokenProvider, TokenProviderError, TokenRequest};
pub use warning::Warning;

uniffi::setup_scaffolding!();

/// Returns the version of the library, such as `0.1.0`.
#[uniffi::export]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
