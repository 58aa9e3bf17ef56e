//! What the peer's TLS alerts mean for an OpenVPN client.

use rustls::AlertDescription;

use crate::error::Error;

/// The error that stands for an alert from the gateway.
pub(super) fn from_gateway(alert: AlertDescription) -> Error {
    use AlertDescription as Alert;
    let text = |cause: &str| format!("{cause} (alert {alert:?})");
    match alert {
        Alert::CertificateExpired => Error::ClientCertificateRefused(text("it has expired")),
        Alert::CertificateRevoked => Error::ClientCertificateRefused(text("it was revoked")),
        Alert::UnknownCA => {
            Error::ClientCertificateRefused(text("its issuer is not known to the gateway"))
        }
        Alert::CertificateRequired | Alert::NoCertificate => {
            Error::ClientCertificateRefused(text("the gateway wants one and none was shown"))
        }
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateUnknown
        | Alert::AccessDenied
        | Alert::DecryptError => Error::ClientCertificateRefused(text("it is not accepted")),
        Alert::ProtocolVersion | Alert::HandshakeFailure | Alert::InsufficientSecurity => {
            Error::NoCommonTls(text("the gateway refused"))
        }
        _ => Error::Tls(text("the gateway gave up")),
    }
}
