//! What the peer's TLS alerts mean for an OpenVPN client.

use rustls::AlertDescription;

use crate::error::Error;

/// The error that stands for an alert from the gateway; `asked` says whether it has asked for the client certificate.
pub(super) fn from_gateway(alert: AlertDescription, asked: bool) -> Error {
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
        | Alert::DecryptError
            if asked =>
        {
            Error::ClientCertificateRefused(text("it is not accepted"))
        }
        // OpenSSL's word, with TLS 1.2, for a certificate that was not shown.
        Alert::HandshakeFailure if asked => {
            Error::ClientCertificateRefused(text("none was shown, or it is not accepted"))
        }
        Alert::ProtocolVersion | Alert::HandshakeFailure | Alert::InsufficientSecurity => {
            Error::NoCommonTls(text("the gateway refused"))
        }
        _ => Error::Tls(text("the gateway gave up")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_handshake_is_about_the_certificate_once_it_was_asked_for() {
        let asked = from_gateway(AlertDescription::HandshakeFailure, true);
        let not_asked = from_gateway(AlertDescription::HandshakeFailure, false);

        assert!(matches!(asked, Error::ClientCertificateRefused(_)));
        assert!(matches!(not_asked, Error::NoCommonTls(_)));
    }

    #[test]
    fn a_bad_certificate_that_nobody_asked_for_is_not_the_clients() {
        let error = from_gateway(AlertDescription::BadCertificate, false);
        assert!(matches!(error, Error::Tls(_)));
    }
}
