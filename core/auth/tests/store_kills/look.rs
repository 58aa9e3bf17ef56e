use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use p2svpn_auth::{SealedSecretStore, SealingKey};
use p2svpn_profile::{Profile, SecretStore, ServerSecret, Store, Wrapping};

/// Opens the store in a folder with the secrets beside it.
pub(crate) fn open(folder: &Path) -> (Store, Arc<SealedSecretStore>) {
    let key = SealingKey::new(&[7; 32]);
    let secrets = Arc::new(SealedSecretStore::open(folder.join("secrets"), &key).unwrap());
    let store = Store::open(folder.join("store"), secrets.clone()).unwrap();
    (store, secrets)
}

/// Returns what is in the store, after a look at each profile with its secrets and at what else lies
/// around.
pub(crate) fn at(folder: &Path) -> String {
    let (store, secrets) = open(folder);
    assert_eq!(store.problems(), []);
    let mut expected_files = BTreeSet::new();
    let mut bundles = BTreeSet::new();
    for stored in store.list() {
        assert_whole(&stored.profile);
        assert_whole(&stored.original);
        expected_files.insert(format!("{}.json", stored.id));
        let mut of_profile = secrets.names(&format!("profile/{}/", stored.id)).unwrap();
        assert_eq!(of_profile.len(), 1, "{of_profile:?}");
        bundles.extend(of_profile.pop());
    }
    assert_eq!(files(&folder.join("store/profiles")), expected_files);
    assert_eq!(files(&folder.join("store/pending")), BTreeSet::new());
    assert_eq!(files(&folder.join("store/damaged")), BTreeSet::new());
    let secret_names: BTreeSet<String> = secrets.names("").unwrap().into_iter().collect();
    assert_eq!(secret_names, bundles);
    let sealed = files(&folder.join("secrets"));
    assert!(sealed.contains("key") && sealed.contains("p2svpn.lock"));
    assert_eq!(sealed.len(), bundles.len() + 2);
    let others = files(&folder.join("store"));
    let known = [
        "p2svpn.lock",
        "order.json",
        "profiles",
        "pending",
        "damaged",
    ];
    assert!(
        others.iter().all(|name| known.contains(&name.as_str())),
        "{others:?}"
    );
    state(&store)
}

/// The names and numbers of the profiles in their order.
pub(crate) fn state(store: &Store) -> String {
    let list = store.list();
    let shown: Vec<String> = list.iter().map(|stored| show(&stored.profile)).collect();
    shown.join(",")
}

/// A profile's name, and the number that is in its host and in its secret.
pub(crate) fn show(profile: &Profile) -> String {
    format!("{}@{}", profile.name, number_of(profile))
}

pub(crate) fn number_of(profile: &Profile) -> u64 {
    let host = profile.servers.first().host();
    let label = host.split('.').next().unwrap();
    label.rsplit('-').next().unwrap().parse().unwrap()
}

pub(crate) fn secret_of(number: u64) -> ServerSecret {
    let bytes: Vec<u8> = number.to_be_bytes().into_iter().cycle().take(256).collect();
    ServerSecret::new(&bytes.try_into().unwrap())
}

/// A profile and its secret are of one moment.
fn assert_whole(profile: &Profile) {
    let Wrapping::TlsAuth { key, .. } = &profile.server_validation.wrapping else {
        panic!("{} has lost its secret", profile.name);
    };
    let fits = *key == secret_of(number_of(profile));
    assert!(fits, "{} has the secret of another moment", profile.name);
}

fn files(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}
