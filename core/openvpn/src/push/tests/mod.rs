#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
//! Settings as gateways push them: captured replies, every option, and hostile ones.

mod bad_input;
mod captures;
mod changes;
mod dns;
mod messages;
mod network;
mod session;
mod update;

use super::*;

fn parse(options: &str) -> (PushReply, Vec<PushWarning>) {
    PushAssembly::default()
        .add(&format!("PUSH_REPLY,{options}"))
        .unwrap()
        .unwrap()
}

fn read(options: &str) -> PushReply {
    let (reply, warnings) = parse(options);
    assert_eq!(warnings, [], "{options}");
    reply
}

fn assert_warns(options: &str, option: &str, reason: PushWarningReason) {
    let (_, warnings) = parse(options);
    let warnings: Vec<_> = warnings
        .iter()
        .map(|warning| (warning.option.as_str(), warning.reason))
        .collect();
    assert_eq!(warnings, [(option, reason)], "{options}");
}

fn written_and_read(reply: &PushReply, max_len: usize) -> PushReply {
    let mut assembly = PushAssembly::default();
    let mut read = None;
    for message in reply.to_messages(max_len).iter() {
        assert!(
            read.is_none(),
            "the reply was complete before its last message"
        );
        read = assembly.add(message).unwrap();
    }
    read.unwrap().0
}
