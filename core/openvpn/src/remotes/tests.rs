#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use super::*;
use crate::auth_failure::Advance;
use crate::error::Error;
use crate::frame::Framing;

use AttemptEnd::{Failed, Refused, Unanswered};

const STAY: AttemptEnd = temporarily(Advance::Stay, None);
const ADDRESS: AttemptEnd = temporarily(Advance::Address, None);
const REMOTE: AttemptEnd = temporarily(Advance::Remote, None);
const RESTART: AttemptEnd = AttemptEnd::Restart { next_remote: false };
const RESTART_NEXT: AttemptEnd = AttemptEnd::Restart { next_remote: true };

/// `+` for an attempt that became a connection, and how it ended.
type Ended = (&'static str, AttemptEnd);

/// Where attempts lead, two addresses each of the gateways `a`, `b` and `c`, after each of these ends.
#[test]
fn the_order_of_attempts_is_that_of_openvpn() {
    let table: &[(&str, &[Ended], &str)] = &[
        (
            "addresses in turn, then gateways",
            &[("", Failed); 5],
            "a1 a2 b1 b2 c1 c2",
        ),
        (
            "round and round",
            &[("", Failed); 6],
            "a1 a2 b1 b2 c1 c2 a1",
        ),
        (
            "silence leads on as failure does",
            &[("", Unanswered); 2],
            "a1 a2 b1",
        ),
        (
            "a lost connection is made again",
            &[("", Failed), ("+", Failed)],
            "a1 a2 a2",
        ),
        (
            "and its address left once that fails",
            &[("+", Failed), ("", Failed), ("", Failed)],
            "a1 a1 a2 b1",
        ),
        (
            "a refusal stays",
            &[("", Refused), ("", Refused)],
            "a1 a1 a1",
        ),
        ("advance no", &[("", STAY), ("", STAY)], "a1 a1 a1"),
        ("advance addr", &[("", ADDRESS), ("", ADDRESS)], "a1 a2 b1"),
        ("advance remote", &[("", REMOTE), ("", REMOTE)], "a1 b1 c1"),
        (
            "an advance counts after a success too",
            &[("+", REMOTE), ("+", ADDRESS)],
            "a1 b1 b2",
        ),
        (
            "a restart stays",
            &[("+", RESTART), ("", RESTART)],
            "a1 a1 a1",
        ),
        (
            "a restart elsewhere",
            &[("+", RESTART_NEXT), ("", RESTART_NEXT)],
            "a1 b1 c1",
        ),
    ];

    for (name, ends, expected) in table {
        let mut driver = Driver::new(&["a", "b", "c"], Retry::default());
        let mut places = vec![driver.place()];
        for (success, end) in *ends {
            if !success.is_empty() {
                driver.remotes.connected();
            }
            driver.end(*end);
            places.push(driver.place());
        }

        assert_eq!(places.join(" "), *expected, "{name}");
    }
}

#[test]
fn pauses_double_after_five_rounds_and_have_an_end() {
    let mut driver = Driver::new(&["a", "b"], Retry::default());
    driver.addresses_each = 1;

    let rounds: Vec<[u64; 2]> = (0..14)
        .map(|_| [driver.fail_and_wait(), driver.fail_and_wait()])
        .collect();

    let pauses: Vec<u64> = rounds.iter().map(|round| round[1]).collect();
    assert_eq!(
        pauses,
        [1, 1, 1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    );
    // Both gateways of a round wait alike, from the second round of failures on.
    let first_of_next: Vec<u64> = rounds.iter().skip(1).map(|round| round[0]).collect();
    assert_eq!(first_of_next, pauses[..13]);
}

#[test]
fn how_often_to_try_may_change_once_a_connection_was_made() {
    let once = Retry {
        attempts: NonZeroU32::new(1),
        ..Retry::default()
    };
    let mut driver = Driver::new(&["a"], once);
    driver.addresses_each = 1;
    driver.place();
    driver.remotes.connected();
    driver.remotes.set_retry(Retry::default());

    for _ in 0..10 {
        driver.fail_and_wait();
    }

    assert!(driver.remotes.next_attempt().is_some());
}

#[test]
fn a_success_makes_pauses_short_again() {
    let mut driver = Driver::new(&["a"], Retry::default());
    for _ in 0..20 {
        driver.fail_and_wait();
    }
    driver.place();

    driver.remotes.connected();

    assert_eq!(driver.fail_and_wait(), 1);
}

#[test]
fn each_end_has_its_pause() {
    let seconds = Duration::from_secs;
    let table = [
        ("a failure", Failed, 1),
        ("silence, which took its time", Unanswered, 0),
        ("a refusal", Refused, 10),
        ("a restart", RESTART, 1),
        ("a temporary refusal", STAY, 1),
        (
            "a backoff",
            temporarily(Advance::Stay, Some(seconds(42))),
            42,
        ),
        (
            "none shortens the pause",
            temporarily(Advance::Remote, Some(seconds(0))),
            1,
        ),
        (
            "none is endless",
            temporarily(Advance::Stay, Some(Duration::MAX)),
            300,
        ),
    ];

    for (name, end, pause) in table {
        let mut driver = Driver::new(&["a"], Retry::default());
        driver.place();

        driver.end(end);

        assert_eq!(driver.wait(), pause, "{name}");
    }
}

#[test]
fn pauses_that_a_host_sets_are_kept_to() {
    let retry = Retry {
        pause: Duration::ZERO,
        longest_pause: Duration::from_secs(5),
        ..Retry::default()
    };
    let mut driver = Driver::new(&["a"], retry);
    driver.addresses_each = 1;

    let pauses: Vec<u64> = (0..8).map(|_| driver.fail_and_wait()).collect();

    assert_eq!(pauses, [0, 0, 0, 0, 2, 4, 5, 5]);
}

#[test]
fn a_pause_that_no_clock_can_hold_is_not_none() {
    let year = 365 * 86_400;
    let retry = Retry {
        pause: Duration::MAX,
        longest_pause: Duration::MAX,
        ..Retry::default()
    };

    for end in [Failed, temporarily(Advance::Stay, Some(Duration::MAX))] {
        let mut driver = Driver::new(&["a"], retry);
        driver.place();

        driver.end(end);

        assert_eq!(driver.wait(), year, "{end:?}");
    }
}

#[test]
fn attempts_end_when_each_gateway_was_tried_as_often_as_allowed() {
    for (attempts, expected) in [(1, "a1 a2 b1 b2"), (2, "a1 a2 b1 b2 a1 a2 b1 b2")] {
        let retry = Retry {
            attempts: NonZeroU32::new(attempts),
            ..Retry::default()
        };
        let mut driver = Driver::new(&["a", "b"], retry);
        let mut places = Vec::new();

        while driver.remotes.next_attempt().is_some() {
            places.push(driver.place());
            assert!(places.len() < 100, "no end");
            driver.end(Failed);
        }

        assert_eq!(places.join(" "), expected);
    }
}

#[test]
fn a_success_makes_the_count_of_attempts_begin_anew() {
    let retry = Retry {
        attempts: NonZeroU32::new(1),
        ..Retry::default()
    };
    let mut driver = Driver::new(&["a"], retry);

    for _ in 0..5 {
        assert_eq!(driver.place(), "a1");
        driver.remotes.connected();
        driver.end(Failed);
    }
    driver.end(Refused);

    assert_eq!(driver.remotes.next_attempt(), None);
}

#[test]
fn a_gateway_that_sends_its_client_elsewhere_was_not_tried_in_vain() {
    for end in [RESTART_NEXT, REMOTE] {
        let retry = Retry {
            attempts: NonZeroU32::new(1),
            ..Retry::default()
        };
        let mut driver = Driver::new(&["a"], retry);
        driver.place();
        driver.remotes.connected();

        driver.end(end);

        assert_eq!(driver.place(), "a1", "{end:?}");
    }
}

#[test]
fn names_are_resolved_again_each_round_and_keep_their_addresses_when_not_found() {
    let now = Instant::now();
    let mut remotes = Remotes::new(vec![remote("a")], Retry::default());
    let address: SocketAddr = "192.0.2.1:1".parse().unwrap();
    let other: SocketAddr = "192.0.2.2:1".parse().unwrap();

    let mut seen = Vec::new();
    for answer in [vec![], vec![address], vec![], vec![other]] {
        assert_eq!(remotes.next_attempt().unwrap().address, None);
        remotes.resolved(now, answer);
        let attempt = remotes.next_attempt().unwrap();
        seen.push(attempt.address);
        if attempt.address.is_some() {
            remotes.ended(now, Failed);
        }
    }

    assert_eq!(seen, [None, Some(address), Some(address), Some(other)]);
}

#[test]
fn a_lost_connection_is_made_again_without_the_resolver() {
    let mut driver = Driver::new(&["a"], Retry::default());
    driver.place();
    driver.remotes.connected();

    driver.end(Failed);

    assert!(driver.remotes.next_attempt().unwrap().address.is_some());
}

#[test]
fn shuffling_keeps_every_gateway_and_can_put_each_first() {
    let names = ["a", "b", "c", "d"];
    let mut first = Vec::new();
    for draw in 0..4 {
        let mut driver = Driver::new(&names, Retry::default());

        // Beyond what was asked for at the end, which does no harm.
        driver.remotes.shuffle(|_| draw);

        let mut order = Vec::new();
        for _ in names {
            order.push(driver.place().remove(0));
            driver.end(REMOTE);
        }
        first.push(order[0]);
        order.sort_unstable();
        assert_eq!(order, ['a', 'b', 'c', 'd']);
    }
    first.sort_unstable();
    first.dedup();
    assert!(first.len() > 1, "always the same order");
}

#[test]
fn without_gateways_there_is_nothing_to_do() {
    let mut remotes = Remotes::new(Vec::new(), Retry::default());

    remotes.shuffle(|_| 0);
    remotes.resolved(Instant::now(), vec!["192.0.2.1:1".parse().unwrap()]);
    remotes.ended(Instant::now(), Failed);

    assert_eq!(remotes.next_attempt(), None);
}

#[test]
fn errors_of_a_connection_say_how_the_attempt_ended() {
    let table = [
        (Error::NoAnswer(Duration::from_secs(1)), Unanswered),
        (Error::AuthenticationFailed(String::new()), Refused),
        (Error::ClosedWithoutAnswer(None), Failed),
        (Error::PeerExit, Failed),
        (Error::TokenExpired(String::new()), RESTART),
        (
            Error::TemporarilyRefused {
                message: String::new(),
                backoff: Some(Duration::from_secs(7)),
                advance: Advance::Remote,
            },
            temporarily(Advance::Remote, Some(Duration::from_secs(7))),
        ),
        (
            Error::PeerRestart {
                message: String::new(),
                keep_credentials: true,
                next_remote: true,
            },
            RESTART_NEXT,
        ),
    ];

    for (error, end) in table {
        assert_eq!(AttemptEnd::from(&error), end, "{error}");
    }
}

const fn temporarily(advance: Advance, backoff: Option<Duration>) -> AttemptEnd {
    AttemptEnd::TemporarilyRefused { advance, backoff }
}

fn remote(host: &str) -> Remote {
    Remote {
        host: host.to_owned(),
        port: 1_194,
        framing: Framing::Datagram,
    }
}

/// Does as it is told, with a resolver that knows every name and a clock that goes only while it waits.
struct Driver {
    remotes: Remotes,
    now: Instant,
    addresses_each: u8,
}

impl Driver {
    fn new(hosts: &[&str], retry: Retry) -> Driver {
        let remotes = hosts.iter().map(|host| remote(host)).collect();
        Driver {
            remotes: Remotes::new(remotes, retry),
            now: Instant::now(),
            addresses_each: 2,
        }
    }

    /// The gateway and the address that are tried next.
    fn place(&mut self) -> String {
        let attempt = self.remotes.next_attempt().unwrap();
        if attempt.address.is_none() {
            let addresses =
                (1..=self.addresses_each).map(|last| SocketAddr::from(([192, 0, 2, last], 1_194)));
            self.remotes.resolved(self.now, addresses.collect());
        }
        let attempt = self.remotes.next_attempt().unwrap();
        let SocketAddr::V4(address) = attempt.address.unwrap() else {
            panic!("{attempt:?}")
        };
        format!("{}{}", attempt.remote.host, address.ip().octets()[3])
    }

    fn end(&mut self, end: AttemptEnd) {
        self.remotes.ended(self.now, end);
    }

    /// Waits until the next attempt may begin; answers for how many seconds.
    fn wait(&mut self) -> u64 {
        let not_before = self.remotes.next_attempt().unwrap().not_before.unwrap();
        let pause = not_before - self.now;
        self.now = not_before;
        pause.as_secs()
    }

    fn fail_and_wait(&mut self) -> u64 {
        self.place();
        self.end(Failed);
        self.wait()
    }
}
