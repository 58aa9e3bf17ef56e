#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use proptest::prelude::*;

use super::*;

#[test]
fn the_published_extraction_example_is_split_as_published() {
    let mut messages = ControlMessages::default();

    messages.feed(b"valid control message\r\n\0\0Invalid\r\none\0valid one again\0");

    assert_eq!(
        texts(&mut messages),
        ["valid control message", "", "valid one again"]
    );
    assert_eq!(messages.dropped(), 1);
}

#[test]
fn a_message_split_anywhere_arrives_whole() {
    let stream = b"PUSH_REPLY,ping 10\0RESTART\0";
    for cut in 0..=stream.len() {
        let mut messages = ControlMessages::default();

        messages.feed(&stream[..cut]);
        messages.feed(&stream[cut..]);

        assert_eq!(
            texts(&mut messages),
            ["PUSH_REPLY,ping 10", "RESTART"],
            "cut at {cut}"
        );
    }
}

#[test]
fn a_record_that_begins_with_a_message_ends_the_one_before_it() {
    let mut messages = ControlMessages::default();

    messages.feed(b"PUSH_REPLY,ping 10");
    messages.feed(b",ping-restart 60");
    messages.feed(b"RESTART,later\0");

    assert_eq!(
        texts(&mut messages),
        ["PUSH_REPLY,ping 10,ping-restart 60", "RESTART,later"]
    );
}

#[test]
fn an_unended_message_is_not_delivered() {
    let mut messages = ControlMessages::default();

    messages.feed(b"PUSH_REPLY,ping 10");

    assert_eq!(messages.next_message(), None);
}

#[test]
fn a_message_without_end_takes_no_more_memory_than_the_longest_and_the_next_one_is_whole() {
    let mut messages = ControlMessages::default();
    for _ in 0..1_000 {
        messages.feed(&[b'a'; 1_000]);
        assert!(messages.buffer.capacity() <= 2 * LONGEST);
    }

    messages.feed(b"\0EXIT\0");

    assert_eq!(messages.next_message(), Some(ControlMessage::Exit));
    assert_eq!(messages.dropped(), 1);
}

#[test]
fn a_message_that_is_too_long_and_has_no_end_does_not_take_the_next_one_with_it() {
    let mut messages = ControlMessages::default();
    messages.feed(&[b'a'; LONGEST + 1]);

    messages.feed(b"RESTART,later\0");

    assert_eq!(texts(&mut messages), ["RESTART,later"]);
    assert_eq!(messages.dropped(), 1);
}

#[test]
fn every_kind_of_message_is_told_apart() {
    let text = |text: &str| text.to_owned();
    for (message, expected) in [
        ("PUSH_REQUEST", ControlMessage::PushRequest),
        ("AUTH_FAILED", ControlMessage::AuthFailed(text(""))),
        (
            "AUTH_FAILED,bad, really\n",
            ControlMessage::AuthFailed(text("bad, really")),
        ),
        ("AUTH_PENDING", ControlMessage::AuthPending(None)),
        (
            "AUTH_PENDING,timeout 300,x",
            ControlMessage::AuthPending(Some(Duration::from_secs(300))),
        ),
        (
            "INFO,WEB_AUTH::https://a/?b,c",
            ControlMessage::Info(SecretText::new("WEB_AUTH::https://a/?b,c")),
        ),
        (
            "INFO_PRE,OPEN_URL:u",
            ControlMessage::Info(SecretText::new("OPEN_URL:u")),
        ),
        (
            "CR_RESPONSE,MTIz",
            ControlMessage::ChallengeResponse(SecretText::new("MTIz")),
        ),
        (
            "PUSH_UPDATE,-dns",
            ControlMessage::PushUpdate(SecretText::new("PUSH_UPDATE,-dns")),
        ),
        ("RESTART", restart("", false, false)),
        ("RESTART,[N]", restart("", false, true)),
        (
            "RESTART,[P]:maintenance",
            restart("maintenance", true, false),
        ),
        ("RESTART,[PN]soon", restart("soon", true, true)),
        ("RESTART,maintenance", restart("maintenance", false, false)),
        ("RESTART,no [N] flag", restart("no [N] flag", false, false)),
        ("RESTART,[N", restart("[N", false, false)),
        ("HALT,[N]gone", ControlMessage::Halt(text("gone"))),
        ("HALT,gone", ControlMessage::Halt(text("gone"))),
        ("EXIT", ControlMessage::Exit),
        ("ACC,x", ControlMessage::Unknown(text("ACC"))),
        ("PUSH_REPLYX", ControlMessage::Unknown(text("PUSH_REPLYX"))),
    ] {
        assert_eq!(only(message), expected, "{message}");
    }
}

#[test]
fn a_push_reply_is_kept_whole_and_does_not_print() {
    let message = only("PUSH_REPLY,auth-token hush,ping 10");

    assert!(!format!("{message:?}").contains("hush"));
    let ControlMessage::PushReply(text) = message else {
        panic!("no push reply")
    };
    assert_eq!(&*text, "PUSH_REPLY,auth-token hush,ping 10");
}

proptest! {
    #[test]
    fn arbitrary_plaintext_in_arbitrary_pieces_gives_the_same_messages(
        plaintext in prop::collection::vec(prop_oneof![Just(0_u8), any::<u8>()], 0..200),
        cut in 0_usize..200,
    ) {
        let cut = cut.min(plaintext.len());
        let (mut whole, mut pieces) = (ControlMessages::default(), ControlMessages::default());

        whole.feed(&plaintext);
        pieces.feed(&plaintext[..cut]);
        pieces.feed(&plaintext[cut..]);

        prop_assert_eq!(texts(&mut whole), texts(&mut pieces));
        prop_assert_eq!(whole.dropped(), pieces.dropped());
    }

    #[test]
    fn arbitrary_text_is_some_message(text in "\\PC*") {
        let _ = ControlMessage::parse(&text);
    }
}

fn restart(message: &str, keep_credentials: bool, next_remote: bool) -> ControlMessage {
    ControlMessage::Restart(Restart {
        message: message.to_owned(),
        keep_credentials,
        next_remote,
    })
}

fn only(message: &str) -> ControlMessage {
    let mut messages = ControlMessages::default();
    messages.feed(message.as_bytes());
    messages.feed(&[0]);
    let first = messages.next_message().expect("a message");
    assert_eq!(messages.next_message(), None);
    first
}

fn texts(messages: &mut ControlMessages) -> Vec<String> {
    std::iter::from_fn(|| messages.next_text())
        .map(|text| text.to_string())
        .collect()
}
