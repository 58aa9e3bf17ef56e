//! Questions of the gateway: asked in the connection, for the next one, at a page, and while connected.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::sync::Barrier;

use p2svpn_client::{Answer, ChallengeKind, ErrorCode, EventKind, State};
use p2svpn_gateway::{Gateway, Misbehaviour, Question};
use support::{Bench, certificate, fetch, options, states, within};

const CODE: &str = "8675309";

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_in_the_connection_that_waits() {
    let bench = asking(text()).await;
    let session = bench.connect(bench.options());

    let asked = bench.next_challenge().await;
    assert_eq!(asked.text, "What is the code?");
    assert_eq!((asked.attempt, &asked.refusal), (0, &None));
    let ChallengeKind::Question {
        masked: true,
        response_required: true,
        expires: Some(expires),
    } = asked.kind
    else {
        panic!("{asked:?}")
    };
    assert!(expires > session.status().since, "{expires}");
    assert_eq!(session.status().state, State::SigningIn);
    let unfit = Answer::Certificate(certificate(&bench.identity));
    let mismatch = session.answer(asked.id, unfit).unwrap_err();
    assert_eq!(mismatch.code(), ErrorCode::AnswerMismatch);
    session.answer(asked.id, Answer::secret(CODE)).unwrap();
    within(session.connected()).await.unwrap();

    session.disconnect();
    let after = states(&bench.events_to_the_end().await);
    assert_eq!(
        after[..3],
        [State::Connecting, State::Configuring, State::Connected]
    );
    assert_eq!(bench.gateway.statistics().accepted, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_answers_at_once_one_is_taken() {
    const THREADS: usize = 4;
    let bench = asking(text()).await;
    for _ in 0..20 {
        let session = bench.connect(options());
        let asked = bench.next_challenge().await;
        let start = Barrier::new(THREADS);

        let taken: usize = std::thread::scope(|scope| {
            let answer = || {
                start.wait();
                let answers = (0..200).map(|_| {
                    let certificate = certificate(&bench.identity);
                    session.answer(asked.id, Answer::Certificate(certificate))
                });
                answers.filter(Result::is_ok).count()
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(answer)).collect();
            threads.into_iter().map(|one| one.join().unwrap()).sum()
        });

        assert_eq!(taken, 1);
        session.disconnect();
        within(session.closed()).await;
        bench.events_to_the_end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_answer_is_a_refused_sign_in() {
    for question in [text(), next_time()] {
        let mut bench = asking(question.clone()).await;
        let session = bench.connect(bench.options());

        let asked = bench.next_challenge().await;
        session.answer(asked.id, Answer::secret("guess")).unwrap();

        let error = within(session.closed()).await.error.unwrap();
        assert_eq!(error.code(), ErrorCode::SignInRefused, "{question:?}");
        assert!(!format!("{error:?}").contains("guess"));
        bench.nothing_is_left(&session).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_never_has_enough_of_asking_is_left() {
    let again = "CRV1:R:state:YWxpY2U=:And again?".to_owned();
    let gateway = Gateway::builder().misbehaviour(Misbehaviour::Refuses(again));
    let mut bench = Bench::with(gateway).await;
    let session = bench.connect(bench.options());

    for attempt in 0..5 {
        let asked = bench.next_challenge().await;
        assert_eq!(asked.attempt, attempt);
        session.answer(asked.id, Answer::secret("me")).unwrap();
    }

    let error = within(session.closed()).await.error.unwrap();
    assert_eq!(error.code(), ErrorCode::SignInChallenged);
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_sent_is_asked_for_again() {
    let bench = asking(text()).await;
    let session = bench.connect(bench.options());

    let first = bench.next_challenge().await;
    let long = "x".repeat(1_501);
    session.answer(first.id, Answer::secret(long)).unwrap();
    let second = bench.next_challenge().await;
    assert_eq!(second.attempt, 1);
    assert_eq!(second.refusal.unwrap().code(), ErrorCode::InvalidArgument);
    session.answer(second.id, Answer::secret(CODE)).unwrap();

    within(session.connected()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn declining_any_question_ends_the_session() {
    for question in [text(), next_time(), page()] {
        let mut bench = asking(question.clone()).await;
        let session = bench.connect(bench.options());

        let asked = bench.next_challenge().await;
        session.answer(asked.id, Answer::Cancel).unwrap();

        let error = within(session.closed()).await.error.unwrap();
        assert_eq!(error.code(), ErrorCode::SignInCancelled, "{question:?}");
        bench.nothing_is_left(&session).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_disconnects_while_a_question_waits_is_obeyed() {
    for question in [text(), next_time(), page()] {
        let mut bench = asking(question).await;
        let session = bench.connect(bench.options());
        bench.next_challenge().await;

        session.disconnect();

        assert_eq!(within(session.closed()).await.error, None);
        bench.nothing_is_left(&session).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_asked_at_the_refusal_is_answered_by_the_next_connection() {
    let bench = asking(next_time()).await;
    let session = bench.connect(bench.options());

    let asked = bench.next_challenge().await;
    assert_eq!(asked.text, "What is the code?");
    assert!(matches!(
        asked.kind,
        ChallengeKind::Question {
            masked: false,
            response_required: true,
            expires: None
        }
    ));
    session.answer(asked.id, Answer::secret(CODE)).unwrap();

    within(session.connected()).await.unwrap();
    assert_eq!(bench.gateway.statistics().accepted, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_at_a_page_needs_no_answer() {
    let bench = asking(page()).await;
    let session = bench.connect(bench.options());

    let asked = bench.next_challenge().await;
    assert!(!format!("{asked:?}").contains("login.example"), "{asked:?}");
    let ChallengeKind::SignInPage(shown) = &asked.kind else {
        panic!("{asked:?}")
    };
    assert_eq!(shown.url, "https://login.example/?x=1");
    assert_eq!(
        shown.embedded_url,
        "https://login.example/?x=1&embedded=true"
    );
    assert!(shown.external && !shown.hidden && shown.expires.is_some());
    let unfit = session.answer(asked.id, Answer::secret("x")).unwrap_err();
    assert_eq!(unfit.code(), ErrorCode::AnswerMismatch);

    bench.gateway.sign_in();
    within(session.connected()).await.unwrap();

    let late = session.answer(asked.id, Answer::Cancel).unwrap_err();
    assert_eq!(late.code(), ErrorCode::ChallengeUnknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_mid_session_leaves_the_session_connected() {
    let bench = Bench::new().await;
    let session = bench.connected().await;

    bench.gateway.say("INFO_PRE,CR_TEXT:R,E:Still there?");
    let first = bench.next_challenge().await;
    // A newer question takes its place: an answer does not say which one it is for.
    bench.gateway.say("INFO_PRE,CR_TEXT:R,E:Really?");
    let second = bench.next_challenge().await;

    assert_eq!(first.text, "Still there?");
    assert_eq!(second.text, "Really?");
    assert_eq!(session.status().state, State::Connected);
    let host = bench.gateway.services().to_string();
    assert!(fetch(&session, &host).await.starts_with("HTTP/1.1 200"));
    let late = session.answer(first.id, Answer::secret("yes")).unwrap_err();
    assert_eq!(late.code(), ErrorCode::ChallengeUnknown);
    session.answer(second.id, Answer::secret("yes")).unwrap();
    assert!(fetch(&session, &host).await.starts_with("HTTP/1.1 200"));
    assert_eq!(session.status().state, State::Connected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_no_web_address_is_never_handed_out() {
    let bench = Bench::new().await;
    let session = bench.connected().await;

    bench.gateway.say("INFO_PRE,OPEN_URL:file:///etc/passwd");
    bench.gateway.say("INFO_PRE,CR_TEXT:R:And now?");

    let asked = bench.next_challenge().await;
    assert_eq!(asked.text, "And now?");
    session.disconnect();
    let events = bench.events_to_the_end().await;
    assert!(
        !events
            .iter()
            .any(|event| matches!(event.kind, EventKind::Challenge(_)))
    );
}

fn text() -> Question {
    Question::Text {
        text: "What is the code?".to_owned(),
        answer: CODE.to_owned(),
    }
}

fn next_time() -> Question {
    Question::NextTime {
        text: "What is the code?".to_owned(),
        answer: CODE.to_owned(),
    }
}

fn page() -> Question {
    Question::Page {
        url: "https://login.example/?x=1".to_owned(),
    }
}

async fn asking(question: Question) -> Bench {
    Bench::with(Gateway::builder().question(question)).await
}
