//! Disks and secret stores that fail.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use p2svpn_profile::{FolderError, ProblemKind, SecretStore, SecretStoreError, Store, StoreError};
use zeroize::Zeroizing;

use crate::place::{NOW, Place, changes, ids, profile, refreshed, renamed};

/// A secret store that stops to work after a number of calls.
struct Failing {
    place: Arc<dyn SecretStore>,
    calls_left: AtomicUsize,
}

impl Failing {
    fn after(place: &Place, calls: usize) -> Arc<Self> {
        Arc::new(Self {
            place: place.secrets.clone(),
            calls_left: AtomicUsize::new(calls),
        })
    }

    fn call(&self) -> Result<(), SecretStoreError> {
        let one_less = |left: usize| left.checked_sub(1);
        let left = self
            .calls_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less);
        left.map(|_| ()).map_err(|_| SecretStoreError::Unavailable {
            reason: "it is locked".to_owned(),
        })
    }
}

impl SecretStore for Failing {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        self.call()?;
        self.place.read(name)
    }

    fn write(&self, name: &str, secret: &[u8]) -> Result<(), SecretStoreError> {
        self.call()?;
        self.place.write(name, secret)
    }

    fn delete(&self, name: &str) -> Result<(), SecretStoreError> {
        self.call()?;
        self.place.delete(name)
    }

    fn names(&self, prefix: &str) -> Result<Vec<String>, SecretStoreError> {
        self.call()?;
        self.place.names(prefix)
    }
}

/// Every change, with a secret store that fails at each of its calls in turn: the change is made or
/// not, an error means that it is not, and the next store clears up.
#[test]
fn a_secret_store_that_fails_leaves_the_old_or_the_new_profile() {
    type Work = fn(&Store) -> Result<(), StoreError>;
    let works: [(Work, &[&str]); 4] = [
        (|store| store.add(profile(2), NOW).map(drop), &["1", "2"]),
        (
            |store| {
                let id = store.list()[0].id;
                store
                    .replace(id, renamed(&profile(1), "9 edited"))
                    .map(drop)
            },
            &["9"],
        ),
        (
            |store| {
                store
                    .duplicate(store.list()[0].id, "9 copy".parse().unwrap())
                    .map(drop)
            },
            &["1", "9"],
        ),
        (|store| store.remove(store.list()[0].id), &[]),
    ];
    let numbers = |store: &Store| -> Vec<String> {
        let list = store.list();
        let first = |name: &str| name.split(' ').next().unwrap().to_owned();
        list.iter()
            .map(|stored| first(stored.profile.name.as_str()))
            .collect()
    };
    for (work, after) in works {
        for calls in 1.. {
            let place = Place::new();
            place.open().add(profile(1), NOW).unwrap();
            let secrets = Failing::after(&place, calls);
            let store = Store::open(place.path(""), secrets.clone()).unwrap();
            assert_eq!(numbers(&store), ["1"]);

            let done = work(&store);

            if let Err(error) = &done {
                assert!(matches!(error, StoreError::Secrets(_)), "{error}");
                assert_eq!(numbers(&store), ["1"]);
            } else {
                assert_eq!(numbers(&store), after);
            }
            let opened = place.open();
            assert_eq!(numbers(&opened), numbers(&store), "{calls} calls");
            assert!(opened.problems().is_empty());
            assert_eq!(place.bundles().len(), opened.list().len(), "{calls} calls");
            assert_eq!(fs::read_dir(place.path("pending")).unwrap().count(), 0);
            if secrets.calls_left.load(Ordering::SeqCst) > 0 {
                break;
            }
        }
    }
}

#[test]
fn a_secret_store_that_is_locked_hides_profiles_until_it_is_open() {
    let place = Place::new();
    let id = place.open().add(profile(1), NOW).unwrap().id;
    let secrets = Failing::after(&place, 0);

    let store = Store::open(place.path(""), secrets.clone()).unwrap();

    assert!(store.list().is_empty());
    assert_eq!(store.problems()[0].kind, ProblemKind::SecretsUnreadable);
    assert!(matches!(store.get(id), Err(StoreError::Unusable { .. })));
    secrets.calls_left.store(99, Ordering::SeqCst);
    assert_eq!(refreshed(&store), [p2svpn_profile::Change::Added(id)]);
    assert_eq!(ids(&store.list()), [id]);
    assert!(store.problems().is_empty());
}

#[test]
fn what_is_known_stays_known_when_the_folder_vanishes() {
    let place = Place::new();
    let store = place.open();
    let id = store.add(profile(1), NOW).unwrap().id;
    changes(&store);
    let away = place.path("").with_file_name("away");
    fs::rename(place.path(""), &away).unwrap();

    for error in [
        store.refresh().unwrap_err(),
        store.add(profile(2), NOW).unwrap_err(),
        store
            .replace(id, renamed(&profile(1), "Office"))
            .unwrap_err(),
        store.remove(id).unwrap_err(),
        store.move_to(id, 0).unwrap_err(),
    ] {
        let gone = matches!(error, StoreError::Folder(FolderError::Missing { .. }));
        assert!(gone, "{error}");
        assert!(!error.remedy().is_empty());
    }
    assert_eq!(*store.get(id).unwrap().profile, profile(1));
    assert_eq!(place.bundles().len(), 1);

    fs::rename(&away, place.path("")).unwrap();
    assert!(refreshed(&store).is_empty());
    store.replace(id, renamed(&profile(1), "Office")).unwrap();
}

#[test]
fn a_part_of_the_folder_that_vanishes_takes_nothing_with_it() {
    for part in ["profiles", "pending", "damaged"] {
        let place = Place::new();
        let store = place.open();
        let id = store.add(profile(1), NOW).unwrap().id;
        let away = place.path("away");
        fs::rename(place.path(part), &away).unwrap();

        assert!(store.refresh().is_err(), "{part}");
        assert!(store.add(profile(2), NOW).is_err(), "{part}");
        assert_eq!(ids(&store.list()), [id]);

        fs::rename(&away, place.path(part)).unwrap();
        store.refresh().unwrap();
        assert_eq!(ids(&store.list()), [id]);
        assert_eq!(*place.open().get(id).unwrap().profile, profile(1));
    }
}

#[test]
fn a_profile_that_is_too_large_is_refused_before_anything_changes() {
    use p2svpn_profile::{SecretText, UnknownElement};

    let place = Place::new();
    let store = place.open();
    let mut large = profile(1);
    large.unknown_elements = (0..20)
        .map(|_| UnknownElement {
            parent: "a".repeat(1 << 19),
            xml: SecretText::new(Zeroizing::new("<a/>".to_owned())),
        })
        .collect();

    let error = store.add(large, NOW).unwrap_err();

    assert!(matches!(error, StoreError::TooLarge { .. }), "{error}");
    assert!(store.list().is_empty() && place.bundles().is_empty());
    assert_eq!(place.files(), ["p2svpn.lock"]);
}
