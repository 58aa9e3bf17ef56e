//! Answers that fail, and what is written down.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use p2svpn_gateway::{EntraFault, EntraStep, FakeEntra};
use tokio::net::TcpListener;

use crate::application::{authorize, path, redeem, refresh, silent, text, tokens, try_authorize};
use crate::http::{exchange_at, try_post};

#[tokio::test]
async fn answers_fail_as_often_as_they_are_told_to() {
    let entra = silent().await;
    let tokens = tokens(&entra, &[]).await;
    let token = text(&tokens, "refresh_token");
    let busy = EntraFault::TooManyRequests { retry_after: 7 };
    entra.disturb(EntraStep::Refresh, busy, 2);
    let down = |retry_after| EntraFault::Unavailable { retry_after };
    entra.disturb(EntraStep::Refresh, down(Some(9)), 1);
    entra.disturb(EntraStep::Refresh, down(None), 1);
    entra.disturb(EntraStep::Code, busy, 1);

    let mut seen = Vec::new();
    for _ in 0..5 {
        let answer = refresh(&entra, token).await;
        let retry_after = answer.header("retry-after").map(str::to_owned);
        seen.push((answer.status, retry_after));
    }

    let waits = |seconds: &str| Some(seconds.to_owned());
    assert_eq!(
        seen,
        [
            (429, waits("7")),
            (429, waits("7")),
            (503, waits("9")),
            (503, None),
            (200, None)
        ]
    );
    assert_eq!(redeem(&entra, "x", &[]).await.status, 429);
    assert_eq!(redeem(&entra, "x", &[]).await.status, 400);
}

#[tokio::test]
async fn disturbances_end_when_they_are_told_to() {
    let entra = silent().await;
    entra.disturb(EntraStep::Code, EntraFault::Garbage, u32::MAX);
    assert_eq!(redeem(&entra, "x", &[]).await.status, 200);

    entra.end_disturbances();

    assert_eq!(redeem(&entra, "x", &[]).await.status, 400);
}

#[tokio::test]
async fn a_cut_answer_loses_what_was_done() {
    let entra = silent().await;
    let tokens = tokens(&entra, &[]).await;
    let token = text(&tokens, "refresh_token");
    entra.disturb(EntraStep::Refresh, EntraFault::Cut, 1);
    let parameters = [
        ("grant_type", "refresh_token"),
        ("client_id", entra.client_id()),
        ("refresh_token", token),
    ];

    let cut = try_post(&entra, &path(&entra, "oauth2/v2.0/token"), &parameters).await;

    assert!(cut.is_err());
    assert_eq!(refresh(&entra, token).await.error().1, 70000);
}

#[tokio::test]
async fn an_answer_without_a_body_is_cut_before_it_begins() {
    let entra = silent().await;
    entra.disturb(EntraStep::Authorize, EntraFault::Cut, 1);

    let cut = try_authorize(&entra, &[]).await;
    let again = authorize(&entra, &[]).await;

    assert!(cut.is_err());
    assert!(again.redirected("code").is_some());
}

#[tokio::test]
async fn garbage_claims_to_be_json_and_giants_are() {
    let entra = silent().await;
    entra.disturb(EntraStep::Code, EntraFault::Garbage, 1);
    entra.disturb(EntraStep::Code, EntraFault::Giant, 1);

    let garbage = redeem(&entra, "x", &[]).await;
    let giant = redeem(&entra, "x", &[]).await;

    for answer in [&garbage, &giant] {
        assert_eq!(answer.status, 200);
        let kind = answer.header("content-type").unwrap();
        assert!(kind.starts_with("application/json"));
    }
    assert!(serde_json::from_str::<serde_json::Value>(&garbage.body).is_err());
    assert!(giant.body.len() > 8 * 1024 * 1024 && giant.json().is_object());
}

#[tokio::test]
async fn a_slow_answer_holds_nobody_else_up() {
    let entra = silent().await;
    entra.disturb(
        EntraStep::Code,
        EntraFault::Slow(Duration::from_secs(3600)),
        1,
    );

    tokio::select! {
        biased;
        answer = redeem(&entra, "x", &[]) => panic!("not slow: {answer:?}"),
        () = entra.until(EntraStep::Code, 1) => {}
    }

    assert_eq!(redeem(&entra, "x", &[]).await.status, 400);
}

#[tokio::test]
async fn its_clock_is_in_answers_and_tokens() {
    let entra = silent().await;
    entra.change_policy(|policy| policy.clock_offset = -1_000_000_000);
    let code = authorize(&entra, &[]).await.redirected("code").unwrap();

    let answer = redeem(&entra, &code, &[]).await;
    let refused = redeem(&entra, &code, &[]).await;

    // A billion seconds ago is another decade, whenever this runs within the next years.
    let year = answer
        .header("date")
        .unwrap()
        .split(' ')
        .nth(3)
        .unwrap()
        .to_owned();
    let now: i64 = year.parse().unwrap();
    assert!((1994..2040).contains(&now), "{year}");
    let access = crate::application::claims(text(&answer.json(), "access_token"));
    let issued = access["iat"].as_i64().unwrap();
    // Years have this many seconds on average.
    assert!((now - 1970 - issued / 31_556_952).abs() <= 1);
    assert!(text(&refused.json(), "timestamp").starts_with(&year));
}

#[tokio::test]
async fn requests_are_told_without_anything_secret() {
    let entra = FakeEntra::builder().start().await.unwrap();
    let page = authorize(&entra, &[("login_hint", "alice@contoso.example")]).await;
    let fields = [
        ("username", "alice@contoso.example"),
        ("password", "secret"),
    ];
    let sent_back = crate::application::fill(&entra, &page, &fields).await;
    let code = sent_back.redirected("code").unwrap();
    let tokens = redeem(&entra, &code, &[]).await.json();
    let again = refresh(&entra, text(&tokens, "refresh_token")).await.json();

    let requests = entra.requests();

    let steps: Vec<EntraStep> = requests.iter().map(|request| request.step).collect();
    assert_eq!(
        steps,
        [
            EntraStep::Authorize,
            EntraStep::Page,
            EntraStep::Code,
            EntraStep::Refresh
        ]
    );
    assert_eq!(requests[0].parameter("prompt"), Some("select_account"));
    assert_eq!(
        requests[0].parameter("login_hint"),
        Some("alice@contoso.example")
    );
    assert_eq!(requests[3].parameter("grant_type"), Some("refresh_token"));
    assert!(requests.iter().all(|request| request.error_code.is_none()));
    let shown = format!("{requests:?} {entra:?}");
    let secrets = [
        "secret\"",
        &page.ticket(),
        &code,
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
        text(&again, "refresh_token"),
        crate::application::VERIFIER,
    ];
    for secret in secrets {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn its_certificate_is_for_localhost_and_both_its_addresses() {
    let entra = silent().await;
    let line = format!("GET {} HTTP/1.1", path(&entra, "device"));
    let has_ipv6 = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_ok();
    let mut places = vec![
        (Ipv4Addr::LOCALHOST.into(), "localhost"),
        (Ipv4Addr::LOCALHOST.into(), "127.0.0.1"),
    ];
    if has_ipv6 {
        places.push((Ipv6Addr::LOCALHOST.into(), "localhost"));
        places.push((Ipv6Addr::LOCALHOST.into(), "::1"));
    }

    for (address, name) in places {
        let answer = exchange_at(&entra, address, name, &line, "").await;

        assert_eq!(answer.unwrap().status, 200, "{address} {name}");
    }
    let other = exchange_at(
        &entra,
        Ipv4Addr::LOCALHOST.into(),
        "login.example",
        &line,
        "",
    )
    .await;
    assert!(other.is_err());
}

#[tokio::test]
async fn the_end_of_it_ends_its_connections() {
    let entra = silent().await;
    let address = entra.host_and_port().replace("localhost", "127.0.0.1");
    let waiting = tokio::net::TcpStream::connect(&address).await.unwrap();

    drop(entra);

    let mut buffer = [0; 1];
    let ended = async {
        loop {
            waiting.readable().await.unwrap();
            match waiting.try_read(&mut buffer) {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                other => break other,
            }
        }
    };
    let ended = tokio::time::timeout(crate::support::LONG, ended)
        .await
        .unwrap();
    assert!(matches!(ended, Ok(0) | Err(_)));
}
