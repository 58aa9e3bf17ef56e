//! What must never be seen.

use std::sync::Arc;

use p2svpn_auth::{BrowserOptions, Redirect, RefreshToken, TokenCache, TokenSource};
use serde_json::json;

use crate::login_host::{LoginHost, TestClock, access_token, client, response, tokens};

#[tokio::test]
async fn nothing_secret_prints() {
    let device = json!({
        "user_code": "USERCODE", "device_code": "planted-device",
        "verification_uri": "https://example.com/", "interval": 1,
    });
    let host = LoginHost::answering([Ok(tokens(1)), Ok(response(200, &device))]);
    let client = client(&host, &Arc::new(TestClock::default()));
    let refresh = RefreshToken::new("planted-refresh");
    let tokens = client.refresh(&refresh).await.unwrap();
    let device = client.device_sign_in().await.unwrap();
    let browser = client
        .browser_sign_in("http://localhost", &BrowserOptions::default())
        .unwrap();
    let redirect = Redirect::parse("code=planted-code&state=planted-state").unwrap();
    let cache = Arc::new(TokenCache::in_memory());
    let source = TokenSource::new(client.clone(), Arc::clone(&cache), None);
    source.accept(tokens.clone()).await;

    let printed = format!(
        "{refresh:?} {tokens:?} {device:?} {browser:?} {redirect:?} {cache:?} {source:?} {client:?} {:?}",
        tokens.access_token
    );

    let (_, query) = browser.url().split_once('?').unwrap();
    let mut planted: Vec<String> = ["planted", "refresh-1", "USERCODE"]
        .map(str::to_owned)
        .into();
    planted.push(access_token(1));
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if matches!(name.as_ref(), "state" | "nonce" | "code_challenge") {
            planted.push(value.into_owned());
        }
    }
    for secret in planted {
        assert!(!printed.contains(&secret), "{secret} in {printed}");
    }
}
