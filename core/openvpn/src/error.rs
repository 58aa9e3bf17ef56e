//! Why a connection could not be made or ended.

use std::io::ErrorKind;
use std::time::Duration;

use crate::auth_failure::Advance;
use crate::certificate_error::ServerCertificateError;
use crate::challenge::DynamicChallenge;
use crate::connection::Stage;
use crate::data::UnsupportedCompression;
use crate::keying::KeyMethodError;
use crate::push::PushError;

/// Why a connection could not be made or ended; each cause is told apart so that a host can say what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The source of randomness failed: a fault of the machine; try again, then give up.
    #[error("the system gave no random bytes")]
    NoRandomness,
    /// The TLS settings contradict each other: the host or the profile must be changed.
    #[error("the TLS settings cannot be used: {0}")]
    Configuration(String),
    /// Nothing came back to the first packet: the wrong server secret (a stale profile), the wrong
    /// host, or a network that swallows packets. Fetch the profile anew, check the network.
    #[error("the gateway did not answer within {} s", .0.as_secs())]
    NoAnswer(Duration),
    /// The gateway ended the transport before its first answer: gateways do so when the server
    /// secret is wrong. Fetch the profile anew.
    #[error("the gateway closed the connection without an answer")]
    ClosedWithoutAnswer(Option<ErrorKind>),
    /// The transport ended in mid-handshake. If `certificate_sent`, the gateway most probably refused the
    /// client certificate, or missed one: OpenVPN 2.6 and older do not say so in an alert.
    #[error("the connection ended during the handshake ({stage})")]
    ClosedDuringHandshake {
        /// How far the handshake had come.
        stage: Stage,
        /// Whether the client certificate was asked for by then, and not accepted yet.
        certificate_sent: bool,
        /// What the transport reported; none for an orderly end.
        kind: Option<ErrorKind>,
    },
    /// The handshake took too long: try again; if it persists, the network loses packets.
    #[error("the handshake did not finish within {} s ({stage})", .after.as_secs())]
    HandshakeTimedOut {
        /// How far the handshake had come.
        stage: Stage,
        /// The deadline that passed.
        after: Duration,
    },
    /// The gateway's certificate was refused: do not connect; see the cause.
    #[error("the gateway's certificate was refused: {0}")]
    ServerCertificate(#[from] ServerCertificateError),
    /// The gateway refused the client certificate: choose or renew it.
    #[error("the gateway refused the client certificate: {0}")]
    ClientCertificateRefused(String),
    /// No TLS version or cipher suite in common: the gateway is outdated or set up unusually.
    #[error("no TLS version or cipher suite in common with the gateway: {0}")]
    NoCommonTls(String),
    /// Any other TLS failure, as text.
    #[error("TLS failed: {0}")]
    Tls(String),
    /// The peer's key method 2 message makes no sense.
    #[error("the key exchange failed: {0}")]
    KeyMethod(#[from] KeyMethodError),
    /// The gateway refused the credentials: ask the user again, never repeat them unasked.
    #[error("the gateway refused the sign-in{}{}", if .0.is_empty() { "" } else { ": " }, .0)]
    AuthenticationFailed(String),
    /// The gateway no longer takes the token that stood for the credentials: connect again with the credentials
    /// themselves.
    #[error("the gateway no longer takes the session's token{}{}", if .0.is_empty() { "" } else { ": " }, .0)]
    TokenExpired(String),
    /// The gateway lets nobody in just now: try again where `advance` says, not before `backoff` has passed if it is
    /// given.
    #[error("the gateway lets nobody in just now{}{message}", if message.is_empty() { "" } else { ": " })]
    TemporarilyRefused {
        /// The gateway's words; may be empty.
        message: String,
        /// How long to wait at least.
        backoff: Option<Duration>,
        /// Where to try again.
        advance: Advance,
    },
    /// The gateway asks the user a question: connect again with the credentials that it makes of the answer.
    #[error("the gateway asks: {}", .0.text)]
    Challenge(Box<DynamicChallenge>),
    /// The gateway did not send its settings in time.
    #[error("the gateway sent no settings within {} s", .0.as_secs())]
    PushTimedOut(Duration),
    /// The gateway's settings make no sense.
    #[error("the gateway's settings cannot be used: {0}")]
    Push(#[from] PushError),
    /// The gateway assigned no address: its address pool may be used up.
    #[error("the gateway assigned no address")]
    NoAddress,
    /// The gateway asks for a data cipher that is not supported or not allowed; those without authentication (CBC and
    /// older) never are. Have the gateway allow AES-GCM or ChaCha20-Poly1305.
    #[error("the gateway asks for the data cipher {:?}, which is {}", .0, why_refused(.0))]
    Cipher(String),
    /// The gateway asks for compression, which is never used because it leaks what is sent. Have it turned off there.
    #[error("the gateway asks for {0}, which is refused")]
    Compression(String),
    /// Nothing was heard for as long as the gateway had asked to take for a failure: connect again.
    #[error("the gateway was silent for {} s", .0.as_secs())]
    PeerSilent(Duration),
    /// The gateway said goodbye: connect again.
    #[error("the gateway ended the session")]
    PeerExit,
    /// The gateway asked for a new connection: connect again.
    #[error("the gateway asked for a restart{}{message}", if message.is_empty() { "" } else { ": " })]
    PeerRestart {
        /// The gateway's words; may be empty.
        message: String,
        /// The token that the gateway gave out stays good; otherwise use the credentials themselves.
        keep_credentials: bool,
        /// Go to the next of several gateways; otherwise stay with this one.
        next_remote: bool,
    },
    /// The gateway ordered the client to stop: do not connect again unasked.
    #[error("the gateway ordered a stop{}{}", if .0.is_empty() { "" } else { ": " }, .0)]
    PeerHalt(String),
    /// The gateway changed a setting that only a new connection can take on: connect again.
    #[error("the gateway changed {0:?}, which takes a new connection")]
    NotUpdatable(String),
    /// There was as little traffic for as long as the gateway had named: do not connect again unasked.
    #[error("there was next to no traffic for {} s, after which the gateway wants connections to end", .0.as_secs())]
    Inactive(Duration),
    /// The connection lasted as long as the gateway allows: do not connect again unasked.
    #[error("the connection lasted {} s, which is as long as the gateway allows", .0.as_secs())]
    SessionTimedOut(Duration),
    /// Nothing was heard for as long as the gateway had named to end for good (`ping-exit`): do not connect again unasked.
    #[error("the gateway was silent for {} s, after which it wants connections to end", .0.as_secs())]
    PingExit(Duration),
    /// The transport ended while connected: connect again.
    #[error("the connection to the gateway was lost")]
    TransportClosed(Option<ErrorKind>),
    /// The keys could not be replaced in time: connect again.
    #[error("new keys were not negotiated within {} s ({stage})", .after.as_secs())]
    RekeyTimedOut {
        /// How far the negotiation had come.
        stage: Stage,
        /// The time that it was given.
        after: Duration,
    },
    /// No packet may be sent under the keys any more: connect again.
    #[error("the session's keys are used up")]
    KeysExhausted,
    /// The peer broke the protocol in a way that cannot be overlooked.
    #[error("the peer broke the protocol: {0}")]
    Protocol(&'static str),
}

/// What keeps a cipher from being used.
fn why_refused(cipher: &str) -> &'static str {
    let name = cipher.to_ascii_uppercase();
    if name == "NONE" {
        return "no encryption at all";
    }
    let outdated = ["-CBC", "-CFB", "-CFB1", "-CFB8", "-OFB"];
    if outdated.iter().any(|mode| name.ends_with(mode)) {
        return "outdated and refused: only AES-GCM and ChaCha20-Poly1305 are supported, not CBC and its kind";
    }
    "not supported or not allowed"
}

impl From<UnsupportedCompression> for Error {
    fn from(UnsupportedCompression(option): UnsupportedCompression) -> Self {
        Self::Compression(option)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cipher_that_is_refused_is_named_with_the_reason() {
        for (cipher, reason) in [
            ("AES-256-CBC", "outdated and refused"),
            ("bf-cbc", "not CBC and its kind"),
            ("none", "no encryption at all"),
            ("AES-192-GCM", "not supported or not allowed"),
        ] {
            let text = Error::Cipher(cipher.to_owned()).to_string();
            assert!(text.contains(&format!("{cipher:?}")), "{text}");
            assert!(text.contains(reason), "{text}");
        }
    }
}
