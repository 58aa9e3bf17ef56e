//! What there is to say of sign-in, certificates and the profile's own settings.

use super::caution::{Caution, CautionKind, Cautions};
use super::certificate_summary::CertificateSummary;
use super::gateway::{PlannedName, PlannedProof, PlannedTrust};
use super::moment::Moment;
use super::sign_in::{CertificateSignIn, SignIn};

/// Certificates that end within so many days are told of.
const SOON: i64 = 30;

pub(super) fn sign_in_cautions(sign_in: &SignIn, now: Option<Moment>, cautions: &mut Cautions) {
    if let SignIn::Entra(entra) = sign_in
        && !entra.is_allowed
    {
        cautions.add(Caution::new(
            CautionKind::UnknownAuthority,
            format!(
                "The profile sends you to sign in at {}, which is not one of Microsoft's hosts. Somebody may \
                 want to steal the password.",
                entra.host
            ),
            "Do not connect before the administrator has confirmed that the host is theirs.",
        ));
    }
    let certificate = sign_in.certificate();
    let certificate =
        certificate.and_then(|wanted: &CertificateSignIn| wanted.source.certificate());
    let (Some(certificate), Some(now)) = (certificate, now) else {
        return;
    };
    if let Some(begin) = certificate.not_before.filter(|begin| *begin > now) {
        cautions.add(Caution::new(
            CautionKind::ClientCertificateNotYetValid,
            format!("The client certificate is valid from {begin} on only, or the clock of this machine is \
                wrong."),
            "Set the clock right, or wait until that day.",
        ));
    }
    match remaining(certificate, now) {
        Remaining::Over(end) => cautions.add(Caution::new(
            CautionKind::ClientCertificateExpired,
            format!("The client certificate was valid until {end}: the gateway will refuse it."),
            "Ask the administrator for a new client certificate.",
        )),
        Remaining::Soon(end, days) => cautions.add(Caution::new(
            CautionKind::ClientCertificateExpiresSoon,
            format!("The client certificate is valid until {end}, {days} more days."),
            "Ask the administrator for a new client certificate before that day.",
        )),
        Remaining::Long => {}
    }
}

pub(super) fn proof_cautions(proof: &PlannedProof, now: Option<Moment>, cautions: &mut Cautions) {
    if let Some(now) = now {
        root_cautions(&proof.trust, now, cautions);
    }
    let by_fingerprint = matches!(proof.trust, PlannedTrust::Fingerprints { .. });
    if proof.name == PlannedName::Any && !by_fingerprint {
        cautions.add(Caution::new(
            CautionKind::AnyGatewayName,
            "The profile names no gateway's certificate: any server with a certificate of the same authority \
             can pose as the gateway.",
            "Ask the administrator to add verify-x509-name to the profile if the authority has other \
             customers.",
        ));
    }
    if !proof.for_servers_only && !by_fingerprint {
        cautions.add(Caution::new(
            CautionKind::AnyCertificateUsage,
            "The profile takes certificates of other users for the gateway's: any of them can pose as the \
             gateway.",
            "Ask the administrator to add remote-cert-tls server to the profile.",
        ));
    }
}

fn root_cautions(trust: &PlannedTrust, now: Moment, cautions: &mut Cautions) {
    let roots = trust.roots();
    let is_over = |root: &CertificateSummary| matches!(remaining(root, now), Remaining::Over(_));
    if !roots.is_empty() && roots.iter().all(is_over) {
        cautions.add(Caution::new(
            CautionKind::RootsExpired,
            "What the gateway's certificate must end in is no longer valid: connecting will fail.",
            "Ask the administrator for a new profile.",
        ));
        return;
    }
    for root in roots {
        let subject = root.subject.as_deref().unwrap_or("without a name");
        match remaining(root, now) {
            Remaining::Over(end) => cautions.add(Caution::new(
                CautionKind::RootExpired,
                format!("The root {subject} was valid until {end}; another one is left."),
                "Ask the administrator for a new profile if connecting fails.",
            )),
            Remaining::Soon(end, days) => cautions.add(Caution::new(
                CautionKind::RootExpiresSoon,
                format!("The root {subject} is valid until {end}, {days} more days."),
                "Ask the administrator for a new profile before that day.",
            )),
            Remaining::Long => {}
        }
    }
}

/// How long a certificate is still valid.
enum Remaining {
    Over(Moment),
    Soon(Moment, i64),
    Long,
}

fn remaining(certificate: &CertificateSummary, now: Moment) -> Remaining {
    match certificate.not_after {
        Some(end) if end < now => Remaining::Over(end),
        Some(end) if end.days_after(now) < SOON => Remaining::Soon(end, end.days_after(now)),
        _ => Remaining::Long,
    }
}
