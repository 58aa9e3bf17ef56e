//! Two stores in one folder, as two processes have them.

#![expect(clippy::disallowed_methods, reason = "threads play the processes")]

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;

use p2svpn_profile::{Change, PrivateFolder, Store, StoreError};

use crate::place::{NOW, Place, changes, ids, names, profile, refreshed, renamed};

#[test]
fn what_one_does_the_other_is_told() {
    let place = Place::new();
    let (ours, theirs) = (place.open(), place.open());
    let a = theirs.add(profile(1), NOW).unwrap().id;
    let b = theirs.add(profile(2), NOW).unwrap().id;

    assert_eq!(refreshed(&ours), [Change::Added(a), Change::Added(b)]);

    theirs.replace(a, renamed(&profile(1), "Office")).unwrap();
    assert_eq!(refreshed(&ours), [Change::Changed(a)]);
    assert_eq!(ours.get(a).unwrap().profile.name, "Office");
    theirs.move_to(b, 0).unwrap();
    assert_eq!(refreshed(&ours), [Change::Reordered]);
    theirs.remove(a).unwrap();
    assert_eq!(refreshed(&ours), [Change::Removed(a)]);
    assert_eq!(refreshed(&ours), []);
}

#[test]
fn a_look_at_a_folder_as_it_was_waits_for_nobody() {
    let place = Place::new();
    let (ours, theirs) = (place.open(), place.open());
    theirs.add(profile(1), NOW).unwrap();
    ours.notice().unwrap();
    let folder = PrivateFolder::open(place.path("")).unwrap();

    let _held = folder.lock().unwrap();

    ours.notice().unwrap();
    assert_eq!(ours.list().len(), 1);
}

#[test]
fn whatever_the_other_does_is_noticed() {
    let place = Place::new();
    let (ours, theirs) = (place.open(), place.open());
    let noticed = || {
        ours.notice().unwrap();
        changes(&ours)
    };

    let a = theirs.add(profile(1), NOW).unwrap().id;
    assert_eq!(noticed(), [Change::Added(a)]);
    let b = theirs.add(profile(2), NOW).unwrap().id;
    assert_eq!(noticed(), [Change::Added(b)]);
    theirs.replace(a, renamed(&profile(1), "Office")).unwrap();
    assert_eq!(noticed(), [Change::Changed(a)]);
    theirs.move_to(b, 0).unwrap();
    assert_eq!(noticed(), [Change::Reordered]);
    std::fs::write(place.file_of(a), "damaged").unwrap();
    assert_eq!(noticed(), [Change::Removed(a)]);
    theirs.refresh().unwrap();
    let name = theirs.problems()[0].set_aside().unwrap().to_owned();
    theirs.discard(&name).unwrap();
    assert_eq!(noticed(), []);
    assert!(ours.problems().is_empty());
    theirs.remove(b).unwrap();
    assert_eq!(noticed(), [Change::Removed(b)]);
    assert_eq!(noticed(), []);
}

/// A file of the same size and time takes the place of another one.
#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_is_noticed_whatever_its_time_says() {
    let place = Place::new();
    let ours = place.open();
    let id = ours.add(renamed(&profile(1), "Office"), NOW).unwrap().id;
    ours.notice().unwrap();
    changes(&ours);
    let file = place.file_of(id);
    let modified = std::fs::metadata(&file).unwrap().modified().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let other = place.path("other");
    std::fs::write(&other, text.replace("Office", "Garden")).unwrap();
    let times = std::fs::FileTimes::new().set_modified(modified);
    let opened = std::fs::File::options().write(true).open(&other).unwrap();
    opened.set_times(times).unwrap();
    drop(opened);

    std::fs::rename(&other, &file).unwrap();

    ours.notice().unwrap();
    assert_eq!(changes(&ours), [Change::Changed(id)]);
    assert_eq!(names(&ours), ["Garden"]);
}

#[test]
fn what_happened_first_is_told_first() {
    let store = Store::in_memory();
    let a = store.add(profile(1), NOW).unwrap().id;
    let told = Mutex::new(Vec::new());
    let (begun, has_begun) = channel();

    thread::scope(|scope| {
        store.tell(|first| {
            let (store, told) = (&store, &told);
            scope.spawn(move || {
                store.remove(a).unwrap();
                begun.send(()).unwrap();
                store.tell(|second| told.lock().unwrap().extend(second));
            });
            has_begun.recv().unwrap();
            told.lock().unwrap().extend(first);
        });
    });

    let told = told.into_inner().unwrap();
    assert_eq!(told, [Change::Added(a), Change::Removed(a)]);
}

#[test]
fn events_of_many_threads_add_up_to_what_is_there() {
    let store = Store::in_memory();
    let told = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for number in 0..4 {
            let (store, told) = (&store, &told);
            scope.spawn(move || {
                for _ in 0..200 {
                    let id = store.add(profile(number), NOW).unwrap().id;
                    store.tell(|changes| told.lock().unwrap().extend(changes));
                    store.remove(id).unwrap();
                    store.tell(|changes| told.lock().unwrap().extend(changes));
                }
            });
        }
    });

    let mut there = std::collections::BTreeSet::new();
    for change in told.into_inner().unwrap() {
        match change {
            Change::Added(id) => assert!(there.insert(id), "{change:?}"),
            Change::Removed(id) => assert!(there.remove(&id), "{change:?}"),
            _ => {}
        }
    }
    assert!(there.is_empty());
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
