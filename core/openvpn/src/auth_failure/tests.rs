#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use proptest::prelude::*;

use super::*;

#[test]
fn a_temporary_failure_says_when_and_where_to_try_again() {
    let temporary = |backoff: Option<u64>, advance, message: &str| AuthFailure::Temporary {
        backoff: backoff.map(Duration::from_secs),
        advance,
        message: message.to_owned(),
    };
    for (text, expected) in [
        (
            "TEMP[backoff 42,advance no]",
            temporary(Some(42), Advance::Stay, ""),
        ),
        (
            "TEMP[backoff 5,advance remote]:later",
            temporary(Some(5), Advance::Remote, "later"),
        ),
        (
            "TEMP[advance addr]:x:y",
            temporary(None, Advance::Address, "x:y"),
        ),
        (
            "TEMP:There are no flags here [really not]",
            temporary(None, Advance::Stay, "There are no flags here [really not]"),
        ),
        ("TEMP", temporary(None, Advance::Stay, "")),
        ("TEMP[backoff x]", temporary(None, Advance::Stay, "")),
    ] {
        assert_eq!(AuthFailure::parse(text), expected, "{text}");
    }
}

#[test]
fn texts_that_only_resemble_a_known_failure_are_permanent() {
    for text in [
        "TEMPORARY",
        "TEMP[backoff 5",
        "Data channel cipher negotiation failed",
        "",
    ] {
        assert_eq!(
            AuthFailure::parse(text),
            AuthFailure::Permanent(text.to_owned())
        );
    }
}

#[test]
fn nothing_of_a_challenge_that_makes_no_sense_is_shown() {
    for text in ["CRV1:R:x", "CRV1:R,E:id:!!:text"] {
        let nothing = AuthFailure::Permanent(String::new());
        assert_eq!(AuthFailure::parse(text), nothing, "{text}");
    }
}

#[test]
fn an_expired_session_is_told_apart() {
    let failure = AuthFailure::parse("SESSION: token expired");

    assert_eq!(
        failure,
        AuthFailure::SessionExpired("token expired".to_owned())
    );
}

#[test]
fn the_published_dynamic_challenge_is_read_and_answered() {
    let failure =
        AuthFailure::parse("CRV1:R,E:Om01u7Fh4LrGBS7uh0SWmzwabUiGiW6l:Y3Ix:Please enter token PIN");

    let AuthFailure::Challenge(challenge) = failure else {
        panic!("no challenge")
    };
    assert_eq!(
        (challenge.masked, challenge.response_required),
        (false, true)
    );
    assert_eq!(challenge.username.as_str(), "cr1");
    assert_eq!(challenge.text, "Please enter token PIN");
    let answer = challenge.credentials("8675309");
    assert_eq!(answer.username.as_str(), "cr1");
    assert_eq!(
        answer.password.as_str(),
        "CRV1::Om01u7Fh4LrGBS7uh0SWmzwabUiGiW6l::8675309"
    );
}

#[test]
fn a_challenge_may_contain_colons() {
    let AuthFailure::Challenge(challenge) = AuthFailure::parse("CRV1:R:id:Y3Ix:code: now") else {
        panic!("no challenge")
    };

    assert_eq!(challenge.text, "code: now");
    assert!(challenge.masked);
}

proptest! {
    #[test]
    fn arbitrary_text_is_some_failure(text in "\\PC*") {
        for start in ["", "TEMP", "TEMP[", "SESSION", "CRV1:"] {
            let _ = AuthFailure::parse(&format!("{start}{text}"));
        }
    }
}
