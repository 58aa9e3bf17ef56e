//! What a store does with profiles, whether it keeps them in memory or in a folder.

use p2svpn_profile::{Change, Field, Profile, ProfileId, Relation, Store, StoreError};
use proptest::prelude::*;

use crate::place::{NOW, Place, changes, ids, names, newer, profile, refreshed, renamed};
use crate::support::generated::any_profile;

/// Runs a test with a store in memory and with one in a folder.
fn each(test: impl Fn(&Store)) {
    test(&Store::in_memory());
    test(&Place::new().open());
}

#[test]
fn profiles_are_listed_in_the_order_of_their_imports() {
    each(|store| {
        for number in [3, 1, 2] {
            let stored = store.add(profile(number), NOW).unwrap();
            assert_eq!(*stored.profile, profile(number));
            assert_eq!(stored.imported_at, NOW);
            assert_eq!(*store.get(stored.id).unwrap().profile, profile(number));
        }

        let stored: Vec<Profile> = store
            .list()
            .iter()
            .map(|stored| (*stored.profile).clone())
            .collect();
        assert_eq!(stored, [profile(3), profile(1), profile(2)]);
    });
}

#[test]
fn what_was_imported_before_is_not_kept_twice_and_keeps_its_edits() {
    each(|store| {
        let first = store.add(profile(1), NOW).unwrap();
        store
            .replace(first.id, renamed(&profile(1), "Office"))
            .unwrap();
        changes(store);

        let again = store.add(profile(1), NOW + 1).unwrap();

        assert_eq!(again.id, first.id);
        assert_eq!(again.imported_at, NOW);
        assert_eq!(names(store), ["Office"]);
        assert_eq!(changes(store), []);
    });
}

#[test]
fn the_id_follows_from_the_content() {
    each(|store| {
        let id = store.add(profile(1), NOW).unwrap().id;
        store.remove(id).unwrap();

        assert_eq!(store.add(profile(1), NOW + 9).unwrap().id, id);
        assert_eq!(Store::in_memory().add(profile(1), 0).unwrap().id, id);
        assert_ne!(store.add(profile(2), NOW).unwrap().id, id);
    });
}

#[test]
fn an_edit_keeps_the_original() {
    each(|store| {
        let id = store.add(profile(1), NOW).unwrap().id;
        assert!(!store.get(id).unwrap().is_edited());

        let edited = store
            .edit(id, |profile| {
                Ok::<_, StoreError>(renamed(profile, "Office"))
            })
            .unwrap();

        assert!(edited.is_edited());
        assert_eq!(edited.profile.name, "Office");
        assert_eq!(*edited.original, profile(1));
        let back = store.replace(id, profile(1)).unwrap();
        assert!(!back.is_edited());
    });
}

#[test]
fn an_edit_that_is_refused_changes_nothing() {
    #[derive(Debug)]
    enum Refusal {
        Mine,
        Store(StoreError),
    }
    impl From<StoreError> for Refusal {
        fn from(error: StoreError) -> Self {
            Self::Store(error)
        }
    }
    each(|store| {
        let id = store.add(profile(1), NOW).unwrap().id;
        changes(store);

        assert!(matches!(
            store.edit(id, |_| Err(Refusal::Mine)),
            Err(Refusal::Mine)
        ));
        assert!(matches!(
            store.edit(unknown(), |profile| Ok::<_, Refusal>(profile.clone())),
            Err(Refusal::Store(StoreError::Unknown { .. }))
        ));

        assert_eq!(*store.get(id).unwrap().profile, profile(1));
        assert_eq!(changes(store), []);
    });
}

#[test]
fn an_edit_that_changes_nothing_is_no_change() {
    each(|store| {
        let id = store.add(profile(1), NOW).unwrap().id;
        changes(store);

        store.replace(id, profile(1)).unwrap();

        assert_eq!(changes(store), []);
    });
}

#[test]
fn an_edit_may_call_the_store() {
    each(|store| {
        let id = store.add(profile(1), NOW).unwrap().id;

        let edited = store.edit(id, |profile| {
            Ok::<_, StoreError>(renamed(profile, &format!("one of {}", store.list().len())))
        });

        assert_eq!(edited.unwrap().profile.name, "one of 1");
    });
}

#[test]
fn an_edit_starts_anew_when_somebody_else_was_faster() {
    each(|store| {
        let id = store.add(profile(1), NOW).unwrap().id;
        let mut calls = 0;

        let edited = store.edit(id, |profile| {
            calls += 1;
            if calls == 1 {
                let mut other = profile.clone();
                other.always_on = true;
                store.replace(id, other)?;
            }
            Ok::<_, StoreError>(renamed(profile, "Office"))
        });

        let edited = edited.unwrap().profile;
        assert_eq!(calls, 2);
        assert!(edited.always_on && edited.name == "Office");
    });
}

#[test]
fn a_newer_package_of_a_gateway_is_recognised() {
    each(|store| {
        let [first, second] = [1, 2].map(|number| store.add(profile(number), NOW).unwrap().id);
        store
            .replace(second, renamed(&profile(2), "Office"))
            .unwrap();

        assert_eq!(store.relation(&profile(1)), Relation::Same(first));
        assert_eq!(store.relation(&profile(2)), Relation::Same(second));
        assert_eq!(
            store.relation(&renamed(&profile(2), "Office")),
            Relation::Same(second)
        );
        assert_eq!(store.relation(&newer(2)), Relation::UpdateOf(second));
        assert_eq!(store.relation(&profile(3)), Relation::New);
        let mut other_host = profile(3);
        other_host.servers = p2svpn_profile::OneOrMore::new("vpn.example.com".parse().unwrap());
        let third = store.add(other_host.clone(), NOW).unwrap().id;
        other_host.always_on = true;
        assert_eq!(store.relation(&other_host), Relation::UpdateOf(third));
    });
}

#[test]
fn an_update_has_the_newer_package_as_its_original() {
    each(|store| {
        let id = store.add(profile(1), NOW).unwrap().id;
        store.replace(id, renamed(&profile(1), "Office")).unwrap();

        let update = store.update(id, newer(1), NOW + 5).unwrap();

        assert_eq!(update.kept, [Field::Name]);
        assert!(update.conflicts.is_empty());
        let updated = update.stored;
        assert_eq!(*updated.profile, renamed(&newer(1), "Office"));
        assert_eq!(*updated.original, newer(1));
        assert_eq!((updated.id, updated.imported_at), (id, NOW + 5));
        assert_eq!(store.relation(&newer(1)), Relation::Same(id));
    });
}

#[test]
fn an_update_removes_what_an_import_of_its_package_had_become() {
    each(|store| {
        let id = store.add(profile(1), NOW).unwrap().id;
        let other = store.add(profile(2), NOW).unwrap().id;
        let twin = store.add(newer(1), NOW).unwrap().id;
        changes(store);

        let update = store.update(id, newer(1), NOW).unwrap();

        assert_eq!(update.removed, Some(twin));
        assert_eq!(ids(&store.list()), [id, other]);
        assert_eq!(changes(store), [Change::Removed(twin), Change::Changed(id)]);
        assert_eq!(store.update(id, newer(1), NOW).unwrap().removed, None);
    });
}

#[test]
fn an_update_that_was_made_before_still_removes_its_twin() {
    let store = Store::in_memory();
    let id = store.add(profile(1), NOW).unwrap().id;
    let twin = store.add(newer(1), NOW).unwrap().id;
    store.replace(id, newer(1)).unwrap();

    let update = store.update(id, newer(1), NOW).unwrap();

    assert_eq!(update.removed, Some(twin));
    assert_eq!(ids(&store.list()), [id]);
}

#[test]
fn an_update_leaves_a_twin_that_was_edited() {
    each(|store| {
        let id = store.add(profile(1), NOW).unwrap().id;
        let twin = store.add(newer(1), NOW).unwrap().id;
        store.replace(twin, renamed(&newer(1), "Garden")).unwrap();

        let update = store.update(id, newer(1), NOW).unwrap();

        assert_eq!(update.removed, None);
        assert_eq!(ids(&store.list()), [id, twin]);
    });
}

#[test]
fn a_package_of_another_gateway_is_no_update() {
    each(|store| {
        let id = store.add(profile(1), NOW).unwrap().id;

        let error = store.update(id, newer(2), NOW).unwrap_err();

        assert!(matches!(error, StoreError::OtherGateway { .. }), "{error}");
        assert!(!error.remedy().is_empty());
        assert_eq!(*store.get(id).unwrap().profile, profile(1));
    });
}

#[test]
fn a_network_is_known_whatever_the_case_of_its_id() {
    each(|store| {
        let id = store.add(profile(1), NOW).unwrap().id;
        let mut other_host = profile(1);
        let network = other_host
            .servers
            .first()
            .network_id()
            .map(str::to_uppercase);
        other_host.servers = p2svpn_profile::OneOrMore::new("vpn.example.com".parse().unwrap());
        other_host.network.id = network;

        assert_eq!(store.relation(&other_host), Relation::UpdateOf(id));
        assert!(store.update(id, other_host, NOW).is_ok());
    });
}

#[test]
fn a_copy_lives_apart_from_what_it_was_made_of() {
    each(|store| {
        let id = store.add(profile(1), NOW).unwrap().id;
        store.add(profile(2), NOW).unwrap();

        let copy = store.duplicate(id, "Copy".parse().unwrap()).unwrap();
        let second = store.duplicate(id, "Copy".parse().unwrap()).unwrap();

        assert_ne!(copy.id, second.id);
        assert_eq!(*copy.profile, renamed(&profile(1), "Copy"));
        assert_eq!(*copy.original, profile(1));
        store.remove(id).unwrap();
        assert_eq!(ids(&store.list())[1..], [copy.id, second.id]);
        assert_eq!(*store.get(copy.id).unwrap().profile, *copy.profile);
    });
}

#[test]
fn a_profile_that_is_removed_is_gone() {
    each(|store| {
        let id = store.add(profile(1), NOW).unwrap().id;

        store.remove(id).unwrap();

        assert!(store.list().is_empty());
        for error in [
            store.get(id).unwrap_err(),
            store.remove(id).unwrap_err(),
            store.move_to(id, 0).unwrap_err(),
            store.replace(id, profile(1)).unwrap_err(),
            store.duplicate(id, "Copy".parse().unwrap()).unwrap_err(),
        ] {
            assert!(matches!(error, StoreError::Unknown { .. }), "{error}");
            assert!(!error.remedy().is_empty());
        }
    });
}

#[test]
fn a_profile_goes_to_any_place_in_the_order() {
    each(|store| {
        let [a, b, c] = [1, 2, 3].map(|number| store.add(profile(number), NOW).unwrap().id);

        for (id, index, order) in [
            (c, 0, [c, a, b]),
            (c, 1, [a, c, b]),
            (a, 2, [c, b, a]),
            (b, usize::MAX, [c, a, b]),
            (b, 2, [c, a, b]),
        ] {
            store.move_to(id, index).unwrap();
            assert_eq!(ids(&store.list()), order, "{id} to {index}");
        }
    });
}

#[test]
fn changes_are_told_once() {
    each(|store| {
        let a = store.add(profile(1), NOW).unwrap().id;
        assert_eq!(changes(store), [Change::Added(a)]);
        assert_eq!(changes(store), []);

        let b = store.add(profile(2), NOW).unwrap().id;
        store.replace(a, renamed(&profile(1), "Office")).unwrap();
        store.move_to(b, 0).unwrap();
        assert_eq!(refreshed(store), [Change::Added(b), Change::Changed(a)]);

        store.move_to(a, 0).unwrap();
        assert_eq!(changes(store), [Change::Reordered]);
        store.remove(a).unwrap();
        assert_eq!(refreshed(store), [Change::Removed(a)]);
    });
}

#[test]
fn a_store_has_an_end() {
    let store = Store::in_memory();
    for number in 0..Store::MOST {
        store.add(profile(number.try_into().unwrap()), NOW).unwrap();
    }

    let error = store.add(profile(u32::MAX), NOW).unwrap_err();

    assert!(
        matches!(error, StoreError::TooMany { limit: 1_000 }),
        "{error}"
    );
    assert_eq!(store.list().len(), Store::MOST);
}

#[test]
fn debug_shows_no_profile() {
    each(|store| {
        store.add(profile(1), NOW).unwrap();

        let shown = format!("{store:?}");

        assert!(
            shown.contains("profiles: 1") && !shown.contains("azuregateway"),
            "{shown}"
        );
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_profile_comes_back_from_the_disk_with_its_secrets(
        (imported, edited) in two_profiles(),
    ) {
        let place = Place::new();
        let store = place.open();
        let id = store.add(imported.clone(), NOW).unwrap().id;
        let unedited = place.open().get(id).unwrap();
        prop_assert_eq!(&*unedited.profile, &imported);
        prop_assert!(!unedited.is_edited());

        store.replace(id, edited.clone()).unwrap();

        let read = place.open().get(id).unwrap();
        prop_assert_eq!(&*read.profile, &edited);
        prop_assert_eq!(&*read.original, &imported);
        prop_assert_eq!(read.imported_at, NOW);
    }
}

fn unknown() -> ProfileId {
    "0123456789abcdef".parse().unwrap()
}

/// The strategy is larger than a thread's stack likes to hold twice.
fn two_profiles() -> impl Strategy<Value = (Profile, Profile)> {
    let any = any_profile().boxed();
    (any.clone(), any)
}
