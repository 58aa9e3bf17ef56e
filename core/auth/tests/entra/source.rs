//! Tokens that sessions share.

use std::sync::Arc;
use std::time::Duration;

use p2svpn_auth::{EntraError, HttpError, HttpResponse, RefreshToken, TokenCache, TokenSource};
use p2svpn_profile::{MemorySecretStore, SecretStore, SecretStoreError};
use serde_json::json;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::login_host::{
    LoginHost, TestClock, access_token, client, refusal, response, token_answer, tokens,
};

const MINUTE: Duration = Duration::from_secs(60);

struct Setting {
    host: Arc<LoginHost>,
    clock: Arc<TestClock>,
    cache: Arc<TokenCache>,
    source: TokenSource,
}

/// Nobody has signed in yet.
fn fresh(host: Arc<LoginHost>) -> Setting {
    let clock = Arc::new(TestClock::default());
    let cache = Arc::new(TokenCache::in_memory());
    let source = TokenSource::new(client(&host, &clock), Arc::clone(&cache), None);
    Setting {
        host,
        clock,
        cache,
        source,
    }
}

/// Alice has signed in, with the token of number 1; what comes next is given.
async fn signed_in(answers: impl IntoIterator<Item = Result<HttpResponse, HttpError>>) -> Setting {
    let host = LoginHost::answering([Ok(tokens(1))].into_iter().chain(answers));
    let setting = fresh(host);
    let token = RefreshToken::new("from a sign-in");
    let client = setting.source.client();
    setting
        .source
        .accept(client.refresh(&token).await.unwrap())
        .await;
    setting
}

#[tokio::test]
async fn a_token_is_returned_until_it_has_to_be_renewed() {
    let setting = signed_in([Ok(tokens(2))]).await;

    for _ in 0..3 {
        let token = setting.source.token(10 * MINUTE).await.unwrap();
        assert_eq!(token.as_str(), access_token(1));
    }
    setting.clock.pass(51 * 60);
    let renewed = setting.source.token(10 * MINUTE).await.unwrap();

    assert_eq!(renewed.as_str(), access_token(2));
    assert_eq!(setting.host.field(1, "refresh_token").unwrap(), "refresh-1");
    let kept = setting.cache.find(setting.source.client().tenant(), None);
    assert_eq!(kept.unwrap().unwrap().1.as_str(), "refresh-2");
}

#[tokio::test]
async fn a_wish_longer_than_a_tokens_life_does_not_renew_it_each_time() {
    let setting = signed_in([]).await;

    let token = setting.source.token(24 * 60 * MINUTE).await.unwrap();

    assert_eq!(token.as_str(), access_token(1));
    assert_eq!(setting.host.count(), 1);
}

#[tokio::test]
async fn many_who_ask_at_once_share_one_request() {
    let gate = Arc::new(Semaphore::new(0));
    let setting = fresh(LoginHost::behind(&gate, tokens(5)));
    let tenant = setting.source.client().tenant().clone();
    let alice = serde_json::from_value(json!({ "username": "alice" })).unwrap();
    let kept = RefreshToken::new("kept");
    setting.cache.put(&tenant, &alice, &kept).unwrap();

    let asking: Vec<_> = (0..20)
        .map(|_| {
            let source = setting.source.clone();
            tokio::spawn(async move { source.token(MINUTE).await.unwrap() })
        })
        .collect();
    gate.add_permits(1);

    for asked in asking {
        assert_eq!(asked.await.unwrap().as_str(), access_token(5));
    }
    assert_eq!(setting.host.count(), 1);
}

#[tokio::test]
async fn nobody_who_has_signed_in_yet_is_told_without_a_request() {
    let setting = fresh(LoginHost::answering([]));

    let error = setting.source.token(MINUTE).await.unwrap_err();

    let EntraError::SignInNeeded { refusal: None, .. } = error else {
        panic!("{error}");
    };
}

#[tokio::test]
async fn a_revoked_sign_in_is_asked_about_once_and_forgotten() {
    let setting = signed_in([Ok(refusal("invalid_grant", 50173))]).await;
    setting.clock.pass(3601);

    for _ in 0..3 {
        let error = setting.source.token(MINUTE).await.unwrap_err();
        let EntraError::SignInNeeded {
            username, refusal, ..
        } = error
        else {
            panic!("{error}");
        };
        assert_eq!(username.as_deref(), Some("alice@contoso.example"));
        assert_eq!(refusal.unwrap().code, Some(50173));
    }

    assert_eq!(setting.host.count(), 2);
    let tenant = setting.source.client().tenant();
    assert!(setting.cache.accounts(tenant).unwrap().is_empty());
}

#[tokio::test]
async fn a_claims_challenge_reaches_whoever_signs_in_next() {
    let claims = r#"{"access_token":{"capolids":{"essential":true}}}"#;
    let challenge = json!({
        "error": "interaction_required", "error_codes": [50158], "claims": claims,
    });
    let setting = signed_in([Ok(response(400, &challenge))]).await;
    setting.clock.pass(3601);

    let error = setting.source.token(MINUTE).await.unwrap_err();

    let EntraError::SignInNeeded { claims: asked, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(asked.as_deref(), Some(claims));
}

#[tokio::test]
async fn what_was_refused_is_not_tried_again() {
    let setting = signed_in([Ok(refusal("access_denied", 53003)), Ok(tokens(9))]).await;
    setting.clock.pass(3601);

    for _ in 0..3 {
        let error = setting.source.token(MINUTE).await.unwrap_err();
        assert!(matches!(error, EntraError::Refused(_)), "{error}");
        setting.clock.pass(24 * 3600);
    }
    assert_eq!(setting.host.count(), 2);

    let client = setting.source.client();
    let token = RefreshToken::new("a new sign-in");
    let anew = client.refresh(&token).await.unwrap();
    setting.source.accept(anew).await;
    let token = setting.source.token(MINUTE).await.unwrap();
    assert_eq!(token.as_str(), access_token(9));
}

#[tokio::test]
async fn a_refused_renewal_leaves_the_token_that_still_lasts() {
    let setting = signed_in([Ok(refusal("invalid_grant", 50057))]).await;
    setting.clock.pass(3000);

    for _ in 0..2 {
        let token = setting.source.token(20 * MINUTE).await.unwrap();
        assert_eq!(token.as_str(), access_token(1));
    }
    assert_eq!(setting.host.count(), 2);
    setting.clock.pass(601);
    assert!(setting.source.token(MINUTE).await.is_err());
}

#[tokio::test]
async fn a_login_host_that_is_away_asks_for_no_browser() {
    let away = || Err(HttpError::TimedOut);
    let setting = signed_in([away(), away(), Ok(tokens(4))]).await;
    setting.clock.pass(3601);

    let ask = async || setting.source.token(MINUTE).await;
    assert_eq!(
        ask().await.unwrap_err(),
        EntraError::Http(HttpError::TimedOut)
    );
    assert!(ask().await.unwrap_err().is_temporary());
    assert_eq!(setting.host.count(), 2, "it was asked again at once");
    setting.clock.pass(5);
    assert!(ask().await.unwrap_err().is_temporary());
    setting.clock.pass(5);
    assert!(ask().await.is_err());
    assert_eq!(setting.host.count(), 3, "the pause did not grow");
    setting.clock.pass(5);
    assert_eq!(ask().await.unwrap().as_str(), access_token(4));
}

#[tokio::test]
async fn a_busy_login_host_is_left_alone_for_as_long_as_it_says() {
    let headers = vec![("Retry-After".to_owned(), "600".to_owned())];
    let busy = HttpResponse::new(429, headers, Vec::new());
    let setting = signed_in([Ok(busy), Ok(tokens(4))]).await;
    setting.clock.pass(3601);

    assert!(setting.source.token(MINUTE).await.is_err());
    setting.clock.pass(599);
    assert!(setting.source.token(MINUTE).await.is_err());
    assert_eq!(setting.host.count(), 2);
    setting.clock.pass(1);
    assert!(setting.source.token(MINUTE).await.is_ok());
}

#[tokio::test]
async fn a_source_that_is_retired_renews_and_keeps_nothing() {
    let setting = signed_in([]).await;
    let tenant = setting.source.client().tenant();
    let account = setting.source.account().await.unwrap();
    assert_eq!(account.username, "alice@contoso.example");
    setting.cache.forget(tenant, &account).unwrap();
    let asked = setting.host.count();

    setting.source.retire();

    let good_still = setting.source.token(MINUTE).await.unwrap();
    setting.source.reject(&good_still).await;
    let error = setting.source.token(MINUTE).await.unwrap_err();
    assert!(matches!(error, EntraError::SignInNeeded { .. }), "{error}");
    assert_eq!(setting.host.count(), asked);
    assert!(setting.cache.accounts(tenant).unwrap().is_empty());
}

#[tokio::test]
async fn a_token_that_the_gateway_refused_is_not_returned_again() {
    let setting = signed_in([Ok(tokens(2))]).await;
    let refused = setting.source.token(MINUTE).await.unwrap();

    setting.source.reject(&refused).await;

    assert_ne!(setting.source.token(MINUTE).await.unwrap(), refused);
}

#[tokio::test]
async fn it_is_known_when_a_renewal_is_due() {
    let setting = signed_in([Err(HttpError::TimedOut)]).await;
    let due = setting.source.renewal_due_in(10 * MINUTE).await.unwrap();
    assert_eq!(due, 50 * MINUTE);

    setting.clock.pass(3600 - 60);

    assert_eq!(
        setting.source.renewal_due_in(10 * MINUTE).await,
        Some(Duration::ZERO)
    );
    setting.source.token(10 * MINUTE).await.unwrap();
    let pause = setting.source.renewal_due_in(10 * MINUTE).await.unwrap();
    assert_eq!(pause, Duration::from_secs(5));
}

#[tokio::test]
async fn another_process_finds_the_sign_in_where_it_is_kept() {
    let store: Arc<dyn SecretStore> = Arc::new(MemorySecretStore::default());
    let clock = Arc::new(TestClock::default());
    let host = LoginHost::answering([Ok(tokens(1)), Ok(tokens(2))]);
    let start = || {
        let cache = Arc::new(TokenCache::kept_in(Arc::clone(&store)));
        TokenSource::new(client(&host, &clock), cache, None)
    };
    let first = start();
    let token = RefreshToken::new("from a sign-in");
    first
        .accept(first.client().refresh(&token).await.unwrap())
        .await;

    let token = start().token(MINUTE).await.unwrap();

    assert_eq!(token.as_str(), access_token(2));
    assert_eq!(host.field(1, "refresh_token").unwrap(), "refresh-1");
}

/// A store that is locked.
struct Locked;

impl SecretStore for Locked {
    fn read(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        Err(locked())
    }

    fn write(&self, _: &str, _: &[u8]) -> Result<(), SecretStoreError> {
        Err(locked())
    }

    fn delete(&self, _: &str) -> Result<(), SecretStoreError> {
        Err(locked())
    }

    fn names(&self, _: &str) -> Result<Vec<String>, SecretStoreError> {
        Err(locked())
    }
}

fn locked() -> SecretStoreError {
    SecretStoreError::Unavailable {
        reason: "it is locked".to_owned(),
    }
}

#[tokio::test]
async fn a_locked_store_costs_nobody_the_session() {
    let clock = Arc::new(TestClock::default());
    let mut answer = token_answer(1);
    answer["refresh_token"] = "refresh-1".into();
    let host = LoginHost::answering([Ok(response(200, &answer)), Ok(tokens(2))]);
    let cache = Arc::new(TokenCache::kept_in(Arc::new(Locked)));
    let source = TokenSource::new(client(&host, &clock), cache, None);
    let token = RefreshToken::new("from a sign-in");

    source
        .accept(source.client().refresh(&token).await.unwrap())
        .await;
    clock.pass(3601);

    assert_eq!(
        source.token(MINUTE).await.unwrap().as_str(),
        access_token(2)
    );
    assert!(source.take_store_problem().await.is_some());
    assert!(source.take_store_problem().await.is_none());
}
