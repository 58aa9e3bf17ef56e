use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use p2svpn_profile::{SecretStore, SecretStoreError};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::account::Account;
use super::tenant::EntraTenant;
use super::tokens::RefreshToken;

/// Accounts that are remembered for one application; the one that was not used for longest goes.
const ACCOUNTS: usize = 16;

/// The version of the format. Another one is not read.
const VERSION: u32 = 1;

/// Remembers who has signed in where, with what renews their tokens. Access tokens are never kept: they are got anew.
///
/// What is in a secret store is read anew each time, since other processes may have renewed it. Calls block for as long as the
/// store takes.
pub struct TokenCache {
    store: Option<Arc<dyn SecretStore>>,
    memory: Mutex<BTreeMap<String, Vec<Entry>>>,
}

impl TokenCache {
    /// Remembers until the process ends, as a profile wants that does not let sign-ins be kept.
    pub fn in_memory() -> Self {
        Self {
            store: None,
            memory: Mutex::default(),
        }
    }

    /// Remembers in a secret store.
    pub fn kept_in(store: Arc<dyn SecretStore>) -> Self {
        Self {
            store: Some(store),
            memory: Mutex::default(),
        }
    }

    /// Lists who has signed in, the last one first.
    ///
    /// # Errors
    ///
    /// [`SecretStoreError`]. What is damaged is forgotten, which is no error: those users sign in anew.
    pub fn accounts(&self, tenant: &EntraTenant) -> Result<Vec<Account>, SecretStoreError> {
        let mut memory = self.lock();
        let entries = self.load(&mut memory, tenant)?;
        Ok(entries.iter().map(|entry| entry.account.clone()).collect())
    }

    /// Returns the account of a user name, or the last one that was used, with its token.
    ///
    /// # Errors
    ///
    /// [`SecretStoreError`].
    pub fn find(
        &self,
        tenant: &EntraTenant,
        username: Option<&str>,
    ) -> Result<Option<(Account, RefreshToken)>, SecretStoreError> {
        let mut memory = self.lock();
        let entries = self.load(&mut memory, tenant)?;
        let is_meant = |entry: &&Entry| {
            username.is_none_or(|name| entry.account.username.eq_ignore_ascii_case(name))
        };
        let found = entries.iter().find(is_meant);
        Ok(found.map(|entry| {
            let token = RefreshToken::new(entry.refresh_token.as_str());
            (entry.account.clone(), token)
        }))
    }

    /// Remembers an account with its token, in the place of an older one of the same account.
    ///
    /// # Errors
    ///
    /// [`SecretStoreError`]; it is remembered until the process ends all the same.
    pub fn put(
        &self,
        tenant: &EntraTenant,
        account: &Account,
        token: &RefreshToken,
    ) -> Result<(), SecretStoreError> {
        self.change(tenant, |entries| {
            entries.retain(|entry| !entry.account.is_same(account));
            entries.truncate(ACCOUNTS - 1);
            let entry = Entry {
                account: account.clone(),
                refresh_token: Zeroizing::new(token.as_str().to_owned()).into(),
            };
            entries.insert(0, entry);
        })
    }

    /// Forgets an account: its user is signed out here. Entra itself does not learn of it.
    ///
    /// # Errors
    ///
    /// [`SecretStoreError`].
    pub fn forget(&self, tenant: &EntraTenant, account: &Account) -> Result<(), SecretStoreError> {
        self.change(tenant, |entries| {
            entries.retain(|entry| !entry.account.is_same(account));
        })
    }

    /// Forgets everybody.
    ///
    /// # Errors
    ///
    /// [`SecretStoreError`].
    pub fn forget_all(&self, tenant: &EntraTenant) -> Result<(), SecretStoreError> {
        self.change(tenant, Vec::clear)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Entry>>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn load<'a>(
        &self,
        memory: &'a mut BTreeMap<String, Vec<Entry>>,
        tenant: &EntraTenant,
    ) -> Result<&'a mut Vec<Entry>, SecretStoreError> {
        let name = name(tenant);
        let kept = match &self.store {
            Some(store) => match store.read(&name) {
                Ok(kept) => kept,
                Err(SecretStoreError::Damaged { .. }) => None,
                Err(error) => return Err(error),
            },
            None => None,
        };
        let entries = memory.entry(name).or_default();
        if let Some(kept) = kept {
            *entries = read(&kept).unwrap_or_default();
        }
        Ok(entries)
    }

    fn change(
        &self,
        tenant: &EntraTenant,
        change: impl FnOnce(&mut Vec<Entry>),
    ) -> Result<(), SecretStoreError> {
        let mut memory = self.lock();
        let name = name(tenant);
        // What cannot be read can still be replaced.
        let loaded = self.load(&mut memory, tenant).map(|_| ());
        let entries = memory.entry(name.clone()).or_default();
        change(entries);
        let Some(store) = &self.store else {
            return Ok(());
        };
        loaded?;
        match entries.as_slice() {
            [] => store.delete(&name),
            entries => store.write(&name, &written(entries)),
        }
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_kept = self.store.is_some();
        formatter
            .debug_struct("TokenCache")
            .field("is_kept", &is_kept)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct Entry {
    account: Account,
    refresh_token: Token,
}

/// A text that is wiped when dropped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Token(String);

impl Token {
    fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Zeroizing<String>> for Token {
    fn from(mut text: Zeroizing<String>) -> Self {
        Self(std::mem::take(&mut *text))
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    version: u32,
    entries: T,
}

/// The secret's name: what belongs to whom is nobody's business, so it is hashed.
fn name(tenant: &EntraTenant) -> String {
    let text = [tenant.authority(), tenant.client_id(), tenant.audience()].join("\n");
    let hash = digest(&SHA256, text.as_bytes());
    let digits = hash.as_ref().iter().take(16);
    let digits: String = digits.map(|byte| format!("{byte:02x}")).collect();
    format!("entra-{digits}")
}

fn read(bytes: &[u8]) -> Option<Vec<Entry>> {
    let mut kept: Kept<Vec<Entry>> = serde_json::from_slice(bytes).ok()?;
    kept.entries.truncate(ACCOUNTS);
    (kept.version == VERSION).then_some(kept.entries)
}

fn written(entries: &[Entry]) -> Zeroizing<Vec<u8>> {
    // Large enough that it never moves, which would leave copies behind: an escape has six bytes at most.
    let texts = entries.iter().map(|entry| {
        let account = &entry.account;
        let ids = [&account.object_id, &account.tenant_id];
        let ids: usize = ids
            .iter()
            .map(|id| id.as_ref().map_or(0, String::len))
            .sum();
        (entry.refresh_token.as_str().len() + account.username.len() + ids) * 6 + 200
    });
    let mut bytes = Zeroizing::new(Vec::with_capacity(texts.sum::<usize>() + 100));
    let kept = Kept {
        version: VERSION,
        entries,
    };
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(&mut *bytes, &kept);
    bytes
}
