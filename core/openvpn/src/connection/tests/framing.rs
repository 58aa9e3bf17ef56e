//! What gateways may ask for around packets: marks for compression, and segments that fit.

use std::time::Duration;

use super::pair::Pair;
use super::plan::{Plan, push};
use crate::connection::Established;
use crate::data::{CompressionFraming, MssFix, Opened, Opener, Sealer};
use crate::error::Error;

/// A TCP segment that opens a connection and announces segments of 1460 bytes.
const SYN: [u8; 44] = [
    0x45, 0, 0, 44, 0, 7, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x9c, 0x40, 0x01, 0xbb,
    1, 2, 3, 4, 0, 0, 0, 0, 0x60, 0x02, 0xff, 0xff, 0, 0, 0, 0, 2, 4, 0x05, 0xb4,
];

#[test]
fn a_gateway_that_asks_for_a_stub_gets_it_with_every_packet_and_keepalive() {
    for option in [
        "comp-lzo no",
        "compress",
        "compress stub",
        "compress stub-v2",
        "compress migrate",
    ] {
        for more in [
            "",
            ",peer-id 5",
            ",peer-id 5,protocol-flags tls-ekm aead-epoch",
        ] {
            let (client, gateway, pair) = establish(Plan::azure(), &format!(",{option}{more}"));

            let ends = [
                (client.sealer, gateway.opener),
                (gateway.sealer, client.opener),
            ];
            for (mut sealer, mut opener) in ends {
                for payload in [&b"\x45 one"[..], b"\x60", &[0x45; 1_500]] {
                    assert_eq!(carry(&mut sealer, &mut opener, &pair, payload), payload);
                }
                let mut keepalive = Vec::new();
                sealer.seal_keepalive(pair.now, &mut keepalive).unwrap();
                let opened = opener.open(pair.now, &mut keepalive[2..]);
                assert_eq!(opened, Opened::KeepAlive, "{option}");
            }
        }
    }
}

#[test]
fn a_gateway_that_asks_for_a_compressor_is_refused_by_its_name() {
    for option in [
        "comp-lzo",
        "comp-lzo yes",
        "comp-lzo adaptive",
        "compress lzo",
        "compress lz4",
        "compress lz4-v2",
    ] {
        let mut plan = Plan::azure();
        plan.push = push(&format!("ifconfig 172.16.0.2 255.255.255.0,{option}"));
        let mut pair = plan.meet();
        pair.run(Duration::ZERO);

        assert_eq!(
            pair.client_error(),
            Some(&Error::Compression(option.to_owned()))
        );
    }
}

#[test]
fn a_local_framing_holds_where_nothing_is_pushed_and_what_is_pushed_goes_before_it() {
    for (pushed, headroom) in [("", 1), (",compress migrate", 0), (",compress stub-v2", 0)] {
        let mut plan = Plan::azure();
        plan.client.compression = CompressionFraming::LzoStub;
        plan.gateway.compression = CompressionFraming::LzoStub;
        let (client, mut gateway, pair) = establish(plan, pushed);

        let mut sealer = client.sealer;
        assert_eq!(sealer.headroom(), 2 + 1 + 4 + 16 + headroom, "{pushed}");
        let payload = &b"\x45 one"[..];
        assert_eq!(
            carry(&mut sealer, &mut gateway.opener, &pair, payload),
            payload
        );
    }
}

#[test]
fn segments_are_lowered_on_their_way_out_and_in() {
    // One end suffices: it lowers what it sends and what it receives.
    for (client_fix, gateway_fix) in [(MssFix::Usual, MssFix::Off), (MssFix::Off, MssFix::Usual)] {
        let mut plan = Plan::azure();
        (plan.client.mssfix, plan.gateway.mssfix) = (client_fix, gateway_fix);
        let (client, gateway, pair) = establish(plan, "");

        let ends = [
            (client.sealer, gateway.opener),
            (gateway.sealer, client.opener),
        ];
        for (mut sealer, mut opener) in ends {
            let arrived = carry(&mut sealer, &mut opener, &pair, &SYN);
            // 1492 less the headers of IPv4 and TCP, the frame's length, P_DATA_V1, and the segment's own headers.
            let expected: u16 = 1_492 - 40 - 2 - 21 - 40;
            assert_eq!(arrived[42..], expected.to_be_bytes());
        }
    }
}

#[test]
fn segments_stay_as_they_are_where_nobody_lowers_them() {
    let mut plan = Plan::azure();
    (plan.client.mssfix, plan.gateway.mssfix) = (MssFix::Off, MssFix::Off);
    let (mut client, mut gateway, pair) = establish(plan, "");

    assert_eq!(
        carry(&mut client.sealer, &mut gateway.opener, &pair, &SYN),
        SYN
    );
}

#[test]
fn a_smaller_tunnel_that_is_pushed_counts() {
    let (mut client, mut gateway, pair) = establish(Plan::azure(), ",tun-mtu 1300");

    let arrived = carry(&mut client.sealer, &mut gateway.opener, &pair, &SYN);

    assert_eq!(arrived[42..], 1_260_u16.to_be_bytes());
}

fn establish(mut plan: Plan, options: &str) -> (Established, Established, Pair) {
    plan.push = push(&format!(
        "ifconfig 172.16.0.2 255.255.255.0,topology subnet{options}"
    ));
    let mut pair = plan.meet();
    pair.run(Duration::ZERO);
    let client = pair.client_end.established.take().unwrap();
    let gateway = pair.gateway_end.established.take().unwrap();
    (*client, *gateway, pair)
}

fn carry(sealer: &mut Sealer, opener: &mut Opener, pair: &Pair, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; sealer.headroom()];
    frame.extend_from_slice(payload);
    frame.resize(frame.len() + sealer.tailroom(), 0);
    sealer.seal(pair.now, &mut frame).unwrap();
    match opener.open(pair.now, &mut frame[2..]) {
        Opened::Packet(opened) => opened.to_vec(),
        other => panic!("{other:?}"),
    }
}
