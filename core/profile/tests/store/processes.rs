//! Two stores in one folder, as two processes have them.

#![expect(clippy::disallowed_methods, reason = "threads play the processes")]

use std::thread;

use p2svpn_profile::{Change, StoreError};

use crate::place::{NOW, Place, ids, names, profile, renamed};

#[test]
fn what_one_does_the_other_is_told() {
    let place = Place::new();
    let (ours, theirs) = (place.open(), place.open());
    let a = theirs.add(profile(1), NOW).unwrap().id;
    let b = theirs.add(profile(2), NOW).unwrap().id;

    assert_eq!(
        ours.refresh().unwrap(),
        [Change::Added(a), Change::Added(b)]
    );

    theirs.replace(a, renamed(&profile(1), "Office")).unwrap();
    assert_eq!(ours.refresh().unwrap(), [Change::Changed(a)]);
    assert_eq!(ours.get(a).unwrap().profile.name, "Office");
    theirs.move_to(b, 0).unwrap();
    assert_eq!(ours.refresh().unwrap(), [Change::Reordered]);
    theirs.remove(a).unwrap();
    assert_eq!(ours.refresh().unwrap(), [Change::Removed(a)]);
    assert_eq!(ours.refresh().unwrap(), []);
}

#[test]
fn a_change_starts_from_what_the_other_did() {
    let place = Place::new();
    let (ours, theirs) = (place.open(), place.open());
    let a = ours.add(profile(1), NOW).unwrap().id;

    assert_eq!(theirs.add(profile(1), NOW).unwrap().id, a);
    theirs.replace(a, renamed(&profile(1), "Office")).unwrap();
    let copy = ours.duplicate(a, "Copy".parse().unwrap()).unwrap();
    let edited = ours.edit(a, |profile| {
        let mut profile = profile.clone();
        profile.always_on = true;
        Ok::<_, StoreError>(profile)
    });

    assert_eq!(edited.unwrap().profile.name, "Office");
    assert_eq!(*copy.original, profile(1));
    theirs.remove(a).unwrap();
    assert!(matches!(ours.remove(a), Err(StoreError::Unknown { .. })));
    assert_eq!(place.bundles().len(), 1);
}

#[test]
fn no_edit_is_lost_between_two() {
    const ROUNDS: usize = 20;
    let place = Place::new();
    let stores = [place.open(), place.open()];
    let id = stores[0].add(renamed(&profile(1), "."), NOW).unwrap().id;

    thread::scope(|scope| {
        for store in &stores {
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    let longer = |profile: &_| Ok::<_, StoreError>(with_a_dot(profile));
                    store.edit(id, longer).unwrap();
                }
            });
        }
    });

    assert_eq!(names(&place.open()), [".".repeat(1 + 2 * ROUNDS)]);
    assert_eq!(place.bundles().len(), 1);
}

#[test]
fn two_add_and_remove_at_once() {
    const EACH: u32 = 8;
    let place = Place::new();
    let stores = [place.open(), place.open()];

    thread::scope(|scope| {
        for (half, store) in stores.iter().enumerate() {
            let first = EACH * u32::try_from(half).unwrap();
            scope.spawn(move || {
                for number in first..first + EACH {
                    let id = store.add(profile(number), NOW).unwrap().id;
                    if number % 2 == 0 {
                        store.remove(id).unwrap();
                    }
                }
            });
        }
    });

    let store = place.open();
    assert_eq!(store.list().len(), 8);
    assert!(store.problems().is_empty());
    assert_eq!(place.bundles().len(), 8);
    for other in stores {
        other.refresh().unwrap();
        assert_eq!(ids(&other.list()), ids(&store.list()));
    }
}

fn with_a_dot(profile: &p2svpn_profile::Profile) -> p2svpn_profile::Profile {
    renamed(profile, &format!("{}.", profile.name))
}
