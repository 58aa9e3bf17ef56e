//! Sessions with a gateway in the same process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::net::{IpAddr, Ipv4Addr};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use p2svpn_client::{
    Answer, Certificate, ChallengeKind, Client, Device, ErrorCode, EventKind, Reconnect, Session,
    State,
};
use p2svpn_gateway::{Gateway, Misbehaviour, Stage, Stop};
use support::{Bench, PATIENCE, certificate, fetch, options, states, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_through_its_states_and_carries_connections() {
    let mut bench = Bench::new().await;
    let session = bench.connected().await;

    let page = fetch(&session, &bench.gateway.services().to_string()).await;
    let status = session.status();
    session.disconnect();
    let events = bench.events_to_the_end().await;

    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert_eq!(status.state, State::Connected);
    assert_eq!(status.addresses.len(), 1);
    assert_eq!(status.routes, ["10.1.0.0/16".parse().unwrap()]);
    assert_eq!(status.gateway_address, Some(bench.gateway.address()));
    assert_eq!(status.cipher.as_deref(), Some("AES-256-GCM"));
    assert_eq!(status.statistics.dropped_packets, 0);
    assert_eq!(
        states(&events),
        [
            State::Preparing,
            State::Connecting,
            State::Configuring,
            State::Connected,
            State::Disconnecting,
            State::Disconnected
        ]
    );
    let EventKind::Ended(ended) = &events.last().unwrap().kind else {
        panic!("the end is the last event")
    };
    assert_eq!(ended.error, None);
    let configured = events.iter().find_map(|event| match &event.kind {
        EventKind::NetworkConfig(config) => Some(config),
        _ => None,
    });
    assert_eq!(
        configured.unwrap().routes[0].destination,
        "10.1.0.0/16".parse().unwrap()
    );
    assert!(
        events
            .iter()
            .all(|event| event.session == Some(session.id()) && event.dropped == 0)
    );
    // What went through is still known afterwards.
    let last = session.statistics();
    assert!(
        last.sent_packets >= 2 && last.received_bytes >= page.len() as u64,
        "{last:?}"
    );
    assert!(
        last.wire_sent_bytes > last.sent_bytes && last.wire_received_bytes > last.received_bytes
    );
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_last_handle_disconnects() {
    let bench = Bench::new().await;
    let session = bench.connected().await;
    let other = session.clone();

    drop(session);
    assert_eq!(other.status().state, State::Connected);
    drop(other);

    let events = bench.events_to_the_end().await;
    assert_eq!(states(&events).last(), Some(&State::Disconnected));
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_works_in_every_state() {
    let bench = Bench::new().await;
    // Before it began, in mid-handshake with a gateway that fell silent, and while a question waits.
    let at_once = bench.connect(bench.options());
    at_once.disconnect();
    assert_eq!(within(at_once.closed()).await.error, None);

    for stage in [Stage::Reset, Stage::Tls, Stage::KeyExchange, Stage::Push] {
        bench
            .gateway
            .set_misbehaviour(Misbehaviour::StopsAt(stage, Stop::Silently));
        let silent = bench.connect(bench.options());
        until_state(&bench, State::Connecting).await;
        let asked = Instant::now();
        silent.disconnect();
        assert_eq!(within(silent.closed()).await.error, None);
        // Sooner than any wait for the gateway ends.
        assert!(asked.elapsed() < Duration::from_secs(10), "{stage}");
    }

    let asking = bench.connect(options());
    until_state(&bench, State::SigningIn).await;
    asking.disconnect();
    assert_eq!(within(asking.closed()).await.error, None);
    assert_eq!(
        within(asking.connected()).await.unwrap_err().code(),
        ErrorCode::Cancelled
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_session_waits_for_the_end_of_the_first() {
    let bench = Bench::new().await;
    let first = bench.connected().await;

    let refused = bench
        .client
        .connect(&bench.profile, bench.options())
        .unwrap_err();
    assert_eq!(refused.code(), ErrorCode::AnotherSessionActive);

    // As soon as the end is told, the next may begin.
    first.disconnect();
    bench.events_to_the_end().await;
    bench.connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_sessions_run_where_the_host_allows_them() {
    let bench = Bench::new().await;
    let client = Client::builder().several_sessions(true).build().unwrap();
    let profile = client
        .profiles()
        .import(bench.gateway.profile_xml().as_bytes(), None)
        .unwrap();

    let sessions: Vec<Session> = (0..3)
        .map(|_| client.connect(profile.id(), bench.options()).unwrap())
        .collect();
    for session in &sessions {
        within(session.connected()).await.unwrap();
    }

    assert_eq!(bench.gateway.sessions().len(), 3);
    client.close();
    within(client.closed()).await;
    for session in &sessions {
        assert_eq!(session.status().state, State::Disconnected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_certificate_is_asked_for() {
    let bench = Bench::new().await;
    let session = bench.connect(options());

    let challenge = bench.next_challenge().await;
    assert_eq!(session.status().state, State::SigningIn);
    assert!(matches!(
        &challenge.kind,
        ChallengeKind::ClientCertificate {
            thumbprint: None,
            issuer: Some(_)
        }
    ));
    // What does not fit is refused, and the question stays.
    let mismatch = session
        .answer(challenge.id, Answer::secret("x"))
        .unwrap_err();
    assert_eq!(mismatch.code(), ErrorCode::AnswerMismatch);
    session
        .answer(
            challenge.id,
            Answer::Certificate(certificate(&bench.identity)),
        )
        .unwrap();

    within(session.connected()).await.unwrap();
    let again = session.answer(challenge.id, Answer::Cancel).unwrap_err();
    assert_eq!(again.code(), ErrorCode::ChallengeUnknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_password_is_asked_for_and_a_wrong_one_again() {
    let bench = Bench::new().await;
    let pfx = Certificate::pfx(bench.identity.pfx("open sesame").unwrap());
    let session = bench.connect(options().certificate(pfx));

    let first = bench.next_challenge().await;
    assert_eq!((first.attempt, &first.refusal), (0, &None));
    session.answer(first.id, Answer::secret("wrong")).unwrap();
    let second = bench.next_challenge().await;
    assert_eq!(second.attempt, 1);
    assert_eq!(
        second.refusal.unwrap().code(),
        ErrorCode::CertificatePasswordWrong
    );
    session
        .answer(second.id, Answer::secret("open sesame"))
        .unwrap();

    within(session.connected()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_end_the_session_after_three() {
    let bench = Bench::new().await;
    let pfx = Certificate::pfx(bench.identity.pfx("open sesame").unwrap()).password("guess");
    let session = bench.connect(options().certificate(pfx));

    for attempt in 0..3 {
        let challenge = bench.next_challenge().await;
        assert_eq!(challenge.attempt, attempt);
        assert!(challenge.refusal.is_some());
        session
            .answer(challenge.id, Answer::secret("guess again"))
            .unwrap();
    }

    let error = within(session.closed()).await.error.unwrap();
    assert_eq!(error.code(), ErrorCode::CertificatePasswordWrong);
    assert!(!format!("{error:?}").contains("guess"));
    assert_eq!(bench.gateway.statistics().accepted, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_sign_in_ends_the_session() {
    let bench = Bench::new().await;
    let session = bench.connect(options());
    let challenge = bench.next_challenge().await;

    session.answer(challenge.id, Answer::Cancel).unwrap();

    assert_eq!(
        within(session.closed()).await.error.unwrap().code(),
        ErrorCode::SignInCancelled
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn dials_fail_with_their_own_errors() {
    let bench = Bench::new().await;
    let session = bench.connect(bench.options());
    let services = bench.gateway.services().to_string();
    within(session.connected()).await.unwrap();

    let dial =
        async |host: &str, port| session.dial(host, port, PATIENCE).await.unwrap_err().code();
    assert_eq!(dial(&services, 81).await, ErrorCode::DialRefused);
    assert_eq!(
        dial("db.internal", 80).await,
        ErrorCode::DialNameUnsupported
    );
    assert_eq!(dial("fd00::1", 80).await, ErrorCode::DialUnreachable);
    assert_eq!(dial("0.0.0.0", 80).await, ErrorCode::DialUnreachable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_through_the_tunnel_ends_with_the_session() {
    let bench = Bench::new().await;
    let session = bench.connected().await;
    let services = bench.gateway.services().to_string();
    let mut stream = session.dial(&services, 7, PATIENCE).await.unwrap();
    stream.write_all(b"hello").await.unwrap();
    let mut answer = [0; 5];
    within(stream.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"hello");

    session.disconnect();
    within(session.closed()).await;

    let outcome = within(stream.read(&mut answer)).await;
    assert!(!matches!(outcome, Ok(length) if length > 0), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_configures_the_machine_is_waited_for_if_it_wants_that() {
    for failure in [None, Some("no helper")] {
        let mut bench = Bench::new().await;
        let options = bench.options().configure_machine(false).host_confirms(true);
        let session = bench.connect(options);
        let generation = loop {
            let event = within(bench.client.next_event()).await.unwrap();
            if let EventKind::NetworkConfig(config) = event.kind {
                break config.generation;
            }
        };
        assert_eq!(session.status().state, State::Configuring);

        // Of another one than the first nothing is known yet.
        session.network_applied(generation - 1, Ok(()));
        assert_eq!(session.status().state, State::Configuring);
        session.network_applied(
            generation,
            failure.map_or(Ok(()), |text| Err(text.to_owned())),
        );

        match failure {
            None => {
                within(session.connected()).await.unwrap();
                session.disconnect();
                assert_eq!(within(session.closed()).await.error, None);
            }
            Some(text) => {
                let error = within(session.closed()).await.error.unwrap();
                assert_eq!(error.code(), ErrorCode::MachineFailed);
                assert!(error.to_string().contains(text), "{error}");
            }
        }
        bench.nothing_is_left(&session).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_cuts_the_connection_is_told_from_one_that_says_goodbye() {
    let mut bench = Bench::new().await;
    let session = bench.connect(bench.options().reconnect(Reconnect::Never));
    within(session.connected()).await.unwrap();
    bench.gateway.disconnect_all();
    let lost = within(session.closed()).await.error.unwrap();
    bench.nothing_is_left(&session).await;
    assert_eq!(lost.code(), ErrorCode::ConnectionLost);

    let session = bench.connect(bench.options().reconnect(Reconnect::Never));
    within(session.connected()).await.unwrap();
    within(bench.gateway.stop()).await;
    let error = within(session.closed()).await.error.unwrap();
    let goodbyes = [
        ErrorCode::GatewayExit,
        ErrorCode::GatewayRestart,
        ErrorCode::ConnectionLost,
    ];
    assert!(goodbyes.contains(&error.code()), "{error:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_descriptor_of_the_host_carries_its_packets() {
    let mut bench = Bench::new().await;
    let (ours, theirs) = std::os::unix::net::UnixDatagram::pair().unwrap();
    let device = Device::Fd {
        fd: theirs.into(),
        header: p2svpn_client::PacketHeader::None,
    };
    let session = bench.connect(bench.options().device(device));
    within(session.connected()).await.unwrap();
    let IpAddr::V4(address) = session.status().addresses[0].addr() else {
        panic!("an IPv4 address")
    };
    ours.set_nonblocking(true).unwrap();
    let ours = tokio::net::UnixDatagram::from_std(ours).unwrap();

    ours.send(&echo_request(address, bench.gateway.services()))
        .await
        .unwrap();

    let mut answer = [0; 1500];
    let length = within(ours.recv(&mut answer)).await.unwrap();
    // An echo reply (type 0) from the services with what was sent.
    assert_eq!(answer[12..16], bench.gateway.services().octets());
    assert_eq!((answer[20], &answer[28..length]), (0, &b"hello"[..]));
    let dialled = session.dial("10.1.0.4", 80, Duration::from_secs(1)).await;
    assert_eq!(dialled.unwrap_err().code(), ErrorCode::DialNotUserspace);
    session.disconnect();
    within(session.closed()).await;
    // The descriptor was closed with the session.
    assert!(ours.send(b"x").await.is_err());
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_may_lend_its_runtime() {
    let gateway = Gateway::builder().start().await.unwrap();
    let client = Client::builder()
        .runtime(tokio::runtime::Handle::current())
        .build()
        .unwrap();
    let profile = client
        .profiles()
        .import(gateway.profile_xml().as_bytes(), None)
        .unwrap();
    let identity = gateway.issue_client("alice").unwrap();
    let session = client
        .connect(profile.id(), options().certificate(certificate(&identity)))
        .unwrap();

    within(session.connected()).await.unwrap();
    client.close();

    within(client.closed()).await;
    assert_eq!(within(session.closed()).await.error, None);
}

#[test]
fn a_runtime_that_ends_under_a_session_still_tells_its_end() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let gateway = runtime.block_on(Gateway::builder().start()).unwrap();
    let client = Client::builder()
        .runtime(runtime.handle().clone())
        .build()
        .unwrap();
    let profile = client
        .profiles()
        .import(gateway.profile_xml().as_bytes(), None)
        .unwrap();
    let session = client.connect(profile.id(), options()).unwrap();

    drop(gateway);
    drop(runtime);

    let ended = session.wait_closed(Some(PATIENCE)).unwrap();
    assert_eq!(ended.error.unwrap().code(), ErrorCode::InternalFailure);
}

#[test]
fn threads_without_a_runtime_can_wait() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let gateway = runtime.block_on(Gateway::builder().start()).unwrap();
    let client = Client::builder().build().unwrap();
    let profile = client
        .profiles()
        .import(gateway.profile_xml().as_bytes(), None)
        .unwrap();
    let identity = gateway.issue_client("alice").unwrap();
    let session = client
        .connect(profile.id(), options().certificate(certificate(&identity)))
        .unwrap();

    session.wait_connected(Some(PATIENCE)).unwrap();
    assert_eq!(session.wait_closed(Some(Duration::ZERO)), None);
    session.disconnect();
    assert_eq!(session.wait_closed(Some(PATIENCE)).unwrap().error, None);

    client.close();
    assert!(client.wait_closed(PATIENCE));
    while client.wait_event(None).is_some() {}
    assert_eq!(
        client.connect(profile.id(), options()).unwrap_err().code(),
        ErrorCode::ClientClosed
    );
}

#[test]
fn futures_need_no_runtime_of_the_caller() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let gateway = runtime.block_on(Gateway::builder().start()).unwrap();
    let client = Client::builder().build().unwrap();
    let profile = client
        .profiles()
        .import(gateway.profile_xml().as_bytes(), None)
        .unwrap();
    let identity = gateway.issue_client("alice").unwrap();
    let session = client
        .connect(profile.id(), options().certificate(certificate(&identity)))
        .unwrap();

    let answer = parked(async {
        assert!(client.next_event().await.is_some());
        session.connected().await.unwrap();
        let host = gateway.services().to_string();
        let mut stream = session.dial(&host, 7, PATIENCE).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).await.unwrap();
        session.disconnect();
        assert_eq!(session.closed().await.error, None);
        answer
    });

    assert_eq!(&answer, b"hello");
}

/// The smallest executor: the thread sleeps until it is woken.
fn parked<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        std::thread::park();
    }
}

/// An IPv4 packet with an ICMP echo request (RFC 791, RFC 792).
fn echo_request(from: Ipv4Addr, to: Ipv4Addr) -> Vec<u8> {
    let mut icmp = vec![8, 0, 0, 0, 0, 1, 0, 1];
    icmp.extend_from_slice(b"hello");
    let sum = checksum(&icmp);
    icmp[2..4].copy_from_slice(&sum);

    let mut packet = vec![0x45, 0, 0, 20 + icmp.len() as u8, 0, 0, 0, 0, 64, 1, 0, 0];
    packet.extend(from.octets());
    packet.extend(to.octets());
    let sum = checksum(&packet);
    packet[10..12].copy_from_slice(&sum);
    packet.extend(icmp);
    packet
}

fn checksum(bytes: &[u8]) -> [u8; 2] {
    let words = bytes
        .chunks(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!(sum as u16)).to_be_bytes()
}

async fn until_state(bench: &Bench, wanted: State) {
    loop {
        let event = within(bench.client.next_event()).await.unwrap();
        if matches!(event.kind, EventKind::State { state, .. } if state == wanted) {
            return;
        }
    }
}
