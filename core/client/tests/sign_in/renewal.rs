//! Tokens that are renewed while a session is connected.

use std::time::Duration;

use p2svpn_client::{
    AccessToken, Answer, ChallengeKind, EntraMethod, ErrorCode, Session, State, WarningKind,
};
use p2svpn_gateway::{EntraPolicy, EntraRefusal, EntraStep, FakeEntra, Gateway};

use crate::browser::{ALICE, bench_with, page, sign_in, silent};
use crate::support::{Bench, options, warnings};

/// Soon enough to see several in a test.
const REKEY: Duration = Duration::from_millis(500);

/// A token that is renewed after half of it. The other half is for a busy machine: the token has to be good until then.
const SHORT: Duration = Duration::from_secs(20);

/// A token of which enough is left when a renewal was in vain and is tried again, five seconds later.
const LONGER: Duration = Duration::from_secs(40);

/// More than half of the longest of these, and a pause.
const PATIENCE: Duration = Duration::from_secs(90);

/// Enough to be good for as long as the test takes.
const LONG: Duration = Duration::from_secs(65 * 60);

/// By so much the clock of Entra and of the gateway is put forward, so that short tokens have ended.
const FORWARD: i64 = 120;

async fn bench(entra: &FakeEntra) -> Bench {
    bench_with(entra, Gateway::builder().renegotiate_after(REKEY)).await
}

fn short(policy: &mut EntraPolicy) {
    policy.token_lifetime = SHORT;
}

/// From now on tokens last, and those that were short have ended.
fn end_what_was_short(entra: &FakeEntra) {
    entra.change_policy(|policy| policy.clock_offset = FORWARD);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_ahead_of_its_end_and_shown_when_keys_change() {
    let entra = silent().await;
    entra.change_policy(short);
    let bench = bench(&entra).await;
    let session = connected(&entra, &bench).await;
    entra.change_policy(|policy| policy.token_lifetime = LONG);

    within(asked(&entra, EntraStep::Refresh, 1)).await;
    within(rekeyed(&session, 2)).await;
    end_what_was_short(&entra);
    within(rekeyed(&session, 2)).await;

    assert_eq!(session.status().state, State::Connected);
    assert_eq!(entra.count(EntraStep::Authorize), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_at_a_change_of_keys_while_the_token_is_good() {
    let entra = silent().await;
    let bench = bench(&entra).await;
    let session = connected(&entra, &bench).await;

    within(rekeyed(&session, 4)).await;

    assert_eq!(entra.count(EntraStep::Refresh), 0);
    assert_eq!(entra.count(EntraStep::Authorize), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_was_revoked_is_asked_for_while_the_session_stays_connected() {
    for refusal in [EntraRefusal::Revoked, EntraRefusal::ClaimsNeeded] {
        let entra = silent().await;
        entra.change_policy(short);
        let bench = bench(&entra).await;
        let session = connected(&entra, &bench).await;
        entra.refuse(EntraStep::Refresh, refusal);
        entra.change_policy(|policy| policy.token_lifetime = LONG);

        within(asked(&entra, EntraStep::Refresh, 1)).await;
        let asked = bench.next_challenge().await;
        assert_eq!(session.status().state, State::Connected);
        assert_eq!(
            asked.refusal.clone().unwrap().code(),
            ErrorCode::EntraSignInNeeded
        );
        sign_in(&entra, page(&asked)).await;
        within(self::asked(&entra, EntraStep::Code, 2)).await;
        within(rekeyed(&session, 2)).await;
        end_what_was_short(&entra);
        within(rekeyed(&session, 2)).await;

        assert_eq!(session.status().state, State::Connected, "{refusal:?}");
        assert_eq!(entra.count(EntraStep::Refresh), 1, "{refusal:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_sign_in_again_stays_until_the_gateway_refuses_and_is_asked_once() {
    let entra = silent().await;
    entra.change_policy(short);
    let bench = bench(&entra).await;
    let session = connected(&entra, &bench).await;
    entra.refuse(EntraStep::Refresh, EntraRefusal::Revoked);

    within(asked(&entra, EntraStep::Refresh, 1)).await;
    let asked = bench.next_challenge().await;
    session.answer(asked.id, Answer::Cancel).unwrap();
    within(rekeyed(&session, 2)).await;
    assert_eq!(session.status().state, State::Connected);
    end_what_was_short(&entra);

    let error = within(session.closed()).await.error.unwrap();
    assert_eq!(error.code(), ErrorCode::SignInRefused);
    let events = bench.events_to_the_end().await;
    assert!(
        warnings(&events, WarningKind::SignIn)
            .iter()
            .any(|one| one.contains("not renewed"))
    );
    assert_eq!(entra.count(EntraStep::Authorize), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_asked_for_its_next_token_ahead_of_time() {
    let entra = silent().await;
    let bench = bench(&entra).await;
    let session = bench.connect(options().entra_method(EntraMethod::Token));
    entra.change_policy(short);
    // After half of its time another one is asked for.
    bring(&entra, &bench, &session).await;
    within(session.connected()).await.unwrap();
    entra.change_policy(|policy| policy.token_lifetime = LONG);

    bring(&entra, &bench, &session).await;
    within(rekeyed(&session, 2)).await;
    end_what_was_short(&entra);
    within(rekeyed(&session, 2)).await;

    assert_eq!(session.status().state, State::Connected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_host_that_is_away_ends_nothing() {
    let entra = silent().await;
    entra.change_policy(|policy| policy.token_lifetime = LONGER);
    let bench = bench(&entra).await;
    let session = connected(&entra, &bench).await;
    let fault = p2svpn_gateway::EntraFault::Unavailable { retry_after: None };
    entra.disturb(EntraStep::Refresh, fault, 1);
    entra.change_policy(|policy| policy.token_lifetime = LONG);

    // The first in vain, the second a pause later.
    within(asked(&entra, EntraStep::Refresh, 2)).await;
    within(rekeyed(&session, 2)).await;
    end_what_was_short(&entra);
    within(rekeyed(&session, 2)).await;

    assert_eq!(session.status().state, State::Connected);
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(PATIENCE, future).await;
    outcome.expect("nothing happened in time")
}

/// Brings the host's token for the next challenge.
async fn bring(entra: &FakeEntra, bench: &Bench, session: &Session) {
    let asked = bench.next_challenge().await;
    assert!(
        matches!(asked.kind, ChallengeKind::AccessToken(_)),
        "{asked:?}"
    );
    let token = AccessToken::new(entra.access_token(ALICE).unwrap());
    session
        .answer(asked.id, Answer::AccessToken(token))
        .unwrap();
}

async fn connected(entra: &FakeEntra, bench: &Bench) -> Session {
    let session = bench.connect(options());
    let asked = bench.next_challenge().await;
    sign_in(entra, page(&asked)).await;
    within(session.connected()).await.unwrap();
    session
}

/// Waits until the keys have changed so often from now on.
async fn rekeyed(session: &Session, times: u64) {
    let until = session.statistics().rekeys + times;
    while session.statistics().rekeys < until {
        assert_eq!(session.status().state, State::Connected);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until Entra was asked for this so often.
async fn asked(entra: &FakeEntra, step: EntraStep, times: u64) {
    while entra.count(step) < times {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
