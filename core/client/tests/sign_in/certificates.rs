//! Client certificates of several places, and keys that are held elsewhere.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use p2svpn_client::{
    Answer, Certificate, ChallengeKind, ErrorCode, EventKind, ExternalKey, KeyAlgorithm, Scheme,
    SigningError, State, WarningKind,
};
use p2svpn_gateway::{Gateway, IdentityFlaw, IdentityRequest, IssuedIdentity, KeyKind};
use rustls::SignatureScheme;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::SigningKey;
use tokio::sync::Semaphore;

use crate::support::{Bench, certificate, fetch, options, warnings, within};

#[tokio::test(flavor = "multi_thread")]
async fn of_several_certificates_the_one_that_fits_is_taken_unasked() {
    let bench = Bench::new().await;
    let expired = IdentityRequest::new("carol").flaw(IdentityFlaw::Expired);
    let expired = bench.gateway.issue(&expired).unwrap();

    let session = bench.connect(
        options()
            .certificate(certificate(&expired))
            .certificate(certificate(&bench.identity)),
    );

    within(session.connected()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_that_fit_the_user_chooses() {
    let bench = Bench::new().await;
    let bob = bench.gateway.issue_client("bob").unwrap();
    let session = bench.connect(
        options()
            .certificate(certificate(&bench.identity))
            .certificate(certificate(&bob)),
    );

    let asked = bench.next_challenge().await;
    let ChallengeKind::ChooseCertificate { certificates } = &asked.kind else {
        panic!("{asked:?}")
    };
    let subjects: Vec<&str> = certificates
        .iter()
        .map(|one| one.subject.as_str())
        .collect();
    assert_eq!(subjects, ["CN=alice", "CN=bob"]);
    assert!(
        certificates
            .iter()
            .all(|one| one.thumbprint.len() == 40 && !one.source.is_empty())
    );
    let beyond = session.answer(asked.id, Answer::Choice(2)).unwrap_err();
    assert_eq!(beyond.code(), ErrorCode::AnswerMismatch);
    session.answer(asked.id, Answer::Choice(1)).unwrap();

    within(session.connected()).await.unwrap();
    let sessions = bench.gateway.sessions();
    let names: Vec<&str> = sessions
        .iter()
        .filter_map(|one| one.common_name.as_deref())
        .collect();
    assert_eq!(names, ["bob"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_none_fits_the_error_says_for_each_why_not() {
    let mut bench = Bench::new().await;
    let request = IdentityRequest::new("mallory").flaw(IdentityFlaw::NotForClients);
    let foreign = bench.gateway.issue(&request).unwrap();
    let request = IdentityRequest::new("carol").flaw(IdentityFlaw::Expired);
    let expired = bench.gateway.issue(&request).unwrap();

    let both = options()
        .certificate(certificate(&foreign))
        .certificate(certificate(&expired));
    let error = bench.end_of(both).await.error.unwrap();

    assert_eq!(error.code(), ErrorCode::NoCertificateFits);
    let [first, second] = error.causes() else {
        panic!("{error:?}")
    };
    assert!(
        first.starts_with("CN=mallory (") && first.contains("clientAuth"),
        "{first}"
    );
    assert!(
        second.starts_with("CN=carol (") && second.contains("expired"),
        "{second}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_the_host_signs_in_with_either_version_of_tls() {
    for (schemes, version) in [
        (vec![Scheme::EcdsaP256Sha256], "TLSv1.3"),
        (vec![Scheme::RsaPkcs1Sha256], "TLSv1.2"),
    ] {
        let bench = Bench::new().await;
        let identity = match schemes[0] {
            Scheme::EcdsaP256Sha256 => bench.gateway.issue_client("alice").unwrap(),
            _ => rsa(&bench.gateway),
        };
        let key = Arc::new(HostKey::new(&identity, schemes));

        let session = bench.connect(options().certificate(external(&identity, &key)));

        within(session.connected()).await.unwrap();
        assert_eq!(session.status().tls_version.as_deref(), Some(version));
        assert_eq!(key.signed.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_takes_its_time_at_a_change_of_keys_holds_up_no_packet() {
    let gateway = Gateway::builder().renegotiate_after(Duration::from_millis(300));
    let bench = Bench::with(gateway).await;
    let identity = bench.gateway.issue_client("alice").unwrap();
    let key = Arc::new(HostKey::new(&identity, vec![Scheme::EcdsaP256Sha256]));
    let session = bench.connect(options().certificate(external(&identity, &key)));
    within(session.connected()).await.unwrap();

    key.close();
    within(key.waited_for()).await;
    for _ in 0..3 {
        assert!(fetch(&session, "10.1.0.4").await.contains("200 OK"));
    }
    let rekeys = session.statistics().rekeys;
    key.open();

    while session.statistics().rekeys < rekeys + 2 {
        assert_eq!(session.status().state, State::Connected);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_disconnects_while_a_key_hangs_is_obeyed() {
    let mut bench = Bench::new().await;
    let identity = bench.gateway.issue_client("alice").unwrap();
    let key = Arc::new(HostKey::new(&identity, vec![Scheme::EcdsaP256Sha256]));
    key.close();
    let session = bench.connect(options().certificate(external(&identity, &key)));
    within(key.waited_for()).await;

    session.disconnect();

    assert_eq!(within(session.closed()).await.error, None);
    key.open();
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_holder_of_a_key_says_is_the_sessions_error() {
    for (said, code) in [
        (SigningError::Cancelled, ErrorCode::SignInCancelled),
        (SigningError::Removed, ErrorCode::TokenRemoved),
        (SigningError::PinLocked, ErrorCode::PinLocked),
        (
            SigningError::Failed {
                reason: "no consent".to_owned(),
            },
            ErrorCode::KeyFailed,
        ),
    ] {
        let mut bench = Bench::new().await;
        let identity = bench.gateway.issue_client("alice").unwrap();
        let key = Arc::new(HostKey::new(&identity, vec![Scheme::EcdsaP256Sha256]));
        *key.refusal.lock().unwrap() = Some(said);

        let ended = bench
            .end_of(options().certificate(external(&identity, &key)))
            .await;

        assert_eq!(ended.error.unwrap().code(), code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_ends_within_a_month_is_warned_of() {
    let bench = Bench::new().await;
    let request = IdentityRequest::new("alice").flaw(IdentityFlaw::EndsSoon);
    let identity = bench.gateway.issue(&request).unwrap();

    let session = bench.connect(options().certificate(certificate(&identity)));
    within(session.connected()).await.unwrap();
    session.disconnect();

    let events = bench.events_to_the_end().await;
    let warned = warnings(&events, WarningKind::Certificate);
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(
        warned[0].starts_with("the certificate CN=alice ends in"),
        "{warned:?}"
    );
    assert!(
        events
            .iter()
            .all(|event| !matches!(event.kind, EventKind::Challenge(_)))
    );
}

fn external(identity: &IssuedIdentity, key: &Arc<HostKey>) -> Certificate {
    let key: Arc<dyn ExternalKey> = Arc::clone(key) as _;
    Certificate::external(identity.certificate_pem(), key)
}

fn rsa(gateway: &Gateway) -> IssuedIdentity {
    gateway
        .issue(&IdentityRequest::new("alice").key(KeyKind::Rsa2048))
        .unwrap()
}

/// A key that the library does not see, and that can be made to wait.
struct HostKey {
    key: Arc<dyn SigningKey>,
    schemes: Vec<Scheme>,
    refusal: Mutex<Option<SigningError>>,
    signed: AtomicU64,
    /// Whether it waits, and whoever waits for that to end.
    is_closed: Mutex<bool>,
    opened: std::sync::Condvar,
    waiting: Semaphore,
}

impl HostKey {
    fn new(identity: &IssuedIdentity, schemes: Vec<Scheme>) -> Self {
        let key = PrivateKeyDer::from_pem_slice(identity.key_pem().as_bytes()).unwrap();
        Self {
            key: any_supported_type(&key).unwrap(),
            schemes,
            refusal: Mutex::default(),
            signed: AtomicU64::new(0),
            is_closed: Mutex::new(false),
            opened: std::sync::Condvar::new(),
            waiting: Semaphore::new(0),
        }
    }

    fn close(&self) {
        *self.is_closed.lock().unwrap() = true;
    }

    fn open(&self) {
        *self.is_closed.lock().unwrap() = false;
        self.opened.notify_all();
    }

    /// Waits until a signature is asked for while it is closed.
    async fn waited_for(&self) {
        self.waiting.acquire().await.unwrap().forget();
    }
}

impl ExternalKey for HostKey {
    fn algorithm(&self) -> KeyAlgorithm {
        match self.schemes[0] {
            Scheme::EcdsaP256Sha256 => KeyAlgorithm::EcdsaP256,
            _ => KeyAlgorithm::Rsa,
        }
    }

    fn supported_schemes(&self) -> Vec<Scheme> {
        self.schemes.clone()
    }

    fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let mut is_closed = self.is_closed.lock().unwrap();
        if *is_closed {
            self.waiting.add_permits(1);
        }
        while *is_closed {
            is_closed = self.opened.wait(is_closed).unwrap();
        }
        drop(is_closed);
        if let Some(refusal) = &*self.refusal.lock().unwrap() {
            return Err(refusal.clone());
        }
        self.signed.fetch_add(1, Ordering::Relaxed);
        let scheme = SignatureScheme::from(scheme as u16);
        let signer = self.key.choose_scheme(&[scheme]).unwrap();
        Ok(signer.sign(message).unwrap())
    }
}
