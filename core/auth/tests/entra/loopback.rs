//! Where the browser comes back to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use p2svpn_auth::{BrowserOptions, BrowserSignIn, EntraError, Loopback};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::login_host::{LoginHost, TestClock, client};

/// Long enough for a busy machine.
const LONG: Duration = Duration::from_secs(60);

struct Setting {
    loopback: Loopback,
    sign_in: BrowserSignIn,
    port: u16,
    state: String,
}

async fn setting() -> Setting {
    let loopback = Loopback::listen_first_at(0).await.unwrap();
    let client = client(&LoginHost::answering([]), &Arc::new(TestClock::default()));
    let begun = client.browser_sign_in(loopback.redirect_uri(), &BrowserOptions::default());
    let sign_in = begun.unwrap();
    let (_, port) = loopback
        .redirect_uri()
        .rsplit_once(':')
        .map(|(rest, port)| (rest.to_owned(), port.parse().unwrap()))
        .unwrap();
    let (_, query) = sign_in.url().split_once('?').unwrap();
    let state = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "state")
        .map(|(_, value)| value.into_owned());
    Setting {
        loopback,
        state: state.unwrap(),
        sign_in,
        port,
    }
}

async fn call(address: IpAddr, port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect((address, port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn get(port: u16, path: &str) -> String {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept-Language: de\r\n\r\n");
    call(Ipv4Addr::LOCALHOST.into(), port, &request).await
}

#[tokio::test]
async fn what_is_no_answer_to_this_sign_in_is_turned_away_and_changes_nothing() {
    let setting = setting().await;
    let (port, state) = (setting.port, setting.state.clone());
    let browser = tokio::spawn(async move {
        let good = format!("/?code=x&state={state}");
        let mut refused = Vec::new();
        for path in [
            "/favicon.ico",
            "/",
            "/?code=x&state=other",
            "/?code=x",
            &format!("/elsewhere?code=x&state={state}"),
        ] {
            refused.push(get(port, path).await);
        }
        for request in [
            format!("POST {good} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"),
            format!("GET {good} HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
            format!("GET {good} HTTP/1.1\r\n\r\n"),
        ] {
            refused.push(call(Ipv4Addr::LOCALHOST.into(), port, &request).await);
        }
        (refused, get(port, &good).await)
    });

    let redirect = setting.loopback.wait(&setting.sign_in, LONG).await.unwrap();

    assert!(redirect.is_success());
    let (refused, page) = browser.await.unwrap();
    for answer in refused {
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    }
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("Anmeldung weitergegeben"));
    assert!(page.contains("no-store") && !page.contains(&setting.state));
}

#[tokio::test]
async fn slow_and_mute_callers_do_not_keep_the_browser_out() {
    let setting = setting().await;
    let (port, state) = (setting.port, setting.state.clone());
    let browser = tokio::spawn(async move {
        let mut mute = Vec::new();
        for _ in 0..40 {
            let address = (Ipv4Addr::LOCALHOST, port);
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET /?co").await.unwrap();
            mute.push(stream);
        }
        get(port, &format!("/?code=x&state={state}")).await
    });

    let redirect = setting.loopback.wait(&setting.sign_in, LONG).await.unwrap();

    assert!(redirect.is_success());
    assert!(browser.await.unwrap().starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_request_without_end_is_cut_off() {
    let setting = setting().await;
    let (port, state) = (setting.port, setting.state.clone());
    let browser = tokio::spawn(async move {
        let address = (Ipv4Addr::LOCALHOST, port);
        let mut stream = TcpStream::connect(address).await.unwrap();
        let endless = format!("GET /?code={} HTTP/1.1\r\n", "x".repeat(20_000));
        // It may be cut off before all of it was written.
        let _ = stream.write_all(endless.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty());
        get(port, &format!("/?error=access_denied&state={state}")).await
    });

    let redirect = setting.loopback.wait(&setting.sign_in, LONG).await.unwrap();

    assert!(!redirect.is_success());
    assert!(browser.await.unwrap().contains("Anmeldung abgebrochen"));
}

#[tokio::test]
async fn nobody_comes_back_in_time() {
    let setting = setting().await;

    let patience = Duration::from_millis(20);
    let error = setting.loopback.wait(&setting.sign_in, patience).await;

    assert_eq!(error.unwrap_err(), EntraError::TimedOut);
}

#[tokio::test]
async fn a_taken_port_is_given_up_for_a_free_one() {
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let taken = other.local_addr().unwrap().port();

    let loopback = Loopback::listen_first_at(taken).await.unwrap();

    let uri = loopback.redirect_uri();
    assert!(uri.starts_with("http://localhost:"), "{uri}");
    assert!(!uri.ends_with(&format!(":{taken}")), "{uri}");
}

#[tokio::test]
async fn the_browser_may_come_by_either_family() {
    let families = [
        IpAddr::from(Ipv4Addr::LOCALHOST),
        IpAddr::from(Ipv6Addr::LOCALHOST),
    ];
    for family in families {
        if TcpListener::bind((family, 0)).await.is_err() {
            println!("this machine has no {family}");
            continue;
        }
        let setting = setting().await;
        let (port, state) = (setting.port, setting.state.clone());
        let browser = tokio::spawn(async move {
            let host = if family.is_ipv6() {
                "[::1]"
            } else {
                "127.0.0.1"
            };
            let request =
                format!("GET /?code=x&state={state} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n");
            call(family, port, &request).await
        });

        let redirect = setting.loopback.wait(&setting.sign_in, LONG).await.unwrap();

        assert!(redirect.is_success());
        assert!(browser.await.unwrap().contains("lang=\"en\""));
    }
}
