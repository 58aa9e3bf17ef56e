//! What is remembered of sign-ins.

use std::sync::Arc;

use p2svpn_auth::{Account, EntraTenant, RefreshToken, TokenCache};
use p2svpn_profile::{MemorySecretStore, SecretStore};
use serde_json::json;

use crate::login_host::profile;

fn account(name: &str, id: Option<&str>) -> Account {
    serde_json::from_value(json!({ "username": name, "object_id": id })).unwrap()
}

fn tenant() -> EntraTenant {
    EntraTenant::new(&profile())
}

#[test]
fn the_last_one_who_signed_in_comes_first_and_nobody_twice() {
    let cache = TokenCache::in_memory();
    for (name, id) in [
        ("alice", Some("1")),
        ("bob", None),
        ("alice.renamed", Some("1")),
    ] {
        let token = RefreshToken::new(name);
        cache.put(&tenant(), &account(name, id), &token).unwrap();
    }

    let accounts = cache.accounts(&tenant()).unwrap();
    let names: Vec<&str> = accounts
        .iter()
        .map(|account| account.username.as_str())
        .collect();
    assert_eq!(names, ["alice.renamed", "bob"]);
    let found = cache.find(&tenant(), Some("BOB")).unwrap().unwrap();
    assert_eq!(found.1.as_str(), "bob");
    assert!(cache.find(&tenant(), Some("carol")).unwrap().is_none());
}

#[test]
fn applications_and_tenants_do_not_see_each_others_users() {
    let store = Arc::new(MemorySecretStore::default());
    let cache = TokenCache::kept_in(store);
    let mut other = profile();
    other.application_id = Some("other".to_owned());
    let other = EntraTenant::new(&other);
    let alice = account("alice", None);
    let token = RefreshToken::new("a");
    cache.put(&tenant(), &alice, &token).unwrap();

    assert!(cache.accounts(&other).unwrap().is_empty());
    cache.forget_all(&other).unwrap();
    assert_eq!(cache.accounts(&tenant()).unwrap().len(), 1);
}

#[test]
fn no_more_than_sixteen_accounts_are_remembered() {
    let cache = TokenCache::in_memory();
    for number in 0..40 {
        let account = account(&format!("user-{number}"), None);
        let token = RefreshToken::new("r");
        cache.put(&tenant(), &account, &token).unwrap();
    }

    let accounts = cache.accounts(&tenant()).unwrap();

    assert_eq!(accounts.len(), 16);
    assert_eq!(accounts[0].username, "user-39");
}

#[test]
fn what_is_damaged_is_forgotten_and_can_be_replaced() {
    let store = Arc::new(MemorySecretStore::default());
    let alice = account("alice", None);
    let token = RefreshToken::new("r");
    let cache = TokenCache::kept_in(Arc::clone(&store) as Arc<dyn SecretStore>);
    cache.put(&tenant(), &alice, &token).unwrap();
    let name = store.names("entra-").unwrap().remove(0);

    for damaged in ["", "{", r#"{"version":2,"entries":[]}"#, "[1]"] {
        store.write(&name, damaged.as_bytes()).unwrap();
        assert!(cache.accounts(&tenant()).unwrap().is_empty(), "{damaged}");

        cache.put(&tenant(), &alice, &token).unwrap();
        assert_eq!(cache.accounts(&tenant()).unwrap().len(), 1);
    }
}

#[test]
fn whoever_signs_out_leaves_nothing_in_the_store() {
    let store = Arc::new(MemorySecretStore::default());
    let cache = TokenCache::kept_in(Arc::clone(&store) as Arc<dyn SecretStore>);
    let alice = account("alice", None);
    let token = RefreshToken::new("r");
    cache.put(&tenant(), &alice, &token).unwrap();

    cache.forget(&tenant(), &alice).unwrap();

    assert!(store.names("").unwrap().is_empty());
}
