//! What a connection tells its driver.

use std::time::Instant;

use super::stage::Stage;
use crate::challenge::Challenge;
use crate::data::{Opener, Sealer};
use crate::error::Error;
use crate::packet::KeyId;
use crate::peer_info::PeerInfo;
use crate::push::{AuthToken, PushChanges, PushReply};
use crate::tls::TlsSummary;
use crate::warning::Warning;
use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

/// Something that happened, in order.
pub enum Event {
    /// The handshake reached its next part.
    Stage(Stage),
    /// Gateway role: a client has shown who it is, at first or at a rekey; answer with `Connection::admit` or
    /// `Connection::refuse`.
    Admission(Box<Admission>),
    /// The keys are there: data can flow.
    Established(Box<Established>),
    /// The keys were replaced by those of this id. The two halves of the data channel change over by themselves.
    Rekeyed(KeyId),
    /// Client role: the credentials will be sent again. If they wear out, hand fresh ones to
    /// `Connection::set_credentials` by then; without an answer the known ones are used.
    CredentialsDue {
        /// When this end asks for new keys at the latest; the gateway may do so earlier. After a long sleep it may lie in
        /// the past: new keys are asked for at once then, and fresh credentials still count until they are sent.
        before: Instant,
    },
    /// Client role: what stands for the credentials from now on, in rekeys and in a connection made anew. The connection
    /// uses it by itself.
    AuthToken(AuthToken),
    /// Client role: the gateway asks the user something; answer with `Connection::answer`. It comes only to clients that
    /// have named ways to sign in ([`ClientConfig::sign_in_methods`](crate::ClientConfig)), if the gateway is well-behaved.
    Challenge(Box<Challenge>),
    /// Client role: the gateway changed its settings in mid-session, once or several times since the last such event.
    Reconfigured(Box<Reconfigured>),
    /// Gateway role: the client's user answered a question.
    Answer(Zeroizing<String>),
    /// Something is odd but not fatal.
    Warning(Warning),
    /// Nothing was sent for as long as the peer allows: seal and send a keepalive now.
    KeepAliveDue,
    /// The connection is over. Nothing follows this event.
    Closed(CloseReason),
}

/// The two halves of the data channel, and what was agreed.
pub struct Established {
    /// The settings that the gateway pushed; in the gateway role, those it has sent.
    pub push: PushReply,
    /// What was negotiated in TLS.
    pub tls: TlsSummary,
    /// The data cipher's name.
    pub cipher: &'static str,
    /// Seals outgoing packets; owned by whoever sends.
    pub sealer: Sealer,
    /// Opens incoming packets; owned by whoever receives.
    pub opener: Opener,
}

/// The settings that a gateway has changed in mid-session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reconfigured {
    /// The settings from now on, as a whole.
    pub push: PushReply,
    /// What differs from those before.
    pub changes: PushChanges,
}

/// Who asks to be let in, in the gateway role.
pub struct Admission {
    /// The client's certificate chain, verified; empty where none was asked for.
    pub certificates: Vec<CertificateDer<'static>>,
    /// The user name; empty where none was sent.
    pub username: Zeroizing<String>,
    /// The password; empty where none was sent.
    pub password: Zeroizing<String>,
    /// What the client says of itself.
    pub peer_info: PeerInfo,
    /// Whether the client is in already and only its keys are replaced.
    pub is_rekey: bool,
}

/// Why a connection is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloseReason {
    /// This side closed it.
    Local,
    /// It failed, or the peer ended it.
    Failed(Error),
}

/// What `Connection::poll_timeout` waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeoutReason {
    /// A control packet is due, for the first time or again.
    Transmit,
    /// The gateway must have answered by then.
    Answer,
    /// The key exchange must be done by then.
    Handshake,
    /// The push reply must be complete by then.
    Push,
    /// The push request is due again.
    PushRequest,
    /// New keys are due.
    Rekey,
    /// Fresh credentials are to be asked for.
    Credentials,
    /// The newest keys may be due to be sent under, or a former one to be forgotten.
    KeySwitch,
    /// A keepalive is due unless something is sent before.
    KeepAlive,
    /// The peer counts as lost unless something is heard before.
    PeerSilent,
    /// The connection ends unless there was traffic.
    Inactivity,
    /// The connection has lasted as long as the gateway allows.
    SessionEnd,
}
