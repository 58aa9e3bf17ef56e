use std::path::PathBuf;
use std::sync::Arc;

use p2svpn_profile::{
    Change, MemorySecretStore, Profile, ProfileId, SecretStore, Store, StoredProfile,
};
use tempfile::TempDir;

use crate::support::CERTIFICATE;

/// When profiles are imported, in Unix seconds.
pub(crate) const NOW: u64 = 1_700_000_000;

/// A folder for a store, and the secret store beside it.
pub(crate) struct Place {
    folder: TempDir,
    pub(crate) secrets: Arc<MemorySecretStore>,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            secrets: Arc::default(),
        }
    }

    pub(crate) fn open(&self) -> Store {
        Store::open(self.path(""), self.secrets.clone()).unwrap()
    }

    /// Where something is in the store's folder.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join("store").join(below)
    }

    pub(crate) fn file_of(&self, id: ProfileId) -> PathBuf {
        self.path(&format!("profiles/{id}.json"))
    }

    pub(crate) fn bundles(&self) -> Vec<String> {
        self.secrets.names("").unwrap()
    }

    /// All files and folders in the store's folder, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let root = self.path("");
        let mut files = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let below = path.strip_prefix(&root).unwrap().display().to_string();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(below);
                }
            }
        }
        files.sort();
        files
    }
}

/// The profile of a gateway that has the number in its name.
pub(crate) fn profile(number: u32) -> Profile {
    let guid = format!("{number:08x}-1f2e-4a5b-8c9d-7e6f5a4b3c2d");
    let text = CERTIFICATE
        .replace("0d3b2c1a-1f2e-4a5b-8c9d-7e6f5a4b3c2d", &guid)
        .replacen("<name>", &format!("<name>{number} "), 1);
    Profile::from_azure_xml(text.as_bytes()).unwrap().profile
}

/// The same gateway after it was set up anew: another host.
pub(crate) fn newer(number: u32) -> Profile {
    let mut profile = profile(number);
    let host = profile.servers.first().host();
    let host = host.replace("a1b2c3d4e5f6", "f6e5d4c3b2a1");
    profile.servers = p2svpn_profile::OneOrMore::new(host.parse().unwrap());
    profile
}

pub(crate) fn renamed(profile: &Profile, name: &str) -> Profile {
    let mut profile = profile.clone();
    profile.name = name.parse().unwrap();
    profile
}

/// What the store tells now.
pub(crate) fn changes(store: &Store) -> Vec<Change> {
    store.tell(|changes| changes)
}

/// What the store tells after a look at the folder.
pub(crate) fn refreshed(store: &Store) -> Vec<Change> {
    store.refresh().unwrap();
    changes(store)
}

pub(crate) fn names(store: &Store) -> Vec<String> {
    let list = store.list();
    list.iter()
        .map(|stored| stored.profile.name.to_string())
        .collect()
}

pub(crate) fn ids(stored: &[StoredProfile]) -> Vec<ProfileId> {
    stored.iter().map(|stored| stored.id).collect()
}
