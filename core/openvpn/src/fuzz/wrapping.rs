use std::time::Instant;

use super::input::Input;
use super::keys::{client_key, salted_key, server_key};
use crate::packet::{AckList, ControlPacket, KeyId, Opcode, Role, SessionId};
use crate::wrap::{Digest, KeyDirection, Wrapper, Wrapping};

/// Arbitrary packets, and packets of the real peer whole, changed and repeated, for each wrapping in both roles: only
/// what the peer sent is let in, once.
pub(super) fn unwrap(_: Instant, bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let kind = input.byte();
    let receiving = if kind & 0x80 == 0 {
        Role::Client
    } else {
        Role::Gateway
    };
    // The fuzzer learns from what the process compares, authentic packets among it: under the keys of another input they
    // are worth nothing.
    let ends = Ends::of(kind & 0x0f, receiving, bytes);
    let (mut sender, mut receiver) = (ends.sender, ends.receiver);
    let mut passed: Vec<Vec<u8>> = Vec::new();

    while !input.is_empty() {
        let operation = input.byte();
        let mut key_len = 0;
        let (mut wire, is_own) = match operation % 4 {
            0 => (input.block().to_vec(), false),
            1 if passed.is_empty() => continue,
            1 => {
                let place = usize::from(input.byte()) % passed.len();
                (passed[place].clone(), false)
            }
            _ => {
                let mut wire = Vec::new();
                let packet = packet_from(&mut input);
                if sender.wrap(&packet, input.word(), &mut wire).is_err() {
                    continue;
                }
                if packet.opcode.carries_client_key() {
                    key_len = sender.client_key_len();
                }
                (wire, true)
            }
        };
        let (mut is_whole, mut is_changed) = (is_own, false);
        if operation % 4 == 3 && !wire.is_empty() {
            let place = usize::from(input.pair()) % wire.len();
            let mask = input.byte();
            wire[place] ^= mask;
            // The key that rides behind a packet is no part of it once the gateway knows the key.
            is_whole = mask == 0;
            is_changed = mask != 0 && place < wire.len() - key_len;
        }
        let sent = wire.clone();
        let mut refused = String::new();
        let result = receiver.unwrap(&mut wire);
        let is_in = result.is_ok();
        match &result {
            Ok(packet) => packet.check().expect("what was read follows its rules"),
            Err(error) => refused = error.to_string(),
        }
        if !ends.protected {
            continue;
        }
        if is_in {
            assert!(
                is_own && !is_changed,
                "let in what the peer never sent: {operation} {sent:02x?}"
            );
            assert!(!passed.contains(&sent), "let in twice");
            passed.push(sent);
        } else if is_whole {
            // A gateway of tls-crypt-v2 knows nothing before the client's key.
            let waits = ends.waits_for_key && passed.is_empty();
            assert!(waits, "the peer's packet is refused: {refused}");
        }
    }
}

struct Ends {
    sender: Wrapper,
    receiver: Wrapper,
    protected: bool,
    waits_for_key: bool,
}

impl Ends {
    fn of(kind: u8, receiving: Role, salt: &[u8]) -> Self {
        let (client, gateway) = wrappings(kind, salt);
        let (sending, receiving_end) = match receiving {
            Role::Client => (gateway, client),
            Role::Gateway => (client, gateway),
        };
        Self {
            sender: Wrapper::new(&sending, receiving.peer()),
            receiver: Wrapper::new(&receiving_end, receiving),
            protected: !matches!(sending, Wrapping::None),
            waits_for_key: matches!(receiving_end, Wrapping::TlsCryptV2Gateway { .. }),
        }
    }
}

/// The wrapping of a client and the fitting one of its gateway, with keys that follow from the salt.
pub(super) fn wrappings(kind: u8, salt: &[u8]) -> (Wrapping, Wrapping) {
    let tls_auth = |direction, digest| Wrapping::TlsAuth {
        key: salted_key(salt),
        direction,
        digest,
    };
    let directed = |digest| {
        (
            tls_auth(KeyDirection::One, digest),
            tls_auth(KeyDirection::Zero, digest),
        )
    };
    let both = |wrapping: Wrapping| (wrapping.clone(), wrapping);
    match kind % 8 {
        0 => both(Wrapping::None),
        1 => directed(Digest::Sha256),
        2 => both(tls_auth(KeyDirection::Bidirectional, Digest::Sha1)),
        3 => directed(Digest::Sha384),
        4 => directed(Digest::Sha512),
        5 | 6 => both(Wrapping::TlsCrypt {
            key: salted_key(salt),
        }),
        _ => (
            Wrapping::TlsCryptV2 {
                client_key: client_key(salt),
            },
            Wrapping::TlsCryptV2Gateway {
                server_key: server_key(),
            },
        ),
    }
}

/// A packet that follows the rules, as a peer writes it.
fn packet_from<'a>(input: &mut Input<'a>) -> ControlPacket<'a> {
    const OPCODES: [Opcode; 7] = [
        Opcode::HardResetClientV2,
        Opcode::HardResetServerV2,
        Opcode::HardResetClientV3,
        Opcode::ControlWkcV1,
        Opcode::ControlV1,
        Opcode::SoftResetV1,
        Opcode::AckV1,
    ];
    let opcode = OPCODES[usize::from(input.byte()) % OPCODES.len()];
    let mut acks = AckList::default();
    for _ in 0..input.byte() % 9 {
        acks.push(input.word());
    }
    let is_ack = opcode == Opcode::AckV1;
    ControlPacket {
        opcode,
        key_id: KeyId::new(input.byte() & 7).unwrap(),
        session_id: SessionId::from_bytes([7; 8]).unwrap(),
        peer_session_id: (!acks.is_empty()).then(|| SessionId::from_bytes([9; 8]).unwrap()),
        acks,
        message_id: (!is_ack).then(|| input.word()),
        payload: if is_ack { &[] } else { input.block() },
    }
}
