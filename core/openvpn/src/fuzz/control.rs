use std::time::Instant;

use super::input::Input;
use crate::auth_failure::AuthFailure;
use crate::challenge::Notice;
use crate::control_message::{ControlMessage, ControlMessages};
use crate::keying::{ClientKeyMessage, KeyMethodError, ServerKeyMessage};
use crate::options_string;
use crate::peer_info::PeerInfo;
use crate::push::{PushAssembly, PushReply, UpdateAssembly};

/// Both messages of key method 2: a prefix is incomplete or says the same, and what was read is written alike.
pub(super) fn key_method(_: Instant, bytes: &[u8]) {
    if let Ok((message, rest)) = ClientKeyMessage::decode(bytes) {
        assert!(bytes.ends_with(rest));
        let written = message.encode().unwrap();
        let (again, rest) = ClientKeyMessage::decode(&written).unwrap();
        assert!(rest.is_empty());
        assert_eq!(again.options, message.options);
        assert_eq!(again.username, message.username);
        assert_eq!(again.password, message.password);
        assert_eq!(again.peer_info, message.peer_info);
    }
    let whole = ServerKeyMessage::decode(bytes);
    if let Ok((message, rest)) = &whole {
        assert!(bytes.ends_with(rest));
        let written = message.encode().unwrap();
        let (again, rest) = ServerKeyMessage::decode(&written).unwrap();
        assert!(rest.is_empty());
        assert_eq!(again.options, message.options);
        assert_eq!(again.peer_info, message.peer_info);
    }
    // However many bytes are still missing, no other complaint comes than that they are missing.
    let may_grow = !matches!(whole, Err(ref error) if *error != KeyMethodError::Truncated);
    if may_grow {
        for end in [0, 4, 5, 69, 70, 71, bytes.len() / 2, bytes.len()] {
            let prefix = &bytes[..end.min(bytes.len())];
            if let Err(error) = ServerKeyMessage::decode(prefix) {
                assert_eq!(error, KeyMethodError::Truncated);
            }
        }
    }
}

/// Plaintext in pieces: the messages do not depend on where the pieces end, unless one looks like a message's beginning.
pub(super) fn control_message(_: Instant, bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let piece = usize::from(input.byte()) + 1;
    let plaintext = input.rest();

    let mut whole = ControlMessages::default();
    whole.feed(plaintext);
    let mut pieces = ControlMessages::default();
    let mut from_pieces = Vec::new();
    for part in plaintext.chunks(piece) {
        pieces.feed(part);
        from_pieces.extend(std::iter::from_fn(|| pieces.next_message()));
    }
    let from_whole: Vec<ControlMessage> = std::iter::from_fn(|| whole.next_message()).collect();

    // A piece that begins with the name of a message ends the one before; all names are in capitals.
    let may_end_another = |piece: &[u8]| piece.first().is_some_and(u8::is_ascii_uppercase);
    if !plaintext.chunks(piece).skip(1).any(may_end_another) {
        assert_eq!(from_whole, from_pieces);
        assert_eq!(whole.dropped(), pieces.dropped());
    }
    let ends = plaintext.iter().filter(|byte| **byte == 0).count();
    assert!(from_whole.len() <= ends);
    for message in from_whole {
        match message {
            ControlMessage::AuthFailed(text) => drop(AuthFailure::parse(&text)),
            ControlMessage::Info(text) => drop(Notice::parse(&text)),
            ControlMessage::PushReply(text) => drop(PushAssembly::default().add(&text)),
            _ => {}
        }
    }
}

/// Push replies and updates, one message a line: what is read can be written for the messages of a gateway, and reads
/// the same again.
pub(super) fn push_reply(_: Instant, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut assembly = PushAssembly::default();
    // Messages with control characters never come so far.
    let is_message = |line: &&str| !line.contains(char::is_control);
    let mut updates = UpdateAssembly::default();
    let mut current = PushReply::default();
    for line in text.lines().filter(is_message) {
        let (reply, warnings) = match (assembly.add(line), updates.add(line, &current)) {
            (Ok(Some(complete)), _) | (_, Ok(Some(complete))) => complete,
            _ => continue,
        };
        assert!(warnings.len() <= line.len() + text.len());
        let _ = reply.changes_since(&current);
        assert!(reply.changes_since(&reply).is_empty());
        read_again(&reply);
        current = reply;
    }
}

/// Writes settings for the messages of a gateway and reads them.
fn read_again(reply: &PushReply) {
    let messages = reply.to_messages(1_000);
    let mut assembly = PushAssembly::default();
    let mut read = None;
    for message in messages.iter() {
        assert!(read.is_none(), "complete before its last message");
        match assembly.add(message) {
            Ok(complete) => read = complete,
            // An option that is longer than a message cannot be sent; the reply is then refused as a whole.
            Err(_) => return,
        }
    }
    let (read, _) = read.expect("its messages make a whole reply");
    assert_eq!(read.to_messages(1_000), messages, "writing is stable");
}

/// What else a peer says of itself in text: its options, its peer info, why it refuses.
pub(super) fn text(_: Instant, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let info = PeerInfo::parse(&text);
    assert_eq!(PeerInfo::parse(&info.to_text()), info);
    assert!(info.iter().count() <= 64);
    let _ = (info.ciphers(), info.knows_data_v2());
    if let Some(cipher) = options_string::cipher_of(&text) {
        assert!(cipher == "none" || text.contains(&cipher));
    }
    if let AuthFailure::Challenge(challenge) = AuthFailure::parse(&text) {
        assert!(
            challenge
                .credentials("1")
                .password
                .contains(challenge.state_id.as_str())
        );
    }
}
