//! A store with sealed secrets on a disk that is full, and on one that can only be read.
//!
//! Each test mounts a disk in memory, in a mount namespace that ends with the test's thread.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use p2svpn_auth::{SealedSecretStore, SealingKey};
use p2svpn_profile::{
    FolderError, OneOrMore, ProblemKind, Profile, SecretStoreError, Store, StoreError,
};

const AZURE: &[u8] = include_bytes!("../../profile/tests/fixtures/certificate.xml");

#[test]
fn on_a_full_disk_nothing_is_lost_and_profiles_can_be_removed() {
    on_a_disk("256k", |disk| {
        let store = open(disk);
        let mut added = Vec::new();
        let error = loop {
            match store.add(profile(added.len()), 0) {
                Ok(stored) => added.push(stored.id),
                Err(error) => break error,
            }
        };
        assert!(is_full(&error), "{error}");
        assert!(error.remedy().contains("room"));
        assert!(added.len() > 3);
        // What the last one left is cleared up before the disk is filled to the last byte.
        store.refresh().unwrap();
        fill(disk);

        assert!(is_full(&store.add(profile(1_000), 0).unwrap_err()));
        let first = *added.first().unwrap();
        let error = store.replace(first, profile(1_001)).unwrap_err();
        assert!(is_full(&error), "{error}");
        assert!(is_full(&store.move_to(first, 1).unwrap_err()));
        for store in [&store, &open(disk)] {
            assert_holds(store, 0..added.len());
        }

        store.remove(first).unwrap();
        for store in [&store, &open(disk)] {
            assert_holds(store, 1..added.len());
        }
        fs::remove_file(disk.join("filler")).unwrap();
        store.replace(added.pop().unwrap(), profile(1_000)).unwrap();
        assert!(open(disk).problems().is_empty());
    });
}

#[test]
fn from_a_disk_that_can_only_be_read_profiles_are_read() {
    on_a_disk("1m", |disk| {
        let store = open(disk);
        let [first, second] = [0, 1].map(|number| store.add(profile(number), 0).unwrap().id);
        let damaged = store.add(profile(2), 0).unwrap().id;
        let file = disk.join(format!("store/profiles/{damaged}.json"));
        fs::write(&file, "damaged").unwrap();
        remount(disk, MsFlags::MS_RDONLY);

        let read_only = open(disk);
        assert_holds(&read_only, 0..2);
        read_only.refresh().unwrap();
        assert!(read_only.tell(|changes| changes.is_empty()));
        let problems = read_only.problems();
        assert_eq!(problems.len(), 1);
        assert!(
            problems
                .iter()
                .all(|problem| problem.kind == ProblemKind::Damaged)
        );
        assert!(file.exists());
        for error in [
            read_only.add(profile(9), 0).unwrap_err(),
            read_only.replace(first, profile(9)).unwrap_err(),
            read_only.remove(second).unwrap_err(),
            read_only.remove(damaged).unwrap_err(),
            read_only.move_to(second, 0).unwrap_err(),
        ] {
            let denied = matches!(error, StoreError::Folder(FolderError::Denied { .. }));
            assert!(denied, "{error}");
        }
        let error = Store::open(disk.join("another"), secrets(disk)).unwrap_err();
        assert!(
            matches!(error, StoreError::Folder(FolderError::Denied { .. })),
            "{error}"
        );
        assert_holds(&read_only, 0..2);

        remount(disk, MsFlags::empty());
        read_only.move_to(second, 0).unwrap();
        assert!(!file.exists(), "what is damaged was set aside");
    });
}

/// Runs a test on a thread that alone sees the disk.
fn on_a_disk(size: &str, test: impl FnOnce(&Path) + Send) {
    if !p2svpn_house::require_root("it mounts a disk in memory") {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            unshare(CloneFlags::CLONE_NEWNS).unwrap();
            let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
            mount(None::<&str>, "/", None::<&str>, private, None::<&str>).unwrap();
            let options = format!("size={size}");
            let (kind, flags) = (Some("tmpfs"), MsFlags::empty());
            mount(kind, place.path(), kind, flags, Some(options.as_str())).unwrap();
            test(place.path());
        });
        run.join().unwrap();
    });
}

fn remount(disk: &Path, flags: MsFlags) {
    let flags = flags | MsFlags::MS_REMOUNT;
    mount(None::<&str>, disk, None::<&str>, flags, None::<&str>).unwrap();
}

fn secrets(disk: &Path) -> Arc<SealedSecretStore> {
    let key = SealingKey::new(&[7; 32]);
    Arc::new(SealedSecretStore::open(disk.join("secrets"), &key).unwrap())
}

fn open(disk: &Path) -> Store {
    Store::open(disk.join("store"), secrets(disk)).unwrap()
}

/// Takes the last byte of the disk.
fn fill(disk: &Path) {
    let file: PathBuf = disk.join("filler");
    for size in [4096, 1] {
        let mut content = fs::read(&file).unwrap_or_default();
        loop {
            let before = content.len();
            content.resize(before + size, 0);
            if fs::write(&file, &content).is_err() {
                break;
            }
        }
    }
}

fn is_full(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Folder(FolderError::Full { .. })
            | StoreError::Secrets(SecretStoreError::Folder(FolderError::Full { .. }))
    )
}

fn assert_holds(store: &Store, numbers: std::ops::Range<usize>) {
    let profiles: Vec<Profile> = store
        .list()
        .iter()
        .map(|stored| Profile::clone(&stored.profile))
        .collect();
    assert_eq!(profiles, numbers.map(profile).collect::<Vec<_>>());
}

fn profile(number: usize) -> Profile {
    let mut profile = Profile::from_azure_xml(AZURE).unwrap().profile;
    let host = format!("gateway-{number}.example.com");
    profile.servers = OneOrMore::new(host.parse().unwrap());
    profile
}
