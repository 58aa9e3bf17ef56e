//! `unsafe` is where the machine and foreign languages are, and nowhere else.

use quote::ToTokens;

use crate::source::{has_identifier, parse, rust_files};
use crate::workspace::{Workspace, root};

const MAY_BE_UNSAFE: [&str; 4] = ["core/system", "core/tunnel", "ffi/c", "ffi/uniffi"];
const FORBID_UNSAFE: [&str; 4] = ["core/profile", "core/openvpn", "core/auth", "core/client"];

#[test]
fn unsafe_is_only_where_the_machine_and_foreign_languages_are() {
    let root = root();
    for file in rust_files(&root) {
        let relative = file.strip_prefix(&root).unwrap();
        if MAY_BE_UNSAFE
            .iter()
            .any(|folder| relative.starts_with(folder))
        {
            continue;
        }
        let tokens = parse(&file).into_token_stream();
        assert!(
            !has_identifier(tokens, "unsafe"),
            "{} is not a place for `unsafe`",
            relative.display()
        );
    }
}

#[test]
fn the_compiler_forbids_unsafe_in_the_other_core_crates() {
    let workspace = Workspace::read();
    for folder in FORBID_UNSAFE {
        let file = workspace.member(folder).path.join("src/lib.rs");
        let forbids = parse(&file).attrs.iter().any(|attribute| {
            attribute.path().is_ident("forbid")
                && has_identifier(attribute.to_token_stream(), "unsafe_code")
        });
        assert!(
            forbids,
            "{folder}/src/lib.rs wants `#![forbid(unsafe_code)]`"
        );
    }
}

#[test]
fn the_word_in_comments_and_strings_is_not_the_keyword() {
    let quiet = syn::parse_file("/// unsafe\nfn a() { b(\"unsafe\") } // unsafe").unwrap();
    let loud = syn::parse_file("fn a() { b!({ unsafe { c() } }) }").unwrap();

    assert!(!has_identifier(quiet.into_token_stream(), "unsafe"));
    assert!(has_identifier(loud.into_token_stream(), "unsafe"));
}
