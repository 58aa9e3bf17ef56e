use std::io::Write;
use std::path::Path;

use p2svpn_profile::{OneOrMore, Profile, Store, StoreError, Wrapping};

use crate::look::{open, secret_of, show, state};
use crate::random::Random;

const AZURE: &[u8] = include_bytes!("../../../profile/tests/fixtures/certificate.xml");
const MOST_PROFILES: usize = 5;

/// Changes the store again and again, and says so before and after; until the process is killed, or
/// nobody listens any more.
pub(crate) fn edit_until_killed(folder: &Path) {
    let (store, _) = open(folder);
    let mut model: Vec<String> = names(&store);
    let mut number = last_number(&store);
    let mut random = Random::new(usize::try_from(number).unwrap());
    // The test harness may be in the middle of a line.
    println!();
    let say = |word: &str, state: &str| {
        let mut output = std::io::stdout().lock();
        writeln!(output, "{word}|{state}").and_then(|()| output.flush())
    };
    if say("at", &state(&store)).is_err() {
        return;
    }
    loop {
        number += 1;
        let change = Change::any(&mut random, model.len(), number);
        change.foresee(&mut model);
        let next = model.join(",");
        if say("next", &next).is_err() {
            return;
        }
        change.make(&store).unwrap();
        assert_eq!(state(&store), next);
        if say("done", &next).is_err() {
            return;
        }
    }
}

/// A change of the store, of the profile at an index.
enum Change {
    Add(u64),
    Edit(usize, u64),
    Update(usize, u64),
    Duplicate(usize, u64),
    Remove(usize),
    Move(usize, usize),
}

impl Change {
    fn any(random: &mut Random, profiles: usize, number: u64) -> Self {
        if profiles == 0 {
            return Self::Add(number);
        }
        let index = random.below(profiles);
        match random.below(if profiles < MOST_PROFILES { 10 } else { 6 }) {
            0..3 => Self::Edit(index, number),
            3 => Self::Update(index, number),
            4 => Self::Remove(index),
            5 => Self::Move(index, random.below(profiles)),
            6..8 => Self::Duplicate(index, number),
            _ => Self::Add(number),
        }
    }

    /// Does to the names what is about to be done to the profiles.
    fn foresee(&self, names: &mut Vec<String>) {
        match *self {
            Self::Add(number) => names.push(format!("added-{number}@{number}")),
            Self::Edit(index, number) => names[index] = format!("edited-{number}@{number}"),
            // The newer package has the name of the former one, and the user's edit stays.
            Self::Update(index, number) => {
                let (name, _) = names[index].split_once('@').unwrap();
                names[index] = format!("{name}@{number}");
            }
            Self::Duplicate(index, number) => {
                let (_, secret) = names[index].split_once('@').unwrap();
                names.push(format!("copy-{number}@{secret}"));
            }
            Self::Remove(index) => drop(names.remove(index)),
            Self::Move(index, to) => {
                let name = names.remove(index);
                names.insert(to, name);
            }
        }
    }

    fn make(&self, store: &Store) -> Result<(), StoreError> {
        let id = |index: usize| store.list()[index].id;
        match *self {
            Self::Add(number) => store
                .add(profile(&format!("added-{number}"), number), number)
                .map(drop),
            Self::Edit(index, number) => store
                .replace(id(index), profile(&format!("edited-{number}"), number))
                .map(drop),
            Self::Update(index, number) => {
                let stored = &store.list()[index];
                let newer = profile(stored.original.name.as_str(), number);
                store.update(stored.id, newer, number).map(drop)
            }
            Self::Duplicate(index, number) => {
                let name = format!("copy-{number}").parse().unwrap();
                store.duplicate(id(index), name).map(drop)
            }
            Self::Remove(index) => store.remove(id(index)),
            Self::Move(index, to) => store.move_to(id(index), to),
        }
    }
}

/// Makes a profile with a number in its host and in its secret.
fn profile(name: &str, number: u64) -> Profile {
    let mut profile = Profile::from_azure_xml(AZURE).unwrap().profile;
    profile.name = name.parse().unwrap();
    let former = profile.servers.first().host();
    let host = former.replace("a1b2c3d4e5f6", &format!("{number:012}"));
    profile.servers = OneOrMore::new(host.parse().unwrap());
    if let Wrapping::TlsAuth { key, .. } = &mut profile.server_validation.wrapping {
        *key = secret_of(number);
    }
    profile
}

fn names(store: &Store) -> Vec<String> {
    let list = store.list();
    list.iter().map(|stored| show(&stored.profile)).collect()
}

/// The largest number in the store, so that the numbers of one process follow those of the last one.
fn last_number(store: &Store) -> u64 {
    let names = names(store);
    let numbers = names.iter().flat_map(|name| name.split(['@', '-']));
    numbers
        .filter_map(|number| number.parse().ok())
        .max()
        .unwrap_or(0)
}
