use std::time::{Duration, Instant};

use super::pair::{Plan, UNIX_TIME};
use super::plan::tls_crypt_v2_server_key;
use crate::connection::{Connection, Start};
use crate::packet::{AckList, ControlPacket, KeyId, Opcode, Role, SessionId};
use crate::wrap::{Wrapper, Wrapping};

#[test]
fn both_ends_establish_when_the_gateway_keeps_the_clients_key() {
    let mut pair = Plan::azure().with_tls_crypt_v2().meet();

    pair.run(Duration::ZERO);

    assert!(
        pair.client_end.established.is_some(),
        "{:?}",
        pair.client_error()
    );
}

#[test]
fn a_gateway_that_asks_for_the_clients_key_again_gets_it_with_the_next_packet_only() {
    let plan = Plan::azure().over_datagrams().with_tls_crypt_v2();
    let now = Instant::now();
    let start = Start {
        now,
        unix_time: UNIX_TIME,
    };
    let mut client = Connection::client(plan.client, start).unwrap();
    let mut gateway = Wrapper::new(
        &Wrapping::TlsCryptV2Gateway {
            server_key: tls_crypt_v2_server_key(),
        },
        Role::Gateway,
    );
    let mut acks = AckList::default();
    acks.push(0);
    let mut reset = client.poll_transmit(now).unwrap();
    let client_session = gateway.unwrap(&mut reset).unwrap().session_id;
    let answer = ControlPacket {
        opcode: Opcode::HardResetServerV2,
        key_id: KeyId::FIRST,
        session_id: SessionId::from_bytes([7; 8]).unwrap(),
        acks,
        peer_session_id: Some(client_session),
        message_id: Some(0),
        payload: &[0, 1, 0, 2, 0, 1],
    };
    let mut wire = Vec::new();
    gateway.wrap(&answer, UNIX_TIME as u32, &mut wire).unwrap();

    client.receive(now, &mut wire);

    let mut third = client.poll_transmit(now).unwrap();
    assert!(third.len() <= 1_250 - 48);
    let third = gateway.unwrap(&mut third).unwrap();
    assert_eq!(third.opcode, Opcode::ControlWkcV1);
    assert_eq!(
        (third.message_id, third.acks.as_slice()),
        (Some(1), &[0][..])
    );
    assert!(
        third.payload.starts_with(&[22, 3, 1]),
        "the ClientHello begins here"
    );
    while let Some(mut later) = client.poll_transmit(now) {
        assert_eq!(
            gateway.unwrap(&mut later).unwrap().opcode,
            Opcode::ControlV1
        );
    }
}
