//! Profiles that are kept in a folder, with their secrets in sealed files or in a key ring.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use p2svpn_client::{
    Client, ErrorCode, EventKind, ProfileChange, ProfileEdit, SealingKey, SecretStore,
    SecretStoreError, WarningKind,
};
use p2svpn_profile::MemorySecretStore;
use support::options;
use zeroize::Zeroizing;

const CERTIFICATE: &[u8] = include_bytes!("../../profile/tests/fixtures/certificate.xml");
const ENTRA: &[u8] = include_bytes!("../../profile/tests/fixtures/entra.xml");

#[test]
fn profiles_in_a_folder_outlive_their_client_with_edits_and_order() {
    let folder = tempfile::tempdir().unwrap();
    let first = stored(folder.path()).profiles();
    let certificate = *first.import(CERTIFICATE, None).unwrap().id();
    let entra = *first.import(ENTRA, None).unwrap().id();
    let mut edit = ProfileEdit::new();
    edit.rename("Office").unwrap();
    first.edit(&certificate, &edit).unwrap();
    first.move_to(&entra, 0).unwrap();
    drop(first);

    let second = stored(folder.path()).profiles();

    let list = second.list();
    let ids: Vec<_> = list.iter().map(|profile| profile.id).collect();
    assert_eq!(ids, [entra, certificate]);
    assert_eq!((list[0].edited, list[1].edited), (false, true));
    assert_eq!(list[1].name, "Office");
    assert!(second.problems().is_empty(), "{:?}", second.problems());
}

#[test]
fn another_key_does_not_open_the_profiles_secrets() {
    let folder = tempfile::tempdir().unwrap();
    stored(folder.path())
        .profiles()
        .import(CERTIFICATE, None)
        .unwrap();

    let other = SealingKey::new(&[8; SealingKey::LENGTH]);
    let refusal = Client::builder()
        .profile_store(folder.path(), other)
        .build();

    assert_eq!(refusal.unwrap_err().code(), ErrorCode::StoreKeyWrong);
}

#[test]
fn an_unprotected_folder_is_told_of_and_a_sealed_one_is_not_opened_so() {
    let folder = tempfile::tempdir().unwrap();
    let open = |place: &str| {
        Client::builder()
            .unprotected_profile_store(folder.path().join(place))
            .build()
    };
    let first = open("plain").unwrap();
    let id = *first.profiles().import(CERTIFICATE, None).unwrap().id();
    let EventKind::Warning(warning) = first.try_event().unwrap().kind else {
        panic!("nothing was told")
    };
    assert_eq!(warning.kind, WarningKind::Store);
    drop(first);
    assert!(open("plain").unwrap().profiles().get(&id).is_ok());

    let sealed = stored(&folder.path().join("sealed")).profiles();
    sealed.import(CERTIFICATE, None).unwrap();
    assert_eq!(open("sealed").unwrap_err().code(), ErrorCode::StoreKeyWrong);
}

#[test]
fn a_folder_that_is_a_file_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();

    let refusal = Client::builder().profile_store(file.path(), key()).build();

    let code = refusal.unwrap_err().code();
    assert!(
        matches!(
            code,
            ErrorCode::StoreUntrusted | ErrorCode::StoreUnavailable
        ),
        "{code}"
    );
}

#[test]
fn a_folder_with_other_files_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("photo.jpg"), "of somebody").unwrap();
    let before = std::fs::metadata(folder.path()).unwrap().permissions();

    for builder in [
        Client::builder().profile_store(folder.path(), key()),
        Client::builder().profile_store_with(folder.path(), Arc::new(KeyRing::default())),
    ] {
        let refusal = builder.build().unwrap_err();
        assert_eq!(refusal.code(), ErrorCode::StoreUntrusted);
        assert!(refusal.remedy().contains("empty"), "{}", refusal.remedy());
    }

    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let after = std::fs::metadata(folder.path()).unwrap().permissions();
    assert_eq!(after, before);
}

#[test]
fn a_profile_with_locked_secrets_has_its_error_and_is_there_after_a_refresh() {
    let folder = tempfile::tempdir().unwrap();
    let ring = Arc::new(KeyRing::default());
    let open = || {
        let builder = Client::builder().profile_store_with(folder.path(), ring.clone());
        builder.build().unwrap()
    };
    let id = *open().profiles().import(CERTIFICATE, None).unwrap().id();
    ring.is_locked.store(true, Ordering::SeqCst);
    let client = open();
    let profiles = client.profiles();

    for error in [
        profiles.get(&id).unwrap_err(),
        profiles.details(&id).unwrap_err(),
        profiles.import(CERTIFICATE, None).unwrap_err(),
        profiles.update(&id, CERTIFICATE).unwrap_err(),
        profiles.duplicate(&id, "Copy").unwrap_err(),
        client.explain(&id, &options()).unwrap_err(),
        client.connect(&id, options()).unwrap_err(),
    ] {
        assert_eq!(error.code(), ErrorCode::StoreUnavailable, "{error}");
        assert!(error.remedy().contains("Unlock"), "{}", error.remedy());
    }

    ring.is_locked.store(false, Ordering::SeqCst);
    profiles.refresh().unwrap();
    assert_eq!(profiles.get(&id).unwrap().id, id);
    assert!(profiles.problems().is_empty());
}

#[test]
fn a_profile_without_its_secrets_says_so_and_has_them_again_after_an_import() {
    let folder = tempfile::tempdir().unwrap();
    let open = |ring: &Arc<KeyRing>| {
        let builder = Client::builder().profile_store_with(folder.path(), ring.clone());
        builder.build().unwrap().profiles()
    };
    let profiles = open(&Arc::default());
    let id = *profiles.import(CERTIFICATE, None).unwrap().id();
    let mut edit = ProfileEdit::new();
    profiles.edit(&id, edit.rename("Office").unwrap()).unwrap();

    let profiles = open(&Arc::default());
    let refusal = profiles.get(&id).unwrap_err();
    let again = profiles.import(CERTIFICATE, None).unwrap();

    assert_eq!(refusal.code(), ErrorCode::SecretsMissing);
    assert_eq!((again.id(), &*again.summary.name), (&id, "Office"));
}

#[test]
fn the_watch_does_not_ask_a_locked_key_ring_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let ring = Arc::new(KeyRing::default());
    let builder = || Client::builder().profile_store_with(folder.path(), ring.clone());
    let writer = builder().build().unwrap();
    writer.profiles().import(CERTIFICATE, None).unwrap();
    ring.is_locked.store(true, Ordering::SeqCst);
    let watcher = builder().build().unwrap();
    ring.reads.store(0, Ordering::SeqCst);

    ring.is_locked.store(false, Ordering::SeqCst);
    let id = *writer.profiles().import(ENTRA, None).unwrap().id();
    watcher.wait_event(Some(support::PATIENCE)).unwrap();
    writer.profiles().remove(&id).unwrap();
    watcher.wait_event(Some(support::PATIENCE)).unwrap();

    assert_eq!(ring.reads.load(Ordering::SeqCst), 1, "for the new profile");
    assert_eq!(watcher.profiles().problems().len(), 1);
}

#[test]
fn a_damaged_file_is_told_and_can_be_discarded() {
    let folder = tempfile::tempdir().unwrap();
    let first = stored(folder.path()).profiles();
    let id = *first.import(CERTIFICATE, None).unwrap().id();
    drop(first);
    let file = folder.path().join(format!("profiles/{id}.json"));
    std::fs::write(file, "{").unwrap();
    let profiles = stored(folder.path()).profiles();

    let problems = profiles.problems();
    let set_aside = problems[0].set_aside().unwrap();

    assert!(!profiles.discard("another.json").unwrap());
    assert!(profiles.discard(set_aside).unwrap());
    assert!(!profiles.discard(set_aside).unwrap());
    assert!(profiles.problems().is_empty());
}

#[test]
fn what_another_process_does_to_the_folder_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (watcher, other) = (stored(folder.path()), stored(folder.path()));
    let id = *other.profiles().import(CERTIFICATE, None).unwrap().id();

    // Long before this the folder was looked at.
    let event = watcher.wait_event(Some(support::PATIENCE)).unwrap();

    let EventKind::ProfilesChanged(changes) = event.kind else {
        panic!("{event:?}");
    };
    assert_eq!(changes, [ProfileChange::Added(id)]);
    assert_eq!(watcher.profiles().list().len(), 1);
}

/// The key of the tests' store.
fn key() -> SealingKey {
    SealingKey::new(&[7; SealingKey::LENGTH])
}

fn stored(folder: &Path) -> Client {
    let builder = Client::builder().profile_store(folder, key());
    builder.build().unwrap()
}

/// A key ring that may be locked.
#[derive(Default)]
struct KeyRing {
    secrets: MemorySecretStore,
    is_locked: AtomicBool,
    reads: AtomicUsize,
}

impl SecretStore for KeyRing {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        if self.is_locked.load(Ordering::SeqCst) {
            let reason = "it is locked".to_owned();
            return Err(SecretStoreError::Unavailable { reason });
        }
        self.secrets.read(name)
    }

    fn write(&self, name: &str, secret: &[u8]) -> Result<(), SecretStoreError> {
        self.secrets.write(name, secret)
    }

    fn delete(&self, name: &str) -> Result<(), SecretStoreError> {
        self.secrets.delete(name)
    }

    fn names(&self, prefix: &str) -> Result<Vec<String>, SecretStoreError> {
        self.secrets.names(prefix)
    }
}
