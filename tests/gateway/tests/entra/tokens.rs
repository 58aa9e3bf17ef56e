//! What access tokens hold.

use std::time::Duration;

use p2svpn_gateway::{EntraAccount, FakeEntra};

use crate::application::{ALICE, claims, silent, text, tokens};

#[tokio::test]
async fn tokens_are_as_long_as_they_are_told_to_be() {
    let entra = silent().await;
    for size in [5 * 1024, 40 * 1024] {
        entra.change_policy(|policy| policy.token_bytes = size);

        let tokens = tokens(&entra, &[]).await;

        let token = text(&tokens, "access_token");
        assert!((size..size + 100).contains(&token.len()), "{}", token.len());
        assert!(claims(token)["groups"].as_array().unwrap().len() > 40);
    }
}

#[tokio::test]
async fn groups_are_named_on_demand() {
    let groups = ["0f1e2d3c-4b5a-4697-8877-665544332211".to_owned()];
    let account = EntraAccount {
        groups: groups.to_vec(),
        ..EntraAccount::new("bob@contoso.example", "x")
    };
    let entra = FakeEntra::builder()
        .account(account)
        .policy(|policy| policy.asks = false)
        .start()
        .await
        .unwrap();

    let without = tokens(&entra, &[]).await;
    entra.change_policy(|policy| policy.group_claims = true);
    let with = tokens(&entra, &[]).await;

    assert!(
        claims(text(&without, "access_token"))
            .get("groups")
            .is_none()
    );
    assert_eq!(
        claims(text(&with, "access_token"))["groups"],
        serde_json::json!(groups)
    );
}

#[tokio::test]
async fn their_lifetime_is_chosen() {
    let entra = silent().await;
    entra.change_policy(|policy| policy.token_lifetime = Duration::from_secs(90));

    let tokens = tokens(&entra, &[]).await;

    let access = claims(text(&tokens, "access_token"));
    assert_eq!(tokens["expires_in"], 90);
    let time = |name: &str| access[name].as_i64().unwrap();
    assert_eq!(time("exp") - time("nbf"), 90 + 300);
}

#[tokio::test]
async fn an_application_of_ones_own_asks_tokens_for_the_gateway() {
    let entra = FakeEntra::builder()
        .application("11111111-2222-3333-4444-555555555555")
        .audiences(["api://first", "api://second"])
        .policy(|policy| policy.asks = false)
        .start()
        .await
        .unwrap();

    let tokens = tokens(&entra, &[("scope", "api://second/.default")]).await;

    let access = claims(text(&tokens, "access_token"));
    assert_eq!(
        text(&access, "appid"),
        "11111111-2222-3333-4444-555555555555"
    );
    assert_eq!(
        (text(&access, "aud"), entra.audience()),
        ("api://second", "api://first")
    );
}

#[tokio::test]
async fn a_token_from_elsewhere_is_issued_for_users_that_there_are() {
    let entra = silent().await;

    let token = entra.access_token(&ALICE.to_uppercase()).unwrap();

    assert_eq!(text(&claims(&token), "upn"), ALICE);
    assert!(entra.access_token("bob@contoso.example").is_err());
    assert!(entra.requests().is_empty());
}
