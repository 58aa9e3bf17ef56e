//! Tokens that the host brings.

use std::sync::Arc;

use p2svpn_client::{
    AccessToken, Answer, ChallengeKind, ConnectOptions, Ended, EntraMethod, ErrorCode, EventKind,
    TokenProvider, TokenProviderError, TokenRequest,
};

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

type Bring = dyn Fn(&TokenRequest) -> Result<AccessToken, TokenProviderError> + Send + Sync;

/// Brings what it is told to.
struct Provider(Box<Bring>);

impl TokenProvider for Provider {
    fn token(&self, request: &TokenRequest) -> Result<AccessToken, TokenProviderError> {
        (self.0)(request)
    }
}

fn provider(
    bring: impl Fn(&TokenRequest) -> Result<AccessToken, TokenProviderError> + Send + Sync + 'static,
) -> ConnectOptions {
    options().token_provider(Arc::new(Provider(Box::new(bring))))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_asked_instead_of_a_person() {
    let entra = silent().await;
    let bench = bench(&entra).await;
    let token = entra.access_token(ALICE).unwrap();
    let audience = entra.audience().to_owned();

    let session = bench.connect(provider(move |request| {
        assert_eq!(request.audience, audience);
        Ok(AccessToken::new(token.clone()))
    }));

    within(session.connected()).await.unwrap();
    session.disconnect();
    let events = bench.events_to_the_end().await;
    let is_challenge = |kind: &EventKind| matches!(kind, EventKind::Challenge(_));
    assert!(!events.iter().any(|event| is_challenge(&event.kind)));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_provider_does_ends_the_session_with_an_error() {
    let entra = silent().await;
    let mut bench = bench(&entra).await;
    let failed = TokenProviderError::Failed {
        reason: "no managed identity".to_owned(),
    };
    let code = |ended: Ended| ended.error.unwrap().code();

    let ended = bench.end_of(provider(move |_| Err(failed.clone()))).await;
    assert!(ended.to_string().contains("no managed identity"), "{ended}");
    assert_eq!(code(ended), ErrorCode::TokenProviderFailed);
    let cancelled = provider(|_| Err(TokenProviderError::Cancelled));
    assert_eq!(
        code(bench.end_of(cancelled).await),
        ErrorCode::SignInCancelled
    );
    let panics = provider(|_| panic!("a defect of the host"));
    assert_eq!(
        code(bench.end_of(panics).await),
        ErrorCode::TokenProviderFailed
    );
    let empty = provider(|_| Ok(AccessToken::new("")));
    assert_eq!(
        code(bench.end_of(empty).await),
        ErrorCode::EntraAnswerUnusable
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_disconnects_while_a_provider_hangs_is_obeyed() {
    let entra = silent().await;
    let mut bench = bench(&entra).await;
    let (let_go, waits) = std::sync::mpsc::channel::<()>();
    let waits = std::sync::Mutex::new(waits);
    let (called, mut was_called) = tokio::sync::mpsc::unbounded_channel();
    let session = bench.connect(provider(move |_| {
        called.send(()).unwrap();
        let _ = waits.lock().unwrap().recv();
        Err(TokenProviderError::Cancelled)
    }));
    within(was_called.recv()).await.unwrap();

    session.disconnect();

    assert_eq!(within(session.closed()).await.error, None);
    bench.nothing_is_left(&session).await;
    drop(let_go);
}
