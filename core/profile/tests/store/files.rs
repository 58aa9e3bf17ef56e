//! What is in the folder.

use std::fs;

use p2svpn_profile::{SecretStore, Store};

use crate::place::{NOW, Place, changes, ids, names, profile, renamed};

#[test]
fn profiles_and_their_order_last() {
    let place = Place::new();
    let store = place.open();
    for number in [1, 2, 3] {
        store.add(profile(number), NOW).unwrap();
    }
    let [a, b, c] = ids(&store.list())[..] else {
        panic!("not three");
    };
    store.move_to(c, 0).unwrap();
    store.replace(b, renamed(&profile(2), "Office")).unwrap();
    store.remove(a).unwrap();

    let opened = place.open();

    assert_eq!(ids(&opened.list()), [c, b]);
    assert_eq!(
        *opened.get(b).unwrap().profile,
        renamed(&profile(2), "Office")
    );
    assert_eq!(*opened.get(b).unwrap().original, profile(2));
    assert!(opened.problems().is_empty());
    assert!(changes(&opened).is_empty());
}

#[test]
fn the_folder_holds_nothing_but_the_profiles() {
    let place = Place::new();
    let store = place.open();
    let id = store.add(profile(1), NOW).unwrap().id;
    let other = store.add(profile(2), NOW).unwrap().id;
    for round in 0..5 {
        store
            .replace(id, renamed(&profile(1), &format!("{round}")))
            .unwrap();
    }
    store.remove(other).unwrap();

    assert_eq!(
        place.files(),
        ["order.json", "p2svpn.lock", &format!("profiles/{id}.json")]
    );
    assert_eq!(place.bundles(), [format!("profile/{id}/6")]);
}

#[test]
fn no_secret_is_in_a_file() {
    let place = Place::new();
    let stored = place.open().add(profile(1), NOW).unwrap();
    let wrapping = &stored.profile.server_validation.wrapping;
    let secret = wrapping.static_key().unwrap().as_bytes();
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();

    for file in place.files() {
        let text = fs::read_to_string(place.path(&file))
            .unwrap()
            .to_lowercase();
        assert!(
            !text.contains(&hex[..16]) && !text.contains(&hex[496..]),
            "{file}"
        );
    }
    let bundle = place.secrets.read(&place.bundles()[0]).unwrap().unwrap();
    assert!(
        String::from_utf8_lossy(&bundle)
            .to_lowercase()
            .contains(&hex)
    );
}

#[test]
fn the_secrets_of_others_are_left_alone() {
    let place = Place::new();
    let others = ["token/a", "profile/0123456789abcdef/1", "profile/other"];
    for name in others {
        place.secrets.write(name, b"of another").unwrap();
    }

    let store = place.open();
    let id = store.add(profile(1), NOW).unwrap().id;
    store.replace(id, renamed(&profile(1), "Office")).unwrap();
    store.remove(id).unwrap();
    place.open();

    let mut left = place.bundles();
    left.sort();
    let mut others = others.map(str::to_owned);
    others.sort();
    assert_eq!(left, others);
}

#[test]
fn a_folder_that_comes_back_has_its_secrets() {
    let place = Place::new();
    let id = place.open().add(profile(1), NOW).unwrap().id;
    let away = place.path("").with_file_name("away");
    fs::rename(place.path(""), &away).unwrap();

    let empty = place.open();
    assert!(empty.list().is_empty());
    empty.add(profile(2), NOW).unwrap();
    place.open();

    fs::remove_dir_all(place.path("")).unwrap();
    fs::rename(&away, place.path("")).unwrap();
    assert_eq!(*place.open().get(id).unwrap().profile, profile(1));
}

#[test]
fn the_order_is_that_of_the_imports_where_it_is_lost() {
    let place = Place::new();
    let store = place.open();
    for number in [2, 1, 3] {
        store.add(profile(number), NOW + u64::from(number)).unwrap();
    }
    for lost in [
        None,
        Some("no JSON"),
        Some("[]"),
        Some(r#"{"version": 9, "profiles": []}"#),
    ] {
        match lost {
            None => fs::remove_file(place.path("order.json")).unwrap(),
            Some(text) => fs::write(place.path("order.json"), text).unwrap(),
        }

        let store = place.open();

        let order = store
            .list()
            .iter()
            .map(|stored| stored.imported_at)
            .collect::<Vec<_>>();
        assert_eq!(order, [NOW + 1, NOW + 2, NOW + 3]);
        assert_eq!(store.problems().len(), usize::from(lost.is_some()));
        assert_eq!(store.list().len(), 3);
        store.move_to(store.list()[0].id, 2).unwrap();
        assert!(place.open().problems().is_empty());
    }
}

#[test]
fn an_order_with_strangers_is_an_order() {
    let place = Place::new();
    let store = place.open();
    let [a, b] = [1, 2].map(|number| store.add(profile(number), NOW).unwrap().id);
    let order = format!(
        r#"{{"version": 1, "more": 1, "profiles": ["../x", "{b}", "{b}", "0123456789abcdef", "{a}"]}}"#
    );
    fs::write(place.path("order.json"), order).unwrap();

    assert_eq!(ids(&place.open().list()), [b, a]);
    assert!(place.open().problems().is_empty());
}

#[test]
fn the_folder_is_known() {
    let place = Place::new();

    assert_eq!(place.open().folder(), Some(place.path("").as_path()));
    assert_eq!(Store::in_memory().folder(), None);
    assert!(names(&place.open()).is_empty());
}

#[cfg(unix)]
#[test]
fn files_and_folders_are_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    let id = place.open().add(profile(1), NOW).unwrap().id;
    let mode = |below: &str| {
        let metadata = fs::metadata(place.path(below)).unwrap();
        metadata.permissions().mode() & 0o777
    };

    for folder in ["", "profiles", "pending", "damaged"] {
        assert_eq!(mode(folder), 0o700, "{folder}");
    }
    for file in place.files() {
        assert_eq!(mode(&file), 0o600, "{file}");
    }
    fs::set_permissions(place.path("profiles"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(place.file_of(id), fs::Permissions::from_mode(0o604)).unwrap();
    let store = place.open();
    store.refresh().unwrap();
    assert_eq!(mode("profiles"), 0o700);
    assert_eq!(mode(&format!("profiles/{id}.json")), 0o600);
    assert_eq!(store.problems().len(), 2);
    assert_eq!(*store.get(id).unwrap().profile, profile(1));
}
