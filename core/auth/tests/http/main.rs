//! Requests by the means of the machine, to servers and through proxies of the test's own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod proxy;
mod server;

use std::time::Duration;

use p2svpn_auth::{
    HttpClient, HttpError, HttpMethod, HttpProxy, HttpRequest, HttpResponse, MAXIMUM_HTTP_BODY,
    SystemHttp, SystemHttpOptions,
};
use proxy::Proxy;
use server::{Identity, Reply, Server};
use zeroize::Zeroizing;

/// More than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn options(identity: &Identity) -> SystemHttpOptions {
    let mut options = SystemHttpOptions::default().proxy(HttpProxy::Direct);
    options.timeout = PATIENCE;
    options.trusted_roots(identity.root.as_bytes()).unwrap()
}

async fn post(options: SystemHttpOptions, url: &str) -> Result<HttpResponse, HttpError> {
    let form = Zeroizing::new(b"grant_type=refresh_token&secret=hush".to_vec());
    let client = SystemHttp::new(options).unwrap();
    client.send(HttpRequest::post_form(url, form)).await
}

/// What comes of one request that is answered so.
async fn exchange(reply: Reply) -> Result<HttpResponse, HttpError> {
    let identity = Identity::of("localhost");
    let server = Server::start(&identity, vec![reply]).await;
    post(options(&identity), &server.url()).await
}

#[tokio::test]
async fn a_form_is_posted_and_the_answer_comes_whole_whatever_its_status() {
    for status in [200, 400, 503] {
        let identity = Identity::of("localhost");
        let answer =
            format!("HTTP/1.1 {status} X\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbody");
        let server = Server::start(&identity, vec![Reply::Text(answer)]).await;

        let response = post(options(&identity), &server.url()).await.unwrap();

        assert_eq!(
            (response.status, response.header("retry-after")),
            (status, Some("7"))
        );
        assert_eq!(**response.body, *b"body");
        let request = server.request(0);
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let head = head.to_ascii_lowercase();
        assert!(head.starts_with("post /token http/1.1\r\n"), "{head}");
        assert!(
            head.contains("content-type: application/x-www-form-urlencoded"),
            "{head}"
        );
        assert!(head.contains("user-agent: p2svpn/"), "{head}");
        assert!(
            !head.contains("cookie") && !head.contains("referer"),
            "{head}"
        );
        assert_eq!(body, "grant_type=refresh_token&secret=hush");
    }
}

#[tokio::test]
async fn an_address_can_be_got_as_well() {
    let identity = Identity::of("localhost");
    let answer = "HTTP/1.1 204 X\r\n\r\n".to_owned();
    let server = Server::start(&identity, vec![Reply::Text(answer)]).await;
    let mut request = HttpRequest::post_form(server.url(), Zeroizing::default());
    request.method = HttpMethod::Get;

    let client = SystemHttp::new(options(&identity)).unwrap();
    let response = client.send(request).await.unwrap();

    assert_eq!((response.status, response.body.len()), (204, 0));
    assert!(server.request(0).starts_with("GET /token "));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_nobody_follows_it() {
    let elsewhere = "HTTP/1.1 302 X\r\nLocation: https://localhost:1/\r\nContent-Length: 0\r\n\r\n";

    let response = exchange(Reply::Text(elsewhere.to_owned())).await.unwrap();

    assert_eq!(response.status, 302);
    assert_eq!(response.header("location"), Some("https://localhost:1/"));
}

#[tokio::test]
async fn more_than_a_sign_in_answers_is_not_taken() {
    let too_large = HttpError::TooLarge {
        limit: MAXIMUM_HTTP_BODY,
    };
    let head = "HTTP/1.1 200 X\r\nContent-Length: 1000000000000\r\n\r\n".to_owned();
    assert_eq!(exchange(Reply::Text(head)).await.unwrap_err(), too_large);

    let bytes = MAXIMUM_HTTP_BODY + 1;
    assert_eq!(exchange(Reply::Chunks(bytes)).await.unwrap_err(), too_large);

    let response = exchange(Reply::Chunks(MAXIMUM_HTTP_BODY)).await.unwrap();
    assert_eq!(response.body.len(), MAXIMUM_HTTP_BODY);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up() {
    let identity = Identity::of("localhost");
    let server = Server::start(&identity, vec![Reply::Silence]).await;
    let mut options = options(&identity);
    options.timeout = Duration::from_millis(300);

    let error = post(options, &server.url()).await.unwrap_err();

    assert_eq!(error, HttpError::TimedOut);
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_makes_no_sense_is_damaged() {
    let cut = "HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nbegin".to_owned();
    for reply in [
        Reply::Text(cut),
        Reply::Text(String::new()),
        Reply::Text("SSH-2.0".to_owned()),
    ] {
        let error = exchange(reply).await.unwrap_err();

        assert!(matches!(error, HttpError::Damaged { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_is_not_secure() {
    let (theirs, ours) = (Identity::of("localhost"), Identity::of("localhost"));
    let server = Server::start(&theirs, vec![Reply::Silence]).await;

    let error = post(options(&ours), &server.url()).await.unwrap_err();

    assert!(matches!(error, HttpError::NotSecure { .. }), "{error:?}");
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn a_certificate_of_another_name_is_not_secure() {
    let identity = Identity::of("login.example");
    let server = Server::start(&identity, vec![Reply::Silence]).await;

    let error = post(options(&identity), &server.url()).await.unwrap_err();

    assert!(matches!(error, HttpError::NotSecure { .. }), "{error:?}");
}

#[tokio::test]
async fn nothing_is_sent_without_encryption() {
    let identity = Identity::of("localhost");

    let error = post(options(&identity), "http://localhost:1/token")
        .await
        .unwrap_err();

    assert!(matches!(error, HttpError::Failed { .. }), "{error:?}");
    assert!(!format!("{error:?}").contains("hush"));
}

#[tokio::test]
async fn where_nobody_listens_and_what_has_no_address_is_unreachable() {
    let identity = Identity::of("localhost");
    for url in ["https://localhost:1/token", "https://name.invalid/token"] {
        let error = post(options(&identity), url).await.unwrap_err();

        assert!(matches!(error, HttpError::Unreachable { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_proxy_on_the_way_is_used() {
    let identity = Identity::of("localhost");
    let answer = "HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\nok".to_owned();
    let server = Server::start(&identity, vec![Reply::Text(answer)]).await;
    let proxy = Proxy::start(None).await;

    let response = post(options(&identity).proxy(proxy.chosen()), &server.url())
        .await
        .unwrap();

    assert_eq!(**response.body, *b"ok");
    let asked = proxy.request(0);
    assert!(
        asked.starts_with(&format!("CONNECT {} HTTP/1.1", server.authority())),
        "{asked}"
    );
    // It learns the host, and nothing of the request.
    assert!(
        !asked.contains("token") && !asked.contains("hush"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_proxy_that_refuses_says_so() {
    for status in [
        "407 Proxy Authentication Required",
        "403 Forbidden",
        "502 Bad Gateway",
    ] {
        let identity = Identity::of("localhost");
        let proxy = Proxy::start(Some(status)).await;

        let options = options(&identity).proxy(proxy.chosen());
        let error = post(options, "https://localhost:1/token")
            .await
            .unwrap_err();

        assert!(
            matches!(error, HttpError::Proxy { .. }),
            "{status}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_unreachable() {
    let identity = Identity::of("localhost");
    let nobody = HttpProxy::Url(Zeroizing::new("http://127.0.0.1:1".to_owned()));

    let error = post(
        options(&identity).proxy(nobody),
        "https://localhost:2/token",
    )
    .await
    .unwrap_err();

    assert!(matches!(error, HttpError::Unreachable { .. }), "{error:?}");
}

#[test]
fn options_that_cannot_be_used_are_refused_at_once() {
    let no_address = HttpProxy::Url(Zeroizing::new("http://".to_owned()));
    let refused = SystemHttp::new(SystemHttpOptions::default().proxy(no_address)).unwrap_err();
    assert!(matches!(refused, HttpError::Proxy { .. }), "{refused:?}");

    for roots in [
        &b""[..],
        b"no certificate",
        b"-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n",
    ] {
        let refused = SystemHttpOptions::default()
            .trusted_roots(roots)
            .unwrap_err();
        assert!(
            matches!(refused, HttpError::NotSecure { .. }),
            "{refused:?}"
        );
    }
}

#[test]
fn options_show_no_password_of_a_proxy() {
    let secret = HttpProxy::Url(Zeroizing::new("http://me:hush@proxy.example".to_owned()));

    let shown = format!("{:?}", SystemHttpOptions::default().proxy(secret));

    assert!(!shown.contains("hush"), "{shown}");
}
