#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use proptest::prelude::*;
use zeroize::Zeroizing;

use super::*;
use crate::credentials::Credentials;

#[test]
fn a_question_for_a_text_is_read() {
    for (text, question, masked, required) in [
        ("CR_TEXT:E,R:Enter the code", "Enter the code", false, true),
        ("CR_TEXT:R:code: now", "code: now", true, true),
        ("CR_TEXT::Touch your token", "Touch your token", true, false),
        ("CR_TEXT:R,E:", "", false, true),
        ("CR_TEXT:R:a\u{202e}b", "ab", true, true),
    ] {
        let challenge = ask(text);

        assert_eq!(challenge.kind, ChallengeKind::Text, "{text}");
        assert_eq!(challenge.text, question);
        assert_eq!(
            (challenge.masked, challenge.response_required),
            (masked, required)
        );
        assert_eq!(challenge.url, None);
    }
}

#[test]
fn an_address_to_open_is_read() {
    let challenge = ask("OPEN_URL:https://login.example/?a=b:c,d");

    assert_eq!(challenge.kind, ChallengeKind::OpenUrl);
    assert_eq!(
        challenge.url.unwrap().as_str(),
        "https://login.example/?a=b:c,d"
    );
    assert!(!challenge.response_required);
}

#[test]
fn a_web_sign_in_is_read_with_its_flags() {
    let plain = ask("WEB_AUTH::https://login.example/start");
    assert_eq!(plain.kind, ChallengeKind::WebAuth(WebAuth::default()));
    assert_eq!(plain.url.unwrap().as_str(), "https://login.example/start");

    let flagged =
        ask("WEB_AUTH:hidden,external,new,proxy=proxy.example;3128;dXNlcg==;cGFzcw==:https://a/");
    let ChallengeKind::WebAuth(web_auth) = flagged.kind else {
        panic!("no web sign-in")
    };
    let proxy = web_auth.proxy.unwrap();
    assert!(web_auth.hidden && web_auth.external);
    assert_eq!((proxy.host.as_str(), proxy.port), ("proxy.example", 3128));
    assert_eq!(proxy.username.as_deref().map(String::as_str), Some("user"));
    assert_eq!(proxy.password.as_deref().map(String::as_str), Some("pass"));
    assert!(!format!("{proxy:?}").contains("pass"));

    let open = ask("WEB_AUTH:proxy=10.0.0.1;80:https://a/");
    let ChallengeKind::WebAuth(web_auth) = open.kind else {
        panic!("no web sign-in")
    };
    assert_eq!(web_auth.proxy.unwrap().username, None);
}

#[test]
fn addresses_that_a_browser_must_not_be_given_are_refused() {
    for url in [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ftp://host/",
        "ms-settings:display",
        "https:/one-slash",
        "https://",
        "https:// host/",
        "https://höst/",
        "https://host/\"&calc",
        "https://host/`x`",
        "//host/",
        "",
        "http",
        &format!("https://host/{}", "x".repeat(8_192)),
    ] {
        assert_eq!(
            Notice::parse(&format!("OPEN_URL:{url}")),
            Notice::BadUrl,
            "{url}"
        );
        assert_eq!(
            Notice::parse(&format!("WEB_AUTH::{url}")),
            Notice::BadUrl,
            "{url}"
        );
    }
    assert_eq!(
        ask("OPEN_URL:HTTPS://[::1]:8443/").url.unwrap().as_str(),
        "HTTPS://[::1]:8443/"
    );
}

#[test]
fn notices_that_ask_nothing_or_make_no_sense_are_told_apart() {
    assert_eq!(Notice::parse("ACC:muxed,x"), Notice::Nothing);
    for text in [
        "CR_TEXT",
        "CR_TEXT:R",
        "WEB_AUTH",
        "WEB_AUTH:https",
        "WEB_AUTH:proxy=a;0:https://a/",
        "WEB_AUTH:proxy=a;80;!;:https://a/",
        "WEB_AUTH:proxy=a b;80:https://a/",
        "WEB_AUTH:proxy=a;80;;;;:https://a/",
    ] {
        assert_eq!(Notice::parse(text), Notice::Malformed, "{text}");
    }
    for (text, name) in [
        ("TELEPATHY:x", "TELEPATHY"),
        ("words for people", "wordsforpeople"),
        ("", ""),
    ] {
        assert_eq!(Notice::parse(text), Notice::Unknown(name.to_owned()));
    }
    assert_eq!(
        Notice::parse(&"x".repeat(1_000)),
        Notice::Unknown("x".repeat(40))
    );
}

#[test]
fn an_address_for_an_embedded_view_says_so() {
    for (url, expected) in [
        ("https://a/", "https://a/?embedded=true"),
        ("https://a/?b=c", "https://a/?b=c&embedded=true"),
        ("https://a/?b#d?e", "https://a/?b&embedded=true#d?e"),
        ("https://a/#d", "https://a/?embedded=true#d"),
    ] {
        let challenge = ask(&format!("WEB_AUTH::{url}"));

        assert_eq!(challenge.embedded_url().unwrap().as_str(), expected);
    }
    assert_eq!(ask("CR_TEXT::x").embedded_url(), None);
}

#[test]
fn an_answer_travels_in_base64() {
    let mut questions = OpenQuestions::default();
    let id = questions.ask(question("CR_TEXT:R:code"), None).id;

    let message = questions.answer(id, "8675309").unwrap();

    assert_eq!(&**message, b"CR_RESPONSE,ODY3NTMwOQ==\0");
}

#[test]
fn only_the_newest_question_can_be_answered_and_only_once() {
    let mut questions = OpenQuestions::default();
    let first = questions.ask(question("CR_TEXT:R:one"), None).id;
    let second = questions.ask(question("CR_TEXT:R:two"), None).id;
    assert_ne!(first, second);

    assert_eq!(questions.answer(first, "x"), Err(AnswerError::Late));
    assert_eq!(
        questions.answer(ChallengeId(2), "x"),
        Err(AnswerError::Unknown)
    );
    assert!(questions.answer(second, "x").is_ok());
    assert_eq!(questions.answer(second, "x"), Err(AnswerError::Late));

    let third = questions.ask(question("CR_TEXT:R:three"), None).id;
    questions.close();
    assert_eq!(questions.answer(third, "x"), Err(AnswerError::Late));
}

#[test]
fn answers_that_cannot_be_sent_are_refused_and_the_question_stays_open() {
    let mut questions = OpenQuestions::default();
    let web = questions.ask(question("OPEN_URL:https://a/"), None).id;
    assert_eq!(questions.answer(web, "x"), Err(AnswerError::NotByText));

    let text = questions.ask(question("CR_TEXT:R:code"), None).id;
    assert_eq!(
        questions.answer(text, &"x".repeat(1_501)),
        Err(AnswerError::TooLong)
    );
    let message = questions.answer(text, &"x".repeat(1_500)).unwrap();
    assert!(message.len() <= 2_048);
}

#[test]
fn the_published_static_challenge_is_answered() {
    let challenge = StaticChallenge {
        text: "PIN".to_owned(),
        masked: true,
        concatenated: false,
    };

    let answered = challenge.credentials(&credentials("foo", "bar"), "8675309");

    assert_eq!(answered.username.as_str(), "foo");
    assert_eq!(answered.password.as_str(), "SCRV1:YmFy:ODY3NTMwOQ==");
}

#[test]
fn a_concatenated_answer_follows_the_password() {
    let challenge = StaticChallenge {
        text: "PIN".to_owned(),
        masked: true,
        concatenated: true,
    };

    let answered = challenge.credentials(&credentials("foo", "bar"), "8675309");

    assert_eq!(answered.password.as_str(), "bar8675309");
}

#[test]
fn neither_addresses_nor_credentials_print() {
    let challenge = ask("OPEN_URL:https://a/?token=hush");
    let dynamic = DynamicChallenge::parse("R:hush:aHVzaA==:text").unwrap();
    let answered = dynamic.credentials("hush");

    let shown = format!("{challenge:?} {dynamic:?} {answered:?}");

    assert!(!shown.contains("hush"), "{shown}");
    let notice = format!("{:?}", Notice::parse("OPEN_URL:https://a/?token=hush"));
    assert!(!notice.contains("hush"), "{notice}");
}

proptest! {
    #[test]
    fn arbitrary_text_is_some_notice(text in "\\PC*") {
        for start in ["", "CR_TEXT:", "OPEN_URL:", "WEB_AUTH:", "WEB_AUTH:proxy=", "OPEN_URL:https://"] {
            if let Notice::Question(question) = Notice::parse(&format!("{start}{text}")) {
                prop_assert!(question.text.chars().count() <= 2_048);
                prop_assert!(question.url.as_ref().is_none_or(|url| url.is_ascii() && url.len() <= 8_192));
            }
        }
    }

    #[test]
    fn arbitrary_answers_are_sent_whole(answer in "\\PC{0,300}") {
        let mut questions = OpenQuestions::default();
        let id = questions.ask(question("CR_TEXT:R:code"), None).id;
        let message = questions.answer(id, &answer).unwrap();
        let encoded = message.strip_prefix(b"CR_RESPONSE,").and_then(|rest| rest.strip_suffix(b"\0")).unwrap();
        let decoded = <base64ct::Base64 as base64ct::Encoding>::decode_vec(std::str::from_utf8(encoded).unwrap()).unwrap();
        prop_assert_eq!(decoded, answer.as_bytes());
    }
}

fn ask(text: &str) -> Challenge {
    OpenQuestions::default().ask(question(text), None)
}

fn question(text: &str) -> notice::Question {
    match Notice::parse(text) {
        Notice::Question(question) => question,
        other => panic!("{text}: {other:?}"),
    }
}

fn credentials(username: &str, password: &str) -> Credentials {
    Credentials {
        username: Zeroizing::new(username.to_owned()),
        password: Zeroizing::new(password.to_owned()),
    }
}
