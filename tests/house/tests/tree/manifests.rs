//! Lints, layers and dependencies, as the manifests state them.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::workspace::{CORE, Workspace, root};

const RUST_LINTS: [&str; 2] = ["missing_docs", "unreachable_pub"];
const CLIPPY_LINTS: [&str; 7] = [
    "unwrap_used",
    "expect_used",
    "indexing_slicing",
    "panic",
    "undocumented_unsafe_blocks",
    "disallowed_methods",
    "disallowed_types",
];

#[test]
fn the_workspace_turns_the_lints_on() {
    let workspace = Workspace::read();
    let lints = &workspace.manifest["workspace"]["lints"];

    for (tool, names) in [("rust", &RUST_LINTS[..]), ("clippy", &CLIPPY_LINTS[..])] {
        for name in names {
            let level = lints[tool].get(name).and_then(level).unwrap_or("absent");
            assert!(
                matches!(level, "warn" | "deny" | "forbid"),
                "[workspace.lints.{tool}] {name} is {level}"
            );
        }
    }
}

#[test]
fn every_member_inherits_the_lints() {
    for member in Workspace::read().members {
        let expected: Table = "workspace = true".parse().unwrap();
        assert_eq!(
            member.manifest.get("lints").and_then(Value::as_table),
            Some(&expected),
            "{}/Cargo.toml wants `[lints] workspace = true` and nothing else",
            member.folder
        );
    }
}

#[test]
fn every_member_inherits_its_version_edition_and_licence() {
    for member in Workspace::read().members {
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            let inherited = member.manifest["package"]
                .get(key)
                .and_then(|value| value.get("workspace"));
            assert_eq!(
                inherited,
                Some(&Value::Boolean(true)),
                "{}/Cargo.toml wants `{key}.workspace = true`",
                member.folder
            );
        }
    }
}

#[test]
fn every_dependency_takes_its_version_and_features_from_the_workspace() {
    for member in Workspace::read().members {
        for dependency in member.dependencies() {
            let keys: Vec<&str> = dependency
                .value
                .as_table()
                .into_iter()
                .flat_map(Table::keys)
                .map(String::as_str)
                .collect();
            assert!(
                keys.contains(&"workspace")
                    && keys
                        .iter()
                        .all(|key| matches!(*key, "workspace" | "optional")),
                "{}/Cargo.toml [{}] wants `{}.workspace = true`, with the features chosen in the workspace",
                member.folder,
                dependency.table,
                dependency.name
            );
        }
    }
}

#[test]
fn every_dependency_of_the_workspace_has_a_user() {
    let workspace = Workspace::read();
    let used: BTreeSet<String> = workspace
        .members
        .iter()
        .flat_map(|member| member.dependencies())
        .map(|dependency| dependency.name)
        .collect();

    let stated = workspace.manifest["workspace"]["dependencies"]
        .as_table()
        .unwrap();
    let unused: Vec<&String> = stated.keys().filter(|name| !used.contains(*name)).collect();
    assert!(
        unused.is_empty(),
        "no member uses these [workspace.dependencies]: {unused:?}"
    );
}

#[test]
fn dependencies_run_one_way() {
    let workspace = Workspace::read();
    let ours: BTreeSet<&str> = workspace
        .members
        .iter()
        .map(|member| member.name())
        .collect();

    for member in &workspace.members {
        for dependency in member.dependencies() {
            if !ours.contains(dependency.name.as_str()) {
                continue;
            }
            let used = workspace
                .members
                .iter()
                .find(|other| other.name() == dependency.name)
                .unwrap();
            let for_tests = dependency.table == "dev-dependencies";
            assert!(
                may_use(&member.folder, &used.folder, for_tests),
                "{} may not use {} in [{}]",
                member.folder,
                used.folder,
                dependency.table
            );
        }
    }
}

#[test]
fn the_rule_of_layers_tells_up_from_down() {
    assert!(may_use("core/client", "core/profile", false));
    assert!(!may_use("core/profile", "core/client", false));
    assert!(!may_use("core/profile", "core/profile", true));
    assert!(may_use("ffi/c", "core/client", false));
    assert!(!may_use("ffi/c", "core/openvpn", false));
    assert!(may_use("core/client", "tests/gateway", true));
    assert!(!may_use("core/client", "tests/gateway", false));
    assert!(!may_use("core/client", "ffi/c", true));
    assert!(may_use("tests/lab", "ffi/c", false));
}

#[test]
fn every_member_has_a_place_in_the_layers() {
    for member in Workspace::read().members {
        let (part, name) = member.folder.split_once('/').unwrap();
        assert!(
            matches!(part, "ffi" | "examples" | "tests") || part == "core" && CORE.contains(&name),
            "{} is in no layer: add it to CORE in tests/house, at its height",
            member.folder
        );
    }
}

#[test]
fn the_licences_are_at_the_root() {
    for file in ["LICENSE-APACHE", "LICENSE-MIT"] {
        assert!(root().join(file).is_file(), "{file} is missing");
    }
}

fn may_use(user: &str, used: &str, for_tests: bool) -> bool {
    let (user_part, user_name) = user.split_once('/').unwrap();
    let (used_part, used_name) = used.split_once('/').unwrap();
    match (user_part, used_part) {
        ("core", "core") => height(used_name) < height(user_name),
        ("ffi", "core") => used_name == "client",
        ("examples", "core") => used_name == "client",
        ("examples", "tests") => true,
        ("core" | "ffi", "tests") => for_tests,
        ("tests", _) => true,
        _ => false,
    }
}

fn height(core_crate: &str) -> Option<usize> {
    CORE.iter().position(|name| *name == core_crate)
}

fn level(lint: &Value) -> Option<&str> {
    lint.as_str().or_else(|| lint.get("level")?.as_str())
}
