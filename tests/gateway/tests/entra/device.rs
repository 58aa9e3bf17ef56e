//! Signing in on another device.

use std::time::Duration;

use p2svpn_gateway::{EntraRefusal, EntraStep, FakeEntra};

use crate::application::{ALICE, fill, path, refresh, scope, silent, text};
use crate::http::{Answer, get, post};

async fn start(entra: &FakeEntra) -> Answer {
    let scope = scope(entra);
    let parameters = [("client_id", entra.client_id()), ("scope", &scope)];
    post(entra, &path(entra, "oauth2/v2.0/devicecode"), &parameters).await
}

async fn poll(entra: &FakeEntra, device_code: &str) -> Answer {
    let parameters = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", entra.client_id()),
        ("device_code", device_code),
    ];
    post(entra, &path(entra, "oauth2/v2.0/token"), &parameters).await
}

/// Lets clients ask as often as they like.
async fn patient() -> FakeEntra {
    let builder = FakeEntra::builder().policy(|policy| policy.device_interval = Duration::ZERO);
    builder.start().await.unwrap()
}

#[tokio::test]
async fn a_client_waits_until_its_user_has_approved() {
    let entra = patient().await;
    let begun = start(&entra).await.json();
    let (device_code, user_code) = (text(&begun, "device_code"), text(&begun, "user_code"));

    let pending = poll(&entra, device_code).await;
    assert_eq!(entra.waiting_devices(), [user_code]);
    assert!(entra.approve_device(&user_code.to_lowercase(), ALICE));
    let tokens = poll(&entra, device_code).await.json();
    let again = poll(&entra, device_code).await;

    assert_eq!(pending.error(), ("authorization_pending".to_owned(), 70016));
    assert_eq!(
        refresh(&entra, text(&tokens, "refresh_token")).await.status,
        200
    );
    assert_eq!(again.error(), ("bad_verification_code".to_owned(), 70018));
    assert!(entra.waiting_devices().is_empty());
    assert!(!entra.approve_device(user_code, ALICE));
    assert!(text(&begun, "message").contains(user_code));
    assert_eq!(
        text(&begun, "verification_uri"),
        format!("{}/device", entra.authority())
    );
}

#[tokio::test]
async fn a_user_may_decline() {
    let entra = patient().await;
    let begun = start(&entra).await.json();

    assert!(entra.decline_device(text(&begun, "user_code")));

    let answer = poll(&entra, text(&begun, "device_code")).await;
    assert_eq!(answer.error().0, "authorization_declined");
    assert!(!entra.decline_device("UNKNOWN"));
}

#[tokio::test]
async fn a_device_code_wears_out() {
    let entra = patient().await;
    let begun = start(&entra).await.json();
    entra.change_policy(|policy| policy.clock_offset = 900);

    let answer = poll(&entra, text(&begun, "device_code")).await;

    assert_eq!(
        (&begun["expires_in"], &begun["interval"]),
        (&900.into(), &0.into())
    );
    assert_eq!(answer.error(), ("expired_token".to_owned(), 70020));
    assert!(!entra.approve_device(text(&begun, "user_code"), ALICE));
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_told_to_slow_down() {
    let entra = FakeEntra::builder()
        .policy(|policy| policy.device_interval = Duration::from_secs(3600))
        .start()
        .await
        .unwrap();
    let begun = start(&entra).await.json();
    let device_code = text(&begun, "device_code");

    let first = poll(&entra, device_code).await;
    let second = poll(&entra, device_code).await;

    assert_eq!(first.error().0, "authorization_pending");
    assert_eq!(second.error().0, "slow_down");
}

#[tokio::test]
async fn a_user_enters_the_code_at_a_page_and_signs_in_there() {
    let entra = patient().await;
    let begun = start(&entra).await.json();
    let place = path(&entra, "device");

    let page = get(&entra, &place, &[]).await;
    let wrong = post(&entra, &page.form_action(), &[("user_code", "WRONG")]).await;
    let page = post(
        &entra,
        &wrong.form_action(),
        &[("user_code", text(&begun, "user_code"))],
    )
    .await;
    let done = fill(
        &entra,
        &page,
        &[("username", ALICE), ("password", "secret")],
    )
    .await;

    assert!(wrong.body.contains("AADSTS70018"));
    assert!(done.body.contains("You have signed in"));
    assert_eq!(poll(&entra, text(&begun, "device_code")).await.status, 200);
}

#[tokio::test]
async fn cancelling_at_the_page_declines() {
    let entra = patient().await;
    let begun = start(&entra).await.json();
    let user_code = [("user_code", text(&begun, "user_code"))];
    let page = post(&entra, &path(&entra, "device"), &user_code).await;

    fill(&entra, &page, &[("action", "cancel")]).await;

    let answer = poll(&entra, text(&begun, "device_code")).await;
    assert_eq!(answer.error().0, "authorization_declined");
}

#[tokio::test]
async fn nobody_has_to_approve_where_the_policy_says_so() {
    let entra = silent().await;

    let begun = start(&entra).await.json();

    assert_eq!(poll(&entra, text(&begun, "device_code")).await.status, 200);
}

#[tokio::test]
async fn who_approves_a_device_code_agrees_to_what_the_application_may_do() {
    let entra = patient().await;
    entra.change_policy(|policy| policy.consent_needed = true);
    let begun = start(&entra).await.json();

    assert!(entra.approve_device(text(&begun, "user_code"), ALICE));

    let tokens = poll(&entra, text(&begun, "device_code")).await.json();
    let again = refresh(&entra, text(&tokens, "refresh_token")).await;
    assert_eq!(again.status, 200);
}

#[tokio::test]
async fn a_locked_account_gets_nothing_for_a_device_code() {
    let entra = patient().await;
    let (approved, waiting) = (start(&entra).await.json(), start(&entra).await.json());
    assert!(entra.approve_device(text(&approved, "user_code"), ALICE));

    entra.change_account(ALICE, |account| account.is_disabled = true);

    assert!(!entra.approve_device(text(&waiting, "user_code"), ALICE));
    entra.change_policy(|policy| policy.asks = false);
    let at_once = start(&entra).await.json();
    for (begun, error, code) in [
        (&approved, "invalid_grant", 50057),
        (&waiting, "authorization_pending", 70016),
        (&at_once, "authorization_declined", 65004),
    ] {
        let answer = poll(&entra, text(begun, "device_code")).await;
        assert_eq!(answer.error(), (error.to_owned(), code));
    }
}

#[tokio::test]
async fn a_revocation_takes_approvals_that_nobody_has_redeemed() {
    let entra = patient().await;
    let begun = start(&entra).await.json();
    entra.approve_device(text(&begun, "user_code"), ALICE);

    entra.revoke(ALICE);

    let answer = poll(&entra, text(&begun, "device_code")).await;
    assert_eq!(answer.error(), ("bad_verification_code".to_owned(), 70018));
}

#[tokio::test]
async fn a_policy_may_block_device_codes_from_the_start_or_at_the_end() {
    let entra = silent().await;
    let begun = start(&entra).await.json();
    for step in [EntraStep::DeviceStart, EntraStep::DevicePoll] {
        entra.refuse(step, EntraRefusal::Blocked);
    }

    let (start, poll) = (
        start(&entra).await,
        poll(&entra, text(&begun, "device_code")).await,
    );

    assert_eq!((start.error().1, poll.error().1), (53003, 53003));
    assert!(poll.json()["claims"].is_string());
}
