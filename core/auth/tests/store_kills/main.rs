//! A thousand processes are killed while they change a store with sealed secrets, at any moment.
//!
//! The test runs itself as the process that is killed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod editor;
mod look;
mod random;
mod victim;

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::random::Random;
use crate::victim::{Line, Victim};

const KILLS: usize = 1_000;

/// Stores that are worked on at the same time.
const STORES: usize = 4;

/// What the victim is told by the environment: its store's folder.
const FOLDER: &str = "P2SVPN_STORE_OF_THE_KILLED";

#[test]
fn a_store_survives_a_thousand_kills_at_any_moment() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return editor::edit_until_killed(Path::new(&folder));
    }

    thread::scope(|scope| {
        for number in 0..STORES {
            scope.spawn(move || kill_again_and_again(number, KILLS / STORES));
        }
    });
}

fn kill_again_and_again(number: usize, kills: usize) {
    let place = place(number);
    let mut random = Random::new(number);
    // What may be in the store, as far as the victims told.
    let mut possible = BTreeSet::from([String::new()]);
    let (mut changes, mut in_between) = (0, 0);

    for kill in 0..kills {
        let mut victim = Victim::start(place.path());
        let until = Until::any(&mut random);
        let mut lines = 0;
        while lines < until.lines {
            match victim.next_line() {
                Line::At(state) => {
                    assert!(
                        possible.contains(&state),
                        "kill {kill}: {state} of {possible:?}"
                    );
                    possible = BTreeSet::from([state]);
                }
                Line::Next(state) => {
                    possible.insert(state);
                }
                Line::Done(state) => {
                    possible = BTreeSet::from([state]);
                    changes += 1;
                }
            }
            lines += 1;
        }
        wait(until.then);
        for line in victim.kill() {
            match line {
                Line::At(state) | Line::Done(state) => possible = BTreeSet::from([state]),
                Line::Next(state) => {
                    possible.insert(state);
                }
            }
        }
        in_between += usize::from(possible.len() > 1);

        // Now and then the next victim finds what the last one left.
        if random.below(4) > 0 {
            let state = look::at(place.path());
            assert!(
                possible.contains(&state),
                "kill {kill}: {state} of {possible:?}"
            );
            possible = BTreeSet::from([state]);
        }
    }
    look::at(place.path());
    assert!(changes > kills, "only {changes} changes in {kills} lives");
    assert!(
        in_between > kills / 4,
        "only {in_between} of {kills} kills hit a change"
    );
}

/// When a victim is killed: so long after so many lines.
struct Until {
    lines: usize,
    then: Duration,
}

impl Until {
    fn any(random: &mut Random) -> Self {
        Self {
            lines: random.below(8),
            then: Duration::from_micros(random.below(9_000).try_into().unwrap()),
        }
    }
}

/// Half of the stores are in memory, where the disk's waits do not hide the moments between them.
fn place(number: usize) -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if number.is_multiple_of(2) && memory.is_dir() {
        return tempfile::tempdir_in(memory).unwrap();
    }
    tempfile::tempdir().unwrap()
}

/// Sleeping is too coarse for a moment between two writes.
fn wait(time: Duration) {
    let start = Instant::now();
    if let Some(most) = time.checked_sub(Duration::from_millis(1)) {
        thread::sleep(most);
    }
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}
