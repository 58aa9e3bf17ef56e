//! Secret stores that ask the user, are locked, or have lost what they kept.

#![expect(clippy::disallowed_methods, reason = "a thread plays the watch")]

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use p2svpn_profile::{
    Authentication, ClientIdentity, MemorySecretStore, PasswordAuthentication, ProblemKind,
    Profile, ProfileEdit, Relation, SecretStore, SecretStoreError, SecretText, Store, StoreError,
};
use proptest::prelude::*;
use zeroize::Zeroizing;

use crate::place::{NOW, Place, ids, newer, profile, refreshed, renamed};
use crate::support::generated::any_profile;

/// A key ring that counts how often it is asked, and may refuse or take its time.
struct KeyRing {
    secrets: Arc<MemorySecretStore>,
    asked: AtomicUsize,
    refusal: Mutex<Option<SecretStoreError>>,
    question: Mutex<Option<Question>>,
}

/// Tells that the user is asked, and waits for his answer.
type Question = (Sender<()>, Receiver<()>);

impl KeyRing {
    fn of(place: &Place) -> Arc<Self> {
        Arc::new(Self {
            secrets: place.secrets.clone(),
            asked: AtomicUsize::new(0),
            refusal: Mutex::default(),
            question: Mutex::default(),
        })
    }

    fn open(self: &Arc<Self>, place: &Place) -> Store {
        Store::open(place.path(""), self.clone()).unwrap()
    }

    fn refuse(&self, refusal: impl Into<Option<SecretStoreError>>) {
        *self.refusal.lock().unwrap() = refusal.into();
    }

    fn lock(&self) {
        self.refuse(SecretStoreError::Unavailable {
            reason: "it is locked".to_owned(),
        });
    }

    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::SeqCst)
    }

    fn ask(&self) -> Result<(), SecretStoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if let Some((asked, answer)) = self.question.lock().unwrap().take() {
            asked.send(()).unwrap();
            answer.recv().unwrap();
        }
        match &*self.refusal.lock().unwrap() {
            Some(refusal) => Err(refusal.clone()),
            None => Ok(()),
        }
    }
}

impl SecretStore for KeyRing {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        self.ask()?;
        self.secrets.read(name)
    }

    fn write(&self, name: &str, secret: &[u8]) -> Result<(), SecretStoreError> {
        self.ask()?;
        self.secrets.write(name, secret)
    }

    fn delete(&self, name: &str) -> Result<(), SecretStoreError> {
        self.ask()?;
        self.secrets.delete(name)
    }

    fn names(&self, prefix: &str) -> Result<Vec<String>, SecretStoreError> {
        self.ask()?;
        self.secrets.names(prefix)
    }
}

#[test]
fn what_is_known_is_answered_while_the_secret_store_asks_the_user() {
    let looks: [fn(&Store); 4] = [
        |store| store.notice().unwrap(),
        |store| store.refresh().unwrap(),
        |store| drop(store.add(profile(3), NOW).unwrap()),
        |store| {
            let first = store.list()[0].id;
            store
                .replace(first, renamed(&profile(1), "Office"))
                .unwrap();
        },
    ];
    for look in looks {
        let place = Place::new();
        let first = place.open().add(profile(1), NOW).unwrap().id;
        let ring = KeyRing::of(&place);
        let store = ring.open(&place);
        let second = place.open().add(profile(2), NOW).unwrap().id;
        let ((asks, asked), (answer, answered)) = (channel(), channel());
        *ring.question.lock().unwrap() = Some((asks, answered));

        thread::scope(|scope| {
            scope.spawn(|| look(&store));
            asked.recv().unwrap();
            assert_eq!(ids(&store.list()), [first]);
            assert_eq!(*store.get(first).unwrap().profile, profile(1));
            assert!(store.get(second).is_err());
            assert!(store.problems().is_empty());
            assert_eq!(store.tell(|changes| changes), []);
            assert_eq!(store.relation(&newer(1)), Relation::UpdateOf(first));
            answer.send(()).unwrap();
        });

        assert_eq!(ids(&store.list())[..2], [first, second]);
    }
}

#[test]
fn a_locked_secret_store_is_asked_once_until_the_host_refreshes() {
    let place = Place::new();
    let other = place.open();
    let [first, second] = [1, 2].map(|number| other.add(profile(number), NOW).unwrap().id);
    let ring = KeyRing::of(&place);
    ring.lock();
    let store = ring.open(&place);
    assert_eq!(ring.asked(), 2, "once for each profile");

    for round in 0..5 {
        let name = format!("Office {round}");
        let third = other.add(renamed(&profile(3), &name), NOW).unwrap().id;
        store.notice().unwrap();
        assert_eq!(ring.asked(), 1, "for the new profile alone");
        other.remove(third).unwrap();
        store.notice().unwrap();
        store.notice().unwrap();
        assert_eq!(ring.asked(), 0);
    }
    assert!(store.move_to(first, 1).is_err());
    assert!(store.replace(first, profile(1)).is_err());
    assert_eq!(ring.asked(), 0, "for changes of others");
    other
        .replace(first, renamed(&profile(1), "Office"))
        .unwrap();
    store.notice().unwrap();
    assert_eq!(ring.asked(), 1, "for the profile that is another one");

    store.refresh().unwrap();
    assert_eq!(ring.asked(), 2);
    ring.refuse(None);
    store.refresh().unwrap();
    assert_eq!(ids(&store.list()), [first, second]);
    ring.asked();
    store.refresh().unwrap();
    assert_eq!(ring.asked(), 0, "what can be used is not read again");
}

#[test]
fn a_watch_does_not_ask_for_what_a_killed_writer_left() {
    let place = Place::new();
    let other = place.open();
    let id = other.add(profile(1), NOW).unwrap().id;
    let ring = KeyRing::of(&place);
    let store = ring.open(&place);
    fs::write(place.path("pending").join(id.as_str()), "").unwrap();
    other.move_to(id, 0).unwrap();
    fs::write(place.path("pending").join(id.as_str()), "").unwrap();
    ring.lock();
    ring.asked();

    store.notice().unwrap();
    assert_eq!(ring.asked(), 0);
    store.refresh().unwrap();
    assert_eq!(ring.asked(), 1);
}

#[test]
fn an_import_changes_nothing_where_the_secrets_cannot_be_had_just_now() {
    let locked = SecretStoreError::Unavailable {
        reason: "it is locked".to_owned(),
    };
    for (refusal, expected) in [
        (locked, ProblemKind::SecretsUnreadable),
        (SecretStoreError::WrongKey, ProblemKind::WrongKey),
    ] {
        let place = Place::new();
        let id = place.open().add(profile(1), NOW).unwrap().id;
        let edited = renamed(&profile(1), "Office");
        place.open().replace(id, edited.clone()).unwrap();
        let ring = KeyRing::of(&place);
        ring.refuse(refusal);
        let store = ring.open(&place);
        let (file, bundles) = (fs::read(place.file_of(id)).unwrap(), place.bundles());

        let error = store.add(profile(1), NOW).unwrap_err();

        let StoreError::Unusable { kind, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(*kind, expected);
        assert_eq!(error.remedy(), expected.remedy());
        assert_eq!(store.problems()[0].kind, expected);
        assert_eq!(fs::read(place.file_of(id)).unwrap(), file);
        assert_eq!(place.bundles(), bundles);

        ring.refuse(None);
        let again = store.add(profile(1), NOW).unwrap();
        assert_eq!((again.id, &*again.profile), (id, &edited));
    }
}

#[test]
fn secrets_that_come_back_are_worth_more_than_an_import() {
    let place = Place::new();
    let store = place.open();
    let id = store.add(profile(1), NOW).unwrap().id;
    let mut with_password = profile(1);
    with_password.authentication.offer(password("of the user"));
    store.replace(id, with_password.clone()).unwrap();
    let name = place.bundles().remove(0);
    let bundle = place.secrets.read(&name).unwrap().unwrap();
    place.secrets.delete(&name).unwrap();
    let store = place.open();
    place.secrets.write(&name, &bundle).unwrap();

    let again = store.add(profile(1), NOW).unwrap();

    assert_eq!(*again.profile, with_password);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the profile, an edit outlives the loss of its secrets.
    #[test]
    fn edits_outlive_lost_secrets(imported in any_profile()) {
        let mut edit = ProfileEdit::new();
        edit.rename("Office").unwrap();
        edit.replace_includes("10.99.0.0/16").unwrap();
        let edited = edit.apply(&imported).unwrap().profile;

        let restored = lose_and_import_again(&imported, &edited);

        prop_assert_eq!(restored, edited);
    }
}

#[test]
fn a_secret_that_the_user_gave_is_gone_when_it_is_lost_and_nothing_is_in_its_place() {
    let imported = profile(1);
    let mut edited = renamed(&imported, "Office");
    edited.authentication.offer(password("of the user"));
    let kind = password("").kind();
    edited.authentication.select(kind);
    let mut way = edited.authentication.others()[0].clone();
    way.certificate_mut().unwrap().identity = Some(ClientIdentity::Pem {
        certificates: "of the user".to_owned(),
        key: secret("of the user"),
    });
    edited.authentication.offer(way);

    let restored = lose_and_import_again(&imported, &edited);

    assert_eq!(restored.name, "Office");
    assert_eq!(restored.server_validation, imported.server_validation);
    let way = restored.authentication.selected().password().unwrap();
    assert_eq!(way.username.as_deref(), Some("alice"));
    assert_eq!(way.password, None);
    let other = restored.authentication.others()[0].certificate().unwrap();
    assert_eq!(other.identity, None);
}

/// Keeps a profile with edits, loses its secrets, and imports it again.
fn lose_and_import_again(imported: &Profile, edited: &Profile) -> Profile {
    let place = Place::new();
    let store = place.open();
    let id = store.add(imported.clone(), NOW).unwrap().id;
    store.replace(id, edited.clone()).unwrap();
    for name in place.bundles() {
        place.secrets.delete(&name).unwrap();
    }
    let store = place.open();

    let again = store.add(imported.clone(), NOW).unwrap();

    assert_eq!(again.id, id);
    assert_eq!(*again.original, *imported);
    assert!(refreshed(&place.open()).is_empty());
    Profile::clone(&place.open().get(id).unwrap().profile)
}

fn password(text: &str) -> Authentication {
    Authentication::Password(PasswordAuthentication {
        username: Some("alice".to_owned()),
        password: Some(secret(text)),
        ..PasswordAuthentication::default()
    })
}

fn secret(text: &str) -> SecretText {
    SecretText::new(Zeroizing::new(text.to_owned()))
}
