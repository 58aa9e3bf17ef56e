#![allow(clippy::disallowed_methods)]

use super::*;

#[test]
fn an_undisturbed_session_comes_up_in_every_setting_and_carries_packets() {
    for kind in 0..=0x3f {
        for features in [0, 1, 2, 4, 8, 16, 32, 64, 0xff] {
            let mut link = link(&[kind, features, 0]);

            link.carry_all();

            let running = link.client.is_running() && link.gateway.is_running();
            assert!(running, "{kind} {features}: {:?}", link.client.closed);
            assert!(link.client.seal(link.now) && link.gateway.seal(link.now));
            link.carry_all();
            assert_eq!((link.client.arrived(), link.gateway.arrived()), (1, 1));
        }
    }
}

#[test]
fn keys_are_replaced_while_packets_flow() {
    for kind in 0..=0x3f {
        let mut link = link(&[kind, 0, 0]);
        link.carry_all();
        for round in 1..=9 {
            // From either side, and from both at once.
            if round % 3 != 0 {
                link.client.connection.rekey(link.now);
            }
            if round % 3 != 1 {
                link.gateway.connection.rekey(link.now);
            }
            for _ in 0..3 {
                assert!(link.client.seal(link.now) && link.gateway.seal(link.now));
                link.carry_all();
                link.pass(Duration::from_secs(1));
            }
            link.pass(Duration::from_secs(90));
            link.carry_all();
            assert_eq!(link.client.rekeys(), round);
            assert_eq!(link.gateway.rekeys(), round);
        }
        assert_eq!((link.client.arrived(), link.gateway.arrived()), (27, 27));
    }
}

#[test]
fn the_same_input_gives_the_same_packets() {
    let record = || {
        let mut link = link(&[2, 0, 0]);
        link.carry_all();
        link.remembered
    };

    let first = record();

    assert!(first.len() > 8, "{}", first.len());
    assert_eq!(record(), first);
}

fn link(settings: &[u8]) -> Link {
    provider::start_over();
    Link::new(Plan::read(&mut Input::new(settings)), Instant::now())
}
