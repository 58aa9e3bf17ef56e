//! The tables at the top of modules, which say by which test each trap is held: none may name a test that is not there.

use std::fs;
use std::path::Path;

#[test]
fn every_test_that_a_table_names_is_there() {
    for module in ["renegotiation", "servers", "traps"] {
        let source = read(&format!("connection/tests/{module}.rs")).unwrap();
        let named = tests_named_in(&source);
        assert!(named.len() >= 5, "{module} has a table of tests");
        for name in named {
            assert!(is_there(module, &name), "{module} names {name}");
        }
    }
}

#[test]
fn a_test_that_is_not_there_is_noticed() {
    let table =
        "//! | trap | test |\n//! |---|---|\n//! | `x` | `gone`, `traps::gone`, `data::gone` |\n";

    let named = tests_named_in(table);

    assert_eq!(named, ["gone", "traps::gone", "data::gone"]);
    assert!(named.iter().all(|name| !is_there("traps", name)));
    assert!(is_there("traps", "data::tests"));
}

/// What stands in backticks in the last column.
fn tests_named_in(source: &str) -> Vec<String> {
    let rows = source.lines().filter_map(|line| line.strip_prefix("//! |"));
    let cells = rows.filter_map(|row| row.trim_end_matches('|').rsplit_once('|'));
    cells
        .flat_map(|(_, cell)| cell.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

/// Whether a test of this module, of another module here, or a whole module of tests has this name.
fn is_there(module: &str, name: &str) -> bool {
    let (module, test) = name.rsplit_once("::").unwrap_or((module, name));
    let is_test = read(&format!("connection/tests/{module}.rs"))
        .is_some_and(|source| source.contains(&format!("#[test]\nfn {test}()")));
    let path = name.replace("::", "/");
    let files = [
        format!("{path}.rs"),
        format!("{path}/mod.rs"),
        format!("connection/tests/{path}.rs"),
    ];
    is_test || files.iter().any(|file| read(file).is_some())
}

fn read(file: &str) -> Option<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    fs::read_to_string(sources.join(file)).ok()
}
