//! The files of the tree.

use crate::source::{CrateSource, rust_files};
use crate::workspace::{Workspace, root};

const MOST_LINES: usize = 700;

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let files = rust_files(&root());
    assert!(
        files.len() > 20,
        "only {} Rust files found: the walk is broken",
        files.len()
    );

    for file in files {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(
            lines <= MOST_LINES,
            "{} has {lines} lines, more than {MOST_LINES}: split it by noun",
            file.display()
        );
    }
}

#[test]
fn every_source_file_belongs_to_its_crate() {
    for member in Workspace::read().members {
        let roots = ["src/lib.rs", "src/main.rs"].map(|file| member.path.join(file));
        let sources: Vec<CrateSource> = roots
            .iter()
            .filter(|file| file.is_file())
            .map(|file| CrateSource::read(file))
            .collect();

        for file in rust_files(&member.path.join("src")) {
            let is_program = file.starts_with(member.path.join("src/bin"));
            let belongs = is_program
                || sources
                    .iter()
                    .any(|source| source.files().contains(file.as_path()));
            assert!(
                belongs,
                "{} is in no crate: no `mod` leads to it",
                file.display()
            );
        }
    }
}
