#![allow(clippy::unwrap_used, clippy::expect_used)]
use tempfile::TempDir;

use super::*;

#[test]
fn what_is_written_is_read_again() {
    let (_place, folder) = folder();

    folder.write("a.json", b"old").unwrap();
    folder.write("a.json", b"new and longer").unwrap();

    let file = folder.read("a.json", 100).unwrap().unwrap();
    assert_eq!(**file.bytes, *b"new and longer");
    assert_eq!(folder.names(10).unwrap(), ["a.json"]);
    assert!(folder.remove("a.json").unwrap());
    assert!(!folder.remove("a.json").unwrap());
    assert!(folder.read("a.json", 100).unwrap().is_none());
}

#[test]
fn a_file_of_the_limit_is_read_and_a_larger_one_is_not() {
    let (_place, folder) = folder();
    folder.write("a", &[7; 10]).unwrap();

    assert_eq!(folder.read("a", 10).unwrap().unwrap().bytes.len(), 10);
    let error = folder.read("a", 9).err().unwrap();
    assert!(matches!(error, FolderError::TooLarge { limit: 9, .. }));
}

#[test]
fn what_a_killed_writer_left_is_written_over_and_swept_away() {
    let (_place, folder) = folder();
    fs::write(folder.path().join(".a.new"), b"half of someth").unwrap();
    fs::write(folder.path().join(".b.new"), b"").unwrap();

    folder.write("a", b"something").unwrap();
    assert_eq!(
        **folder.read("a", 100).unwrap().unwrap().bytes,
        *b"something"
    );

    folder.sweep().unwrap();
    assert_eq!(entries(&folder), ["a", LOCK]);
}

#[test]
fn a_name_that_leads_elsewhere_is_refused() {
    let (place, folder) = folder();
    fs::write(place.path().join("secret"), b"of another").unwrap();

    for name in [
        "../secret",
        "..",
        ".",
        "",
        ".a.new",
        LOCK,
        "a/b",
        "a\\b",
        "a:b",
        "a\0",
    ] {
        for error in [
            folder.read(name, 100).err(),
            folder.write(name, b"").err(),
            folder.remove(name).err(),
            folder.folder(name).err(),
        ] {
            let refused = matches!(error, Some(FolderError::Untrusted { .. }));
            assert!(refused, "{name:?}: {error:?}");
        }
    }
}

#[test]
fn a_folder_that_is_gone_is_told_from_a_file_that_is_not_there() {
    let (_place, folder) = folder();
    fs::remove_dir_all(folder.path()).unwrap();

    for error in [
        folder.read("a", 100).err(),
        folder.write("a", b"").err(),
        folder.names(10).err(),
        folder.lock().err(),
    ] {
        let gone = matches!(error, Some(FolderError::Missing { .. }));
        assert!(gone, "{error:?}");
    }
}

#[test]
fn a_file_in_the_place_of_a_folder_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("store");
    fs::write(&path, b"").unwrap();

    let error = PrivateFolder::open(&path).err().unwrap();

    assert!(matches!(error, FolderError::Untrusted { .. }), "{error}");
    let error = PrivateFolder::open(path.join("below")).err().unwrap();
    assert!(!error.remedy().is_empty());
}

#[test]
fn a_folder_with_other_files_is_refused_and_left_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    for name in ["photo.jpg", ".hidden", "lock"] {
        let path = place.path().join(name.replace('.', "-"));
        fs::create_dir(&path).unwrap();
        fs::write(path.join(name), b"of another program").unwrap();
        let before = fs::metadata(&path).unwrap().permissions();

        let error = PrivateFolder::open(&path).err().unwrap();

        assert!(matches!(error, FolderError::Foreign { .. }), "{error}");
        assert_eq!(error.path(), path);
        assert!(error.remedy().contains("empty"), "{}", error.remedy());
        assert_eq!(fs::metadata(&path).unwrap().permissions(), before);
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
    }
}

#[test]
fn an_empty_folder_is_taken_and_is_known_again_with_files() {
    let place = tempfile::tempdir().unwrap();

    let folder = PrivateFolder::open(place.path()).unwrap();
    folder.write("a", b"content").unwrap();
    fs::write(place.path().join("of another program"), b"").unwrap();

    let again = PrivateFolder::open(place.path()).unwrap();
    assert_eq!(**again.read("a", 10).unwrap().unwrap().bytes, *b"content");
}

#[test]
fn a_lock_holds_the_next_one_off() {
    let (_place, folder) = folder();
    let held = folder.lock().unwrap();
    let other = File::open(folder.path().join(LOCK)).unwrap();

    assert!(other.try_lock().is_err());
    drop(held);
    assert!(other.try_lock().is_ok());
}

#[test]
fn a_file_that_is_moved_keeps_its_content() {
    let (_place, folder) = folder();
    let aside = folder.folder("aside").unwrap();
    folder.write("a", b"content").unwrap();

    folder.move_to("a", &aside, "b").unwrap();

    assert!(folder.read("a", 10).unwrap().is_none());
    assert_eq!(**aside.read("b", 10).unwrap().unwrap().bytes, *b"content");
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn what_is_made_is_closed_to_others() {
        let place = tempfile::tempdir().unwrap();
        let folder = PrivateFolder::open(place.path().join("a/b")).unwrap();
        folder.write("c", b"").unwrap();
        drop(folder.lock().unwrap());

        assert_eq!(mode(&place.path().join("a")), 0o700);
        assert_eq!(mode(folder.path()), 0o700);
        assert_eq!(mode(&folder.path().join("c")), 0o600);
        assert_eq!(mode(&folder.path().join(LOCK)), 0o600);
        assert!(!folder.was_open_to_others());
        assert!(!folder.read("c", 1).unwrap().unwrap().was_open_to_others);
    }

    #[test]
    fn what_is_open_to_others_is_closed_and_told() {
        let (_place, folder) = folder();
        folder.write("a", b"").unwrap();
        set_mode(folder.path(), 0o755);
        set_mode(&folder.path().join("a"), 0o644);

        let folder = PrivateFolder::open(folder.path()).unwrap();
        let file = folder.read("a", 1).unwrap().unwrap();

        assert!(folder.was_open_to_others() && file.was_open_to_others);
        assert_eq!(mode(folder.path()), 0o700);
        assert_eq!(mode(&folder.path().join("a")), 0o600);
    }

    #[test]
    fn links_and_pipes_are_not_followed() {
        let (place, folder) = folder();
        let target = place.path().join("target");
        fs::write(&target, b"of another").unwrap();
        symlink(&target, folder.path().join("link")).unwrap();
        symlink("nowhere", folder.path().join("dangling")).unwrap();
        let _socket = UnixListener::bind(folder.path().join("socket")).unwrap();
        fs::create_dir(folder.path().join("folder")).unwrap();

        for name in ["link", "dangling", "socket", "folder"] {
            let error = folder.read(name, 100).err();
            let refused = matches!(error, Some(FolderError::Untrusted { .. }));
            assert!(refused, "{name}: {error:?}");
        }
        folder.write("link", b"ours").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"of another");
        assert_eq!(**folder.read("link", 10).unwrap().unwrap().bytes, *b"ours");
    }

    #[test]
    fn a_link_to_a_folder_is_not_opened() {
        let (place, folder) = folder();
        let link = place.path().join("link");
        symlink(folder.path(), &link).unwrap();

        let error = PrivateFolder::open(link).err().unwrap();

        assert!(matches!(error, FolderError::Untrusted { .. }), "{error}");
    }

    #[test]
    fn a_lock_that_is_a_link_is_refused() {
        let (place, folder) = folder();
        fs::remove_file(folder.path().join(LOCK)).unwrap();
        symlink(place.path().join("made"), folder.path().join(LOCK)).unwrap();

        let error = folder.lock().err().unwrap();

        assert!(matches!(error, FolderError::Untrusted { .. }), "{error}");
        assert!(!place.path().join("made").exists());
    }

    /// Only root can give a file away; root's own files are fine anywhere.
    #[test]
    fn a_file_of_another_user_is_refused() {
        let (_place, folder) = folder();
        folder.write("a", b"").unwrap();
        let path = folder.path().join("a");
        if chown(&path, Some(65_534), None).is_err() {
            assert!(folder.read("a", 1).is_ok());
            return;
        }

        let error = folder.read("a", 1).err().unwrap();
        assert!(matches!(error, FolderError::Untrusted { .. }), "{error}");

        chown(folder.path(), Some(65_534), None).unwrap();
        folder.write("of root", b"").err().unwrap();
        folder.write("of-root", b"").unwrap();
        assert_eq!(
            fs::metadata(folder.path().join("of-root")).unwrap().uid(),
            0
        );
        assert!(folder.read("of-root", 1).is_ok());
        assert!(folder.read("a", 1).is_ok());
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
}

#[test]
fn each_fault_of_the_system_has_its_variant_and_its_remedy() {
    use io::ErrorKind::*;

    let of = |kind: io::ErrorKind| FolderError::new("write", Path::new("a"), kind.into());

    assert!(matches!(of(StorageFull), FolderError::Full { .. }));
    assert!(matches!(of(QuotaExceeded), FolderError::Full { .. }));
    assert!(matches!(of(ReadOnlyFilesystem), FolderError::Denied { .. }));
    assert!(matches!(of(PermissionDenied), FolderError::Denied { .. }));
    assert!(matches!(of(NotFound), FolderError::Missing { .. }));
    assert!(matches!(of(TimedOut), FolderError::Io { .. }));
    for kind in [StorageFull, PermissionDenied, NotFound, TimedOut] {
        assert!(!of(kind).remedy().is_empty() && of(kind).path() == Path::new("a"));
    }
}

fn folder() -> (TempDir, PrivateFolder) {
    let place = tempfile::tempdir().unwrap();
    let folder = PrivateFolder::open(place.path().join("folder")).unwrap();
    (place, folder)
}

fn entries(folder: &PrivateFolder) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
