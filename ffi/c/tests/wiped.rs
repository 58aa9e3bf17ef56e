//! No memory that held a secret of a profile is given back to the allocator as it was.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use p2svpn::*;
use zeroize::Zeroizing;

/// The key that secrets are sealed with.
const KEY: [u8; 32] = [0xd7; 32];

/// The sealing key, and what is secret in `everything.json`: a password in it as it is, the key of tls-auth in hexadecimal
/// digits and as bytes, and a private key.
const SECRETS: [&[u8]; 5] = [
    b"the other password",
    b"c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5",
    &[0xc5; 32],
    b"BEGIN PRIVATE KEY-----",
    &KEY,
];

#[global_allocator]
static WATCHING: Watching = Watching;

static IS_WATCHING: AtomicBool = AtomicBool::new(false);
static LEFT_BEHIND: [AtomicUsize; SECRETS.len()] = [const { AtomicUsize::new(0) }; SECRETS.len()];

/// The system's allocator, which looks for secrets in what it gets back.
struct Watching;

// SAFETY: every call is passed on as it is to the system's allocator, which keeps the trait's promises. Looking neither
// allocates nor unwinds.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Memory that was never written must not have what somebody else left in it.
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if IS_WATCHING.load(Ordering::Relaxed) {
            // SAFETY: the block is its owner's until it is passed on, and was initialised by `alloc`.
            look(unsafe { std::slice::from_raw_parts(block, layout.size()) });
        }
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.dealloc(block, layout) }
    }
}

fn look(block: &[u8]) {
    for (secret, count) in SECRETS.iter().zip(&LEFT_BEHIND) {
        if block.windows(secret.len()).any(|part| part == *secret) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[test]
fn what_was_secret_is_wiped_before_its_memory_is_given_back() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../core/profile/tests/fixtures/"
    );
    let file = std::fs::read(format!("{folder}everything.json")).unwrap();
    let path = CString::new(format!("{folder}everything.json")).unwrap();

    // A password that nobody wipes is seen.
    IS_WATCHING.store(true, Ordering::Relaxed);
    drop(SECRETS[0].to_vec());
    IS_WATCHING.store(false, Ordering::Relaxed);
    assert_eq!(LEFT_BEHIND[0].swap(0, Ordering::Relaxed), 1);

    let store = tempfile::tempdir().unwrap();
    let folder = CString::new(store.path().to_str().unwrap()).unwrap();

    IS_WATCHING.store(true, Ordering::Relaxed);
    use_a_profile(&folder, &file, &path);
    IS_WATCHING.store(false, Ordering::Relaxed);

    let counts = LEFT_BEHIND
        .each_ref()
        .map(|count| count.load(Ordering::Relaxed));
    assert_eq!(counts, [0; SECRETS.len()]);
}

/// Imports, edits, exports with secrets, frees everything, and reads what was stored again.
fn use_a_profile(folder: &CStr, file: &[u8], path: &CStr) {
    // SAFETY: the calls hold to the rules of the header.
    unsafe {
        let client = open(folder);
        let (mut id, mut same) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        succeed(p2svpn_client_import_bytes(
            Some(&client),
            file.as_ptr(),
            file.len(),
            std::ptr::null(),
            Some(&mut id),
        ));
        succeed(p2svpn_client_import_file(
            Some(&client),
            path.as_ptr(),
            Some(&mut same),
        ));
        let (id, same) = (id.assume_init(), same.assume_init());
        let (mut edit, mut details) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        succeed(p2svpn_profile_edit_new(Some(&mut edit)));
        let mut edit = edit.assume_init();
        succeed(p2svpn_profile_edit_name(
            Some(&mut edit),
            c"Office".as_ptr(),
        ));
        succeed(p2svpn_client_edit_profile(
            Some(&client),
            id,
            Some(&edit),
            None,
        ));
        p2svpn_profile_edit_free(Some(edit));
        p2svpn_client_free(Some(client));

        let client = open(folder);
        succeed(p2svpn_client_profile_details(
            Some(&client),
            id,
            Some(&mut details),
        ));
        p2svpn_profile_details_free(Some(details.assume_init()));
        export(&client, id);
        succeed(p2svpn_client_remove_profile(Some(&client), id));
        p2svpn_string_free(id);
        p2svpn_string_free(same);
        p2svpn_client_free(Some(client));
    }
}

/// Makes a client with a folder.
fn open(folder: &CStr) -> Box<p2svpn_client> {
    let key = Zeroizing::new(KEY);
    let options = p2svpn_client_options {
        size: size_of::<p2svpn_client_options>(),
        event_capacity: 0,
        several_sessions: 0,
        on_event: None,
        userdata: std::ptr::null_mut(),
        free_userdata: None,
        profile_folder: folder.as_ptr(),
        sealing_key: key.as_ptr(),
        authorities: std::ptr::null(),
        login_roots: std::ptr::null(),
        login_roots_size: 0,
        login_proxy: std::ptr::null(),
        unprotected_secrets: 0,
        reserved: 0,
        on_http: None,
        http_userdata: std::ptr::null_mut(),
        free_http_userdata: None,
        journal_folder: std::ptr::null(),
    };
    let mut client = MaybeUninit::uninit();
    // SAFETY: the options hold to the rules of the header, and a client is given out on success.
    unsafe {
        succeed(p2svpn_client_new(&raw const options, Some(&mut client)));
        client.assume_init()
    }
}

/// Exports in every format, with the secrets and without, and imports what has them.
///
/// # Safety
/// The id is one.
unsafe fn export(client: &p2svpn_client, id: *const c_char) {
    for (format, with_secrets) in (1..=3).flat_map(|format| [(format, true), (format, false)]) {
        let mut text = MaybeUninit::uninit();
        // SAFETY: as the caller promises.
        unsafe {
            succeed(p2svpn_client_export_profile(
                Some(client),
                id,
                format,
                with_secrets,
                Some(&mut text),
                None,
            ));
            let text = text.assume_init();
            if with_secrets {
                import(text);
            }
            p2svpn_string_free(text);
        }
    }
}

/// Imports a text into a client that keeps nothing.
///
/// # Safety
/// The text is one.
unsafe fn import(text: *const c_char) {
    // SAFETY: as the caller promises.
    unsafe {
        let (mut client, mut id) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        succeed(p2svpn_client_new(std::ptr::null(), Some(&mut client)));
        let client = client.assume_init();
        let bytes = CStr::from_ptr(text).to_bytes();
        succeed(p2svpn_client_import_bytes(
            Some(&client),
            bytes.as_ptr(),
            bytes.len(),
            std::ptr::null(),
            Some(&mut id),
        ));
        p2svpn_string_free(id.assume_init());
        p2svpn_client_free(Some(client));
    }
}

fn succeed(error: Option<Box<p2svpn_error>>) {
    let number = p2svpn_error_number(error.as_deref());
    assert_eq!(number, 0, "error {number}");
}
