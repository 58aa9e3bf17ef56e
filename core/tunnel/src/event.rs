use std::io;

use std::time::Instant;

use p2svpn_openvpn::{
    Admission, AuthToken, Challenge, KeyId, PushReply, Reconfigured, Stage, TlsSummary, Warning,
};
use zeroize::Zeroizing;

/// What a tunnel tells its owner, in order.
#[non_exhaustive]
pub enum TunnelEvent {
    /// The handshake reached its next part.
    Stage(Stage),
    /// Gateway role: a client has shown who it is; answer with [`Tunnel::admit`](crate::Tunnel::admit) or
    /// [`Tunnel::refuse`](crate::Tunnel::refuse).
    Admission(Box<Admission>),
    /// The handshake is done: configure the machine, then [`attach`](crate::Tunnel::attach) a device.
    Established(Box<Settings>),
    /// The keys were replaced by those of this id.
    Rekeyed(KeyId),
    /// The credentials will be sent again at the next rekey: hand fresh ones to
    /// [`Tunnel::set_credentials`](crate::Tunnel::set_credentials) by then if they wear out.
    CredentialsDue {
        /// When this end asks for new keys at the latest.
        before: Instant,
    },
    /// What stands for the credentials from now on, also in a connection made anew.
    AuthToken(AuthToken),
    /// The gateway asks the user something: answer with [`Tunnel::answer`](crate::Tunnel::answer).
    Challenge(Box<Challenge>),
    /// The gateway changed its settings: configure the machine anew where the changes concern it. What concerns the
    /// tunnel alone has been done.
    Reconfigured(Box<Reconfigured>),
    /// Gateway role: the client's user answered a question.
    Answer(Zeroizing<String>),
    /// The peer said something odd that harms nothing.
    Warning(Warning),
    /// The tunnel is over. It comes once, and nothing follows it.
    Closed(TunnelEnd),
}

/// What was agreed on in the handshake.
#[derive(Debug)]
#[non_exhaustive]
pub struct Settings {
    /// What the gateway pushed; in the gateway role, what it has sent.
    pub push: PushReply,
    /// What was negotiated in TLS.
    pub tls: TlsSummary,
    /// The data cipher's name.
    pub cipher: &'static str,
}

/// Why a tunnel is over.
#[derive(Debug)]
#[non_exhaustive]
pub enum TunnelEnd {
    /// Its owner closed it.
    Local,
    /// The connection failed, or the peer ended it.
    Connection(p2svpn_openvpn::Error),
    /// The device failed; connecting again needs another one.
    Device(io::Error),
    /// Code of this library or of the device panicked: a defect, which connecting again may meet again.
    Panicked,
}
