#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use proptest::prelude::*;

use super::*;
use crate::challenge::{Challenge, ChallengeKind};
use crate::event::Ended;
use crate::state::State;
use crate::warning::{Warning, WarningKind};

#[test]
fn events_come_out_in_the_order_they_went_in() {
    let queue = queue(256);
    for _ in 0..200 {
        queue.push(None, state());
    }

    let sequences: Vec<u64> = taken(&queue).iter().map(|event| event.sequence).collect();

    assert_eq!(sequences, (1..=200).collect::<Vec<u64>>());
}

#[test]
fn a_full_queue_drops_the_oldest_of_the_least_important() {
    let queue = queue(4);
    for kind in [ended(), warning(), challenge(), state(), warning(), state()] {
        queue.push(None, kind);
    }

    let left = taken(&queue);

    // Both warnings went, and the oldest first.
    assert_eq!(
        left.iter().map(|event| event.sequence).collect::<Vec<_>>(),
        [1, 3, 4, 6]
    );
    assert!(left.iter().all(|event| event.dropped == 2));
}

#[test]
fn a_closed_queue_hands_out_what_it_has_and_then_ends() {
    let queue = queue(4);
    queue.push(None, state());
    queue.close();
    queue.push(None, state());

    assert_eq!(queue.wait_next(None).unwrap().sequence, 1);
    assert!(queue.wait_next(None).is_none());
    assert!(now(queue.next()).unwrap().is_none());
}

#[test]
fn waiting_ends_when_the_time_is_over() {
    assert!(queue(4).wait_next(Some(Duration::from_millis(1))).is_none());
    assert!(queue(4).wait_next(Some(Duration::ZERO)).is_none());
}

#[test]
fn a_waiting_thread_gets_the_event_that_comes() {
    let queue = Arc::new(queue(4));
    let waiting = Arc::clone(&queue);
    let thread = thread::spawn(move || waiting.wait_next(Some(Duration::MAX)));

    queue.push(None, state());

    assert_eq!(thread.join().unwrap().unwrap().sequence, 1);
}

#[test]
fn a_waiting_task_of_any_executor_gets_the_event_that_comes() {
    let queue = queue(4);
    let mut next = pin!(queue.next());
    let mut context = Context::from_waker(Waker::noop());
    assert!(next.as_mut().poll(&mut context).is_pending());

    queue.push(None, state());

    let Poll::Ready(Some(event)) = next.poll(&mut context) else {
        panic!("the event is there")
    };
    assert_eq!(event.sequence, 1);
}

#[test]
fn a_task_that_gave_up_takes_no_event_with_it() {
    let queue = queue(4);
    {
        let mut next = pin!(queue.next());
        assert!(
            next.as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        queue.push(None, state());
    }

    assert_eq!(now(queue.next()).unwrap().unwrap().sequence, 1);
}

#[test]
fn each_event_goes_to_one_of_several_takers() {
    let queue = Arc::new(queue(10_000));
    let takers: Vec<_> = (0..4)
        .map(|_| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                std::iter::from_fn(|| queue.wait_next(None))
                    .map(|event| event.sequence)
                    .collect::<Vec<_>>()
            })
        })
        .collect();

    for _ in 0..1000 {
        queue.push(None, state());
    }
    queue.close();

    let mut all: Vec<u64> = takers
        .into_iter()
        .flat_map(|taker| taker.join().unwrap())
        .collect();
    all.sort_unstable();
    assert_eq!(all, (1..=1000).collect::<Vec<u64>>());
}

proptest! {
    /// Whatever comes: the queue never holds more than it may, keeps the order, and counts all it drops.
    #[test]
    fn nothing_is_lost_uncounted_and_nothing_grows(capacity in 1usize..20, kinds in prop::collection::vec(0..4u8, 0..200), take_every in 1usize..10) {
        let queue = queue(capacity);
        let mut received = Vec::new();
        for (index, kind) in kinds.iter().enumerate() {
            queue.push(None, match kind { 0 => warning(), 1 => state(), 2 => challenge(), _ => ended() });
            prop_assert!(queue.ring.look(|ring| ring.waiting.len()) <= capacity);
            if index % take_every == 0 {
                received.extend(queue.try_next());
            }
        }
        received.extend(taken(&queue));

        prop_assert!(received.iter().map(|event| event.sequence).is_sorted_by(|one, next| one < next));
        let dropped = queue.ring.look(|ring| ring.dropped);
        prop_assert_eq!(received.len() as u64 + dropped, kinds.len() as u64);
        prop_assert!(received.iter().map(|event| event.dropped).is_sorted());
    }
}

fn queue(capacity: usize) -> EventQueue {
    EventQueue::new(capacity, Clock::new())
}

fn taken(queue: &EventQueue) -> Vec<Event> {
    std::iter::from_fn(|| queue.try_next()).collect()
}

fn state() -> EventKind {
    EventKind::State {
        state: State::Connected,
        reason: String::new(),
        reconnection: None,
    }
}

fn warning() -> EventKind {
    EventKind::Warning(Warning::new(WarningKind::Push, "odd"))
}

fn challenge() -> EventKind {
    EventKind::Challenge(Challenge::new(
        1,
        ChallengeKind::CertificatePassword {
            label: "me.pfx".to_owned(),
        },
        "",
        0,
        None,
    ))
}

fn ended() -> EventKind {
    EventKind::Ended(Ended::new(None))
}

/// What a future has without waiting.
fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    struct Nobody;
    impl Wake for Nobody {
        fn wake(self: Arc<Self>) {}
    }
    match pin!(future).poll(&mut Context::from_waker(&Waker::from(Arc::new(Nobody)))) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
