//! The OpenVPN protocol, sans-IO: bytes and time in; bytes, events and deadlines out.
//!
//! The smallest program that drives a [`Connection`]: hand in what arrived, send what is ready, hear what happened,
//! sleep until the deadline.
//!
//! ```
//! use std::time::Instant;
//! use p2svpn_openvpn::{Connection, Event};
//!
//! /// One turn of a driver's loop. `arrived` is one packet, without the length that precedes it on a stream.
//! fn turn(connection: &mut Connection, now: Instant, arrived: Option<&mut [u8]>, wire: &mut Vec<u8>) -> bool {
//!     match arrived {
//!         Some(packet) => connection.receive(now, packet),
//!         None => connection.handle_timeout(now),
//!     }
//!     while let Some(bytes) = connection.poll_transmit(now) {
//!         wire.extend_from_slice(&bytes);
//!     }
//!     while let Some(event) = connection.poll_event() {
//!         match event {
//!             Event::Established(established) => {
//!                 // The data channel's two halves: give `sealer` to whoever sends, `opener` to whoever receives.
//!                 let (_sealer, _opener) = (established.sealer, established.opener);
//!             }
//!             Event::Closed(_) => return false,
//!             _ => {}
//!         }
//!     }
//!     // `connection.poll_timeout(now)` says when to call again if nothing arrives, and why.
//!     true
//! }
//! ```
//!
//! # The contract
//!
//! Nothing in here reads a clock, opens a socket, starts a thread or sleeps. Time is an argument, randomness comes
//! with the [`CryptoProvider`](rustls::crypto::CryptoProvider), and the wall clock is told once, at the
//! [`Start`]. The same input at the same instants gives the same output, but for what the provider draws.
//!
//! # A packet's way
//!
//! A control packet that arrives is unwrapped (`wrap`: authentic? not replayed?), judged by its session ids
//! (`connection/channel.rs`), acknowledged and put in order (`reliability`), and fed to TLS (`tls`). What TLS yields
//! is key method 2 first (`keying`), then text messages (`control_message`), of which the push reply (`push`) is the
//! one that settles everything. From it come the data keys (`keying`), and with them the [`Sealer`] and the
//! [`Opener`] (`data`), which seal and open packets in place, without locks and without allocating.
//!
//! # Bounds
//!
//! Whatever the peer sends, a connection keeps at most 12 control packets out of order, one TLS record that is not
//! complete, 64 KiB of an unfinished message, and 256 KiB of a push reply in parts.
#![forbid(unsafe_code)]

mod auth_failure;
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
    GatewayConfig, Renegotiation, Stage, Start, TimeoutReason, Timeouts,
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
pub use auth_failure::DynamicChallenge;
pub use data::{
    Cipher, CompressionFraming, DataStatistics, DropReason, IpVersion, MssFix, Opened, Opener,
    SealError, Sealer, UnknownCipher, UnsupportedCompression,
};
pub use keying::KeyMethodError;
pub use peer_info::PeerInfo;
pub use push::{
    AuthToken, DnsServer, DnsServerAddress, DnsTransport, Dnssec, Inactivity, ProtocolFlags,
    PushError, PushReply, PushWarning, PushWarningReason, RedirectGateway, Route, RouteGateway,
    Topology,
};
