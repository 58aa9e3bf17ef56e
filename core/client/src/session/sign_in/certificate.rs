use std::sync::Arc;

use p2svpn_auth::{
    AuthError, Candidate, Choice, EXPIRY_WARNING, Identity, IdentityCriteria, NoneFits,
    SigningError, choose,
};
use p2svpn_profile::{CertificateAuthentication, ClientIdentity};

use crate::answer::Answer;
use crate::certificate::{Certificate, LoadError};
use crate::certificate_details::CertificateDetails;
use crate::certificate_store::{CertificateStore, StoredCertificate, nothing_found};
use crate::challenge::ChallengeKind;
use crate::error::{Error, ErrorCode};
use crate::event::EventKind;
use crate::session::shared::Shared;
use crate::warning::{Warning, WarningKind};

/// How often a password or a PIN is asked for before the session gives up.
const ATTEMPTS: u32 = 3;

const DAY: i64 = 86_400;

/// Where a session may find its client certificate.
pub(super) struct CertificateSources {
    /// Those that the host gave.
    pub(super) given: Vec<Certificate>,
    pub(super) stores: Vec<CertificateStore>,
}

/// A certificate that may be chosen.
enum Offer {
    /// One that is open.
    Open(Box<(Identity, Candidate)>),
    /// One whose key is opened when it was chosen.
    Stored(Arc<StoredCertificate>),
}

/// Finds the client certificate that the gateway can accept, and opens its key, asking the host for what is missing.
///
/// The certificates of the host and of the stores are looked at together; the profile's own counts where the host gives
/// none, and where there is none at all the host is asked. Of one that fits nothing is asked, of several which. Only a
/// password and a PIN are asked for again when they are wrong, and only so often.
pub(super) async fn identity(
    shared: &Shared,
    sources: CertificateSources,
    wanted: &CertificateAuthentication,
) -> Result<Identity, Error> {
    let mut offers = Vec::new();
    let has_none = sources.given.is_empty() && sources.stores.is_empty();
    let own = wanted.identity.as_ref().filter(|_| has_none);
    for certificate in sources.given.into_iter().chain(own.map(brought_along)) {
        offers.push(opened(shared, certificate).await?);
    }
    for store in sources.stores {
        let found = blocking(move || store.search()).await??;
        offers.extend(found.into_iter().map(|one| Offer::Stored(Arc::new(one))));
    }
    if has_none && offers.is_empty() {
        let certificate = ask_for_certificate(shared, wanted).await?;
        offers.push(opened(shared, certificate).await?);
    }
    let identity = match chosen(shared, &offers, wanted).await? {
        Offer::Open(open) => open.0.clone(),
        Offer::Stored(certificate) => open_stored(shared, Arc::clone(certificate)).await?,
    };
    warn_of_expiry(shared, &identity);
    Ok(identity)
}

/// Tells the host when the certificate ends within 30 days.
pub(super) fn warn_of_expiry(shared: &Shared, identity: &Identity) {
    let now = shared.clock().unix_seconds();
    let Some(summary) = identity.expires_within(now, EXPIRY_WARNING) else {
        return;
    };
    let days = summary.not_after.saturating_sub(now) / DAY;
    let (subject, end) = (&summary.subject, summary.not_after_text());
    let message = format!("the certificate {subject} ends in {days} days, at {end}");
    shared.emit(EventKind::Warning(Warning::new(
        WarningKind::Certificate,
        message,
    )));
}

async fn chosen<'a>(
    shared: &Shared,
    offers: &'a [Offer],
    wanted: &CertificateAuthentication,
) -> Result<&'a Offer, Error> {
    let criteria = IdentityCriteria {
        thumbprint: wanted.thumbprint.map(|thumbprint| *thumbprint.as_bytes()),
        root: wanted.issuer.map(|issuer| *issuer.as_bytes()),
    };
    let candidates: Vec<Candidate> = offers.iter().map(|one| one.candidate().clone()).collect();
    let place = match choose(&candidates, &criteria, shared.clock().unix_seconds()) {
        Ok(Choice::One(place)) => place,
        Ok(Choice::Several(places)) => ask_which(shared, &candidates, &places).await?,
        Err(none) => return Err(none_fits(&none)),
    };
    offers.get(place).ok_or_else(nothing_found)
}

/// Of a single certificate the obstacle itself is told, of several what stands against each.
fn none_fits(none: &NoneFits) -> Error {
    if let [only] = none.rejected.as_slice()
        && let Some(reason) = only.reasons.first()
    {
        return reason.clone().into();
    }
    let reasons = none.rejected.iter().map(|rejected| {
        let (summary, source) = (&rejected.summary, &rejected.source);
        let reasons: Vec<String> = rejected.reasons.iter().map(ToString::to_string).collect();
        format!(
            "{} ({}, {source}): {}",
            summary.subject,
            summary.sha1_text(),
            reasons.join("; ")
        )
    });
    match none.rejected.len() {
        0 => nothing_found(),
        count => Error::new(ErrorCode::NoCertificateFits, format!("of {count}")).listing(reasons),
    }
}

async fn ask_which(
    shared: &Shared,
    candidates: &[Candidate],
    places: &[usize],
) -> Result<usize, Error> {
    let found = places.iter().filter_map(|place| candidates.get(*place));
    let certificates = found.map(CertificateDetails::new).collect();
    let kind = ChallengeKind::ChooseCertificate { certificates };
    match shared.ask(kind, 0, None).await {
        Answer::Choice(choice) => places.get(choice).copied().ok_or_else(nothing_found),
        _ => Err(ErrorCode::SignInCancelled.into()),
    }
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

async fn opened(shared: &Shared, mut certificate: Certificate) -> Result<Offer, Error> {
    let mut attempt = 0;
    loop {
        let candidate = certificate.clone();
        // Decrypting a key takes long on purpose.
        let refusal = match blocking(move || candidate.load()).await? {
            Ok(identity) => {
                let candidate = Candidate::from_identity(&identity, certificate.label());
                return Ok(Offer::Open(Box::new((identity, candidate))));
            }
            Err(LoadError::Other(error)) => return Err(error),
            Err(LoadError::Password(error)) => error,
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

async fn open_stored(
    shared: &Shared,
    certificate: Arc<StoredCertificate>,
) -> Result<Identity, Error> {
    let stored = Arc::clone(&certificate);
    let Some(token) = blocking(move || stored.asks_for_pin()).await?? else {
        return Ok(blocking(move || certificate.open(None)).await??);
    };
    let (mut attempt, mut refusal, mut last_try) = (0, None, false);
    loop {
        let kind = ChallengeKind::TokenPin {
            token: token.clone(),
            last_try,
        };
        let Answer::Secret(pin) = shared.ask(kind, attempt, refusal).await else {
            return Err(ErrorCode::SignInCancelled.into());
        };
        attempt += 1;
        let stored = Arc::clone(&certificate);
        match blocking(move || stored.open(Some(&pin))).await? {
            Ok(identity) => return Ok(identity),
            Err(AuthError::Signing(SigningError::PinWrong { last_try: last }))
                if attempt < ATTEMPTS =>
            {
                let error = SigningError::PinWrong { last_try: last };
                (refusal, last_try) = (Some(AuthError::from(error).into()), last);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Does what takes long off the tasks.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| {
        Error::new(ErrorCode::InternalFailure, "opening a certificate").because(&error)
    })
}

impl Offer {
    fn candidate(&self) -> &Candidate {
        match self {
            Self::Open(open) => &open.1,
            Self::Stored(certificate) => certificate.candidate(),
        }
    }
}
