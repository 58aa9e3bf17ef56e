//! What a client makes of a gateway that does wrong: each cause is told apart.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::io::ErrorKind;
use std::time::Duration;

use futures_util::future::join_all;
use p2svpn_gateway::{Answer, Gateway, Misbehaviour, ServerFlaw, Stage, Stop, Timeouts};
use p2svpn_openvpn::{Error, ServerCertificateError};
use p2svpn_tunnel::TunnelEnd;
use support::{Client, Plan, failure};

#[tokio::test]
async fn a_gateway_that_falls_silent_is_given_up_at_every_stage() {
    let stages = [Stage::Reset, Stage::Tls, Stage::KeyExchange, Stage::Push];
    let failures = stages.map(|stage| async move {
        let gateway = gateway(Misbehaviour::StopsAt(stage, Stop::Silently)).await;
        (stage, failure(&gateway, impatient(stage)).await)
    });

    for (stage, error) in join_all(failures).await {
        let fits = match (&error, stage) {
            (Error::NoAnswer(_), Stage::Reset) | (Error::PushTimedOut(_), Stage::Push) => true,
            (Error::HandshakeTimedOut { stage: at, .. }, _) => *at == stage,
            _ => false,
        };
        assert!(fits, "{stage:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_gateway_that_closes_is_told_from_one_that_is_silent_at_every_stage() {
    for stage in [Stage::Reset, Stage::Tls, Stage::KeyExchange, Stage::Push] {
        let gateway = gateway(Misbehaviour::StopsAt(stage, Stop::Closing)).await;

        let error = failure(&gateway, Plan::default()).await;

        assert_eq!(stage_at_end(&error), (stage, None), "{error:?}");
    }
}

#[tokio::test]
async fn a_reset_is_told_from_an_orderly_end() {
    for stage in [Stage::Reset, Stage::Tls, Stage::KeyExchange, Stage::Push] {
        let gateway = gateway(Misbehaviour::StopsAt(stage, Stop::Resetting)).await;

        let error = failure(&gateway, Plan::default()).await;

        let (at, kind) = stage_at_end(&error);
        assert!(at <= stage, "{stage:?}: {error:?}");
        assert_eq!(kind, Some(ErrorKind::ConnectionReset), "{stage:?}");
    }
}

#[tokio::test]
async fn a_gateway_that_stops_once_connected_loses_its_client_in_that_way() {
    for (how, kind) in [
        (Stop::Closing, None),
        (Stop::Resetting, Some(ErrorKind::ConnectionReset)),
    ] {
        let gateway = gateway(Misbehaviour::StopsAt(Stage::Established, how)).await;
        let identity = support::identity_of(&gateway.issue_client("alice").unwrap());

        // A reset may overtake the settings that were sent before it.
        let end =
            match Client::try_connect(&gateway.profile_xml(), &identity, Plan::default()).await {
                Ok(mut client) => client.end().await,
                Err(end) => end,
            };

        match end {
            TunnelEnd::Connection(Error::TransportClosed(found)) => assert_eq!(found, kind),
            TunnelEnd::Connection(Error::ClosedDuringHandshake { kind: found, .. }) => {
                assert_eq!((how, found), (Stop::Resetting, kind));
            }
            other => panic!("{how:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_gateway_that_ignores_data_leaves_the_client_connected_and_unheard() {
    let gateway = gateway(Misbehaviour::StopsAt(Stage::Established, Stop::Silently)).await;
    let client = Client::connect(&gateway).await;

    let ping = client
        .stack
        .ping(gateway.services().into(), Duration::from_millis(100))
        .await;

    assert!(matches!(ping, Err(p2svpn_tunnel::TunnelError::TimedOut)));
    assert_eq!(client.tunnel.statistics().received_packets, 0);
}

#[tokio::test]
async fn what_is_no_openvpn_does_not_pass_for_a_gateway() {
    for answer in [Answer::Http, Answer::Noise, Answer::EmptyFrame] {
        let gateway = gateway(Misbehaviour::Answers(answer)).await;

        let error = failure(&gateway, impatient(Stage::Reset)).await;

        assert!(
            matches!(
                error,
                Error::NoAnswer(_) | Error::Protocol(_) | Error::ClosedWithoutAnswer(_)
            ),
            "{answer:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_stale_server_secret_gets_no_answer() {
    let gateway = gateway(Misbehaviour::OtherSecret).await;

    let error = failure(&gateway, impatient(Stage::Reset)).await;

    assert_eq!(
        error,
        Error::NoAnswer(impatient(Stage::Reset).timeouts.answer)
    );
}

#[tokio::test]
async fn a_gateway_certificate_with_a_flaw_is_refused_for_that_flaw() {
    for flaw in [
        ServerFlaw::OtherRoot,
        ServerFlaw::OtherName,
        ServerFlaw::Expired,
        ServerFlaw::NotYetValid,
        ServerFlaw::NotForServers,
    ] {
        let gateway = gateway(Misbehaviour::Certificate(flaw)).await;

        let error = failure(&gateway, Plan::default()).await;

        let Error::ServerCertificate(cause) = error else {
            panic!("{flaw:?}: {error:?}");
        };
        let fits = match flaw {
            ServerFlaw::OtherRoot => cause == ServerCertificateError::NotPinned,
            ServerFlaw::OtherName => matches!(cause, ServerCertificateError::WrongName { .. }),
            ServerFlaw::Expired => cause == ServerCertificateError::Expired,
            ServerFlaw::NotYetValid => cause == ServerCertificateError::NotYetValid,
            ServerFlaw::NotForServers => cause == ServerCertificateError::NotForServers,
        };
        assert!(fits, "{flaw:?}: {cause:?}");
    }
}

#[tokio::test]
async fn a_refusal_reaches_the_user_in_the_gateways_words() {
    let gateway = gateway(Misbehaviour::Refuses("come back tomorrow".to_owned())).await;

    let error = failure(&gateway, Plan::default()).await;

    assert_eq!(
        error,
        Error::AuthenticationFailed("come back tomorrow".to_owned())
    );
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_refused() {
    let without = gateway(Misbehaviour::NoAddress).await;
    let compressing = gateway(Misbehaviour::Compression("comp-lzo yes".to_owned())).await;

    assert_eq!(failure(&without, Plan::default()).await, Error::NoAddress);
    assert!(matches!(
        failure(&compressing, Plan::default()).await,
        Error::Compression(_)
    ));
}

#[tokio::test]
async fn a_gateway_can_come_to_its_senses() {
    let gateway = gateway(Misbehaviour::StopsAt(Stage::Tls, Stop::Resetting)).await;
    failure(&gateway, Plan::default()).await;

    gateway.set_misbehaviour(Misbehaviour::None);

    let client = Client::connect(&gateway).await;
    assert_eq!(client.fetch(&gateway, "/bytes/5").await.len(), 5);
}

async fn gateway(misbehaviour: Misbehaviour) -> Gateway {
    Gateway::builder()
        .misbehaviour(misbehaviour)
        .start()
        .await
        .unwrap()
}

/// A client that gives up soon at this stage, where what it waits for never comes, and has time to get there.
fn impatient(stage: Stage) -> Plan {
    let mut timeouts = Timeouts::default();
    match stage {
        Stage::Reset => timeouts.answer = Duration::from_millis(300),
        Stage::Push => timeouts.push = Duration::from_millis(300),
        _ => timeouts.handshake = Duration::from_secs(3),
    }
    Plan {
        timeouts,
        ..Plan::default()
    }
}

/// How far the handshake had come when the transport ended, and how that ended.
fn stage_at_end(error: &Error) -> (Stage, Option<ErrorKind>) {
    match error {
        Error::ClosedWithoutAnswer(kind) => (Stage::Reset, *kind),
        Error::ClosedDuringHandshake { stage, kind, .. } => (*stage, *kind),
        other => panic!("another end: {other:?}"),
    }
}
