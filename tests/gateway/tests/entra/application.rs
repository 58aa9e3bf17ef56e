//! An application that signs its users in, as a VPN client does.

use std::io;

use base64ct::{Base64UrlUnpadded, Encoding};
use p2svpn_gateway::FakeEntra;
use serde_json::Value;

use crate::http::{Answer, post, try_get};

/// The challenge is the SHA-256 hash of the verifier (RFC 7636 appendix B).
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) const REDIRECT: &str = "http://localhost:2023";
pub(crate) const ALICE: &str = "alice@contoso.example";

pub(crate) fn path(entra: &FakeEntra, rest: &str) -> String {
    format!("/{}/{rest}", entra.tenant_id())
}

pub(crate) fn scope(entra: &FakeEntra) -> String {
    format!(
        "{}/.default offline_access openid profile",
        entra.audience()
    )
}

/// Opens the page to sign in at; `changes` replace parameters, or leave them out where they are empty.
pub(crate) async fn authorize(entra: &FakeEntra, changes: &[(&str, &str)]) -> Answer {
    try_authorize(entra, changes).await.unwrap()
}

pub(crate) async fn try_authorize(
    entra: &FakeEntra,
    changes: &[(&str, &str)],
) -> io::Result<Answer> {
    let (scope, client_id) = (scope(entra), entra.client_id());
    let mut parameters = vec![
        ("client_id", client_id),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("response_mode", "query"),
        ("scope", &scope),
        ("state", "state-1"),
        ("nonce", "nonce-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("prompt", "select_account"),
    ];
    parameters.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    parameters.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    try_get(entra, &path(entra, "oauth2/v2.0/authorize"), &parameters).await
}

/// Fills the form of a page in, and sends it.
pub(crate) async fn fill(entra: &FakeEntra, page: &Answer, fields: &[(&str, &str)]) -> Answer {
    let ticket = page.ticket();
    let fields = [&[("ticket", ticket.as_str())], fields].concat();
    post(entra, &page.form_action(), &fields).await
}

/// Redeems a code; `changes` are as for [`authorize`].
pub(crate) async fn redeem(entra: &FakeEntra, code: &str, changes: &[(&str, &str)]) -> Answer {
    let mut parameters = vec![
        ("grant_type", "authorization_code"),
        ("client_id", entra.client_id()),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    parameters.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    parameters.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    post(entra, &path(entra, "oauth2/v2.0/token"), &parameters).await
}

pub(crate) async fn refresh(entra: &FakeEntra, token: &str) -> Answer {
    let scope = scope(entra);
    let parameters = [
        ("grant_type", "refresh_token"),
        ("client_id", entra.client_id()),
        ("scope", &scope),
        ("refresh_token", token),
    ];
    post(entra, &path(entra, "oauth2/v2.0/token"), &parameters).await
}

/// Signs in at an Entra that asks nobody, and returns the answer with the tokens.
pub(crate) async fn tokens(entra: &FakeEntra, changes: &[(&str, &str)]) -> Value {
    let code = authorize(entra, changes).await.redirected("code").unwrap();
    let answer = redeem(entra, &code, &[]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name}: {value}"))
}

/// What a token says of itself.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

/// An Entra at which everybody signs in at once.
pub(crate) async fn silent() -> FakeEntra {
    let builder = FakeEntra::builder().policy(|policy| policy.asks = false);
    builder.start().await.unwrap()
}
