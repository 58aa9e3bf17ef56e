//! Tokens that the host brings.

use p2svpn_client::{AccessToken, Answer, ChallengeKind, EntraMethod, ErrorCode};

use crate::browser::{ALICE, bench, silent};
use crate::support::{fetch, options, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_the_host_brings_connects_without_a_person() {
    let entra = silent().await;
    let bench = bench(&entra).await;
    let session = bench.connect(options().entra_method(EntraMethod::Token).username(ALICE));

    let asked = bench.next_challenge().await;
    let ChallengeKind::AccessToken(request) = &asked.kind else {
        panic!("{asked:?}")
    };
    assert_eq!(request.authority, entra.authority());
    assert_eq!(request.client_id, entra.client_id());
    assert_eq!(request.audience, entra.audience());
    assert_eq!(request.scope, format!("{}/.default", entra.audience()));
    assert_eq!(request.username.as_deref(), Some(ALICE));
    let token = AccessToken::new(entra.access_token(ALICE).unwrap());
    session
        .answer(asked.id, Answer::AccessToken(token))
        .unwrap();

    within(session.connected()).await.unwrap();
    assert!(fetch(&session, "10.1.0.4").await.contains("200 OK"));
    assert!(entra.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_token_is_asked_for_again_and_only_so_often() {
    let entra = silent().await;
    let mut bench = bench(&entra).await;
    let session = bench.connect(options().entra_method(EntraMethod::Token));

    let mut refusals = Vec::new();
    for bad in ["", "two words", &"x".repeat(65_535)] {
        let asked = bench.next_challenge().await;
        refusals.extend(asked.refusal.map(|refusal| refusal.code()));
        let token = Answer::AccessToken(AccessToken::new(bad));
        session.answer(asked.id, token).unwrap();
    }

    let error = within(session.closed()).await.error.unwrap();
    assert_eq!(refusals, [ErrorCode::EntraAnswerUnusable; 2]);
    assert_eq!(error.code(), ErrorCode::TokenTooLong);
    bench.nothing_is_left(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_the_gateway_does_not_take_ends_the_session() {
    let entra = silent().await;
    let mut bench = bench(&entra).await;
    let session = bench.connect(options().entra_method(EntraMethod::Token).rounds(3));

    let asked = bench.next_challenge().await;
    let token = Answer::AccessToken(AccessToken::new("e30.e30.c2ln"));
    session.answer(asked.id, token).unwrap();

    let error = within(session.closed()).await.error.unwrap();
    assert_eq!(error.code(), ErrorCode::SignInRefused);
    assert_eq!(bench.gateway.statistics().accepted, 1);
    bench.nothing_is_left(&session).await;
}
