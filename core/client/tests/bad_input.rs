//! Gateways, networks and credentials that are wrong: each ends in its own error, in time, with nothing left.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use p2svpn_client::{
    Client, ErrorCode, Reconnect, RefusedCertificate, ServerException, Timeouts, WarningKind,
};
use p2svpn_gateway::{
    Answer, Gateway, IdentityFlaw, IdentityRequest, Misbehaviour, ServerFlaw, Stage, Stop,
};
use support::{Bench, certificate, impatient, options, warnings, within};
use tokio::net::TcpSocket;

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_server_secret_is_no_answer() {
    let error = misbehaving(Misbehaviour::OtherSecret, impatient(Stage::Reset)).await;

    // The test gateway, like Azure's, may also close what it cannot understand.
    assert_eq!(error, ErrorCode::NoAnswer);
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_has_an_error_for_each_part_of_the_handshake() {
    let rows = [
        (Stage::Reset, ErrorCode::NoAnswer),
        (Stage::Tls, ErrorCode::HandshakeTimedOut),
        (Stage::KeyExchange, ErrorCode::HandshakeTimedOut),
        (Stage::Push, ErrorCode::PushTimedOut),
    ];
    for (stage, expected) in rows {
        let silent = Misbehaviour::StopsAt(stage, Stop::Silently);
        let error = misbehaving(silent, impatient(stage)).await;
        assert_eq!(error, expected, "{stage}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_told_by_how_far_the_handshake_had_come() {
    let rows = [
        (Stage::Reset, ErrorCode::ClosedWithoutAnswer),
        (Stage::Tls, ErrorCode::HandshakeInterrupted),
        // The client certificate has been seen by then: most probably that is why.
        (
            Stage::KeyExchange,
            ErrorCode::ClientCertificateProbablyRefused,
        ),
        (Stage::Push, ErrorCode::HandshakeInterrupted),
    ];
    for (stage, expected) in rows {
        for stop in [Stop::Resetting, Stop::Closing] {
            let error = misbehaving(Misbehaviour::StopsAt(stage, stop), Timeouts::default()).await;
            // A reset may overtake the gateway's part of the key exchange, which says that the certificate was accepted.
            let overtaken = (stage, stop) == (Stage::Push, Stop::Resetting)
                && error == ErrorCode::ClientCertificateProbablyRefused;
            assert!(
                error == expected || overtaken,
                "{stage} {stop:?}: {error}, not {expected}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_flaw_of_the_gateways_certificate_has_its_error() {
    let rows = [
        (ServerFlaw::OtherRoot, ErrorCode::GatewayRootNotPinned),
        (ServerFlaw::OtherName, ErrorCode::GatewayNameWrong),
        (ServerFlaw::Expired, ErrorCode::GatewayCertificateExpired),
        (
            ServerFlaw::NotYetValid,
            ErrorCode::GatewayCertificateNotYetValid,
        ),
        (
            ServerFlaw::NotForServers,
            ErrorCode::GatewayCertificatePurpose,
        ),
    ];
    for (flaw, expected) in rows {
        let error = misbehaving(Misbehaviour::Certificate(flaw), Timeouts::default()).await;
        assert_eq!(error, expected, "{flaw:?}");
    }
}

/// The host knows this certificate, whatever is wrong with it.
struct Known(String, AtomicU64);

impl ServerException for Known {
    fn accepts(&self, certificate: &RefusedCertificate) -> bool {
        self.1.fetch_add(1, Ordering::Relaxed);
        assert_eq!(certificate.fingerprint.len(), 64);
        assert!(!certificate.chain.is_empty());
        certificate.refusal.name() == self.0
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_may_accept_a_certificate_that_is_refused_and_it_is_told() {
    for (flaw, refusal) in [
        (ServerFlaw::OtherRoot, "GATEWAY_ROOT_NOT_PINNED"),
        (ServerFlaw::OtherName, "GATEWAY_NAME_WRONG"),
        (ServerFlaw::Expired, "GATEWAY_CERTIFICATE_EXPIRED"),
        (ServerFlaw::NotForServers, "GATEWAY_CERTIFICATE_PURPOSE"),
    ] {
        let gateway = Gateway::builder().misbehaviour(Misbehaviour::Certificate(flaw));
        let bench = Bench::with(gateway).await;
        let known = Arc::new(Known(refusal.to_owned(), AtomicU64::new(0)));

        let session = bench.connect(bench.options().server_exception(Arc::clone(&known) as _));
        within(session.connected()).await.unwrap();
        session.disconnect();

        let events = bench.events_to_the_end().await;
        let told = warnings(&events, WarningKind::Gateway);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("although"), "{told:?}");
        assert_eq!(known.1.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_host_does_not_accept_or_panics_at_is_refused() {
    struct Panics;
    impl ServerException for Panics {
        fn accepts(&self, _: &RefusedCertificate) -> bool {
            panic!("a defect of the host")
        }
    }
    let other = Arc::new(Known("GATEWAY_NAME_WRONG".to_owned(), AtomicU64::new(0)));
    let exceptions: [Arc<dyn ServerException>; 2] = [other, Arc::new(Panics)];
    for exception in exceptions {
        let flaw = Misbehaviour::Certificate(ServerFlaw::Expired);
        let mut bench = Bench::with(Gateway::builder().misbehaviour(flaw)).await;

        let ended = bench
            .end_of(bench.options().server_exception(exception))
            .await;

        let code = ended.error.unwrap().code();
        assert_eq!(code, ErrorCode::GatewayCertificateExpired);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_certificate_asks_no_host() {
    let bench = Bench::new().await;
    let nobody = Arc::new(Known(String::new(), AtomicU64::new(0)));

    let session = bench.connect(bench.options().server_exception(Arc::clone(&nobody) as _));
    within(session.connected()).await.unwrap();

    assert_eq!(nobody.1.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_a_list_of_the_host_withdraws_is_refused() {
    let mut bench = Bench::new().await;
    let withdrawn = bench.gateway.revocation_list(true).unwrap();
    let nothing = bench.gateway.revocation_list(false).unwrap();

    let ended = bench
        .end_of(bench.options().revocation_list(withdrawn))
        .await;
    let session = bench.connect(bench.options().revocation_list(nothing));

    assert_eq!(
        ended.error.unwrap().code(),
        ErrorCode::GatewayCertificateRevoked
    );
    within(session.connected()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_revocation_list_has_its_error() {
    let mut bench = Bench::new().await;

    for list in [
        &b"-----BEGIN X509 CRL-----\n-----END X509 CRL-----\n"[..],
        b"0",
        b"",
    ] {
        let ended = bench.end_of(bench.options().revocation_list(list)).await;
        let code = ended.error.unwrap().code();
        assert_eq!(code, ErrorCode::RevocationListUnreadable);
    }
}

/// Even if the host trusts the impostor's root: the profile does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_root_that_is_trusted_but_not_pinned_is_refused() {
    let other = Gateway::builder().start().await.unwrap();
    let mut bench = Bench::new().await;
    let pinned_elsewhere = replaced_root(&bench.gateway.profile_xml(), &other.profile_xml());
    bench.profile = *bench
        .client
        .profiles()
        .import(pinned_elsewhere.as_bytes(), None)
        .unwrap()
        .id();

    let options = bench
        .options()
        .trusted_root(bench.gateway.server_root_pem())
        .trusted_root(other.server_root_pem());
    let error = bench.end_of(options).await.error.unwrap();

    assert_eq!(error.code(), ErrorCode::GatewayRootNotPinned);
}

#[tokio::test(flavor = "multi_thread")]
async fn client_certificates_that_cannot_work_are_found_before_connecting() {
    let mut bench = Bench::new().await;
    let rows = [
        (IdentityFlaw::Expired, ErrorCode::ClientCertificateExpired),
        (
            IdentityFlaw::NotYetValid,
            ErrorCode::ClientCertificateNotYetValid,
        ),
        (
            IdentityFlaw::NotForClients,
            ErrorCode::ClientCertificatePurpose,
        ),
    ];
    for (flaw, expected) in rows {
        let identity = bench
            .gateway
            .issue(&IdentityRequest::new("mallory").flaw(flaw))
            .unwrap();
        let error = bench
            .end_of(options().certificate(certificate(&identity)))
            .await
            .error
            .unwrap();
        assert_eq!(error.code(), expected, "{flaw:?}");
    }
    assert_eq!(bench.gateway.statistics().accepted, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_certificate_that_the_gateway_refuses_is_named_as_the_cause() {
    let mut bench = Bench::new().await;
    let foreign = IdentityRequest::new("mallory").flaw(IdentityFlaw::ForeignAuthority);
    let identity = bench.gateway.issue(&foreign).unwrap();

    let error = bench
        .end_of(options().certificate(certificate(&identity)))
        .await
        .error
        .unwrap();

    assert_eq!(
        error.code(),
        ErrorCode::ClientCertificateRefused,
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_used_have_their_errors() {
    let rows = [
        (Misbehaviour::NoAddress, ErrorCode::NoAddress),
        (
            Misbehaviour::Compression("comp-lzo yes".to_owned()),
            ErrorCode::CompressionRefused,
        ),
        (
            Misbehaviour::Refuses("not you".to_owned()),
            ErrorCode::SignInRefused,
        ),
    ];
    for (misbehaviour, expected) in rows {
        let text = format!("{misbehaviour:?}");
        assert_eq!(
            misbehaving(misbehaviour, Timeouts::default()).await,
            expected,
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_falls_silent_is_noticed_where_it_asked_for_it() {
    let builder = Gateway::builder()
        .push(|push| push.ping_restart = Some(Duration::from_secs(1)))
        .misbehaviour(Misbehaviour::StopsAt(Stage::Established, Stop::Silently));
    let mut bench = Bench::with(builder).await;

    let options = bench.options().reconnect(Reconnect::Never);
    let error = bench.end_of(options).await.error.unwrap();

    assert_eq!(error.code(), ErrorCode::GatewaySilent);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_openvpn_is_no_answer() {
    let soon = impatient(Stage::Reset);
    let rows = [
        // Read as a frame, this is the beginning of a long one.
        (Answer::Http, ErrorCode::NoAnswer, soon),
        (Answer::Noise, ErrorCode::NoAnswer, soon),
        // No frame can follow in step: the client hangs up, and does not wait.
        (
            Answer::EmptyFrame,
            ErrorCode::ClosedWithoutAnswer,
            Timeouts::default(),
        ),
    ];
    for (answer, expected, timeouts) in rows {
        let error = misbehaving(Misbehaviour::Answers(answer), timeouts).await;
        assert_eq!(error, expected, "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_connection_is_told_as_such() {
    let mut bench = Bench::new().await;
    let (_bound, closed) = closed_port();
    point_to(&mut bench, &closed.to_string());

    let error = bench.end_of(bench.options()).await.error.unwrap();

    assert_eq!(error.code(), ErrorCode::ConnectionRefused);
    assert!(error.to_string().contains(&closed.to_string()), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_nobody_has_is_not_resolved() {
    let mut bench = Bench::new().await;
    // RFC 6761 section 6.4: this name never exists, and resolvers need not ask anybody.
    point_to(&mut bench, "gateway.invalid:443");
    let mut timeouts = Timeouts::default();
    timeouts.connect = Duration::from_secs(5);

    let error = bench
        .end_of(bench.options().timeouts(timeouts))
        .await
        .error
        .unwrap();

    // Which of them depends on the machine: its name server may be out of reach, and silent.
    let expected = [ErrorCode::NameNotResolved, ErrorCode::ConnectTimedOut];
    assert!(expected.contains(&error.code()), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_server_is_tried_when_one_does_not_answer() {
    let bench = Bench::new().await;
    let xml = bench.gateway.profile_xml();
    let (_bound, closed) = closed_port();
    let two = support::with_server_before(&xml, &closed.to_string());
    let profile = bench
        .client
        .profiles()
        .import(two.as_bytes(), None)
        .unwrap();

    let session = bench.client.connect(profile.id(), bench.options()).unwrap();

    within(session.connected()).await.unwrap();
    assert_eq!(
        session.status().gateway_address,
        Some(bench.gateway.address())
    );
}

/// The error that a session with a misbehaving gateway ends in.
async fn misbehaving(misbehaviour: Misbehaviour, timeouts: Timeouts) -> ErrorCode {
    let mut bench = Bench::with(Gateway::builder().misbehaviour(misbehaviour)).await;

    let ended = bench.end_of(bench.options().timeouts(timeouts)).await;

    let error = ended.error.unwrap();
    assert!(!error.remedy().is_empty() && !error.cause().is_empty());
    error.code()
}

/// Makes the profile name another server.
fn point_to(bench: &mut Bench, server: &str) {
    let xml = bench.gateway.profile_xml();
    let moved = xml.replace(&bench.gateway.address().to_string(), server);
    assert_ne!(xml, moved);
    bench.profile = *bench
        .client
        .profiles()
        .import(moved.as_bytes(), None)
        .unwrap()
        .id();
}

/// Pins the root of another gateway.
fn replaced_root(xml: &str, other: &str) -> String {
    let root = |xml: &str| {
        let start = xml.find("<Cert>").unwrap();
        let start = start + xml[start..].find("<hash>").unwrap() + "<hash>".len();
        xml[start..start + 40].to_owned()
    };
    xml.replace(&root(xml), &root(other))
}

/// An address of this machine where nothing listens, for as long as the socket that holds it lives: bound and not
/// listening, it keeps the port from everybody else.
fn closed_port() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

#[test]
fn no_text_of_a_profile_can_forge_what_is_shown_of_it() {
    let everything = include_str!("../../profile/tests/fixtures/everything.json");
    let hostile = [
        "Everything \\\"quoted\\\" – ü",
        "One",
        "audience",
        "application",
        "alice",
        "Another",
        "Net",
    ]
    .iter()
    .fold(everything.to_owned(), |text, value| {
        text.replace(&format!(": \"{value}\""), ": \"x\u{202e}y\"")
    });
    let profiles = Client::builder().build().unwrap().profiles();
    let id = *profiles.import(hostile.as_bytes(), None).unwrap().id();

    let details = profiles.details(&id).unwrap();

    let of_sign_ins = details
        .sign_ins
        .iter()
        .flat_map(|way| [&way.audience, &way.client_id, &way.username]);
    let texts = [Some(details.summary.name.clone())]
        .into_iter()
        .chain(
            details
                .servers
                .iter()
                .map(|server| server.display_name.clone()),
        )
        .chain([details.secondary_profile, details.network_name])
        .chain(of_sign_ins.cloned());
    let texts: Vec<String> = texts.flatten().collect();
    assert_eq!(texts, ["x\\u{202e}y"; 7]);
}
