use std::time::Instant;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::folder;
use crate::fuzz::{TARGETS, Target};

/// One test a target, so that they run side by side. The number is how many changed inputs each seed yields.
macro_rules! replays {
    ($($name:ident: $changes:literal,)*) => {
        const REPLAYED: &[&str] = &[$(stringify!($name)),*];

        mod no_seed_however_changed_breaks {
            $(#[test]
            fn $name() {
                super::replay(stringify!($name), $changes);
            })*
        }
    };
}

replays! {
    packet: 300,
    frame: 400,
    unwrap: 200,
    reliability: 500,
    key_method: 400,
    control_message: 150,
    push_reply: 500,
    text: 200,
    key_file: 200,
    data: 200,
    tunnel: 100,
    session: 5,
}

#[test]
fn every_target_is_replayed() {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, REPLAYED);
}

#[test]
fn every_target_has_a_program_of_cargo_fuzz() {
    for target in TARGETS {
        let path = folder()
            .join("programs")
            .join(format!("{}.rs", target.name));
        let program = std::fs::read_to_string(path).unwrap();
        assert!(program.contains(&format!("run(\"{}\"", target.name)));
    }
}

fn replay(name: &str, changes: u32) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = inputs(name);
    for (path, seed) in &seeds {
        eprintln!("{path}");
        (target.run)(Instant::now(), seed);
    }
    let seeds: Vec<Vec<u8>> = seeds.into_iter().map(|(_, seed)| seed).collect();
    let cases = changes * seeds.len() as u32;
    judge_changed(target, seeds, cases);
}

/// The seeds of a target and what was once found, by their paths.
fn inputs(name: &str) -> Vec<(String, Vec<u8>)> {
    let mut inputs = Vec::new();
    for kind in ["seeds", "regressions"] {
        let Ok(entries) = std::fs::read_dir(folder().join(kind).join(name)) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            inputs.push((path.display().to_string(), bytes));
        }
    }
    assert!(!inputs.is_empty(), "{name} has no seeds");
    inputs.sort();
    inputs
}

/// The same changes each time; a failure is reduced to its least change.
fn judge_changed(target: &Target, seeds: Vec<Vec<u8>>, cases: u32) {
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        max_shrink_iters: 500,
        ..Config::default()
    };
    let changed = (0..seeds.len(), vec(edit(), 1..6)).prop_map(move |(seed, edits)| {
        let mut bytes = seeds[seed].clone();
        for edit in edits {
            edit.apply(&mut bytes, &seeds);
        }
        bytes
    });
    TestRunner::new(config)
        .run(&changed, |bytes| {
            (target.run)(Instant::now(), &bytes);
            Ok(())
        })
        .unwrap();
}

#[derive(Debug, Clone)]
enum Edit {
    Set(Index, u8),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Truncate(Index),
    Repeat(Index, usize),
    Join(Index, Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let telling = prop_oneof![
        any::<u8>(),
        Just(0),
        Just(1),
        Just(0x7f),
        Just(0x80),
        Just(0xff)
    ];
    prop_oneof![
        (any::<Index>(), telling).prop_map(|(place, byte)| Edit::Set(place, byte)),
        (any::<Index>(), 0_u32..8).prop_map(|(place, bit)| Edit::Flip(place, 1 << bit)),
        (any::<Index>(), vec(any::<u8>(), 1..9)).prop_map(|(place, new)| Edit::Insert(place, new)),
        (any::<Index>(), 1_usize..17).prop_map(|(place, len)| Edit::Remove(place, len)),
        any::<Index>().prop_map(Edit::Truncate),
        (any::<Index>(), 1_usize..65).prop_map(|(place, len)| Edit::Repeat(place, len)),
        (any::<Index>(), any::<Index>()).prop_map(|(place, seed)| Edit::Join(place, seed)),
    ]
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let end = |place: usize, len: usize, bytes: &[u8]| (place + len).min(bytes.len());
        if bytes.is_empty() {
            bytes.push(0);
        }
        let len = bytes.len();
        match self {
            Self::Set(place, byte) => bytes[place.index(len)] = *byte,
            Self::Flip(place, mask) => bytes[place.index(len)] ^= mask,
            Self::Insert(place, new) => {
                let place = place.index(len);
                bytes.splice(place..place, new.iter().copied());
            }
            Self::Remove(place, count) => {
                let place = place.index(len);
                bytes.drain(place..end(place, *count, bytes));
            }
            Self::Truncate(place) => bytes.truncate(place.index(len)),
            Self::Repeat(place, count) => {
                let place = place.index(len);
                let part = bytes[place..end(place, *count, bytes)].to_vec();
                bytes.splice(place..place, part);
            }
            Self::Join(place, seed) => {
                bytes.truncate(place.index(len));
                bytes.extend_from_slice(&seeds[seed.index(seeds.len())]);
            }
        }
    }
}
