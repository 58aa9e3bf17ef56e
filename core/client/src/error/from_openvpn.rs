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
            ConnectionError::PeerRestart(_) => ErrorCode::GatewayRestart,
            ConnectionError::PeerHalt(_) => ErrorCode::GatewayHalt,
            ConnectionError::TransportClosed(_) => ErrorCode::ConnectionLost,
            ConnectionError::KeysExhausted => ErrorCode::KeysExhausted,
            // `Protocol`, and what a later version of the protocol crate adds.
            _ => ErrorCode::ProtocolBroken,
        };
        Self::new(code, error.to_string()).because_below(&error)
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
        _ => ErrorCode::GatewayCertificateDamaged,
    }
}
