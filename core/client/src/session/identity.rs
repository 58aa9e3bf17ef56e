use p2svpn_auth::{Identity, IdentityCriteria};
use p2svpn_profile::{CertificateAuthentication, ClientIdentity};

use super::shared::Shared;
use crate::certificate::{Certificate, LoadError};
use crate::challenge::{Answer, ChallengeKind};
use crate::error::{Error, ErrorCode};

/// How often a password is asked for before the session gives up.
const ATTEMPTS: u32 = 3;

/// Loads the client certificate and checks that the gateway can accept it, asking the host for what is missing.
///
/// Only a password is asked for again when it is wrong, and only so often: a certificate that cannot be used ends the
/// session, for its host to choose another.
pub(super) async fn identity(
    shared: &Shared,
    given: Option<Certificate>,
    wanted: &CertificateAuthentication,
) -> Result<Identity, Error> {
    let certificate = match given.or_else(|| wanted.identity.as_ref().map(brought_along)) {
        Some(certificate) => certificate,
        None => ask_for_certificate(shared, wanted).await?,
    };
    let identity = open(shared, certificate).await?;
    let criteria = IdentityCriteria {
        thumbprint: wanted.thumbprint.map(|thumbprint| *thumbprint.as_bytes()),
        root: wanted.issuer.map(|issuer| *issuer.as_bytes()),
    };
    identity.check(shared.clock().unix_seconds(), &criteria)?;
    Ok(identity)
}

/// The certificate that the profile itself holds.
fn brought_along(identity: &ClientIdentity) -> Certificate {
    match identity {
        ClientIdentity::Pem { certificates, key } => {
            Certificate::pem_with_key(certificates.as_bytes(), key.as_str().as_bytes())
        }
        ClientIdentity::Pfx(pfx) => Certificate::pfx(pfx.as_bytes()),
    }
}

async fn ask_for_certificate(
    shared: &Shared,
    wanted: &CertificateAuthentication,
) -> Result<Certificate, Error> {
    let kind = ChallengeKind::ClientCertificate {
        thumbprint: wanted.thumbprint.map(|thumbprint| thumbprint.to_string()),
        issuer: wanted.issuer.map(|issuer| issuer.to_string()),
    };
    match shared.ask(kind, 0, None).await {
        Answer::Certificate(certificate) => Ok(certificate),
        _ => Err(ErrorCode::SignInCancelled.into()),
    }
}

async fn open(shared: &Shared, mut certificate: Certificate) -> Result<Identity, Error> {
    let mut attempt = 0;
    loop {
        let candidate = certificate.clone();
        // Decrypting a key takes long on purpose.
        let loaded = tokio::task::spawn_blocking(move || candidate.load()).await;
        let refusal = match loaded {
            Ok(Ok(identity)) => return Ok(identity),
            Ok(Err(LoadError::Other(error))) => return Err(error),
            Ok(Err(LoadError::Password(error))) => error,
            Err(error) => {
                return Err(
                    Error::new(ErrorCode::InternalFailure, "loading a certificate").because(&error),
                );
            }
        };
        if attempt == ATTEMPTS {
            return Err(refusal);
        }
        let kind = ChallengeKind::CertificatePassword {
            label: certificate.label(),
        };
        let refusal = certificate.has_password().then_some(refusal);
        certificate = match shared.ask(kind, attempt, refusal).await {
            Answer::Secret(password) => certificate.with_secret(password),
            _ => return Err(ErrorCode::SignInCancelled.into()),
        };
        attempt += 1;
    }
}
