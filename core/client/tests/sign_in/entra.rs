//! Signing in with Entra ID to connect.

use p2svpn_client::{Answer, ChallengeKind, EntraMethod, ErrorCode, EventKind, State};
use p2svpn_gateway::{EntraRefusal, EntraStep, FakeEntra};

use crate::browser::{ALICE, bench, client, page, sign_in, silent, visit};
use crate::support::{Bench, fetch, options, states, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_signs_the_user_in_and_packets_flow() {
    let entra = silent().await;
    let bench = bench(&entra).await;
    let session = bench.connect(options());

    let asked = bench.next_challenge().await;
    let page = page(&asked);
    assert_eq!(session.status().state, State::SigningIn);
    assert!(page.external && page.expires.is_some());
    assert!(page.url.starts_with(&entra.authority()), "{}", page.url);
    assert!(page.url.contains("prompt=select_account"));
    assert!(!format!("{asked:?}").contains("state="));
    let seen = sign_in(&entra, page).await;
    assert!(seen.starts_with("HTTP/1.1 200"), "{seen}");

    within(session.connected()).await.unwrap();
    assert!(fetch(&session, "10.1.0.4").await.contains("200 OK"));
    assert_eq!(
        bench.client.profiles().signed_in(&bench.profile).unwrap(),
        [ALICE]
    );
    session.disconnect();
    let states = states(&bench.events_to_the_end().await);
    assert_eq!(
        states[..3],
        [State::Connecting, State::Configuring, State::Connected]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_signed_in_is_not_asked_again_until_signing_out() {
    let entra = silent().await;
    let bench = bench(&entra).await;
    signed_in(&entra, &bench).await;

    for _ in 0..2 {
        let session = bench.connect(options());
        within(session.connected()).await.unwrap();
        session.disconnect();
        within(session.closed()).await;
    }
    assert_eq!(entra.count(EntraStep::Authorize), 1);
    bench
        .client
        .profiles()
        .sign_out(&bench.profile, Some(ALICE))
        .unwrap();

    assert!(
        bench
            .client
            .profiles()
            .signed_in(&bench.profile)
            .unwrap()
            .is_empty()
    );
    while bench.client.try_event().is_some() {}
    let _session = bench.connect(options());
    page(&bench.next_challenge().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_kept_beside_the_profiles_for_the_next_program() {
    let entra = silent().await;
    let folder = tempfile::tempdir().unwrap();
    let store = || {
        let key = p2svpn_client::SealingKey::new(&[7; 32]);
        client(&entra).profile_store(folder.path().join("store"), key)
    };
    let first = Bench::of(
        p2svpn_gateway::Gateway::builder().entra(&entra),
        store().build().unwrap(),
    )
    .await;
    signed_in(&entra, &first).await;

    let second = store().build().unwrap();
    let session = second.connect(&first.profile, options()).unwrap();

    within(session.connected()).await.unwrap();
    assert_eq!(entra.count(EntraStep::Authorize), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_with_a_view_of_its_own_brings_the_address_itself() {
    let entra = silent().await;
    let bench = bench(&entra).await;
    let session = bench.connect(options());
    let asked = bench.next_challenge().await;

    let back = visit(&entra, &page(&asked).url).await;
    session.answer(asked.id, Answer::redirect(back)).unwrap();

    within(session.connected()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_another_sign_in_is_refused_and_the_page_waits_on() {
    let entra = silent().await;
    let bench = bench(&entra).await;
    let session = bench.connect(options());
    let first = bench.next_challenge().await;
    let other = format!(
        "{}/?code=a&state=b",
        page(&first).redirect_uri.as_deref().unwrap()
    );

    session.answer(first.id, Answer::redirect(other)).unwrap();

    let second = bench.next_challenge().await;
    let refusal = second.refusal.clone().unwrap();
    assert_eq!(refusal.code(), ErrorCode::SignInMixedUp);
    sign_in(&entra, page(&second)).await;
    within(session.connected()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_code_signs_the_user_in() {
    let entra = FakeEntra::builder().policy(|policy| {
        policy.device_interval = std::time::Duration::from_secs(1);
    });
    let entra = entra.start().await.unwrap();
    let bench = bench(&entra).await;
    let session = bench.connect(options().entra_method(EntraMethod::DeviceCode));

    let asked = bench.next_challenge().await;
    let ChallengeKind::DeviceCode(device) = &asked.kind else {
        panic!("{asked:?}")
    };
    assert!(!format!("{asked:?}{asked:?}").contains(&device.code));
    assert!(device.page.starts_with("https://") && device.expires > session.status().since);
    assert!(entra.approve_device(&device.code, ALICE));

    within(session.connected()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn declining_at_any_page_ends_the_session() {
    for method in [
        EntraMethod::Browser,
        EntraMethod::DeviceCode,
        EntraMethod::Token,
    ] {
        let entra = silent().await;
        let mut bench = bench(&entra).await;
        let session = bench.connect(options().entra_method(method));

        let asked = bench.next_challenge().await;
        session.answer(asked.id, Answer::Cancel).unwrap();

        let error = within(session.closed()).await.error.unwrap();
        assert_eq!(error.code(), ErrorCode::SignInCancelled, "{method:?}");
        bench.nothing_is_left(&session).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_disconnects_at_any_page_is_obeyed() {
    for method in [
        EntraMethod::Browser,
        EntraMethod::DeviceCode,
        EntraMethod::Token,
    ] {
        let entra = silent().await;
        let mut bench = bench(&entra).await;
        let session = bench.connect(options().entra_method(method));
        bench.next_challenge().await;

        session.disconnect();

        assert_eq!(within(session.closed()).await.error, None, "{method:?}");
        bench.nothing_is_left(&session).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_entra_refuses_says_who_can_do_something_about_it() {
    for (refusal, number, code) in [
        (
            EntraRefusal::Blocked,
            53003,
            ErrorCode::EntraNeedsAdministrator,
        ),
        (EntraRefusal::UnknownUser, 50034, ErrorCode::EntraNeedsUser),
    ] {
        let entra = silent().await;
        entra.refuse(EntraStep::DeviceStart, refusal);
        let bench = bench(&entra).await;

        let session = bench.connect(options().entra_method(EntraMethod::DeviceCode));

        let error = within(session.closed()).await.error.unwrap();
        assert_eq!(error.code(), code, "{error}");
        assert!(
            error.context().contains(&format!("AADSTS{number}")),
            "{error}"
        );
        assert!(error.context().contains("correlation id"), "{error}");
        assert_ne!(error.remedy(), code.remedy());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_the_gateway_refuses_stops_the_retries_and_is_not_shown_again() {
    let entra = silent().await;
    let mut bench = bench(&entra).await;
    signed_in(&entra, &bench).await;
    let accepted = bench.gateway.statistics().accepted;
    // The gateway thinks that all tokens have ended.
    entra.change_policy(|policy| policy.clock_offset = 2 * 60 * 60);

    let ended = bench.end_of(options().rounds(3)).await;

    assert_eq!(ended.error.unwrap().code(), ErrorCode::SignInRefused);
    assert_eq!(bench.gateway.statistics().accepted, accepted + 1);
    let session = bench.connect(options());
    within(session.connected()).await.unwrap();
    assert_eq!(entra.count(EntraStep::Authorize), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sessions_of_one_account_ask_once() {
    let entra = silent().await;
    let several = client(&entra).several_sessions(true).build().unwrap();
    let bench = Bench::of(p2svpn_gateway::Gateway::builder().entra(&entra), several).await;
    let first = bench.connect(options());
    let asked = bench.next_challenge().await;
    let second = bench.connect(options());
    let other = bench.next_challenge().await;

    sign_in(&entra, page(&asked)).await;

    within(first.connected()).await.unwrap();
    within(second.connected()).await.unwrap();
    let late = second.answer(other.id, Answer::Cancel).unwrap_err();
    assert_eq!(late.code(), ErrorCode::ChallengeUnknown);
    assert_eq!(entra.count(EntraStep::Code), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_tokens_reach_the_gateway() {
    for bytes in [5 * 1024, 40 * 1024] {
        let entra = silent().await;
        entra.change_policy(|policy| policy.token_bytes = bytes);
        let bench = bench(&entra).await;
        signed_in(&entra, &bench).await;
        let session = bench.connect(options());
        within(session.connected()).await.unwrap();
    }
}

/// Connects, signing in in the browser, and leaves again.
async fn signed_in(entra: &FakeEntra, bench: &Bench) {
    let session = bench.connect(options());
    let asked = bench.next_challenge().await;
    sign_in(entra, page(&asked)).await;
    within(session.connected()).await.unwrap();
    session.disconnect();
    within(session.closed()).await;
    while let Some(event) = bench.client.try_event() {
        assert!(!matches!(event.kind, EventKind::Challenge(_)));
    }
}
