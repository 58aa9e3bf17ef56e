//! How tokens are refreshed, and when they are not.

use std::time::Duration;

use p2svpn_gateway::{EntraRefusal, EntraStep, FakeEntra};
use serde_json::Value;

use crate::application::{ALICE, authorize, claims, fill, redeem, refresh, silent, text, tokens};

const DAY: u64 = 24 * 60 * 60;

async fn refresh_token(entra: &FakeEntra) -> String {
    text(&tokens(entra, &[]).await, "refresh_token").to_owned()
}

#[tokio::test]
async fn each_refresh_brings_new_tokens_and_is_good_once() {
    let entra = silent().await;
    let first = tokens(&entra, &[]).await;

    let second = refresh(&entra, text(&first, "refresh_token")).await.json();
    let again = refresh(&entra, text(&first, "refresh_token")).await;
    let third = refresh(&entra, text(&second, "refresh_token")).await;

    for name in ["access_token", "refresh_token", "id_token"] {
        assert_ne!(text(&first, name), text(&second, name));
    }
    assert!(claims(text(&second, "id_token")).get("nonce").is_none());
    assert_eq!(again.error(), ("invalid_grant".to_owned(), 70000));
    assert_eq!(third.status, 200);
    assert_eq!(entra.count(EntraStep::Refresh), 3);
}

#[tokio::test]
async fn there_is_no_refresh_token_that_nobody_asked_for() {
    let entra = silent().await;
    let scope = format!("{}/.default", entra.audience());

    let tokens = tokens(&entra, &[("scope", &scope), ("nonce", "")]).await;

    assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
}

#[tokio::test]
async fn a_refresh_token_wears_out() {
    let entra = silent().await;
    let token = refresh_token(&entra).await;

    entra.change_policy(|policy| policy.clock_offset = 90 * DAY as i64);

    let answer = refresh(&entra, &token).await;
    assert_eq!(answer.error(), ("invalid_grant".to_owned(), 700082));
    assert_eq!(answer.json()["suberror"], "bad_token");
}

#[tokio::test]
async fn a_policy_may_want_users_to_sign_in_more_often() {
    let entra = silent().await;
    let token = refresh_token(&entra).await;
    entra.change_policy(|policy| policy.sign_in_frequency = Some(Duration::from_secs(DAY)));

    let early = refresh(&entra, &token).await;
    entra.change_policy(|policy| policy.clock_offset = DAY as i64);
    let late = refresh(&entra, text(&early.json(), "refresh_token")).await;

    assert_eq!(late.error(), ("invalid_grant".to_owned(), 70043));
}

#[tokio::test]
async fn a_revoked_sign_in_is_over_and_a_new_one_is_not() {
    let entra = silent().await;
    let token = refresh_token(&entra).await;

    entra.revoke(ALICE);
    let revoked = refresh(&entra, &token).await;
    let fresh = refresh(&entra, &refresh_token(&entra).await).await;

    assert_eq!(revoked.error(), ("invalid_grant".to_owned(), 50173));
    assert_eq!(fresh.status, 200);
}

#[tokio::test]
async fn a_revocation_takes_codes_that_nobody_has_redeemed() {
    let entra = silent().await;
    let code = authorize(&entra, &[]).await.redirected("code").unwrap();

    entra.revoke(ALICE);

    let answer = redeem(&entra, &code, &[]).await;
    assert_eq!(answer.error(), ("invalid_grant".to_owned(), 70000));
}

#[tokio::test]
async fn what_is_demanded_later_ends_refreshes_until_the_user_has_done_it() {
    let entra = FakeEntra::builder().start().await.unwrap();
    let right = [("username", ALICE), ("password", "secret")];
    let page = authorize(&entra, &[]).await;
    let code = fill(&entra, &page, &right)
        .await
        .redirected("code")
        .unwrap();
    let tokens = redeem(&entra, &code, &[]).await.json();
    let token = text(&tokens, "refresh_token").to_owned();

    entra.change_policy(|policy| policy.second_factor_needed = true);
    let second_factor = refresh(&entra, &token).await;
    entra.change_policy(|policy| policy.second_factor_needed = false);
    entra.change_policy(|policy| policy.consent_needed = true);
    let consent = refresh(&entra, &token).await;
    let page = authorize(&entra, &[]).await;
    let page = fill(&entra, &page, &right).await;
    fill(&entra, &page, &[("consent", "yes")]).await;
    let agreed = refresh(&entra, &token).await;
    entra.change_account(ALICE, |account| account.is_disabled = true);
    let locked = refresh(&entra, text(&agreed.json(), "refresh_token")).await;

    assert_eq!(second_factor.error().1, 50076);
    assert!(second_factor.json()["claims"].is_string());
    assert_eq!(consent.error().1, 65001);
    assert_eq!(consent.json()["suberror"], "consent_required");
    assert_eq!(locked.error().1, 50057);
}

#[tokio::test]
async fn a_claims_challenge_is_met_by_a_sign_in_with_these_claims() {
    let entra = silent().await;
    let wanted = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    let token = refresh_token(&entra).await;

    entra.change_policy(|policy| policy.challenge = Some(wanted.to_owned()));
    let challenged = refresh(&entra, &token).await;
    let asked = challenged.json();
    let met = tokens(&entra, &[("claims", text(&asked, "claims"))]).await;
    let after = refresh(&entra, text(&met, "refresh_token")).await;

    assert_eq!(challenged.error().0, "interaction_required");
    assert_eq!(text(&asked, "claims"), wanted);
    assert_eq!(after.status, 200);
}

#[tokio::test]
async fn any_refusal_can_be_thrown_at_any_time_and_taken_back() {
    let entra = silent().await;
    let token = refresh_token(&entra).await;
    let custom = EntraRefusal::Other {
        error: "interaction_required",
        code: 50197,
        suberror: Some("additional_action"),
    };
    for (refusal, error, code) in [
        (EntraRefusal::NoSession, "login_required", 50058),
        (EntraRefusal::AccountDisabled, "invalid_grant", 50057),
        (EntraRefusal::SecondFactorNeeded, "invalid_grant", 50076),
        (EntraRefusal::SecondFactorNotSetUp, "invalid_grant", 50079),
        (EntraRefusal::WrongPassword, "invalid_grant", 50126),
        (EntraRefusal::ClaimsNeeded, "interaction_required", 50158),
        (EntraRefusal::Blocked, "access_denied", 53003),
        (EntraRefusal::ConsentMissing, "invalid_grant", 65001),
        (EntraRefusal::UnknownResource, "invalid_resource", 650057),
        (
            EntraRefusal::UnknownApplication,
            "unauthorized_client",
            700016,
        ),
        (EntraRefusal::SignInTooOld, "invalid_grant", 70043),
        (EntraRefusal::RefreshExpired, "invalid_grant", 700082),
        (EntraRefusal::WrongCloud, "invalid_request", 900383),
        (custom, "interaction_required", 50197),
    ] {
        entra.refuse(EntraStep::Refresh, refusal);

        let answer = refresh(&entra, &token).await;

        assert_eq!(answer.error(), (error.to_owned(), code));
        assert_eq!((refusal.error(), u64::from(refusal.code())), (error, code));
    }
    entra.allow(EntraStep::Refresh);
    let answer = refresh(&entra, &token).await;
    assert_eq!(answer.status, 200);
    assert!(matches!(answer.json()["access_token"], Value::String(_)));
}
