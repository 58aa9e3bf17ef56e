use std::time::Duration;

use p2svpn_openvpn::{Error as ConnectionError, ServerCertificateError};

use super::{Error, ErrorCode};

impl From<ConnectionError> for Error {
    fn from(error: ConnectionError) -> Self {
        let code = match &error {
            ConnectionError::NoRandomness => ErrorCode::RandomnessUnavailable,
            ConnectionError::Configuration(_) => ErrorCode::TlsUnavailable,
            ConnectionError::NoAnswer(_) => ErrorCode::NoAnswer,
            ConnectionError::ClosedWithoutAnswer(_) => ErrorCode::ClosedWithoutAnswer,
            ConnectionError::ClosedDuringHandshake {
                certificate_sent: true,
                ..
            } => ErrorCode::ClientCertificateProbablyRefused,
            ConnectionError::ClosedDuringHandshake { .. } => ErrorCode::HandshakeInterrupted,
            ConnectionError::HandshakeTimedOut { .. } => ErrorCode::HandshakeTimedOut,
            ConnectionError::ServerCertificate(error) => server_certificate(error),
            ConnectionError::ClientCertificateRefused(_) => ErrorCode::ClientCertificateRefused,
            ConnectionError::NoCommonTls(_) => ErrorCode::TlsNothingInCommon,
            ConnectionError::Tls(_) => ErrorCode::TlsFailed,
            ConnectionError::KeyMethod(_) => ErrorCode::KeyExchangeInvalid,
            ConnectionError::AuthenticationFailed(_) => ErrorCode::SignInRefused,
            ConnectionError::Challenge(_) => ErrorCode::SignInChallenged,
            ConnectionError::TemporarilyRefused { .. } => ErrorCode::GatewayBusy,
            ConnectionError::PushTimedOut(_) => ErrorCode::PushTimedOut,
            ConnectionError::Push(_) => ErrorCode::PushInvalid,
            ConnectionError::NoAddress => ErrorCode::NoAddress,
            ConnectionError::Cipher(_) => ErrorCode::CipherRefused,
            ConnectionError::Compression(_) => ErrorCode::CompressionRefused,
            ConnectionError::PeerSilent(_) => ErrorCode::GatewaySilent,
            ConnectionError::PeerExit => ErrorCode::GatewayExit,
            ConnectionError::PeerRestart { .. } => ErrorCode::GatewayRestart,
            ConnectionError::NotUpdatable(_) => ErrorCode::GatewaySettingsChanged,
            ConnectionError::PeerHalt(_) => ErrorCode::GatewayHalt,
            ConnectionError::Inactive(_) => ErrorCode::Inactive,
            ConnectionError::SessionTimedOut(_) => ErrorCode::SessionTimedOut,
            ConnectionError::PingExit(_) => ErrorCode::GatewaySilentForGood,
            ConnectionError::TransportClosed(_) => ErrorCode::ConnectionLost,
            ConnectionError::RekeyTimedOut { .. } => ErrorCode::GatewayRekey,
            ConnectionError::TokenExpired(_) => ErrorCode::TokenExpired,
            ConnectionError::KeysExhausted => ErrorCode::KeysExhausted,
            // `Protocol`, and what a later version of the protocol crate adds.
            _ => ErrorCode::ProtocolBroken,
        };
        Self::new(code, context(&error)).because_below(&error)
    }
}

impl From<&ServerCertificateError> for Error {
    fn from(error: &ServerCertificateError) -> Self {
        Self::new(server_certificate(error), error.to_string())
    }
}

/// What an error tells beyond the title of its code.
fn context(error: &ConnectionError) -> String {
    let within = |duration: &Duration| format!("within {} s", duration.as_secs());
    match error {
        ConnectionError::NoAnswer(after) | ConnectionError::PushTimedOut(after) => within(after),
        ConnectionError::HandshakeTimedOut { stage, after }
        | ConnectionError::RekeyTimedOut { stage, after } => {
            format!("{stage}, not finished {}", within(after))
        }
        ConnectionError::PeerSilent(time)
        | ConnectionError::PingExit(time)
        | ConnectionError::Inactive(time)
        | ConnectionError::SessionTimedOut(time) => format!("for {} s", time.as_secs()),
        ConnectionError::ClosedWithoutAnswer(kind) | ConnectionError::TransportClosed(kind) => {
            kind.map(|kind| kind.to_string()).unwrap_or_default()
        }
        ConnectionError::ClosedDuringHandshake { stage, kind, .. } => match kind {
            Some(kind) => format!("{stage}, {kind}"),
            None => stage.to_string(),
        },
        ConnectionError::ServerCertificate(error) => error.to_string(),
        ConnectionError::KeyMethod(error) => error.to_string(),
        ConnectionError::Push(error) => error.to_string(),
        ConnectionError::Challenge(challenge) => challenge.text.clone(),
        ConnectionError::Cipher(name) => name.clone(),
        ConnectionError::Configuration(text)
        | ConnectionError::ClientCertificateRefused(text)
        | ConnectionError::NoCommonTls(text)
        | ConnectionError::Tls(text)
        | ConnectionError::AuthenticationFailed(text)
        | ConnectionError::TokenExpired(text)
        | ConnectionError::TemporarilyRefused { message: text, .. }
        | ConnectionError::Compression(text)
        | ConnectionError::PeerRestart { message: text, .. }
        | ConnectionError::NotUpdatable(text)
        | ConnectionError::PeerHalt(text) => text.clone(),
        ConnectionError::Protocol(text) => (*text).to_owned(),
        ConnectionError::NoRandomness
        | ConnectionError::NoAddress
        | ConnectionError::PeerExit
        | ConnectionError::KeysExhausted => String::new(),
        // What a later version of the protocol crate adds.
        _ => error.to_string(),
    }
}

fn server_certificate(error: &ServerCertificateError) -> ErrorCode {
    match error {
        ServerCertificateError::NotPinned => ErrorCode::GatewayRootNotPinned,
        ServerCertificateError::RootUnknown(_) => ErrorCode::GatewayRootUnknown,
        ServerCertificateError::WrongName { .. } => ErrorCode::GatewayNameWrong,
        ServerCertificateError::Expired => ErrorCode::GatewayCertificateExpired,
        ServerCertificateError::NotYetValid => ErrorCode::GatewayCertificateNotYetValid,
        ServerCertificateError::NotForServers => ErrorCode::GatewayCertificatePurpose,
        ServerCertificateError::Revoked => ErrorCode::GatewayCertificateRevoked,
        ServerCertificateError::WrongFingerprint { .. } => ErrorCode::GatewayFingerprintWrong,
        ServerCertificateError::WrongUsage { .. } => ErrorCode::GatewayCertificateUsage,
        ServerCertificateError::Unsupported(_) => ErrorCode::GatewayCertificateUnsupported,
        ServerCertificateError::RevocationUnknown(_) => ErrorCode::GatewayRevocationUnknown,
        _ => ErrorCode::GatewayCertificateDamaged,
    }
}
