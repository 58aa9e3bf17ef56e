#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::collections::BTreeSet;
use std::fmt::Write;

use std::io::ErrorKind;
use std::time::Duration;

use p2svpn_openvpn::{
    Advance, DynamicChallenge, Error as ConnectionError, KeyMethodError, PushError,
    RevocationListProblem, ServerCertificateError, Stage, UnsupportedCertificate,
};

use super::*;

#[test]
fn numbers_and_names_are_unique_and_in_order() {
    let numbers: Vec<u16> = ErrorCode::all().map(ErrorCode::number).collect();
    let names: BTreeSet<&str> = ErrorCode::all().map(ErrorCode::name).collect();

    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    assert_eq!(names.len(), numbers.len());
    assert!(numbers.iter().all(|number| (101..=999).contains(number)));
}

#[test]
fn each_code_is_found_by_its_number() {
    for code in ErrorCode::all() {
        assert_eq!(ErrorCode::from_number(code.number()), Some(code));
    }
    assert_eq!(ErrorCode::from_number(100), None);
}

#[test]
fn each_code_says_what_why_and_what_to_do() {
    for code in ErrorCode::all() {
        let is_identifier = |text: &str| {
            text.chars()
                .all(|character| character.is_ascii_uppercase() || character == '_')
        };
        assert!(
            is_identifier(code.name()) && !code.name().is_empty(),
            "{code}"
        );
        assert!(
            code.title().len() > 5 && !code.title().ends_with('.'),
            "{code}"
        );
        assert!(
            code.cause().len() > 10 && code.cause().ends_with('.'),
            "{code}"
        );
        assert!(
            code.remedy().len() > 10 && code.remedy().ends_with('.'),
            "{code}"
        );
    }
}

/// The names of variants and codes are the same words, so that nobody has to learn two.
#[test]
fn names_are_the_variants_in_capitals() {
    for code in ErrorCode::all() {
        let mut expected = String::new();
        for character in format!("{code:?}").chars() {
            if character.is_uppercase() && !expected.is_empty() {
                expected.push('_');
            }
            expected.push(character.to_ascii_uppercase());
        }
        assert_eq!(code.name(), expected);
    }
}

#[test]
fn the_documentation_lists_every_code_as_it_is() {
    const UPDATE: &str = "P2SVPN_UPDATE_ERRORS";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
    let expected = documentation();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(path, &expected).unwrap();
    }

    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/errors.md is outdated; write it with: {UPDATE}=1 cargo test -p p2svpn-client documentation"
    );
}

#[test]
fn texts_from_outside_cannot_forge_lines_or_fill_memory() {
    let error = Error::new(
        ErrorCode::TlsFailed,
        format!("one\r\ntwo\u{1b}[31m{}", "x".repeat(10_000)),
    );

    assert!(!error.to_string().contains(['\r', '\n', '\u{1b}']));
    assert!(error.context().chars().count() <= MAXIMUM_TEXT + 1);
}

#[test]
fn a_context_that_repeats_the_title_is_shortened_by_it() {
    let rows = [
        ("the connection to the gateway was lost", ""),
        (" The connection to the gateway was lost. ", ""),
        ("the connection to the gateway was lost: why", "why"),
        (
            "the connection to the gateway was lost again",
            "the connection to the gateway was lost again",
        ),
        ("ünrelated", "ünrelated"),
        ("", ""),
    ];
    for (context, expected) in rows {
        let error = Error::new(ErrorCode::ConnectionLost, context);
        assert_eq!(error.context(), expected, "{context:?}");
    }
}

/// One line shows title and context, so neither may repeat the other; nor is any cause listed that was said already.
#[test]
fn no_error_of_a_connection_says_the_same_twice() {
    let words = |text: &str| text.to_lowercase().trim_end_matches('.').to_owned();
    for error in connection_errors() {
        let shown = Error::from(error.clone());
        let (title, context) = (words(shown.title()), words(shown.context()));
        assert!(!context.starts_with(&title), "{shown}");
        assert!(
            !title.starts_with(&context) || context.is_empty(),
            "{shown}"
        );
        assert!(!shown.causes().contains(&shown.context), "{shown:?}");
    }
}

#[test]
fn each_error_of_a_connection_has_a_code_of_its_own() {
    let codes: Vec<ErrorCode> = connection_errors()
        .into_iter()
        .map(|error| Error::from(error).code())
        .collect();
    let different: BTreeSet<u16> = codes.iter().map(|code| code.number()).collect();

    assert_eq!(different.len(), codes.len(), "{codes:?}");
}

#[test]
fn a_lost_connection_tells_how_it_was_lost() {
    let lost = |kind| Error::from(ConnectionError::TransportClosed(kind)).to_string();

    assert_eq!(lost(None), "The connection to the gateway was lost");
    assert_eq!(
        lost(Some(ErrorKind::ConnectionReset)),
        "The connection to the gateway was lost: connection reset"
    );
}

#[test]
fn causes_are_listed_from_the_nearest_to_the_deepest() {
    let source = std::io::Error::new(ErrorKind::NotFound, Error::new(ErrorCode::NoAnswer, "deep"));

    let error = Error::new(ErrorCode::ProfileUnreadable, "a.xml").because(&source);

    assert_eq!(
        error.to_string(),
        "The profile's file cannot be read: a.xml"
    );
    assert_eq!(error.causes()[0], "The gateway does not answer: deep");
}

/// Every error that the protocol crate has, one of each.
fn connection_errors() -> Vec<ConnectionError> {
    let text = || "words".to_owned();
    let after = Duration::from_secs(10);
    let closed = |certificate_sent, kind| ConnectionError::ClosedDuringHandshake {
        stage: Stage::Tls,
        certificate_sent,
        kind,
    };
    let certificate = [
        ServerCertificateError::NotPinned,
        ServerCertificateError::RootUnknown(text()),
        ServerCertificateError::WrongName {
            expected: vec![text()],
            presented: Vec::new(),
        },
        ServerCertificateError::Expired,
        ServerCertificateError::NotYetValid,
        ServerCertificateError::NotForServers,
        ServerCertificateError::Revoked,
        ServerCertificateError::WrongFingerprint {
            expected: vec![text()],
            presented: text(),
        },
        ServerCertificateError::WrongUsage {
            expected: text(),
            presented: Vec::new(),
        },
        ServerCertificateError::Unsupported(UnsupportedCertificate::Version),
        ServerCertificateError::RevocationUnknown(RevocationListProblem::Expired),
        ServerCertificateError::Damaged(text()),
    ];
    let mut errors = vec![
        ConnectionError::NoRandomness,
        ConnectionError::Configuration(text()),
        ConnectionError::NoAnswer(after),
        ConnectionError::ClosedWithoutAnswer(Some(ErrorKind::ConnectionReset)),
        closed(true, Some(ErrorKind::ConnectionReset)),
        closed(false, None),
        ConnectionError::HandshakeTimedOut {
            stage: Stage::Tls,
            after,
        },
        ConnectionError::ClientCertificateRefused(text()),
        ConnectionError::NoCommonTls(text()),
        ConnectionError::Tls(text()),
        ConnectionError::KeyMethod(KeyMethodError::Truncated),
        ConnectionError::AuthenticationFailed(String::new()),
        ConnectionError::TemporarilyRefused {
            message: text(),
            backoff: None,
            advance: Advance::Stay,
        },
        ConnectionError::Challenge(Box::new(DynamicChallenge {
            masked: true,
            response_required: true,
            state_id: text().into(),
            username: text().into(),
            text: text(),
        })),
        ConnectionError::PushTimedOut(after),
        ConnectionError::Push(PushError::TooLong),
        ConnectionError::NoAddress,
        ConnectionError::Cipher(text()),
        ConnectionError::Compression(text()),
        ConnectionError::PeerSilent(after),
        ConnectionError::PeerExit,
        ConnectionError::PeerRestart {
            message: text(),
            keep_credentials: true,
            next_remote: false,
        },
        ConnectionError::NotUpdatable(text()),
        ConnectionError::PeerHalt(text()),
        ConnectionError::Inactive(after),
        ConnectionError::SessionTimedOut(after),
        ConnectionError::PingExit(after),
        ConnectionError::TransportClosed(Some(ErrorKind::ConnectionReset)),
        ConnectionError::RekeyTimedOut {
            stage: Stage::Tls,
            after,
        },
        ConnectionError::TokenExpired(text()),
        ConnectionError::KeysExhausted,
        ConnectionError::Protocol("words"),
    ];
    errors.extend(certificate.map(ConnectionError::ServerCertificate));
    errors
}

fn documentation() -> String {
    let mut text = String::from(
        "# Errors\n\n\
         Every error has a stable number and name, which are only ever added, never changed or used again. The class says how to\n\
         react: `retry` later, `needs_sign_in`, `user_action`, `configuration` by an administrator, `fatal`, or a `bug` in the host\n\
         program or in p2svpn. This file is generated from `core/client/src/error/catalogue.rs`.\n",
    );
    let mut hundreds = 0;
    for code in ErrorCode::all() {
        if code.number() / 100 != hundreds {
            hundreds = code.number() / 100;
            let area = match hundreds {
                1 => "Use of the library",
                2 => "The profile",
                3 => "Certificates and sign-in",
                4 => "The network towards the gateway",
                5 => "The gateway's identity",
                6 => "The protocol and the gateway's answers",
                7 => "This machine",
                8 => "Connections through the userspace stack",
                _ => "Defects",
            };
            write!(text, "\n## {hundreds}xx: {area}\n").unwrap();
        }
        write!(
            text,
            "\n### {} `{}` ({})\n\n**{}.** {}\n\n{}\n",
            code.number(),
            code.name(),
            code.class(),
            code.title(),
            code.cause(),
            code.remedy()
        )
        .unwrap();
    }
    text
}
