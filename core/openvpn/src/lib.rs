//! The OpenVPN protocol, sans-IO: bytes and time in; bytes, events and deadlines out.
//!
//! Nothing in here reads a clock, opens a socket, starts a thread or sleeps.
#![forbid(unsafe_code)]

mod connection;
mod control_message;
mod data;
mod error;
mod frame;
mod keying;
mod options_string;
mod packet;
mod peer_info;
mod push;
mod reliability;
mod replay;
mod tls;
mod wrap;

// A connection and what it needs to know.
pub use connection::{
    Admission, ClientConfig, CloseReason, Connection, Credentials, Established, Event,
    GatewayConfig, Stage, Start, TimeoutReason, Timeouts,
};
pub use error::{Error, ServerCertificateError};
pub use tls::{ServerValidation, TlsSummary, TlsVersions};

// How packets look and what protects the control channel.
pub use frame::{Frame, Framing, next_frame, stream_header};
pub use packet::{KeyId, Opcode, Role, SessionId, opcode_and_key};
pub use wrap::{
    Digest, KeyDirection, KeyError, StaticKey, TlsCryptV2ClientKey, TlsCryptV2ServerKey,
    UnknownDigest, UnwrappedClientKey, Wrapping,
};

// The data channel, and what the two ends say to each other.
pub use control_message::DynamicChallenge;
pub use data::{
    Cipher, DataStatistics, DropReason, Opened, Opener, SealError, Sealer, UnknownCipher,
};
pub use keying::KeyMethodError;
pub use peer_info::PeerInfo;
pub use push::{
    AuthToken, DnsServer, DnsServerAddress, DnsTransport, Dnssec, Inactivity, ProtocolFlags,
    PushError, PushReply, PushWarning, PushWarningReason, RedirectGateway, Route, RouteGateway,
    Topology,
};
