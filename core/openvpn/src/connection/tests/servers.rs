//! Servers that differ from ours.
//!
//! | server | test |
//! |---|---|
//! | SoftEther: no wrapping, V1 data, classic PRF, cipher and auth from the options string, four acknowledgements | `soft_ether_lets_the_client_in_over_both_transports` |
//! | SoftEther does not reorder | `soft_ether_bears_losses_because_each_flight_is_one_packet`, `soft_ether_cannot_bear_losses_in_a_longer_flight_and_the_client_ends_in_time` |
//! | SoftEther repeats its settings without their end | `settings_repeated_without_their_end_do_not_swallow_what_follows` |
//! | OpenVPN 2.5 and older: smaller windows, classic PRF | `openvpn_2_5_gets_nothing_beyond_its_window_on_a_dreadful_link` |
//! | OpenVPN 2.5 opens nothing under a new key before all is acknowledged, and takes old key ids for a fault | `openvpn_2_5_renews_its_keys_and_hears_nothing_under_the_former_id` |
//! | Azure: no requests for peer ids, no keepalives, tls-auth, certificates, one client key message of many packets | `azure_gets_conservative_packets` |

use std::time::Duration;

use super::link::Quality;
use super::old_server::{Habits, Meeting};
use super::pair::Plan;
use super::trace::Way;
use crate::error::Error;
use crate::frame::Framing;
use crate::packet::Opcode;

const A_MINUTE: Duration = Duration::from_secs(60);

/// Late, in order, and with losses.
const LOSSY: Quality = Quality {
    delay: Duration::from_millis(100),
    loss: 30,
    ..Quality::PERFECT
};

#[test]
fn soft_ether_lets_the_client_in_over_both_transports() {
    for framing in [Framing::Stream, Framing::Datagram] {
        let mut meeting = Meeting::new(Habits::SOFT_ETHER, framing, Quality::PERFECT, 1);

        meeting.pass(A_MINUTE);

        assert_works(&mut meeting);
        assert!(
            meeting
                .server
                .data_kinds
                .iter()
                .all(|kind| *kind == Opcode::DataV1)
        );
    }
}

#[test]
fn soft_ether_bears_losses_because_each_flight_is_one_packet() {
    for seed in 0..50 {
        let mut meeting = Meeting::new(Habits::SOFT_ETHER, Framing::Datagram, LOSSY, seed);

        meeting.pass(A_MINUTE);

        assert!(meeting.client_data.is_some(), "{:?}", meeting.client_error);
        assert_eq!(meeting.server.refused, [""; 0], "seed {seed}");
    }
}

#[test]
fn soft_ether_cannot_bear_losses_in_a_longer_flight_and_the_client_ends_in_time() {
    let mut ended = 0;
    for seed in 0..50 {
        // A password that makes two packets of the client's key message.
        let mut meeting =
            Meeting::with_password(1_200, Habits::SOFT_ETHER, Framing::Datagram, LOSSY, seed);

        meeting.pass(A_MINUTE + Duration::from_secs(1));

        let error = meeting.client_error;
        match meeting.client_data {
            Some(_) => assert_eq!(error, None, "seed {seed}"),
            // What is out of order may look to the server like the start of a longer record, or like one to refuse.
            None => assert!(error.is_some(), "seed {seed}"),
        }
        ended += u32::from(meeting.client_data.is_none());
    }
    assert!(ended > 0, "no flight was reordered");
}

#[test]
fn settings_repeated_without_their_end_do_not_swallow_what_follows() {
    let mut habits = Habits::SOFT_ETHER;
    habits.answers_request = 2;
    let mut meeting = Meeting::new(habits, Framing::Stream, Quality::PERFECT, 1);
    meeting.pass(Duration::from_secs(4));
    assert!(
        meeting.client_data.is_none(),
        "the first request is not answered"
    );
    meeting.pass(Duration::from_secs(2));
    assert!(meeting.client_data.is_some());
    let repeated = b"PUSH_REPLY,topology subnet,ifconfig 192.168.30.10 255.255.255.0";
    meeting.server.say(repeated);

    meeting.server.say(b"RESTART,later\0");
    meeting.pass(Duration::from_secs(1));

    let error = &meeting.client_error;
    assert!(
        matches!(error, Some(Error::PeerRestart { .. })),
        "{error:?}"
    );
}

#[test]
fn openvpn_2_5_gets_nothing_beyond_its_window_on_a_dreadful_link() {
    for seed in 0..50 {
        let mut meeting = Meeting::new(
            Habits::OPENVPN_2_5,
            Framing::Datagram,
            Quality::DREADFUL,
            seed,
        );

        meeting.pass(A_MINUTE);

        assert!(
            meeting.client_data.is_some(),
            "seed {seed}: {:?}",
            meeting.client_error
        );
        assert_eq!(meeting.server.refused, [""; 0], "seed {seed}");
    }
}

#[test]
fn openvpn_2_5_gets_data_under_the_peer_id_that_it_pushed() {
    let mut meeting = Meeting::new(Habits::OPENVPN_2_5, Framing::Stream, Quality::PERFECT, 1);

    meeting.pass(A_MINUTE);

    assert_works(&mut meeting);
    assert!(
        meeting
            .server
            .data_kinds
            .iter()
            .all(|kind| *kind == Opcode::DataV2)
    );
}

#[test]
fn openvpn_2_5_renews_its_keys_and_hears_nothing_under_the_former_id() {
    for (framing, quality) in [
        (Framing::Stream, Quality::PERFECT),
        (Framing::Stream, LOSSY),
        (Framing::Datagram, LOSSY),
    ] {
        let mut meeting = Meeting::new(Habits::OPENVPN_2_5, framing, quality, 5);
        meeting.pass(A_MINUTE);
        assert!(meeting.client_data.is_some(), "{:?}", meeting.client_error);

        let mut sent = 0;
        for round in 0..9 {
            match round % 2 {
                0 => meeting.server.rekey(),
                _ => meeting.client.rekey(meeting.now),
            }
            for _ in 0..60 {
                meeting.client_sends(b"\x45 there");
                meeting.server_sends(b"\x45 back");
                meeting.pass(Duration::from_secs(1));
                sent += 1;
            }
        }

        assert_eq!(meeting.client_error, None);
        assert_eq!(meeting.server.rekeys, 9, "{framing:?}");
        let statistics = meeting.client.data_statistics().unwrap();
        assert_eq!(statistics.dropped_unknown_key, 0);
        assert_eq!(
            meeting.server.data_kinds.len(),
            meeting.server.data_received.len()
        );
        if framing == Framing::Stream {
            assert_eq!(meeting.server.refused, [""; 0]);
            assert_eq!(statistics.received_packets, sent);
            assert_eq!(meeting.server.data_received.len() as u64, sent);
        }
    }
}

#[test]
fn azure_gets_conservative_packets() {
    let mut plan = Plan::azure();
    plan.client.extensions = false;
    plan.client.credentials = Some(crate::Credentials {
        username: "AzureAD".to_owned().into(),
        password: "t".repeat(4_000).into(),
    });
    let mut pair = plan.meet();

    pair.run(A_MINUTE);
    assert!(pair.send_data(Way::ToGateway, 1));
    pair.exchange();

    pair.trace.expect(
        "> client_reset k0 #0 +
         < server_reset k0 #0 +0
         > control k0 #1 +0
         ...
         > data k0",
    );
    let longest = pair.trace.longest();
    assert!(
        longest <= 1_250 - 28 + 2,
        "{longest} bytes with the stream's length"
    );
    assert_eq!(pair.trace.most_acknowledged(), 4);
}

fn assert_works(meeting: &mut Meeting) {
    assert!(meeting.client_data.is_some(), "{:?}", meeting.client_error);
    assert_eq!(meeting.server.refused, [""; 0]);
    meeting.client_sends(b"\x45 there");
    meeting.server_sends(b"\x45 back");
    meeting.pass(Duration::from_secs(1));
    assert_eq!(meeting.server.data_received, [b"\x45 there"]);
    let statistics = meeting.client.data_statistics().unwrap();
    assert_eq!(statistics.received_packets, 1);
}
