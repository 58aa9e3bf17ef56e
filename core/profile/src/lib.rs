//! What to connect to: Azure VPN profiles read into one typed model.
//!
//! An administrator hands out the zip of the Azure portal, an `azurevpnconfig.xml`, an Intune policy
//! or an `.ovpn`; [`import`] turns whatever it is into a [`Profile`] for each gateway, and says what it
//! had to forgive, with file, line and column.
//!
//! ```
//! use p2svpn_profile::{Authentication, ImportOptions, SourceFile, import};
//!
//! # fn main() -> Result<(), p2svpn_profile::ImportFailure> {
//! # let bytes = include_bytes!("../tests/fixtures/certificate.xml");
//! let files = [SourceFile { name: "azurevpnconfig.xml", bytes }];
//! for imported in import(&files, &ImportOptions::default())? {
//!     for warning in &imported.warnings {
//!         eprintln!("{warning}");
//!     }
//!     let profile = imported.profile;
//!     println!("{} connects to {}", profile.name, profile.servers.first());
//!     if let Authentication::Certificate(wanted) = profile.authentication.selected() {
//!         println!("it needs a client certificate issued below {:?}", wanted.issuer);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Contract
//!
//! - **Pure.** Bytes in, values out: no clock, socket, file, thread or log. Every type is `Send +
//!   Sync`.
//! - **A profile is hostile input.** It names the sign-in host, the DNS servers and the routes.
//!   Reading one never panics, and an import uses no more than 16 MiB of memory, its results included,
//!   beside the bytes that were given, whatever is written in them. What is read is well formed; whether it is *trusted* is for the
//!   host to ask its user.
//! - **Tolerant, and honest about it.** Everything that Azure's portal, Microsoft's client and
//!   administrators' editors are known to write is accepted; what was ignored or repaired is a
//!   [`Warning`]. What would send traffic elsewhere if it were guessed (a route, a DNS server, a
//!   pinned root, the secret) is an [`ImportError`] instead.
//! - **Secrets stay secret.** [`ServerSecret`], [`SecretText`] and [`SecretBytes`] zeroize when dropped,
//!   never print, and never occur in an error or a warning.

#![forbid(unsafe_code)]

// What the tests of the crate share calls it by its name.
#[cfg(test)]
extern crate self as p2svpn_profile;

mod authentication;
mod azure;
mod certificate;
mod content;
mod dns_suffix;
mod edit;
mod error;
mod excerpt;
mod export;
mod import;
mod import_failure;
mod imported;
mod invalid_value;
mod json;
mod limits;
mod merge;
mod name;
mod one_or_more;
mod openvpn;
mod package;
mod pem;
mod plan;
mod position;
mod profile;
mod protocol;
mod routes;
mod secret;
mod secret_value;
mod server;
mod store;
mod thumbprint;
mod transport;
mod unique;
mod unknown_element;
mod validation;
mod virtual_network;
mod warning;

pub use authentication::{
    Authentication, AuthenticationChoice, AuthenticationKind, Authority, CertificateAuthentication,
    ClientIdentity, Cloud, EntraAuthentication, PasswordAuthentication, StaticChallenge,
};
pub use azure::{MAXIMUM_XML_BYTES, MAXIMUM_XML_DEPTH, MAXIMUM_XML_ELEMENTS};
pub use certificate::Certificate;
pub use content::Content;
pub use dns_suffix::DnsSuffix;
pub use edit::{
    Duplicate, EditError, EditReport, Edited, Field, HostBits, Nested, Overlap, ProfileEdit,
};
pub use error::ImportError;
pub use excerpt::printable;
pub use export::{Exported, SecretsInExport};
pub use import::{ImportOptions, SourceFile, import};
pub use import_failure::ImportFailure;
pub use imported::Imported;
pub use invalid_value::InvalidValue;
pub use json::{MAXIMUM_JSON_BYTES, MAXIMUM_JSON_DEPTH};
pub use merge::Updated;
pub use name::ProfileName;
pub use one_or_more::OneOrMore;
pub use openvpn::{MAXIMUM_OVPN_BYTES, MAXIMUM_OVPN_LINES, files_beside};
pub use package::MAXIMUM_PACKAGE_BYTES;
pub use plan::{
    Caution, CautionKind, CautionsLeftOut, CertificateSignIn, CertificateSource,
    CertificateSummary, DeviceKind, DnsReach, EntraSignIn, KnownCertificate, KnownProfile,
    LocalNetwork, Missing, MissingKind, Moment, PasswordSignIn, Plan, PlanSource, PlannedDnsServer,
    PlannedExclude, PlannedGateway, PlannedLocalNetwork, PlannedMode, PlannedName, PlannedNetwork,
    PlannedProof, PlannedRoute, PlannedTrust, Severity, SignIn, Surroundings,
};
pub use position::Position;
pub use profile::{Profile, TunnelMode};
pub use protocol::{
    CompressionFraming, DataCipher, MssFix, ProtocolOptions, Renegotiation, TlsVersions,
};
pub use routes::Routes;
pub use secret::ServerSecret;
pub use secret_value::{SecretBytes, SecretText};
pub use server::Server;
pub use store::{
    Change, FolderError, FolderLock, LONGEST_SECRET_NAME, MemorySecretStore, PrivateFile,
    PrivateFolder, Problem, ProblemKind, ProfileId, Relation, SecretStore, SecretStoreError, Store,
    StoreError, StoredProfile, Update, check_secret_name,
};
pub use thumbprint::Thumbprint;
pub use transport::Transport;
pub use unique::Unique;
pub use unknown_element::UnknownElement;
pub use validation::{
    CertificateUsage, Digest, Fingerprint, KeyDirection, PinnedRoot, ServerName, ServerTrust,
    ServerValidation, Wrapping,
};
pub use virtual_network::VirtualNetwork;
pub use warning::{MAXIMUM_WARNINGS, Warning, WarningKind};
