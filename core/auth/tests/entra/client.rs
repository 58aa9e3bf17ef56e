//! The requests that go out, and what is made of the answers.

use std::sync::Arc;

use p2svpn_auth::{
    AccessToken, BrowserOptions, DevicePoll, EntraError, EntraTenant, HttpError, HttpResponse,
    LONGEST_ACCESS_TOKEN, Prompt, Redirect, RefreshToken, RefusalClass,
};
use serde_json::json;

use crate::login_host::{
    LoginHost, NOW, TestClock, access_token, client, jwt, profile, refusal, response, token_answer,
    tokens,
};

fn query(url: &str) -> Vec<(String, String)> {
    let (_, query) = url.split_once('?').unwrap();
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn value(url: &str, name: &str) -> Option<String> {
    let found = query(url).into_iter().find(|(other, _)| other == name);
    found.map(|(_, value)| value)
}

fn id_token(nonce: &str) -> String {
    jwt(
        &json!({ "preferred_username": "Alice@contoso.example", "oid": "o-1", "tid": "t-1", "nonce": nonce }),
    )
}

#[tokio::test]
async fn a_browser_sign_in_asks_for_what_it_later_redeems() {
    let host = LoginHost::answering([]);
    let client = client(&host, &Arc::new(TestClock::default()));
    let options = BrowserOptions {
        prompt: Prompt::SelectAccount,
        username: Some("alice@contoso.example".to_owned()),
        claims: Some(r#"{"access_token":{}}"#.to_owned()),
    };
    let sign_in = client
        .browser_sign_in("http://localhost:2023", &options)
        .unwrap();
    let asked = |name| value(sign_in.url(), name).unwrap();
    let mut answer = token_answer(1);
    answer["id_token"] = id_token(&asked("nonce")).into();
    host.then(response(200, &answer));
    let address = format!("http://localhost:2023/?code=C%2F1&state={}", asked("state"));

    let redirect = Redirect::parse(&address).unwrap();
    let tokens = client.redeem(&sign_in, redirect).await.unwrap();

    assert!(
        sign_in
            .url()
            .starts_with("https://login.microsoftonline.com/tenant/oauth2/v2.0/authorize?")
    );
    for (name, expected) in [
        ("client_id", "audience"),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("redirect_uri", "http://localhost:2023"),
        ("scope", "audience/.default offline_access openid profile"),
        ("code_challenge_method", "S256"),
        ("prompt", "select_account"),
        ("login_hint", "alice@contoso.example"),
        ("claims", r#"{"access_token":{}}"#),
    ] {
        assert_eq!(asked(name), expected);
    }
    assert_eq!(
        host.url(0),
        "https://login.microsoftonline.com/tenant/oauth2/v2.0/token"
    );
    assert_eq!(host.field(0, "code").unwrap(), "C/1");
    assert_eq!(
        host.field(0, "redirect_uri").unwrap(),
        "http://localhost:2023"
    );
    assert_eq!(host.field(0, "code_verifier").unwrap().len(), 43);
    assert_eq!(tokens.access_token.as_str(), access_token(1));
    assert_eq!(tokens.account.username, "Alice@contoso.example");
    assert_eq!(tokens.lifetime.as_secs(), 3600);
}

#[tokio::test]
async fn an_answer_to_another_sign_in_is_refused() {
    let mut answer = token_answer(1);
    answer["id_token"] = id_token("of somebody else").into();
    let host = LoginHost::answering([Ok(response(200, &answer)), Ok(tokens(2))]);
    let client = client(&host, &Arc::new(TestClock::default()));
    let options = BrowserOptions::default();
    let sign_in = client
        .browser_sign_in("http://localhost", &options)
        .unwrap();
    let state = value(sign_in.url(), "state").unwrap();
    let redirect = |state: &str| Redirect::parse(&format!("code=x&state={state}")).unwrap();

    let other_state = client.redeem(&sign_in, redirect("other")).await;
    let other_nonce = client.redeem(&sign_in, redirect(&state)).await;
    let no_nonce = client.redeem(&sign_in, redirect(&state)).await;

    for outcome in [other_state, other_nonce, no_nonce] {
        assert_eq!(outcome.unwrap_err(), EntraError::OtherSignIn);
    }
    assert_eq!(host.count(), 2);
}

#[tokio::test]
async fn no_two_sign_ins_share_what_must_not_be_guessed() {
    let client = client(&LoginHost::answering([]), &Arc::new(TestClock::default()));
    let begin = || {
        let begun = client.browser_sign_in("http://localhost", &BrowserOptions::default());
        begun.unwrap()
    };
    let (one, other) = (begin(), begin());

    for name in ["state", "nonce", "code_challenge"] {
        let (one, other) = (value(one.url(), name), value(other.url(), name));
        assert_eq!(one.as_ref().unwrap().len(), 43);
        assert_ne!(one, other);
    }
    assert_eq!(value(one.url(), "prompt"), None);
}

#[tokio::test]
async fn a_user_who_says_no_is_told_apart() {
    let client = client(&LoginHost::answering([]), &Arc::new(TestClock::default()));
    for (error, is_cancelled) in [
        ("error=access_denied", true),
        (
            "error=access_denied&error_description=AADSTS65004%3A+no",
            true,
        ),
        (
            "error=access_denied&error_description=AADSTS53003%3A+no",
            false,
        ),
        ("error=server_error", false),
    ] {
        let begun = client.browser_sign_in("http://localhost", &BrowserOptions::default());
        let sign_in = begun.unwrap();
        let state = value(sign_in.url(), "state").unwrap();
        let redirect = Redirect::parse(&format!("{error}&state={state}")).unwrap();

        let outcome = client.redeem(&sign_in, redirect).await.unwrap_err();

        assert_eq!(outcome == EntraError::Cancelled, is_cancelled, "{error}");
    }
}

#[test]
fn what_is_no_answer_to_a_sign_in_is_none() {
    for query in [
        "",
        "code=x",
        "state=x",
        "code=&state=x",
        "code=x&error=y&state=z",
        "code=x&code=y&state=z",
        "code=x&state=y&state=z",
    ] {
        assert!(Redirect::parse(query).is_none(), "{query}");
    }
}

#[test]
fn the_application_id_signs_in_where_there_is_one() {
    let mut profile = profile();
    assert_eq!(EntraTenant::new(&profile).client_id(), "audience");

    profile.application_id = Some("application".to_owned());

    let tenant = EntraTenant::new(&profile);
    assert_eq!(tenant.client_id(), "application");
    assert!(tenant.scope().starts_with("audience/.default "));
}

#[tokio::test]
async fn a_renewal_sends_the_token_and_takes_a_newer_one() {
    let host = LoginHost::answering([Ok(tokens(7))]);
    let client = client(&host, &Arc::new(TestClock::default()));

    let tokens = client.refresh(&RefreshToken::new("old")).await.unwrap();

    assert_eq!(host.field(0, "grant_type").unwrap(), "refresh_token");
    assert_eq!(host.field(0, "refresh_token").unwrap(), "old");
    assert_eq!(tokens.refresh_token.unwrap().as_str(), "refresh-7");
    assert_eq!(tokens.account.object_id.as_deref(), Some("o-1"));
}

#[tokio::test]
async fn a_token_of_40_kibibytes_is_taken_and_one_that_openvpn_cannot_carry_is_refused() {
    let answer = |length: usize| {
        let mut answer = token_answer(1);
        answer["access_token"] = "x".repeat(length).into();
        Ok(response(200, &answer))
    };
    let lengths = [40 * 1024, LONGEST_ACCESS_TOKEN, LONGEST_ACCESS_TOKEN + 1];
    let host = LoginHost::answering(lengths.map(answer));
    let client = client(&host, &Arc::new(TestClock::default()));
    let token = RefreshToken::new("r");

    assert!(client.refresh(&token).await.is_ok());
    assert!(client.refresh(&token).await.is_ok());
    let bytes = LONGEST_ACCESS_TOKEN + 1;
    let refused = client.refresh(&token).await.unwrap_err();
    assert_eq!(
        refused,
        EntraError::TokenTooLong {
            bytes,
            limit: LONGEST_ACCESS_TOKEN
        }
    );
}

#[test]
fn a_token_that_a_host_brings_is_checked_for_what_no_token_has() {
    for odd in ["", "a b", "a\0", "a\nb", "ä"] {
        assert!(AccessToken::new(odd).is_err(), "{odd:?}");
    }
    assert!(AccessToken::new("eyJ0.eyJ1.c2ln-_").is_ok());
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told_and_changes_no_lifetime() {
    let dated = |date: &str| {
        let mut response = tokens(1);
        response.headers = vec![("date".to_owned(), date.to_owned())];
        Ok(response)
    };
    let host = LoginHost::answering([
        dated("Sun, 01 Mar 2026 00:04:59 GMT"),
        dated("Sun, 01 Mar 2026 03:00:00 GMT"),
        dated("Sat, 28 Feb 2026 23:00:00 GMT"),
        dated("yesterday"),
    ]);
    let client = client(&host, &Arc::new(TestClock::default()));
    assert_eq!(NOW % 86_400, 0);

    for behind in [None, Some(3 * 3600), Some(-3600), None] {
        let tokens = client.refresh(&RefreshToken::new("r")).await.unwrap();

        assert_eq!(tokens.clock_behind, behind);
        assert_eq!(tokens.lifetime.as_secs(), 3600);
    }
}

#[tokio::test]
async fn a_lifetime_is_taken_from_wherever_it_stands() {
    let with = |expires_in: serde_json::Value, claims: serde_json::Value| {
        let mut answer = token_answer(1);
        answer["expires_in"] = expires_in;
        answer["access_token"] = jwt(&claims).into();
        Ok(response(200, &answer))
    };
    let host = LoginHost::answering([
        with("4500".into(), json!({})),
        with(json!(null), json!({ "iat": 1000, "exp": 5000 })),
        with(json!(null), json!({})),
        with(json!(u64::MAX), json!({})),
    ]);
    let client = client(&host, &Arc::new(TestClock::default()));

    for seconds in [4500, 4000, 300, 7 * 86_400] {
        let tokens = client.refresh(&RefreshToken::new("r")).await.unwrap();
        assert_eq!(tokens.lifetime.as_secs(), seconds);
    }
}

#[tokio::test]
async fn every_kind_of_failure_is_told_apart() {
    let page = HttpResponse::new(
        200,
        Vec::new(),
        b"<html>Welcome to the hotel</html>".to_vec(),
    );
    let busy = HttpResponse::new(
        429,
        vec![("retry-after".to_owned(), "77".to_owned())],
        Vec::new(),
    );
    let other_kind = json!({ "token_type": "mac", "access_token": "x" });
    let host = LoginHost::answering([
        Ok(refusal("invalid_grant", 50057)),
        Ok(page),
        Ok(busy),
        Ok(HttpResponse::new(502, Vec::new(), b"Bad gateway".to_vec())),
        Ok(response(200, &other_kind)),
        Err(HttpError::TimedOut),
    ]);
    let client = client(&host, &Arc::new(TestClock::default()));
    let token = RefreshToken::new("r");

    let EntraError::Refused(refusal) = client.refresh(&token).await.unwrap_err() else {
        panic!("a refusal is something else");
    };
    assert_eq!(refusal.class(), RefusalClass::Administrator);
    assert_eq!(refusal.cause(), "The account is disabled.");
    for is_temporary in [true, true, true, true, true] {
        let error = client.refresh(&token).await.unwrap_err();
        assert_eq!(error.is_temporary(), is_temporary, "{error}");
        if let EntraError::Unavailable {
            status: 429,
            retry_after,
        } = error
        {
            assert_eq!(retry_after.unwrap().as_secs(), 77);
        }
    }
}

fn device_answer(interval: u64, expires_in: u64) -> HttpResponse {
    let answer = json!({
        "user_code": "BCDFGHJKL",
        "device_code": "device-secret",
        "verification_uri": "https://microsoft.com/devicelogin",
        "interval": interval,
        "expires_in": expires_in,
        "message": "go there",
    });
    response(200, &answer)
}

#[tokio::test]
async fn a_device_is_waited_for_through_pauses_and_lost_networks() {
    let host = LoginHost::answering([
        Ok(device_answer(1, 900)),
        Ok(refusal("authorization_pending", 70016)),
        Err(HttpError::TimedOut),
        Ok(tokens(3)),
    ]);
    let client = client(&host, &Arc::new(TestClock::default()));

    let sign_in = client.device_sign_in().await.unwrap();
    let tokens = client.wait_for_device(&sign_in).await.unwrap();

    assert_eq!(
        (sign_in.user_code.as_str(), sign_in.page.as_str()),
        ("BCDFGHJKL", "https://microsoft.com/devicelogin")
    );
    assert!(host.url(0).ends_with("/oauth2/v2.0/devicecode"));
    assert_eq!(host.field(1, "device_code").unwrap(), "device-secret");
    assert_eq!(tokens.access_token.as_str(), access_token(3));
}

#[tokio::test]
async fn a_device_code_ends_when_it_expires() {
    let clock = Arc::new(TestClock::default());
    let host = LoginHost::answering([
        Ok(device_answer(1, 900)),
        Ok(refusal("authorization_pending", 70016)),
        Ok(device_answer(5, 900)),
        Ok(refusal("expired_token", 70020)),
        Ok(refusal("slow_down", 70016)),
        Ok(refusal("authorization_declined", 65004)),
    ]);
    let client = client(&host, &clock);

    let sign_in = client.device_sign_in().await.unwrap();
    clock.pass(901);
    let waited = client.wait_for_device(&sign_in).await.unwrap_err();
    let sign_in = client.device_sign_in().await.unwrap();
    let told = client.poll(&sign_in).await.unwrap_err();

    assert_eq!((waited, told), (EntraError::TimedOut, EntraError::TimedOut));
    let too_fast = client.poll(&sign_in).await.unwrap();
    assert!(matches!(too_fast, DevicePoll::TooFast), "{too_fast:?}");
    let declined = client.poll(&sign_in).await.unwrap_err();
    assert_eq!(declined, EntraError::Cancelled);
}

#[tokio::test]
async fn a_device_answer_that_would_send_the_user_astray_is_refused() {
    let with = |name: &str, value: &str| {
        let mut answer: serde_json::Value =
            serde_json::from_slice(&device_answer(1, 900).body).unwrap();
        answer[name] = value.into();
        Ok(response(200, &answer))
    };
    let host = LoginHost::answering([
        with("verification_uri", "http://microsoft.com/devicelogin"),
        with("verification_uri", "javascript:alert(1)"),
        with("user_code", "A\nB"),
        with("user_code", &"A".repeat(65)),
        with("device_code", ""),
    ]);
    let client = client(&host, &Arc::new(TestClock::default()));

    for _ in 0..5 {
        let error = client.device_sign_in().await.unwrap_err();
        assert!(matches!(error, EntraError::Answer { .. }), "{error}");
    }
}
