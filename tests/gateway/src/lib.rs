//! An embedded gateway shaped like Azure's, with a small network behind it, for tests in any language.
//!
//! It speaks what Azure's gateways speak: OpenVPN over TCP, control packets under `tls-auth` with SHA-256, TLS 1.2 or
//! 1.3 with client certificates, keys by OpenVPN's own function, data packets of the first version under AES-256-GCM.
//! It makes its own certificates and secret each time it starts, and hands out the profile that goes with them.
//!
//! Where a test chooses so, it listens on UDP, replaces keys often, changes settings in mid-session ([`Gateway::say`]), or asks
//! its clients something before it lets them in ([`Question`]).
//!
//! Its clients show certificates, or, where it is told of a [`FakeEntra`], tokens of that.
//!
//! Behind it, each client finds a web server, echo, discard and a source of bytes at [`Gateway::services`]; `ping` is
//! answered. The bytes are those of [`pattern`].
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use p2svpn_gateway::Gateway;
//!
//! let gateway = Gateway::builder().start().await?;
//! std::fs::write("azurevpnconfig.xml", gateway.profile_xml())?;
//! std::fs::write("client.pfx", gateway.issue_client("alice")?.pfx("secret")?)?;
//! // ... a client connects with these two ...
//! gateway.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! A gateway can also do wrong on purpose, see [`Misbehaviour`]. It is made for tests: its keys are as good as any, but
//! it gives them to whoever asks.
#![forbid(unsafe_code)]

mod admission;
mod authority;
mod builder;
mod credentials;
mod entra;
mod error;
mod event;
mod gateway;
mod identity;
mod impostor;
mod misbehaviour;
mod network;
mod options;
mod pool;
mod profile;
mod question;
mod random;
mod session;
mod state;
mod token_issuer;
mod udp;

pub use authority::KeyKind;
pub use builder::GatewayBuilder;
pub use entra::{
    EntraAccount, EntraFault, EntraPolicy, EntraRefusal, EntraRequest, EntraRequests, EntraStep,
    FakeEntra, FakeEntraBuilder,
};
pub use error::GatewayError;
pub use event::{GatewayEvent, GatewayEvents};
pub use gateway::Gateway;
pub use identity::{IdentityFlaw, IdentityRequest, IssuedIdentity};
pub use misbehaviour::{Answer, Misbehaviour, ServerFlaw, Stop};
pub use network::pattern;
pub use options::{DataKeys, DataPackets, Transport};
pub use profile::{ProfileSignIn, ProfileText};
pub use question::Question;
pub use state::{GatewayStatistics, SessionSummary};
pub use token_issuer::TokenIssuer;

// What the builder takes.
pub use p2svpn_openvpn::{Cipher, PushReply, Stage, Timeouts, TlsVersions};
