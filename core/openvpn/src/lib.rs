//! The OpenVPN protocol, sans-IO: bytes and time in; bytes, events and deadlines out.
//!
//! The smallest program that drives a [`Connection`]: send what is ready, hear what happened, wait until something arrives
//! or a deadline passes, and hand it in.
//!
//! ```no_run
//! use std::io::{ErrorKind, Read, Write};
//! use std::net::TcpStream;
//! use std::sync::Arc;
//! use std::time::{Duration, Instant, SystemTime};
//!
//! use p2svpn_openvpn::{ClientConfig, Connection, Event, Frame, Start, next_frame};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let mut stream = TcpStream::connect("gateway.example.com:443")?;
//!     let config = ClientConfig {
//!         // wrapping, validation, identity: what the profile says
//!         ..ClientConfig::new(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
//!     };
//!     let unix_time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
//!     let mut connection = Connection::client(config, Start { now: Instant::now(), unix_time })?;
//!     let mut arrived = Vec::new();
//!     loop {
//!         while let Some(bytes) = connection.poll_transmit(Instant::now()) {
//!             stream.write_all(&bytes)?;
//!         }
//!         while let Some(event) = connection.poll_event() {
//!             match event {
//!                 // The data channel's two halves: `sealer` for whoever sends, `opener` for whoever receives.
//!                 Event::Established(established) => println!("{:?}", established.push.addresses),
//!                 Event::Closed(reason) => return Ok(println!("{reason:?}")),
//!                 _ => {}
//!             }
//!         }
//!         let now = Instant::now();
//!         let due = connection.poll_timeout(now).map(|(due, _why)| due.saturating_duration_since(now));
//!         stream.set_read_timeout(due.map(|due| due.max(Duration::from_millis(1))))?;
//!         let mut chunk = [0; 4096];
//!         match stream.read(&mut chunk) {
//!             Ok(0) => connection.transport_closed(None),
//!             Ok(length) => arrived.extend_from_slice(&chunk[..length]),
//!             Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
//!                 connection.handle_timeout(Instant::now());
//!             }
//!             Err(error) => connection.transport_closed(Some(error.kind())),
//!         }
//!         loop {
//!             match next_frame(&arrived) {
//!                 Frame::Packet(range) => {
//!                     let end = range.end;
//!                     connection.receive(Instant::now(), &mut arrived[range]);
//!                     arrived.drain(..end);
//!                 }
//!                 Frame::Incomplete { .. } => break,
//!                 Frame::Invalid => return Err("the stream is out of step".into()),
//!             }
//!         }
//!     }
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
//! A **control packet** that arrives comes to `Connection::receive` (`connection/mod.rs`) and goes down through
//!
//! 1. `connection/channel.rs`, which chooses the wrapping by the key id, has it taken off (`wrap`: authentic? not replayed?),
//!    judges the session ids, and picks the key state;
//! 2. `connection/key_state.rs`, where it is put in order and acknowledged (`reliability`) and fed to the TLS session of that
//!    key state (`tls`);
//! 3. `connection/client` or `connection/gateway`, the role, which reads what TLS yields: key method 2 first
//!    (`exchange.rs`, `keying`), then text messages (`control_message`), of which the push reply (`push`) settles
//!    everything;
//! 4. `connection/core.rs`, which makes the data keys from both (`keying`) and hands the [`Sealer`] and the [`Opener`] out.
//!
//! What is to be sent goes the same way back, from the role through TLS, the send queue and the wrapping to
//! `Connection::poll_transmit`.
//!
//! A **data packet** does not come through here at all: [`Sealer`] and [`Opener`] (`data`) seal and open it in place
//! wherever the driver wants, without locks and without allocating.
//!
//! # A rekey
//!
//! Keys are replaced about once an hour, by whichever side finds it time ([`Renegotiation`], a key that is nearly used up,
//! or [`Connection::rekey`]). It is a handshake of its own beside the running tunnel: new message ids, a new TLS session,
//! new random numbers, under the next key id; ids go from 0 to 7 and then back to 1. `connection/renewal.rs` knows when it
//! is due and when it has failed, `connection/key_schedule.rs` which of the two living keys is sent under:
//!
//! ```text
//!           soft reset       keys there         proof, or time        the former key is forgotten
//!  ------------|-----------------|---------------------|---------------------------|----------------
//!  sent under  former            former                new
//!  opened      former            former and new        former and new             new
//! ```
//!
//! The proof is an authentic packet under the new key; the time is half of the former key's age, at most a minute, and longer
//! while the gateway says that a sign-in is pending.
//!
//! # What a gateway says while the tunnel runs
//!
//! Control messages go on arriving after the settings; `connection/client` obeys each.
//!
//! - **Questions** (`INFO_PRE`, `INFO`) come out as [`Event::Challenge`], with an id, and those for a text are answered by
//!   [`Connection::answer`]. A gateway asks only whom [`ClientConfig::sign_in_methods`] told it that somebody is there to
//!   answer. Two more kinds are answered by credentials: [`StaticChallenge`], which the profile asks beforehand, and
//!   [`DynamicChallenge`], which comes with a refusal ([`Error::Challenge`]) and is answered in the next connection.
//! - **Changed settings** (`PUSH_UPDATE`, or another `PUSH_REPLY`, at a rekey for instance) come out as
//!   [`Event::Reconfigured`]: all settings as they are now, and [`PushChanges`], which say what differs. What concerns the
//!   connection itself, keepalives and limits, it acts on; addresses, routes and DNS are the host's to change. What only a new
//!   connection can take on ends this one with [`Error::NotUpdatable`].
//! - **Farewells** (`AUTH_FAILED`, `RESTART`, `HALT`, `EXIT`) and limits that were pushed (`inactive`, `session-timeout`,
//!   `ping-exit`) end it with an [`Error`] each, which says whether, where and when to connect again.
//! - **Whatever has no effect** is told of by [`Event::Warning`], a bounded number of times.
//!
//! # Bounds
//!
//! Whatever the peer sends, a connection keeps at most two key states, and in each at most 12 control packets out of order,
//! 516 that wait to be sent or acknowledged, one TLS record that is not complete, and 64 KiB of an unfinished message (a
//! gateway: 257 KiB of the client's part of the key exchange); and 256 KiB of a push reply and as much of changes to it in
//! parts, and at most 10,000 routes. Texts for people have at most 2,048 characters. Events take no more than some ten times
//! what the packet brought that they came of, but for changed settings: of those one event waits at most.
//!
//! An established session keeps less than 32 KiB in memory, less than 48 KiB while a replaced key still opens packets, and
//! less than 64 KiB during the handshake, apart from the few KiB that the cryptography's C code takes for itself. Rekeys
//! leave nothing behind, and no data packet allocates. The tests `memory` and `allocations` of `p2svpn-tunnel` count it.
#![forbid(unsafe_code)]

mod auth_failure;
mod certificate_error;
mod challenge;
mod connection;
mod control_message;
mod credentials;
mod data;
mod error;
mod frame;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
mod human_text;
mod keying;
mod options_string;
mod packet;
mod peer_info;
mod push;
mod reliability;
mod remotes;
mod replay;
mod secret_buffer;
mod tls;
mod warning;
mod wrap;

// A connection and what it needs to know.
pub use connection::{
    Admission, ClientConfig, CloseReason, Connection, Established, Event, GatewayConfig,
    Reconfigured, Renegotiation, Stage, Start, TimeoutReason, Timeouts,
};
pub use credentials::Credentials;
pub use error::Error;
pub use warning::Warning;

// How TLS is spoken, and whom it trusts.
pub use certificate_error::{
    RevocationListProblem, ServerCertificateError, UnsupportedCertificate,
};
pub use tls::{
    CertificateException, CertificateName, CertificateUsage, ExtendedKeyUsage, KeyUsage,
    RevocationLists, ServerTrust, ServerValidation, TlsOptions, TlsSummary, TlsVersions,
};

// Which gateway is tried when.
pub use remotes::{Attempt, AttemptEnd, Remote, Remotes, Retry};

// How packets look and what protects the control channel.
pub use frame::{Frame, Framing, next_frame, stream_header};
pub use packet::{KeyId, Opcode, Role, SessionId, opcode_and_key};
pub use wrap::{
    Digest, KeyDirection, KeyError, StaticKey, TlsCryptV2ClientKey, TlsCryptV2ServerKey,
    UnknownDigest, UnwrappedClientKey, Wrapping,
};

// The data channel, and what the two ends say to each other.
pub use auth_failure::Advance;
pub use challenge::{
    AnswerError, Challenge, ChallengeId, ChallengeKind, DynamicChallenge, SignInMethod,
    StaticChallenge, WebAuth, WebProxy,
};
pub use data::{
    Cipher, CompressionFraming, DataStatistics, DropReason, IpVersion, MssFix, Opened, Opener,
    SealError, Sealer, UnknownCipher, UnsupportedCompression,
};
pub use keying::KeyMethodError;
pub use peer_info::PeerInfo;
pub use push::{
    AuthToken, DnsServer, DnsServerAddress, DnsTransport, Dnssec, Inactivity, ProtocolFlags,
    PushChanges, PushError, PushReply, PushWarning, PushWarningReason, RedirectGateway, Route,
    RouteGateway, Topology,
};
