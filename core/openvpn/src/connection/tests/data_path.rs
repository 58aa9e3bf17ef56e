use std::time::Duration;

use super::pair::{Pair, Plan, push};
use crate::connection::CloseReason;
use crate::data::{Opened, Opener, Sealer};
use crate::error::Error;

#[test]
fn packets_go_both_ways_in_both_formats_and_under_both_key_derivations() {
    for options in [
        "",
        ",peer-id 5",
        ",peer-id 5,key-derivation tls-ekm",
        ",peer-id 5,protocol-flags tls-ekm aead-epoch",
    ] {
        let mut plan = Plan::azure();
        plan.push = push(&format!(
            "ifconfig 172.16.0.2 255.255.255.0,topology subnet{options}"
        ));
        let mut pair = plan.meet();
        pair.run(Duration::ZERO);
        let mut client = pair.client_end.established.take().unwrap();
        let mut gateway = pair.gateway_end.established.take().unwrap();

        for payload in [&b"\x45 one"[..], b"\x45 two", &[0x45; 1500]] {
            assert_eq!(
                carry(&mut client.sealer, &mut gateway.opener, &pair, payload),
                payload,
                "{options}"
            );
            assert_eq!(
                carry(&mut gateway.sealer, &mut client.opener, &pair, payload),
                payload,
                "{options}"
            );
        }
    }
}

#[test]
fn a_gateway_that_falls_silent_is_given_up_after_the_pushed_time() {
    let mut plan = Plan::azure();
    plan.push = push("ifconfig 172.16.0.2 255.255.255.0,topology subnet,ping 10,ping-restart 60");
    let mut pair = plan.meet();
    pair.run(Duration::ZERO);

    pair.pass(Duration::from_secs(59));
    assert_eq!(pair.client_end.closed, None);
    pair.pass(Duration::from_secs(2));

    assert_eq!(
        pair.client_error(),
        Some(&Error::PeerSilent(Duration::from_secs(60)))
    );
}

#[test]
fn silence_is_counted_from_when_the_peer_could_be_heard() {
    let mut plan = Plan::azure();
    plan.push = push("ifconfig 172.16.0.2 255.255.255.0,topology subnet,ping 10,ping-restart 60");
    let mut pair = plan.meet();
    pair.run(Duration::ZERO);

    pair.pass(Duration::from_secs(59));
    pair.client.excuse_silence(pair.now);
    pair.pass(Duration::from_secs(59));
    assert_eq!(pair.client_end.closed, None);
    pair.pass(Duration::from_secs(2));

    assert_eq!(
        pair.client_error(),
        Some(&Error::PeerSilent(Duration::from_secs(60)))
    );
}

#[test]
fn a_key_that_is_used_up_ends_the_session_with_an_error_of_its_own() {
    let mut pair = Plan::azure().meet();
    pair.run(Duration::ZERO);

    pair.client.keys_exhausted();
    pair.exchange();

    assert_eq!(pair.client_error(), Some(&Error::KeysExhausted));
}

#[test]
fn closing_tells_a_gateway_that_agreed_to_it() {
    let mut plan = Plan::azure();
    plan.push = push("ifconfig 172.16.0.2 255.255.255.0,topology subnet,protocol-flags cc-exit");
    let mut pair = plan.meet();
    pair.run(Duration::ZERO);

    pair.client.close();
    pair.exchange();

    assert_eq!(pair.client_end.closed, Some(CloseReason::Local));
    assert_eq!(
        pair.gateway_end.closed,
        Some(CloseReason::Failed(Error::PeerExit))
    );
}

#[test]
fn closing_is_a_goodbye_to_every_gateway() {
    let mut pair = Plan::azure().meet();
    pair.run(Duration::ZERO);

    pair.client.close();
    pair.exchange();

    assert_eq!(
        pair.gateway_end.closed,
        Some(CloseReason::Failed(Error::PeerExit))
    );
}

pub(super) fn carry(
    sealer: &mut Sealer,
    opener: &mut Opener,
    pair: &Pair,
    payload: &[u8],
) -> Vec<u8> {
    let mut frame = vec![0; sealer.headroom()];
    frame.extend_from_slice(payload);
    frame.resize(frame.len() + sealer.tailroom(), 0);
    sealer.seal(pair.now, &mut frame).unwrap();
    match opener.open(pair.now, &mut frame[2..]) {
        Opened::Packet(opened) => opened.to_vec(),
        _ => panic!("not a packet"),
    }
}
