//! The workspace as its manifests describe it.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// The core crates, lowest first: each may use only those before it.
pub(crate) const CORE: [&str; 6] = ["profile", "openvpn", "auth", "system", "tunnel", "client"];

pub(crate) struct Workspace {
    pub(crate) manifest: Table,
    pub(crate) members: Vec<Member>,
}

pub(crate) struct Member {
    /// Relative to the root, with `/`: `core/openvpn`.
    pub(crate) folder: String,
    pub(crate) path: PathBuf,
    pub(crate) manifest: Table,
}

pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) table: &'static str,
    pub(crate) value: Value,
}

impl Workspace {
    pub(crate) fn read() -> Self {
        let root = root();
        let manifest = read_manifest(&root);
        let members = manifest["workspace"]["members"]
            .as_array()
            .unwrap()
            .iter()
            .map(|folder| folder.as_str().unwrap())
            .map(|folder| Member {
                folder: folder.to_owned(),
                path: root.join(folder),
                manifest: read_manifest(&root.join(folder)),
            })
            .collect();
        Self { manifest, members }
    }

    pub(crate) fn member(&self, folder: &str) -> &Member {
        self.members
            .iter()
            .find(|member| member.folder == folder)
            .expect("a member of the workspace")
    }
}

impl Member {
    pub(crate) fn name(&self) -> &str {
        self.manifest["package"]["name"].as_str().unwrap()
    }

    /// The dependencies of every kind and of every system.
    pub(crate) fn dependencies(&self) -> Vec<Dependency> {
        let systems = self
            .manifest
            .get("target")
            .and_then(Value::as_table)
            .into_iter()
            .flat_map(|targets| {
                targets
                    .iter()
                    .map(|(_, target)| target.as_table().expect("[target.X] holds tables"))
            });
        std::iter::once(&self.manifest)
            .chain(systems)
            .flat_map(dependencies_in)
            .collect()
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned()
}

fn dependencies_in(manifest: &Table) -> Vec<Dependency> {
    ["dependencies", "build-dependencies", "dev-dependencies"]
        .into_iter()
        .filter_map(|table| Some((table, manifest.get(table)?.as_table()?)))
        .flat_map(|(table, entries)| {
            entries.iter().map(move |(name, value)| Dependency {
                name: name.clone(),
                table,
                value: value.clone(),
            })
        })
        .collect()
}

fn read_manifest(folder: &Path) -> Table {
    let path = folder.join("Cargo.toml");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
