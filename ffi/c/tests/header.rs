//! include/p2svpn.h is what the source says, is complete, and reads as C and as C++.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::collections::BTreeSet;
use std::process::Command;

#[cfg(target_os = "linux")]
use support::library::{Library, succeed};
use support::{functions, generate_header, header_path, root};

const REGENERATE: &str = "P2SVPN_BLESS=1 cargo test -p p2svpn-c --test header";

#[test]
fn the_header_is_what_the_source_says() {
    let generated = generate_header();
    if std::env::var_os("P2SVPN_BLESS").is_some() {
        std::fs::create_dir_all(header_path().parent().unwrap()).unwrap();
        std::fs::write(header_path(), &generated).unwrap();
    }

    let committed = std::fs::read_to_string(header_path()).unwrap_or_default();

    assert!(
        committed == generated,
        "include/p2svpn.h is out of date; to write it: {REGENERATE}"
    );
}

#[test]
fn every_item_of_the_header_is_documented() {
    let header = std::fs::read_to_string(header_path()).unwrap();

    assert_eq!(undocumented(&header), Vec::<String>::new());
}

#[test]
fn an_item_without_documentation_is_found() {
    let header = "/** Says a. */\nint a(void);\n\nint b(void);\n\n/** Is c. */\nstruct c {\n    int d;\n};\n#define E 1\n";

    assert_eq!(
        undocumented(header),
        ["int b(void);", "int d;", "#define E 1"]
    );
}

#[test]
fn each_function_names_who_frees_what_it_gives_out() {
    let header = std::fs::read_to_string(header_path()).unwrap();

    for (documentation, declaration) in declarations(&header) {
        let documentation = documentation.replace("\n * ", " ");
        let gives_out = declaration.contains("**");
        let returns_text = declaration.starts_with("const char *");
        assert!(
            !gives_out || documentation.contains("_free()"),
            "{declaration} says not who frees what it gives out"
        );
        let owned = documentation.contains("belongs to") || documentation.contains("never freed");
        assert!(
            !returns_text || owned,
            "{declaration} says not whom the text belongs to"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_library_has_exactly_the_functions_of_the_header() {
    if !p2svpn_house::require_program("nm", "it lists what a library exports") {
        return;
    }
    let header = std::fs::read_to_string(header_path()).unwrap();
    let listing = succeed(
        Command::new("nm")
            .args(["--dynamic", "--defined-only"])
            .arg(Library::built().path()),
    );
    let is_function = |line: &&str| line.contains(" T ") || line.contains(" t ");

    let exported: BTreeSet<String> = listing
        .lines()
        .filter(is_function)
        .filter_map(|line| line.rsplit(' ').next())
        .map(str::to_owned)
        .collect();

    let declared: BTreeSet<String> = functions(&header).into_iter().collect();
    assert!(
        declared.len() > 100,
        "only {} functions were found in the header",
        declared.len()
    );
    assert_eq!(exported, declared);
}

#[cfg(target_os = "linux")]
#[test]
fn the_library_is_loaded_by_a_name_with_its_abi() {
    if !p2svpn_house::require_program("readelf", "it shows by which name a library is loaded") {
        return;
    }
    let dynamic = succeed(
        Command::new("readelf")
            .arg("--dynamic")
            .arg(Library::built().path()),
    );

    assert!(
        dynamic.contains("Library soname: [libp2svpn.so.0]"),
        "{dynamic}"
    );
}

#[test]
fn the_header_stands_alone_in_c() {
    if p2svpn_house::require_program("cc", "it compiles the header") {
        reads("cc", "c", &["-std=c11", "-Wstrict-prototypes"]);
    }
}

#[test]
fn the_header_stands_alone_in_cxx() {
    if p2svpn_house::require_program("c++", "it compiles the header") {
        reads("c++", "c++", &["-std=c++17"]);
    }
}

/// Compiles a file that has nothing but the header, twice.
fn reads(compiler: &str, language: &str, arguments: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    std::fs::write(&source, "#include <p2svpn.h>\n#include <p2svpn.h>\n").unwrap();
    let mut command = Command::new(compiler);
    command
        .args(arguments)
        .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"]);
    command
        .arg("-I")
        .arg(root().join("include"))
        .args(["-x", language])
        .arg(&source);

    let output = command.output().unwrap();

    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The lines that declare something and have no documentation above them.
fn undocumented(header: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let (mut documented, mut in_comment, mut in_arguments) = (false, false, false);
    for line in header.lines() {
        let text = line.trim();
        if in_comment || text.starts_with("/*") {
            in_comment = !text.ends_with("*/");
            documented = true;
        } else if in_arguments {
            in_arguments = !text.ends_with(';');
        } else if is_item(text) {
            if !documented {
                missing.push(text.to_owned());
            }
            documented = false;
            in_arguments = text.contains('(') && !text.ends_with(';');
        } else if !text.starts_with(['#', ':', '{']) {
            documented = false;
        }
    }
    missing
}

/// Constants, types, members and functions; not preprocessing, not the ends of blocks, not a second name of a type.
fn is_item(text: &str) -> bool {
    let value = |macro_name: &str| macro_name.contains(' ');
    match text.strip_prefix("#define ") {
        Some(definition) => value(definition),
        None => {
            !text.is_empty()
                && !text.starts_with(['#', '}', '{', ':'])
                && !text.starts_with("extern \"C\"")
        }
    }
}

/// Every function of the header with its documentation.
fn declarations(header: &str) -> Vec<(&str, &str)> {
    let found: Vec<(&str, &str)> = header
        .split("/**")
        .filter_map(|part| part.split_once("*/\n"))
        .map(|(documentation, rest)| {
            (
                documentation,
                rest.split(';').next().unwrap_or_default().trim(),
            )
        })
        .filter(|(_, declaration)| declaration.contains('(') && !declaration.contains("(*"))
        .collect();
    assert!(
        found.len() > 100,
        "only {} functions were found in the header",
        found.len()
    );
    found
}
