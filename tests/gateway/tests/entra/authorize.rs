//! What applications must say, and how a code is redeemed.

use p2svpn_gateway::FakeEntra;

use crate::application::{authorize, path, redeem, silent};
use crate::http::{exchange, get, post};

#[tokio::test]
async fn an_address_that_is_not_registered_is_never_sent_a_browser() {
    let entra = silent().await;
    for (change, code) in [
        (("redirect_uri", "https://example.com"), "AADSTS50011"),
        (("redirect_uri", "http://127.0.0.1:2023"), "AADSTS50011"),
        (
            ("redirect_uri", "http://localhost:2023/path"),
            "AADSTS50011",
        ),
        (("redirect_uri", ""), "AADSTS900144"),
        (
            ("client_id", "00000000-0000-0000-0000-000000000000"),
            "AADSTS700016",
        ),
        (("client_id", ""), "AADSTS900144"),
    ] {
        let answer = authorize(&entra, &[change]).await;

        assert!(
            answer.status == 400 && answer.body.contains(code),
            "{change:?}: {answer:?}"
        );
        assert!(answer.header("location").is_none());
    }
}

#[tokio::test]
async fn the_port_of_the_redirect_is_ignored_unless_one_alone_is_registered() {
    let entra = silent().await;
    let other = [("redirect_uri", "http://localhost:49152")];

    let ignored = authorize(&entra, &other).await;
    entra.change_policy(|policy| policy.only_port_2023 = true);
    let refused = authorize(&entra, &other).await;
    let registered = authorize(&entra, &[]).await;

    assert_eq!(ignored.redirect().0, "http://localhost:49152/");
    assert!(refused.status == 400 && refused.body.contains("AADSTS50011"));
    assert!(registered.redirected("code").is_some());
}

#[tokio::test]
async fn an_application_is_told_what_is_wrong_with_its_request() {
    let entra = silent().await;
    let strange = "11111111-1111-1111-1111-111111111111/.default";
    for (change, error, code) in [
        (
            ("response_type", "token"),
            "unsupported_response_type",
            700054,
        ),
        (("response_mode", "fragment"), "invalid_request", 9002313),
        (("scope", ""), "invalid_request", 900144),
        (("scope", "openid"), "invalid_scope", 70011),
        (("scope", "files.read"), "invalid_scope", 70011),
        (("scope", strange), "invalid_resource", 650057),
        (("nonce", ""), "invalid_request", 900144),
        (("state", ""), "invalid_request", 900144),
        (("code_challenge", ""), "invalid_request", 9002325),
        (("code_challenge", "short"), "invalid_request", 9002325),
        (
            ("code_challenge_method", "plain"),
            "invalid_request",
            9002325,
        ),
        (("claims", "no JSON"), "invalid_request", 9002313),
        (("prompt", "none"), "login_required", 50058),
        (("prompt", "please"), "invalid_request", 9002313),
    ] {
        let answer = authorize(&entra, &[change]).await;

        assert_eq!(answer.redirected("error").unwrap(), error, "{change:?}");
        let description = answer.redirected("error_description").unwrap();
        assert!(
            description.starts_with(&format!("AADSTS{code}:")),
            "{change:?}: {description}"
        );
        assert!(answer.redirected("code").is_none());
    }
}

#[tokio::test]
async fn a_code_is_good_for_one_attempt_by_whoever_has_asked_for_it() {
    let entra = silent().await;
    let other_verifier = "a".repeat(43);
    for (change, code) in [
        (("code_verifier", other_verifier.as_str()), 501481),
        (("redirect_uri", "http://localhost:2024"), 500112),
    ] {
        let issued = authorize(&entra, &[]).await.redirected("code").unwrap();

        let refused = redeem(&entra, &issued, &[change]).await;
        let again = redeem(&entra, &issued, &[]).await;

        assert_eq!(refused.error(), ("invalid_grant".to_owned(), code));
        assert_eq!(again.error(), ("invalid_grant".to_owned(), 54005));
    }
}

#[tokio::test]
async fn a_code_wears_out() {
    let entra = silent().await;
    let code = authorize(&entra, &[]).await.redirected("code").unwrap();

    entra.change_policy(|policy| policy.clock_offset = 600);

    assert_eq!(redeem(&entra, &code, &[]).await.error().1, 70008);
}

#[tokio::test]
async fn a_token_request_that_makes_no_sense_is_explained() {
    let entra = silent().await;
    for (change, error, code) in [
        (("grant_type", ""), "invalid_request", 900144),
        (("grant_type", "password"), "unsupported_grant_type", 70003),
        (("client_id", ""), "invalid_request", 900144),
        (("client_id", "x"), "unauthorized_client", 700016),
        (("code", ""), "invalid_request", 900144),
        (("code_verifier", ""), "invalid_request", 900144),
        (("redirect_uri", ""), "invalid_request", 900144),
        (("code", "x"), "invalid_grant", 70000),
    ] {
        let answer = redeem(&entra, "unknown", &[change]).await;

        assert_eq!(answer.error(), (error.to_owned(), code), "{change:?}");
    }
}

#[tokio::test]
async fn other_tenants_places_and_methods_are_refused() {
    let entra = silent().await;
    let token = path(&entra, "oauth2/v2.0/token");

    let tenant = post(&entra, "/fabrikam.example/oauth2/v2.0/token", &[]).await;
    let place = post(&entra, &path(&entra, "oauth2/token"), &[]).await;
    let method = exchange(&entra, &format!("GET {token} HTTP/1.1"), "")
        .await
        .unwrap();
    let twice = post(&entra, &token, &[("code", "1"), ("code", "2")]).await;
    let page = get(&entra, "/fabrikam.example/oauth2/v2.0/authorize", &[]).await;

    assert_eq!(tenant.error().1, 90002);
    assert_eq!(place.error().1, 900561);
    assert_eq!(method.error().1, 900561);
    assert_eq!(twice.error().1, 9002313);
    assert!(page.status == 400 && page.body.contains("AADSTS90002"));
}

#[tokio::test]
async fn the_tenant_has_a_domain_too_and_errors_repeat_the_clients_id() {
    let entra = FakeEntra::builder().start().await.unwrap();

    let answer = post(&entra, "/Contoso.Example/oauth2/v2.0/token", &[]).await;

    assert_eq!(answer.error().1, 900144);
    let id = "00000000-1111-2222-3333-444444444444";
    assert_eq!(answer.json()["correlation_id"], id);
    assert_eq!(answer.header("client-request-id"), Some(id));
}
