//! Files that are not as the store wrote them.

use std::fs;
use std::path::Path;

use p2svpn_profile::{Change, Problem, ProblemKind, ProfileId, SecretStore, Store, StoreError};

use crate::place::{NOW, Place, ids, profile, refreshed, renamed};

/// A store with three profiles, of which the second one is about to be damaged.
fn three() -> (Place, [ProfileId; 3]) {
    let place = Place::new();
    let store = place.open();
    let ids = [1, 2, 3].map(|number| store.add(profile(number), NOW).unwrap().id);
    (place, ids)
}

/// Writes a file as the store does: for the owner alone.
fn put(path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
    fs::write(&path, content).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

fn only_problem(store: &Store) -> Problem {
    let mut problems = store.problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

#[test]
fn a_damaged_file_is_set_aside_and_the_others_load() {
    let (place, [_, damaged, _]) = three();
    let good = fs::read_to_string(place.file_of(damaged)).unwrap();
    let newer_by_hand = good.replace("p2svpn-stored-profile", "something-else");
    let deep = "[".repeat(100_000);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("no JSON", b"profile = 1".to_vec()),
        ("cut off", good.as_bytes()[..good.len() / 2].to_vec()),
        ("other JSON", b"{}".to_vec()),
        ("another format", newer_by_hand.into_bytes()),
        ("NUL", vec![0; 100]),
        ("UTF-16", vec![0xFF, 0xFE, 0, 1]),
        ("deep", deep.into_bytes()),
        ("large", vec![b' '; (8 << 20) + 1]),
        (
            "an invalid value",
            good.replace("azuregateway-", "azure gateway-").into_bytes(),
        ),
        (
            "the file of another",
            good.replace(damaged.as_str(), "0123456789abcdef")
                .into_bytes(),
        ),
        (
            "a generation that is none",
            good.replace("\"generation\":1", "\"generation\":-1")
                .into_bytes(),
        ),
        ("doubled", [good.as_bytes(), good.as_bytes()].concat()),
    ];
    for (what, content) in cases {
        let (place, [first, damaged, third]) = three();
        assert_ne!(fs::read(place.file_of(damaged)).unwrap(), content, "{what}");
        fs::write(place.file_of(damaged), &content).unwrap();

        let store = place.open();

        assert_eq!(ids(&store.list()), [first, third], "{what}");
        let problem = only_problem(&store);
        assert_eq!(problem.kind, ProblemKind::SetAside, "{what}");
        assert_eq!(problem.id, Some(damaged), "{what}");
        assert!(!problem.reason.is_empty(), "{what}");
        assert_eq!(fs::read(&problem.path).unwrap(), content, "{what}");
        assert!(!place.file_of(damaged).exists(), "{what}");
        assert_eq!(only_problem(&place.open()), problem, "{what}");
        assert_eq!(place.bundles().len(), 3, "the secrets of {what}");
    }
}

#[test]
fn a_file_that_was_damaged_can_be_repaired() {
    let (place, [_, damaged, _]) = three();
    let good = fs::read(place.file_of(damaged)).unwrap();
    fs::write(place.file_of(damaged), "").unwrap();
    let problem = only_problem(&place.open());

    fs::remove_file(&problem.path).unwrap();
    put(place.file_of(damaged), &good);

    let store = place.open();
    assert_eq!(*store.get(damaged).unwrap().profile, profile(2));
    assert!(store.problems().is_empty());
}

#[test]
fn a_profile_whose_file_was_set_aside_is_imported_under_another_id() {
    let (place, [_, damaged, _]) = three();
    fs::write(place.file_of(damaged), "").unwrap();
    let store = place.open();

    let again = store.add(profile(2), NOW).unwrap();

    assert_ne!(again.id, damaged);
    assert_eq!(*place.open().get(again.id).unwrap().profile, profile(2));
    let problem = only_problem(&store);
    let name = problem.set_aside().unwrap();
    assert!(store.discard(name).unwrap());
    assert!(!store.discard(name).unwrap());
    assert!(store.problems().is_empty() && place.open().problems().is_empty());
    assert_eq!(place.bundles().len(), 3);
    assert_eq!(fs::read_dir(place.path("damaged")).unwrap().count(), 0);
}

#[test]
fn two_damaged_files_of_one_name_are_both_kept() {
    let (place, [_, damaged, _]) = three();
    fs::write(place.file_of(damaged), "first").unwrap();
    place.open();
    put(place.file_of(damaged), "second");
    let store = place.open();

    assert_eq!(store.problems().len(), 2);
    let mut texts: Vec<String> = store
        .problems()
        .iter()
        .map(|problem| fs::read_to_string(&problem.path).unwrap())
        .collect();
    texts.sort();
    assert_eq!(texts, ["first", "second"]);
    let names = store.problems();
    let mut names = names.iter().filter_map(Problem::set_aside);
    store.discard(names.next().unwrap()).unwrap();
    assert_eq!(place.bundles().len(), 3, "the other one may be repaired");
    store.discard(names.next().unwrap()).unwrap();
    assert_eq!(place.bundles().len(), 2);
}

#[test]
fn only_what_was_set_aside_is_discarded() {
    let (place, [first, ..]) = three();
    let store = place.open();
    fs::write(place.file_of(first).with_file_name("office.json"), "{}").unwrap();
    store.refresh().unwrap();
    let problem = only_problem(&store);

    assert_eq!(problem.kind, ProblemKind::ForeignName);
    assert_eq!(problem.set_aside(), None);
    for name in ["../profiles/office.json", "office.json", "..", "", "a\0b"] {
        assert!(!store.discard(name).unwrap(), "{name:?}");
    }
    assert!(problem.path.exists());
}

#[test]
fn a_file_of_a_newer_version_is_left_as_it_is() {
    for field in [
        "\"version\":1,\"id\"",
        "\"format\":\"p2svpn-profile\",\"version\":1",
    ] {
        let (place, [first, newer, third]) = three();
        let text = fs::read_to_string(place.file_of(newer)).unwrap();
        assert!(text.contains(field), "{text}");
        let text = text.replace(field, &field.replace(":1", ":2"));
        fs::write(place.file_of(newer), &text).unwrap();

        let store = place.open();

        assert_eq!(ids(&store.list()), [first, third]);
        assert_eq!(only_problem(&store).kind, ProblemKind::Newer);
        assert_eq!(fs::read_to_string(place.file_of(newer)).unwrap(), text);
        let error = store.get(newer).unwrap_err();
        assert!(matches!(error, StoreError::Unusable { .. }), "{error}");
        let again = store.add(profile(2), NOW).unwrap();
        assert_ne!(again.id, newer);
        store.remove(newer).unwrap();
        assert!(store.problems().is_empty());
        assert_eq!(place.bundles().len(), 3);
    }
}

#[test]
fn a_profile_without_its_secrets_is_told_and_repaired_by_importing_it_again() {
    let (place, [first, without, third]) = three();
    place
        .open()
        .replace(without, renamed(&profile(2), "Office"))
        .unwrap();
    for name in place.secrets.names(&format!("profile/{without}/")).unwrap() {
        place.secrets.delete(&name).unwrap();
    }

    let store = place.open();

    assert_eq!(ids(&store.list()), [first, third]);
    assert_eq!(only_problem(&store).kind, ProblemKind::SecretsMissing);
    assert!(matches!(
        store.get(without),
        Err(StoreError::Unusable { .. })
    ));
    assert!(place.file_of(without).exists());

    let again = store.add(profile(2), NOW).unwrap();
    assert_eq!(again.id, without);
    assert_eq!(ids(&store.list()), [first, without, third]);
    assert!(store.problems().is_empty());
    let repaired = place.open().get(without).unwrap();
    assert_eq!(*repaired.profile, renamed(&profile(2), "Office"));
    assert_eq!(*repaired.original, profile(2));
}

#[test]
fn secrets_of_another_profile_are_not_taken() {
    let (place, [first, second, _]) = three();
    let other = place
        .secrets
        .read(&format!("profile/{first}/1"))
        .unwrap()
        .unwrap();
    for bundle in [
        b"".as_slice(),
        b"\0\0\0\x02[]",
        b"\xFF\xFF\xFF\xFF",
        &other[..other.len() - 1],
    ] {
        place
            .secrets
            .write(&format!("profile/{second}/1"), bundle)
            .unwrap();

        let store = place.open();

        assert_eq!(store.list().len(), 2);
        let problem = only_problem(&store);
        assert_eq!(problem.kind, ProblemKind::SetAside);
        fs::rename(problem.path, place.file_of(second)).unwrap();
    }
}

#[test]
fn what_is_damaged_while_the_store_is_open_is_told_as_removed() {
    let (place, [_, damaged, _]) = three();
    let store = place.open();
    fs::write(place.file_of(damaged), "").unwrap();

    assert_eq!(refreshed(&store), [Change::Removed(damaged)]);

    assert_eq!(only_problem(&store).kind, ProblemKind::SetAside);
}

#[test]
fn files_that_are_not_the_stores_are_left_alone() {
    let (place, ids_before) = three();
    for name in [
        "readme.txt",
        ".DS_Store",
        "Office.json",
        "0123.json",
        "UPPERCASE0123456.json",
    ] {
        fs::write(place.path("profiles").join(name), "{}").unwrap();
    }

    let store = place.open();

    assert_eq!(ids(&store.list()), ids_before);
    let foreign = store.problems();
    assert_eq!(foreign.len(), 3, "{foreign:?}");
    assert!(
        foreign
            .iter()
            .all(|problem| problem.kind == ProblemKind::ForeignName)
    );
    assert!(place.path("profiles/Office.json").exists());
}

#[test]
fn each_problem_has_a_name_and_a_remedy() {
    let names: std::collections::BTreeSet<_> = ProblemKind::ALL.map(ProblemKind::name).into();
    assert_eq!(names.len(), ProblemKind::ALL.len());
    assert!(
        ProblemKind::ALL
            .iter()
            .all(|kind| kind.remedy().ends_with('.'))
    );

    let (place, [_, damaged, _]) = three();
    fs::write(place.file_of(damaged), "").unwrap();
    let problem = only_problem(&place.open());
    let text = problem.to_string();
    assert!(
        text.contains("damaged") && text.contains(&problem.reason),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_profile_is_set_aside_and_not_followed() {
    let (place, [first, linked, third]) = three();
    let target = place.path("").with_file_name("target");
    fs::rename(place.file_of(linked), &target).unwrap();
    std::os::unix::fs::symlink(&target, place.file_of(linked)).unwrap();

    let store = place.open();

    assert_eq!(ids(&store.list()), [first, third]);
    assert_eq!(only_problem(&store).kind, ProblemKind::SetAside);
    assert!(target.exists());
    assert!(!place.file_of(linked).exists());
}

#[cfg(unix)]
#[test]
fn a_folder_in_the_place_of_a_profile_is_set_aside() {
    let (place, [first, folder, third]) = three();
    fs::remove_file(place.file_of(folder)).unwrap();
    fs::create_dir(place.file_of(folder)).unwrap();

    let store = place.open();

    assert_eq!(ids(&store.list()), [first, third]);
    assert_eq!(only_problem(&store).kind, ProblemKind::SetAside);
}
