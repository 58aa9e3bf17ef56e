//! Which archives are refused, and that nothing in them costs more than it may.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::io::{Cursor, Write};

use p2svpn_profile::{ImportError, MAXIMUM_PACKAGE_BYTES, MAXIMUM_XML_BYTES};
use proptest::prelude::*;
use support::{CERTIFICATE, ENTRA, PROGRAM, import_one, refusal, zip, zip_with};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const NAME: &str = "AzureVPN\\azurevpnconfig.xml";
const END: &[u8] = b"PK\x05\x06";
const HEADER: &[u8] = b"PK\x01\x02";

/// A package of one profile.
fn package() -> Vec<u8> {
    zip(&[(NAME, CERTIFICATE.as_bytes())])
}

/// Replaces bytes by as many others, wherever they stand.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let mut found = 0;
    for at in 0..bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
            found += 1;
        }
    }
    assert!(found > 0);
    bytes
}

/// Finds a signature, which stands once.
fn find(bytes: &[u8], signature: &[u8]) -> usize {
    let mut places = bytes
        .windows(signature.len())
        .enumerate()
        .filter(|(_, window)| *window == signature)
        .map(|(at, _)| at);
    let place = places.next().unwrap();
    assert_eq!(places.next(), None);
    place
}

/// Writes over a field behind a signature.
fn patched(mut bytes: Vec<u8>, signature: &[u8], at: usize, field: &[u8]) -> Vec<u8> {
    let at = find(&bytes, signature) + at;
    bytes[at..at + field.len()].copy_from_slice(field);
    bytes
}

fn is_damaged(error: &ImportError) -> bool {
    matches!(error, ImportError::DamagedArchive { .. })
}

#[test]
fn stored_and_deflated_files_are_read() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let options = SimpleFileOptions::default().compression_method(method);
        let package = zip_with(&[(NAME, CERTIFICATE.as_bytes())], options);

        assert!(import_one("a.zip", &package).is_ok(), "{method:?}");
    }
}

#[test]
fn an_entry_in_the_form_for_large_files_is_read() {
    let options = SimpleFileOptions::default().large_file(true);

    let package = zip_with(&[(NAME, CERTIFICATE.as_bytes())], options);

    assert!(import_one("a.zip", &package).is_ok());
}

#[test]
fn folders_and_a_comment_do_no_harm() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.set_comment("handed out by Contoso").unwrap();
    let options = SimpleFileOptions::default();
    writer.add_directory("contoso", options).unwrap();
    writer.add_directory("contoso/AzureVPN", options).unwrap();
    writer
        .start_file("contoso/AzureVPN/azurevpnconfig.xml", options)
        .unwrap();
    writer.write_all(CERTIFICATE.as_bytes()).unwrap();

    let package = writer.finish().unwrap().into_inner();

    assert!(import_one("a.zip", &package).is_ok());
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for (name, complaint) in [
        (&b"AzureVPN\\..\\..\\config.xml"[..], "leads out"),
        (b"../reVPN/azurevpnconfig.xml", "leads out"),
        (b"AzureVPN/./zurevpnconfi.xml", "leads out"),
        (b"/zureVPN/azurevpnconfig.xml", "another place"),
        (b"\\\\reVPN\\azurevpnconfi.xml", "another place"),
        (b"AzureVPN//zurevpnconfig.xml", "another place"),
        (b"C:ureVPN/azurevpnconfig.xml", "a drive"),
        (b"AzureVPN/azurevpn.xml:a.xml", "a drive"),
        (b"AzureVPN/azurevpn\0onfig.xml", "control character"),
        (b"AzureVPN/azurevpn\nonfig.xml", "control character"),
    ] {
        let mut name = name.to_vec();
        name.resize(NAME.len(), b'l');
        let error = refusal(&replaced(&package(), NAME.as_bytes(), &name));

        let ImportError::UnsafeArchive { reason, .. } = &error else {
            panic!("{error}");
        };
        assert!(reason.contains(complaint), "{error}");
        assert!(!error.to_string().contains(['\n', '\0']));
    }
}

#[test]
fn a_name_longer_than_any_path_is_refused() {
    let name = format!("{}.txt", "a".repeat(300));

    let error = refusal(&zip(&[(NAME, CERTIFICATE.as_bytes()), (&name, b"")]));

    assert!(matches!(error, ImportError::UnsafeArchive { .. }));
    assert!(error.to_string().len() < 200);
}

#[test]
fn a_link_is_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .add_symlink(NAME, "/etc/shadow", SimpleFileOptions::default())
        .unwrap();

    let error = refusal(&writer.finish().unwrap().into_inner());

    let expected = ImportError::UnsafeArchive {
        entry: "AzureVPN/azurevpnconfig.xml".to_owned(),
        reason: "is a link or a device",
    };
    assert_eq!(error, expected);
}

#[test]
fn an_encrypted_package_says_so() {
    let package = patched(package(), HEADER, 8, &[1]);

    let error = refusal(&package);

    assert!(matches!(error, ImportError::EncryptedArchive { .. }));
    assert!(error.remedy().contains("password"));
}

#[test]
fn two_entries_of_a_name_are_refused() {
    let other = NAME.replace('\\', "/").to_uppercase();
    let package = zip(&[(NAME, CERTIFICATE.as_bytes()), (&other, ENTRA.as_bytes())]);

    let error = refusal(&package);

    assert!(error.to_string().contains("stands in it twice"), "{error}");
}

#[test]
fn a_file_that_inflates_beyond_any_profile_is_refused() {
    for size in [MAXIMUM_XML_BYTES + 1, 8 << 20] {
        let bomb = zip(&[("AzureVPN\\azurevpnconfig.xml", &vec![b' '; size])]);

        let error = refusal(&bomb);

        assert!(
            matches!(error, ImportError::InflatesTooFar { .. }),
            "{error}"
        );
    }
}

#[test]
fn files_that_inflate_too_far_together_are_refused() {
    let names: Vec<String> = (0..5).map(|number| format!("{number}.xml")).collect();
    let padding = vec![b' '; MAXIMUM_XML_BYTES];
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &*padding)).collect();

    let error = refusal(&zip(&files));

    let limit = 4 << 20;
    assert_eq!(error, ImportError::TooMuchTogether { limit });
}

#[test]
fn a_file_that_lies_about_its_size_is_refused() {
    for size in [0u32, 10, 100_000, 900_000] {
        let package = patched(package(), HEADER, 24, &size.to_le_bytes());

        let error = refusal(&package);

        assert!(
            is_damaged(&error) || matches!(error, ImportError::UnsafeArchive { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_changed_file_is_refused() {
    let package = patched(package(), HEADER, 16, &[1, 2, 3, 4]);

    assert!(is_damaged(&refusal(&package)));
}

#[test]
fn what_is_of_no_use_is_not_inflated() {
    let package = zip(&[
        (NAME, CERTIFICATE.as_bytes()),
        ("WindowsAmd64\\VpnClientSetupAmd64.exe", &vec![0; 8 << 20]),
    ]);

    assert!(import_one("a.zip", &package).is_ok());
}

#[test]
fn entries_that_share_bytes_are_refused() {
    let package = zip(&[("a.xml", CERTIFICATE.as_bytes()), ("b.xml", b"<b/>")]);
    let second = package
        .windows(HEADER.len())
        .rposition(|window| window == HEADER)
        .unwrap();
    let mut package = package;
    package[second + 42..second + 46].copy_from_slice(&0u32.to_le_bytes());

    let error = refusal(&package);

    assert!(is_damaged(&error), "{error}");
}

#[test]
fn a_package_that_is_too_large_is_refused() {
    let mut package = package();
    package.resize(MAXIMUM_PACKAGE_BYTES + 1, 0);

    let error = refusal(&package);

    let expected = ImportError::TooLarge {
        size: MAXIMUM_PACKAGE_BYTES + 1,
        limit: MAXIMUM_PACKAGE_BYTES,
    };
    assert_eq!(error, expected);
}

#[test]
fn too_many_entries_are_refused() {
    let names: Vec<String> = (0..1_001).map(|number| number.to_string()).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &b""[..])).collect();

    assert_eq!(
        refusal(&zip(&files)),
        ImportError::TooManyEntries { limit: 1_000 }
    );
    // Who announces fewer than there are is not believed.
    let lie = patched(zip(&files), END, 8, &[10, 0, 10, 0]);
    assert_eq!(refusal(&lie), ImportError::TooManyEntries { limit: 1_000 });
}

#[test]
fn a_directory_with_another_number_of_entries_is_refused() {
    for entries in [0u8, 2] {
        let package = patched(package(), END, 8, &[entries, 0, entries, 0]);

        assert!(is_damaged(&refusal(&package)), "{entries}");
    }
}

#[test]
fn a_package_cut_short_anywhere_is_refused() {
    let package = package();

    for length in 4..package.len() {
        let error = refusal(&package[..length]);

        assert!(is_damaged(&error), "{length}: {error}");
    }
}

#[test]
fn something_before_or_behind_an_archive_is_refused() {
    let behind = [package(), b"something".to_vec()].concat();
    let before = [b"PK\x03\x04".to_vec(), package()].concat();

    assert!(is_damaged(&refusal(&behind)));
    assert!(is_damaged(&refusal(&before)));
}

#[test]
fn an_archive_in_the_comment_of_another_is_refused() {
    let inner = zip(&[("AzureVPN\\azurevpnconfig.xml", ENTRA.as_bytes())]);
    let mut outer = package();
    let comment = u16::try_from(inner.len()).unwrap().to_le_bytes();
    let end = outer.len();
    outer[end - 2..].copy_from_slice(&comment);
    outer.extend(inner);

    let error = refusal(&outer);

    assert!(is_damaged(&error), "{error}");
}

#[test]
fn an_end_in_the_comment_of_an_archive_is_refused() {
    let package = package();
    let end = find(&package, END);
    // The same end again, which is the comment of the first.
    let mut two_ends = package.clone();
    let length = u16::try_from(package.len() - end).unwrap();
    let place = two_ends.len();
    two_ends[place - 2..].copy_from_slice(&length.to_le_bytes());
    two_ends.extend(&package[end..]);

    let error = refusal(&two_ends);

    assert!(is_damaged(&error), "{error}");
}

#[test]
fn parts_of_an_archive_and_archives_beyond_4_gib_are_refused() {
    let of_two_parts = patched(package(), END, 4, &[1, 0]);
    let beyond = patched(package(), END, 8, &[0xFF; 12]);

    assert!(is_damaged(&refusal(&of_two_parts)));
    assert!(matches!(
        refusal(&beyond),
        ImportError::TooManyEntries { .. } | ImportError::DamagedArchive { .. }
    ));
}

#[test]
fn another_compression_is_called_by_its_name() {
    let package = patched(package(), HEADER, 10, &[93, 0]);

    let error = refusal(&package);

    assert!(error.to_string().contains("other than deflate"), "{error}");
}

#[test]
fn an_empty_archive_says_that_it_is() {
    let error = refusal(&zip(&[]));

    let expected = ImportError::NoProfile {
        holds: "nothing".to_owned(),
    };
    assert_eq!(error, expected);
}

proptest! {
    #![proptest_config(ProptestConfig {
        // A failure is kept as a test of its own, with a name.
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_bytes_behind_the_signature_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        let _ = import_one("a.zip", &[&b"PK\x03\x04"[..], &bytes].concat());
    }

    #[test]
    fn a_mangled_package_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut package = zip(&[
            (NAME, CERTIFICATE.as_bytes()),
            ("setup.exe", PROGRAM),
        ]);
        for (place, byte) in changes {
            let place = place.index(package.len());
            package[place] = byte;
        }
        match import_one("a.zip", &package) {
            // The checksum tells; only what nobody reads may have changed.
            Ok(imported) => prop_assert_eq!(imported.len(), 1),
            Err(failure) => prop_assert!(!failure.to_string().is_empty()),
        }
    }

    #[test]
    fn a_mangled_directory_never_panics(
        changes in prop::collection::vec((0usize..200, any::<u8>()), 1..8),
    ) {
        let mut package = package();
        let length = package.len();
        for (back, byte) in changes {
            package[length - 1 - back] = byte;
        }
        let _ = import_one("a.zip", &package);
    }
}
