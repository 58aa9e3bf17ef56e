//! A stand-in for the user's browser in which somebody is signed in already, and the client that it signs in.

use std::sync::Arc;

use p2svpn_auth::{HttpClient, HttpMethod, HttpRequest, HttpResponse};
use p2svpn_client::{
    Challenge, ChallengeKind, Client, ClientBuilder, HttpProxy, SignInPage, SystemHttp,
    SystemHttpOptions,
};
use p2svpn_gateway::{FakeEntra, Gateway, GatewayBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use zeroize::Zeroizing;

use crate::support::Bench;

/// Who signs in.
pub(crate) const ALICE: &str = "alice@contoso.example";

/// The way to a stand-in for Entra that asks its users nothing.
pub(crate) fn http(entra: &FakeEntra) -> SystemHttp {
    let options = SystemHttpOptions::default().proxy(HttpProxy::Direct);
    let options = options.trusted_roots(entra.root_pem().as_bytes()).unwrap();
    SystemHttp::new(options).unwrap()
}

/// Entra that lets its user in without a word.
pub(crate) async fn silent() -> FakeEntra {
    let entra = FakeEntra::builder().policy(|policy| policy.asks = false);
    entra.start().await.unwrap()
}

/// A client that trusts the stand-in.
pub(crate) fn client(entra: &FakeEntra) -> ClientBuilder {
    Client::builder()
        .allow_authority(entra.host_and_port())
        .http_client(Arc::new(http(entra)))
}

/// A gateway that wants the stand-in's tokens, and a client of it.
pub(crate) async fn bench(entra: &FakeEntra) -> Bench {
    bench_with(entra, Gateway::builder()).await
}

pub(crate) async fn bench_with(entra: &FakeEntra, gateway: GatewayBuilder) -> Bench {
    Bench::of(gateway.entra(entra), client(entra).build().unwrap()).await
}

/// The page that a challenge names.
pub(crate) fn page(challenge: &Challenge) -> &SignInPage {
    match &challenge.kind {
        ChallengeKind::SignInPage(page) => page,
        other => panic!("{other:?}"),
    }
}

/// Opens a page, and returns the address that the browser is sent to.
pub(crate) async fn visit(entra: &FakeEntra, url: &str) -> String {
    let response = get(entra, url).await;
    assert_eq!(
        response.status,
        302,
        "{:?}",
        std::str::from_utf8(&response.body)
    );
    response.header("location").unwrap().to_owned()
}

/// Signs in at a page, all the way back to the session; returns what the user sees then.
pub(crate) async fn sign_in(entra: &FakeEntra, page: &SignInPage) -> String {
    let back = visit(entra, &page.url).await;
    assert!(
        back.starts_with(page.redirect_uri.as_deref().unwrap()),
        "{back}"
    );
    let (_, place) = back.split_once("://").unwrap();
    let (host, query) = place.split_once('?').unwrap();
    let host = host.trim_end_matches('/');
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET /?{query} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut seen = String::new();
    stream.read_to_string(&mut seen).await.unwrap();
    seen
}

async fn get(entra: &FakeEntra, url: &str) -> HttpResponse {
    let mut request = HttpRequest::post_form(url, Zeroizing::new(Vec::new()));
    request.method = HttpMethod::Get;
    http(entra).send(request).await.unwrap()
}
