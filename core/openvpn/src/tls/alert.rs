//! What the peer's TLS alerts mean for an OpenVPN client.

use rustls::AlertDescription;

use crate::error::Error;

/// What the gateway knows of the client certificate when its alert arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// It has not asked for one.
    NotAsked,
    /// It has asked for one, so that it is on its way.
    Asked,
    /// It has asked for one, the client is done with the handshake and has heard nothing since. With TLS 1.3 the gateway
    /// judges the certificate only then.
    AwaitingVerdict,
}

/// The error that stands for an alert from the gateway.
pub(super) fn from_gateway(alert: AlertDescription, shown: Shown) -> Error {
    use AlertDescription as Alert;
    let text = |cause: &str| format!("{cause} (alert {alert:?})");
    let asked = shown != Shown::NotAsked;
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
        // Nothing else is left that the gateway could object to.
        _ if shown == Shown::AwaitingVerdict => {
            Error::ClientCertificateRefused(text("the gateway gave up when it had seen it"))
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
        let asked = from_gateway(AlertDescription::HandshakeFailure, Shown::Asked);
        let not_asked = from_gateway(AlertDescription::HandshakeFailure, Shown::NotAsked);

        assert!(matches!(asked, Error::ClientCertificateRefused(_)));
        assert!(matches!(not_asked, Error::NoCommonTls(_)));
    }

    #[test]
    fn a_bad_certificate_that_nobody_asked_for_is_not_the_clients() {
        let error = from_gateway(AlertDescription::BadCertificate, Shown::NotAsked);
        assert!(matches!(error, Error::Tls(_)));
    }

    #[test]
    fn any_alert_right_after_the_handshake_is_a_verdict_on_the_certificate() {
        let at = |shown| from_gateway(AlertDescription::InternalError, shown);

        assert!(matches!(
            at(Shown::AwaitingVerdict),
            Error::ClientCertificateRefused(_)
        ));
        assert!(matches!(at(Shown::Asked), Error::Tls(_)));
        assert!(matches!(at(Shown::NotAsked), Error::Tls(_)));
    }

    #[test]
    fn every_alert_is_named() {
        for number in 0..=u8::MAX {
            let alert = AlertDescription::from(number);
            for shown in [Shown::NotAsked, Shown::Asked, Shown::AwaitingVerdict] {
                let said = from_gateway(alert, shown).to_string();
                assert!(said.contains(&format!("{alert:?}")), "{said}");
            }
        }
    }
}
