//! Events by callback, and clients that end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::time::Duration;

use p2svpn_client::{Client, ErrorCode, Event, EventKind, ProfileId, State};
use support::{PATIENCE, options};

#[test]
fn the_callback_gets_every_event_in_order_from_one_thread() {
    let (sender, events) = mpsc::channel();
    let client = Client::builder()
        .on_event(move |event| sender.send((std::thread::current().id(), event)).unwrap())
        .build()
        .unwrap();
    let profile = import(&client);
    for _ in 0..5 {
        let session = client.connect(&profile, options()).unwrap();
        session.disconnect();
        session.wait_closed(Some(PATIENCE)).unwrap();
    }

    client.close();
    assert!(client.wait_closed(PATIENCE));

    let events: Vec<_> = events.iter().collect();
    assert!(events.iter().all(|(thread, _)| *thread == events[0].0));
    let sequences: Vec<u64> = events.iter().map(|(_, event)| event.sequence).collect();
    assert_eq!(sequences, (1..=events.len() as u64).collect::<Vec<_>>());
    assert_eq!(events.iter().filter(|(_, event)| is_end(event)).count(), 5);
}

#[test]
fn the_end_is_known_by_the_time_its_event_is_told() {
    let client = Client::builder().build().unwrap();
    let profile = import(&client);
    for _ in 0..200 {
        let session = client.connect(&profile, options()).unwrap();
        session.disconnect();
        while !is_end(&client.wait_event(Some(PATIENCE)).unwrap()) {}

        assert!(session.wait_closed(Some(Duration::ZERO)).is_some());
    }
}

#[test]
fn a_callback_may_call_back_in() {
    let place: Arc<OnceLock<(Client, ProfileId)>> = Arc::default();
    let ends = Arc::new(AtomicUsize::new(0));
    let (done, wait) = mpsc::channel();
    let in_callback = Arc::clone(&place);
    let client = Client::builder()
        .on_event(move |event| {
            let (client, profile) = in_callback.get().unwrap();
            assert!(client.profiles().get(profile).is_ok());
            if is_end(&event) && ends.fetch_add(1, Ordering::Relaxed) < 3 {
                // The session is over by the time that this is told: the next may begin, and end, right here.
                let session = client.connect(profile, options()).unwrap();
                session.disconnect();
                session.wait_closed(Some(PATIENCE)).unwrap();
            } else if is_end(&event) {
                client.close();
                // It does not wait for itself.
                assert!(client.wait_closed(PATIENCE));
                done.send(()).unwrap();
            }
        })
        .build()
        .unwrap();
    let profile = import(&client);
    place.set((client.clone(), profile)).unwrap();

    client.connect(&profile, options()).unwrap().disconnect();

    wait.recv_timeout(PATIENCE).unwrap();
    assert!(client.wait_closed(PATIENCE));
}

#[test]
fn a_client_may_be_dropped_inside_its_callback() {
    let place: Arc<Mutex<Option<Client>>> = Arc::default();
    let (done, wait) = mpsc::channel();
    let in_callback = Arc::clone(&place);
    let client = Client::builder()
        .on_event(move |event| {
            drop(in_callback.lock().unwrap().take());
            if is_end(&event) {
                done.send(()).unwrap();
            }
        })
        .build()
        .unwrap();
    let profile = import(&client);
    let session = client.connect(&profile, options()).unwrap();
    *place.lock().unwrap() = Some(client);
    // Now the callback holds the last handles.
    drop(session);

    wait.recv_timeout(PATIENCE).unwrap();
    // The sender goes with the callback, whose thread ends.
    assert_eq!(
        wait.recv_timeout(PATIENCE),
        Err(mpsc::RecvTimeoutError::Disconnected)
    );
}

#[test]
fn a_panic_in_the_callback_does_not_stop_the_events() {
    let (sender, events) = mpsc::channel();
    let client = Client::builder()
        .on_event(move |event| {
            let end = is_end(&event);
            sender.send(event).unwrap();
            assert!(end, "a defect in the host");
        })
        .build()
        .unwrap();
    let profile = import(&client);

    client.connect(&profile, options()).unwrap().disconnect();

    let mut last = events.recv_timeout(PATIENCE).unwrap();
    while !is_end(&last) {
        last = events.recv_timeout(PATIENCE).unwrap();
    }
}

#[test]
fn after_waiting_for_the_end_the_callback_is_not_called_again() {
    let (sender, entered) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let client = Client::builder()
        .on_event(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            sender.send(()).unwrap();
            // Stuck, as a host may be.
            let _ = released.recv();
        })
        .build()
        .unwrap();
    let profile = import(&client);
    let session = client.connect(&profile, options()).unwrap();
    entered.recv_timeout(PATIENCE).unwrap();

    client.close();
    assert!(!client.wait_closed(Duration::from_millis(200)));
    drop(release);
    session.wait_closed(Some(PATIENCE)).unwrap();

    assert!(client.wait_closed(PATIENCE));
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn with_a_callback_nothing_can_be_pulled() {
    let client = Client::builder().on_event(|_| {}).build().unwrap();

    assert!(client.has_callback());
    assert!(client.try_event().is_none());
    assert!(client.wait_event(None).is_none());
}

#[test]
fn a_host_that_takes_no_events_loses_only_what_is_counted() {
    let client = Client::builder().event_capacity(4).build().unwrap();
    let profile = import(&client);
    for _ in 0..20 {
        let session = client.connect(&profile, options()).unwrap();
        session.disconnect();
        session.wait_closed(Some(PATIENCE)).unwrap();
    }

    let left: Vec<Event> = std::iter::from_fn(|| client.try_event()).collect();

    assert_eq!(left.len(), 4);
    // What stays are the ends of the latest sessions.
    assert!(left.iter().all(is_end));
    let last = left.last().unwrap();
    assert_eq!(last.dropped + 4, last.sequence);
}

#[test]
fn a_closed_client_hands_out_its_last_events_and_then_none() {
    let client = Client::builder().build().unwrap();
    let profile = import(&client);
    let session = client.connect(&profile, options()).unwrap();

    client.close();
    assert!(client.wait_closed(PATIENCE));

    let events: Vec<Event> = std::iter::from_fn(|| client.wait_event(None)).collect();
    assert!(is_end(events.last().unwrap()));
    assert_eq!(session.status().state, State::Disconnected);
    let refused = client.connect(&profile, options()).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::ClientClosed);
}

#[tokio::test]
async fn dropping_everything_inside_a_runtime_neither_blocks_nor_panics() {
    let client = Client::builder().build().unwrap();
    let profile = import(&client);
    let session = client.connect(&profile, options()).unwrap();

    let started = std::time::Instant::now();
    drop(client);
    drop(session);

    assert!(started.elapsed() < PATIENCE);
}

#[test]
fn options_that_no_session_can_use_are_refused_at_once() {
    let client = Client::builder().build().unwrap();
    let profile = import(&client);

    for mtu in [0, 575, 1501, u16::MAX] {
        let error = client.connect(&profile, options().mtu(mtu)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument);
    }
    assert_eq!(
        Client::builder()
            .event_capacity(0)
            .build()
            .unwrap_err()
            .code(),
        ErrorCode::InvalidArgument
    );
    client.profiles().remove(&profile).unwrap();
    assert_eq!(
        client.connect(&profile, options()).unwrap_err().code(),
        ErrorCode::ProfileUnknown
    );
}

fn is_end(event: &Event) -> bool {
    matches!(event.kind, EventKind::Ended(_))
}

/// A profile whose sessions wait for a certificate that nobody gives.
fn import(client: &Client) -> ProfileId {
    let xml = include_bytes!("../../profile/tests/fixtures/certificate.xml");
    *client.profiles().import(xml, None).unwrap().id()
}
