use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use p2svpn_auth::CertificateSummary;
use p2svpn_openvpn::{CertificateException, ServerCertificateError};
use rustls::pki_types::CertificateDer;

use super::shared::Shared;
use crate::event::EventKind;
use crate::server_exception::{RefusedCertificate, ServerException};
use crate::warning::{Warning, WarningKind};

/// Has the host judge certificates that were refused, and tells what it accepts.
pub(super) fn certificate_exception(
    shared: &Arc<Shared>,
    exception: &Arc<dyn ServerException>,
) -> CertificateException {
    let (shared, exception) = (Arc::clone(shared), Arc::clone(exception));
    CertificateException::new(move |chain, refusal| {
        let certificate = refused(chain, refusal);
        // A panic would end the connection's task.
        let judged = catch_unwind(AssertUnwindSafe(|| exception.accepts(&certificate)));
        let is_accepted = judged.unwrap_or_default();
        if is_accepted {
            let RefusedCertificate {
                subject,
                fingerprint,
                refusal,
                ..
            } = certificate;
            let message = format!(
                "the program accepts the gateway's certificate {subject} ({fingerprint}) although: {refusal}"
            );
            let warning = Warning::new(WarningKind::Gateway, message);
            shared.emit(EventKind::Warning(warning));
        }
        is_accepted
    })
}

fn refused(chain: &[CertificateDer<'_>], refusal: &ServerCertificateError) -> RefusedCertificate {
    let leaf = chain.first().map(AsRef::as_ref).unwrap_or_default();
    let summary = CertificateSummary::from_der(leaf).ok();
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, leaf);
    let fingerprint = hash.as_ref().iter().map(|byte| format!("{byte:02X}"));
    let (subject, issuer) = summary
        .map(|summary| (summary.subject, summary.issuer))
        .unwrap_or_default();
    RefusedCertificate {
        subject,
        issuer,
        fingerprint: fingerprint.collect(),
        chain: chain.iter().map(|one| one.to_vec()).collect(),
        refusal: refusal.into(),
    }
}
