//! Secrets in sealed files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use p2svpn_auth::{KeyKeeper, MAXIMUM_SECRET_BYTES, SealedSecretStore, SealingKey};
use p2svpn_profile::{SecretStore, SecretStoreError};
use tempfile::TempDir;
use zeroize::Zeroizing;

#[test]
fn a_secret_lasts_from_one_store_to_the_next() {
    let place = tempfile::tempdir().unwrap();

    open(&place, 1).write("profile/a/1", b"a secret").unwrap();

    let store = open(&place, 1);
    assert_eq!(**store.read("profile/a/1").unwrap().unwrap(), *b"a secret");
    assert!(store.read("profile/a/2").unwrap().is_none());
}

#[test]
fn a_secret_is_replaced_and_deleted() {
    let place = tempfile::tempdir().unwrap();
    let store = open(&place, 1);

    store.write("a", b"old").unwrap();
    store.write("a", b"").unwrap();
    assert_eq!(**store.read("a").unwrap().unwrap(), *b"");

    store.delete("a").unwrap();
    store.delete("a").unwrap();
    assert!(store.read("a").unwrap().is_none());
    assert!(files(&place).is_empty());
}

#[test]
fn names_are_found_by_their_beginning() {
    let place = tempfile::tempdir().unwrap();
    let store = open(&place, 1);
    for name in [
        "profile/b/1",
        "profile/a/2",
        "profile/a/1",
        "token/a",
        "Profile/a/1",
    ] {
        store.write(name, name.as_bytes()).unwrap();
    }

    assert_eq!(
        store.names("profile/a/").unwrap(),
        ["profile/a/1", "profile/a/2"]
    );
    assert_eq!(store.names("").unwrap().len(), 5);
    assert_eq!(
        **store.read("Profile/a/1").unwrap().unwrap(),
        *b"Profile/a/1"
    );
}

#[test]
fn another_key_is_told_at_once() {
    let place = tempfile::tempdir().unwrap();
    let store = open(&place, 1);
    store.write("a", b"secret").unwrap();

    let error = SealedSecretStore::open(folder(&place), &SealingKey::new(&[2; 32])).unwrap_err();

    assert!(matches!(error, SecretStoreError::WrongKey), "{error}");
    assert!(!error.remedy().is_empty());
    assert_eq!(**store.read("a").unwrap().unwrap(), *b"secret");
}

#[test]
fn no_damaged_file_makes_the_right_key_look_wrong_or_a_wrong_one_right() {
    let place = tempfile::tempdir().unwrap();
    open(&place, 1).write("a", b"secret").unwrap();
    for file in [only_file(&place), folder(&place).join("key")] {
        let whole = fs::read(&file).unwrap();
        for index in 0..whole.len() {
            let mut changed = whole.clone();
            changed[index] ^= 1;
            for (key, is_right) in [(1, true), (2, false)] {
                fs::write(&file, &changed).unwrap();
                let file = file.display();
                assert_eq!(is_key(&place, key), is_right, "byte {index} of {file}");
            }
        }
        fs::write(&file, b"").unwrap();
        assert!(is_key(&place, 1) && !is_key(&place, 2));
        fs::remove_file(&file).unwrap();
        fs::write(&file, &whole).unwrap();
    }
    assert_eq!(**open(&place, 1).read("a").unwrap().unwrap(), *b"secret");
}

#[test]
fn no_file_of_another_folder_makes_the_right_key_look_wrong_or_a_wrong_one_right() {
    let (place, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    open(&place, 1).write("a", b"secret").unwrap();
    open(&elsewhere, 2).write("b", b"secret").unwrap();
    let foreign = only_file(&elsewhere);
    let record = folder(&place).join("key");
    let ours = fs::read(&record).unwrap();

    let put = folder(&place).join(foreign.file_name().unwrap());
    fs::copy(&foreign, &put).unwrap();
    assert!(is_key(&place, 1) && !is_key(&place, 2));
    fs::remove_file(put).unwrap();

    fs::copy(folder(&elsewhere).join("key"), &record).unwrap();
    assert!(is_key(&place, 1), "and it writes its record again");
    assert_eq!(fs::read(&record).unwrap()[..16], ours[..16]);
    assert!(!is_key(&place, 2));
}

#[test]
fn a_wrong_key_is_told_without_the_record_too() {
    let place = tempfile::tempdir().unwrap();
    open(&place, 1).write("a", b"secret").unwrap();
    fs::remove_file(folder(&place).join("key")).unwrap();

    assert!(!is_key(&place, 2));
    assert!(!folder(&place).join("key").exists());
    assert!(is_key(&place, 1));
    assert!(folder(&place).join("key").exists());
}

#[test]
fn a_folder_without_secrets_takes_another_key() {
    let place = tempfile::tempdir().unwrap();
    let store = open(&place, 1);
    store.write("a", b"secret").unwrap();
    store.delete("a").unwrap();

    open(&place, 2).write("b", b"secret").unwrap();

    assert!(is_key(&place, 2) && !is_key(&place, 1));
    assert_eq!(open(&place, 2).names("").unwrap(), ["b"]);
}

#[test]
fn a_secret_of_another_key_is_told_when_it_is_read() {
    let (place, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(&place, 1);
    open(&elsewhere, 2).write("a", b"secret").unwrap();
    fs::copy(
        only_file(&elsewhere),
        folder(&place).join(only_file(&elsewhere).file_name().unwrap()),
    )
    .unwrap();

    let error = store.read("a").unwrap_err();

    assert!(matches!(error, SecretStoreError::WrongKey), "{error}");
}

#[test]
fn no_byte_of_a_sealed_file_can_be_changed_unnoticed() {
    let place = tempfile::tempdir().unwrap();
    let store = open(&place, 1);
    store.write("a", b"secret").unwrap();
    let file = only_file(&place);
    let sealed = fs::read(&file).unwrap();

    for index in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[index] ^= 1;
        fs::write(&file, &changed).unwrap();
        assert!(store.read("a").is_err(), "byte {index}");

        fs::write(&file, &sealed[..index]).unwrap();
        assert!(store.read("a").is_err(), "cut off after {index}");
    }
    fs::write(&file, [sealed.as_slice(), b"x"].concat()).unwrap();
    assert!(store.read("a").is_err());
    fs::write(&file, &sealed).unwrap();
    assert!(store.read("a").is_ok());
}

#[test]
fn a_secret_cannot_be_passed_off_under_another_name() {
    let place = tempfile::tempdir().unwrap();
    let store = open(&place, 1);
    store.write("a", b"secret of a").unwrap();
    let of_a = only_file(&place);
    store.write("b", b"secret of b").unwrap();
    let of_b = files(&place)
        .into_iter()
        .find(|file| *file != of_a)
        .unwrap();

    fs::copy(&of_a, &of_b).unwrap();

    let error = store.read("b").unwrap_err();
    assert!(
        matches!(&error, SecretStoreError::Damaged { name } if name == "b"),
        "{error}"
    );
    assert_eq!(store.names("").unwrap(), ["a"]);
}

#[test]
fn nothing_of_a_secret_stands_in_its_file_and_equal_secrets_differ() {
    let place = tempfile::tempdir().unwrap();
    let store = open(&place, 1);
    let secret = b"a secret that is long enough to be found";

    store.write("a", secret).unwrap();
    let first = fs::read(only_file(&place)).unwrap();
    store.write("a", secret).unwrap();
    let second = fs::read(only_file(&place)).unwrap();

    assert!(
        !first
            .windows(6)
            .any(|part| secret.windows(6).any(|other| part == other))
    );
    assert_ne!(first, second);
}

#[test]
fn a_secret_beyond_the_limit_is_refused_and_the_largest_is_kept() {
    let place = tempfile::tempdir().unwrap();
    let store = open(&place, 1);

    store.write("a", &vec![1; MAXIMUM_SECRET_BYTES]).unwrap();
    let error = store
        .write("a", &vec![2; MAXIMUM_SECRET_BYTES + 1])
        .unwrap_err();

    assert!(
        matches!(error, SecretStoreError::TooLarge { .. }),
        "{error}"
    );
    assert_eq!(
        **store.read("a").unwrap().unwrap(),
        *vec![1; MAXIMUM_SECRET_BYTES]
    );
}

#[test]
fn a_damaged_file_keeps_no_other_secret_from_being_read() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(folder(&place)).unwrap();
    let store = open(&place, 1);
    store.write("a", b"secret").unwrap();
    fs::write(folder(&place).join("0000.sealed"), b"not sealed").unwrap();
    fs::write(folder(&place).join("notes.txt"), b"not ours").unwrap();
    fs::create_dir(folder(&place).join("folder.sealed")).unwrap();

    let store = open(&place, 1);

    assert_eq!(**store.read("a").unwrap().unwrap(), *b"secret");
    assert_eq!(store.names("").unwrap(), ["a"]);
}

#[test]
fn a_folder_that_vanishes_is_an_error_and_not_an_empty_store() {
    let place = tempfile::tempdir().unwrap();
    let store = open(&place, 1);
    fs::remove_dir_all(folder(&place)).unwrap();

    assert!(store.read("a").is_err());
    assert!(store.names("").is_err());
    assert!(store.write("a", b"secret").is_err());
    assert!(store.delete("a").is_err());
}

#[test]
fn debug_and_errors_show_neither_key_nor_secret() {
    let place = tempfile::tempdir().unwrap();
    let store = open(&place, 65);
    store.write("a", b"hush").unwrap();
    fs::write(only_file(&place), b"hush").unwrap();

    let shown = format!(
        "{store:?} {:?} {}",
        store.read("a"),
        store.read("a").unwrap_err()
    );

    assert!(
        !shown.contains("hush") && !shown.contains("65, 65"),
        "{shown}"
    );
}

#[test]
fn two_stores_write_to_one_folder_at_once() {
    let place = tempfile::tempdir().unwrap();
    let stores = [open(&place, 1), open(&place, 1)];

    std::thread::scope(|scope| {
        for store in &stores {
            scope.spawn(move || {
                for round in 0..50u8 {
                    store.write("a", &[round; 100]).unwrap();
                    let secret = store.read("a").unwrap().unwrap();
                    assert!(secret.iter().all(|byte| *byte == secret[0]));
                }
            });
        }
    });

    assert_eq!(files(&place).len(), 1);
}

#[test]
fn a_key_in_the_folder_opens_it_again_and_only_its_user_may_read_it() {
    let place = TempDir::new().unwrap();
    let open = || SealedSecretStore::open_unprotected(folder(&place));

    open().unwrap().write("name", b"secret").unwrap();

    assert_eq!(**open().unwrap().read("name").unwrap().unwrap(), *b"secret");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = fs::metadata(folder(&place).join("unprotected-key")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_folder_that_a_host_has_sealed_is_not_opened_without_its_key() {
    let place = TempDir::new().unwrap();
    open(&place, 1).write("name", b"secret").unwrap();

    let refused = SealedSecretStore::open_unprotected(folder(&place)).unwrap_err();

    assert!(matches!(refused, SecretStoreError::WrongKey), "{refused}");
    assert!(!folder(&place).join("unprotected-key").exists());
    assert!(is_key(&place, 1));
}

#[test]
fn a_damaged_key_in_the_folder_is_told() {
    let place = TempDir::new().unwrap();
    SealedSecretStore::open_unprotected(folder(&place)).unwrap();
    fs::write(folder(&place).join("unprotected-key"), b"short").unwrap();

    let refused = SealedSecretStore::open_unprotected(folder(&place)).unwrap_err();

    assert!(
        matches!(refused, SecretStoreError::Damaged { .. }),
        "{refused}"
    );
}

#[test]
fn a_kept_key_opens_the_folder_wherever_it_is_moved() {
    let place = TempDir::new().unwrap();
    let keeper = Keeper::default();
    let store = SealedSecretStore::open_with(folder(&place), &keeper).unwrap();
    store.write("name", b"secret").unwrap();
    let moved = place.path().join("moved");
    fs::rename(folder(&place), &moved).unwrap();

    let store = SealedSecretStore::open_with(&moved, &keeper).unwrap();

    assert_eq!(**store.read("name").unwrap().unwrap(), *b"secret");
    let kept = keeper.kept.lock().unwrap();
    assert_eq!(kept.len(), 1);
    for file in fs::read_dir(&moved).unwrap() {
        let content = fs::read(file.unwrap().path()).unwrap();
        let key = kept.values().next().unwrap();
        assert!(
            content
                .windows(key.len())
                .all(|part| part != key.as_slice())
        );
    }
}

#[test]
fn several_that_open_a_new_folder_at_once_agree_on_one_key() {
    let place = TempDir::new().unwrap();
    let keeper = Keeper::default();

    std::thread::scope(|scope| {
        for number in 0..8 {
            let (place, keeper) = (&place, &keeper);
            scope.spawn(move || {
                let store = SealedSecretStore::open_with(folder(place), keeper).unwrap();
                store.write(&format!("name-{number}"), b"secret").unwrap();
            });
        }
    });

    let store = SealedSecretStore::open_with(folder(&place), &keeper).unwrap();
    assert_eq!(store.names("").unwrap().len(), 8);
    for name in store.names("").unwrap() {
        assert_eq!(**store.read(&name).unwrap().unwrap(), *b"secret");
    }
    assert_eq!(keeper.kept.lock().unwrap().len(), 1);
}

#[test]
fn a_keeper_that_refuses_leaves_nothing_behind_and_is_asked_again() {
    let place = TempDir::new().unwrap();
    let keeper = Keeper::default();
    keeper.is_locked.store(true, Ordering::Relaxed);

    let refused = SealedSecretStore::open_with(folder(&place), &keeper).unwrap_err();
    assert!(
        matches!(refused, SecretStoreError::Unavailable { .. }),
        "{refused}"
    );
    keeper.is_locked.store(false, Ordering::Relaxed);
    let store = SealedSecretStore::open_with(folder(&place), &keeper).unwrap();
    store.write("name", b"secret").unwrap();

    keeper.is_locked.store(true, Ordering::Relaxed);
    let refused = SealedSecretStore::open_with(folder(&place), &keeper).unwrap_err();
    assert!(
        matches!(refused, SecretStoreError::Unavailable { .. }),
        "{refused}"
    );
    keeper.is_locked.store(false, Ordering::Relaxed);
    let store = SealedSecretStore::open_with(folder(&place), &keeper).unwrap();
    assert_eq!(**store.read("name").unwrap().unwrap(), *b"secret");
}

#[test]
fn a_key_whose_receipt_cannot_be_written_is_forgotten() {
    let place = TempDir::new().unwrap();
    let keeper = Keeper {
        in_the_way: Some(folder(&place).join("key-receipt")),
        ..Keeper::default()
    };

    let refused = SealedSecretStore::open_with(folder(&place), &keeper).unwrap_err();

    assert!(matches!(refused, SecretStoreError::Folder(_)), "{refused}");
    assert!(keeper.kept.lock().unwrap().is_empty());
}

#[test]
fn a_keeper_that_gives_back_something_else_is_told() {
    let place = TempDir::new().unwrap();
    let keeper = Keeper::default();
    let store = SealedSecretStore::open_with(folder(&place), &keeper).unwrap();
    store.write("name", b"secret").unwrap();

    for key in keeper.kept.lock().unwrap().values_mut() {
        *key = b"no key".to_vec();
    }
    let damaged = SealedSecretStore::open_with(folder(&place), &keeper).unwrap_err();
    for key in keeper.kept.lock().unwrap().values_mut() {
        *key = vec![1; 32];
    }
    let wrong = SealedSecretStore::open_with(folder(&place), &keeper).unwrap_err();

    assert!(
        matches!(damaged, SecretStoreError::Damaged { .. }),
        "{damaged}"
    );
    assert!(matches!(wrong, SecretStoreError::WrongKey), "{wrong}");
}

#[test]
fn a_folder_that_a_host_has_sealed_gets_no_kept_key() {
    let place = TempDir::new().unwrap();
    open(&place, 1).write("name", b"secret").unwrap();
    let keeper = Keeper::default();

    let refused = SealedSecretStore::open_with(folder(&place), &keeper).unwrap_err();

    assert!(matches!(refused, SecretStoreError::WrongKey), "{refused}");
    assert!(keeper.kept.lock().unwrap().is_empty());
    assert!(is_key(&place, 1));
}

/// Keeps keys in memory.
#[derive(Default)]
struct Keeper {
    kept: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
    is_locked: AtomicBool,
    /// What is put in the way of the receipt while the key is taken.
    in_the_way: Option<PathBuf>,
}

impl Keeper {
    fn check(&self) -> Result<(), SecretStoreError> {
        if self.is_locked.load(Ordering::Relaxed) {
            let reason = "it is locked".to_owned();
            return Err(SecretStoreError::Unavailable { reason });
        }
        Ok(())
    }
}

impl KeyKeeper for Keeper {
    fn keep(&self, name: &str, key: &[u8]) -> Result<Vec<u8>, SecretStoreError> {
        self.check()?;
        if let Some(path) = &self.in_the_way {
            fs::create_dir(path).unwrap();
        }
        let receipt = format!("receipt of {name}").into_bytes();
        let mut kept = self.kept.lock().unwrap();
        kept.insert(receipt.clone(), key.to_vec());
        Ok(receipt)
    }

    fn fetch(&self, receipt: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretStoreError> {
        self.check()?;
        let kept = self.kept.lock().unwrap();
        let reason = "it is gone".to_owned();
        let key = kept.get(receipt).cloned();
        key.map(Zeroizing::new)
            .ok_or(SecretStoreError::Unavailable { reason })
    }

    fn forget(&self, receipt: &[u8]) {
        self.kept.lock().unwrap().remove(receipt);
    }
}

fn open(place: &TempDir, key: u8) -> SealedSecretStore {
    SealedSecretStore::open(folder(place), &SealingKey::new(&[key; 32])).unwrap()
}

/// Says whether the store opens with a key.
fn is_key(place: &TempDir, key: u8) -> bool {
    match SealedSecretStore::open(folder(place), &SealingKey::new(&[key; 32])) {
        Ok(_) => true,
        Err(SecretStoreError::WrongKey) => false,
        Err(error) => panic!("{error}"),
    }
}

fn folder(place: &TempDir) -> PathBuf {
    place.path().join("secrets")
}

fn files(place: &TempDir) -> Vec<PathBuf> {
    let is_sealed = |path: &PathBuf| path.extension().is_some_and(|end| end == "sealed");
    fs::read_dir(folder(place))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(is_sealed)
        .collect()
}

fn only_file(place: &TempDir) -> PathBuf {
    let files = files(place);
    assert_eq!(files.len(), 1, "{files:?}");
    Path::new(&files[0]).to_owned()
}
