//! User names with their passwords.

use p2svpn_client::{Answer, ChallengeKind, Credentials, ErrorCode, EventKind, Session, State};
use p2svpn_gateway::Gateway;

use crate::support::{Bench, fetch, options, states, within};

const NAME: &str = "alice";
const PASSWORD: &str = "correct horse";

async fn bench() -> Bench {
    Bench::with(Gateway::builder().user(NAME, PASSWORD)).await
}

fn good() -> Credentials {
    Credentials::new(NAME, PASSWORD)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_the_host_gives_connects() {
    let bench = bench().await;

    let session = bench.connect(options().credentials(good()));

    within(session.connected()).await.unwrap();
    assert!(fetch(&session, "10.1.0.4").await.contains("200 OK"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_of_the_host_that_is_refused_is_tried_once_and_nobody_is_asked() {
    let mut bench = bench().await;
    let wrong = Credentials::new(NAME, "wrong");

    let ended = bench.end_of(options().credentials(wrong).rounds(3)).await;

    assert_eq!(ended.error.unwrap().code(), ErrorCode::SignInRefused);
    assert_eq!(bench.gateway.statistics().accepted, 1);
    assert!(!challenged(&bench));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_asked_may_mistype_twice() {
    let bench = bench().await;
    let session = bench.connect(options().username(NAME));

    for attempt in 0..2 {
        let asked = answer(&bench, &session, Credentials::new(NAME, "wrong")).await;
        assert_eq!(asked, (attempt, attempt > 0));
    }
    answer(&bench, &session, good()).await;

    within(session.connected()).await.unwrap();
    assert_eq!(bench.gateway.statistics().accepted, 3);
    session.disconnect();
    // Whoever has answered is not said to be still at it.
    let after = states(&bench.events_to_the_end().await);
    assert_eq!(
        after[..3],
        [State::Connecting, State::Configuring, State::Connected]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn three_wrong_passwords_end_the_session() {
    let mut bench = bench().await;
    let session = bench.connect(options().rounds(3));

    for _ in 0..3 {
        answer(&bench, &session, Credentials::new(NAME, "wrong")).await;
    }

    let error = within(session.closed()).await.error.unwrap();
    assert_eq!(error.code(), ErrorCode::SignInRefused);
    assert_eq!(bench.gateway.statistics().accepted, 3);
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_kept_if_the_host_says_so_and_forgotten_when_it_is_refused() {
    let bench = bench().await;
    let session = bench.connect(options());
    answer(&bench, &session, good().keep(true)).await;
    within(session.connected()).await.unwrap();
    session.disconnect();
    within(session.closed()).await;

    let again = bench.connect(options());
    within(again.connected()).await.unwrap();
    again.disconnect();
    within(again.closed()).await;
    assert!(!challenged(&bench));
    bench
        .gateway
        .set_misbehaviour(p2svpn_gateway::Misbehaviour::Refuses(String::new()));
    let refused = bench.connect(options());
    let asked = bench.next_challenge().await;
    assert_eq!(asked.attempt, 1);
    refused.disconnect();
    within(refused.closed()).await;

    bench
        .gateway
        .set_misbehaviour(p2svpn_gateway::Misbehaviour::None);
    while bench.client.try_event().is_some() {}
    let _session = bench.connect(options());
    let asked = bench.next_challenge().await;
    assert_eq!((asked.attempt, asked.refusal), (0, None));
    let username = Some(NAME.to_owned());
    assert_eq!(asked.kind, ChallengeKind::Credentials { username });
}

/// Answers the next question; returns how often it was asked before, and whether with a refusal.
async fn answer(bench: &Bench, session: &Session, credentials: Credentials) -> (u32, bool) {
    let asked = bench.next_challenge().await;
    assert!(
        matches!(asked.kind, ChallengeKind::Credentials { .. }),
        "{asked:?}"
    );
    let answer = Answer::Credentials(credentials);
    session.answer(asked.id, answer).unwrap();
    (asked.attempt, asked.refusal.is_some())
}

/// Whether one of the events until now is a challenge.
fn challenged(bench: &Bench) -> bool {
    let events: Vec<_> = std::iter::from_fn(|| bench.client.try_event()).collect();
    let is_challenge = |kind: &EventKind| matches!(kind, EventKind::Challenge(_));
    events.iter().any(|event| is_challenge(&event.kind))
}
