//! No ring of imports between files.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use crate::imports::{Imports, imports};
use crate::source::CrateSource;
use crate::workspace::{Workspace, root};

#[test]
fn no_file_imports_itself_through_others() {
    let mut rings = Vec::new();
    for member in Workspace::read().members {
        for root_file in ["src/lib.rs", "src/main.rs"].map(|file| member.path.join(file)) {
            if root_file.is_file() {
                rings.extend(rings_of(&imports(&CrateSource::read(&root_file)), &root()));
            }
        }
    }
    assert!(
        rings.is_empty(),
        "files import each other:\n{}",
        rings.join("\n")
    );
}

#[test]
fn two_files_that_import_each_other_are_found() {
    let tree = Tree::new(&[
        ("lib.rs", "mod lock; mod key;"),
        (
            "lock.rs",
            "use crate::key::Key; pub(crate) struct Lock(Key);",
        ),
        (
            "key.rs",
            "use crate::lock::Lock; pub(crate) struct Key(Box<Lock>);",
        ),
    ]);

    assert_eq!(tree.rings(), ["key.rs:1 -> lock.rs:1 -> key.rs"]);
}

#[test]
fn a_ring_of_three_is_found() {
    let tree = Tree::new(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub(crate) struct A(B);"),
        ("b.rs", "pub(crate) struct B(crate::c::C);"),
        ("c.rs", "pub(crate) struct C(Box<super::a::A>);"),
    ]);

    assert_eq!(tree.rings(), ["a.rs:1 -> b.rs:1 -> c.rs:1 -> a.rs"]);
}

#[test]
fn a_ring_through_what_the_root_passes_on_is_found() {
    let tree = Tree::new(&[
        (
            "lib.rs",
            "mod lock; mod key; pub use lock::Lock; pub use key::Key;",
        ),
        ("lock.rs", "use crate::Key; pub struct Lock(Key);"),
        ("key.rs", "use crate::Lock; pub struct Key(Box<Lock>);"),
    ]);

    assert_eq!(tree.rings(), ["key.rs:1 -> lock.rs:1 -> key.rs"]);
}

#[test]
fn a_parent_and_a_child_that_need_each_other_are_found() {
    let tree = Tree::new(&[
        ("lib.rs", "mod door;"),
        (
            "door/mod.rs",
            "mod lock; pub(crate) struct Door { lock: lock::Lock }",
        ),
        (
            "door/lock.rs",
            "pub(crate) struct Lock; impl super::Door { fn open(&self) {} }",
        ),
    ]);

    assert_eq!(
        tree.rings(),
        ["door/lock.rs:1 -> door/mod.rs:1 -> door/lock.rs"]
    );
}

#[test]
fn a_ring_through_a_macro_is_found() {
    let tree = Tree::new(&[
        ("lib.rs", "mod lock; mod key;"),
        (
            "lock.rs",
            "pub(crate) fn lock() { println!(\"{}\", crate::key::key()); }",
        ),
        (
            "key.rs",
            "pub(crate) fn key() -> u8 {\n    crate::lock::lock(); 1\n}",
        ),
    ]);

    assert_eq!(tree.rings(), ["key.rs:2 -> lock.rs:1 -> key.rs"]);
}

#[test]
fn a_root_may_pass_on_what_uses_its_siblings() {
    let tree = Tree::new(&[
        (
            "lib.rs",
            "mod error; mod door; pub use error::Error; pub use door::Door;",
        ),
        ("error.rs", "pub struct Error;"),
        (
            "door/mod.rs",
            "mod lock; pub(crate) use lock::Lock; pub use self::lock::Bolt; pub struct Door(crate::Error);",
        ),
        (
            "door/lock.rs",
            "use crate::Error; pub(crate) struct Lock(Error); pub struct Bolt(crate::error::Error);",
        ),
    ]);

    assert_eq!(tree.rings(), [""; 0]);
}

#[test]
fn a_test_may_import_what_it_tests() {
    let tree = Tree::new(&[
        ("lib.rs", "mod door;"),
        ("door.rs", "pub(crate) struct Door; #[cfg(test)] mod tests;"),
        (
            "door/tests.rs",
            "use super::*; use crate::door::Door; #[test] fn it_opens() {}",
        ),
    ]);

    assert_eq!(tree.rings(), [""; 0]);
}

/// One line for each ring, starting at the ring's first file by name.
fn rings_of(imports: &Imports, base: &Path) -> Vec<String> {
    let mut rings = Vec::new();
    for file in imports.keys() {
        let Some(ring) = shortest_way(imports, file, file) else {
            continue;
        };
        if ring.iter().min() != Some(file) {
            continue;
        }
        let mut line = String::new();
        for (index, from) in ring.iter().enumerate() {
            let to = &ring[(index + 1) % ring.len()];
            let shown = from.strip_prefix(base).unwrap_or(from).display();
            line.push_str(&format!("{shown}:{} -> ", imports[from][to]));
        }
        line.push_str(
            &file
                .strip_prefix(base)
                .unwrap_or(file)
                .display()
                .to_string(),
        );
        rings.push(line);
    }
    rings
}

/// The files on the shortest way of at least one import, without the goal.
fn shortest_way(imports: &Imports, from: &PathBuf, goal: &PathBuf) -> Option<Vec<PathBuf>> {
    let mut came_from: BTreeMap<&PathBuf, &PathBuf> = BTreeMap::new();
    let mut queue = VecDeque::from([from]);
    while let Some(file) = queue.pop_front() {
        for next in imports.get(file).into_iter().flat_map(BTreeMap::keys) {
            if next == goal {
                let mut way = vec![file.clone()];
                while let Some(before) =
                    (way.last() != Some(from)).then(|| came_from[way.last().unwrap()])
                {
                    way.push(before.clone());
                }
                way.reverse();
                return Some(way);
            }
            if next != from && !came_from.contains_key(next) {
                came_from.insert(next, file);
                queue.push_back(next);
            }
        }
    }
    None
}

struct Tree {
    folder: tempfile::TempDir,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self { folder }
    }

    fn rings(&self) -> Vec<String> {
        let source = CrateSource::read(&self.folder.path().join("lib.rs"));
        rings_of(&imports(&source), self.folder.path())
    }
}
