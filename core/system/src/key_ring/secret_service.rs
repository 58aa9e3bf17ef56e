//! The Secret Service of the desktop, on the session's bus (freedesktop.org, Secret Service API 0.2).

use std::collections::HashMap;
use std::future::Future;
use std::thread;
use std::time::Duration;

use secret_service::{EncryptionType, Error, Item, SecretService};
use tokio::runtime::Builder;
use zeroize::Zeroizing;

use super::KeyRingError;

/// How long a person has to unlock it.
const PATIENCE: Duration = Duration::from_secs(120);

const APPLICATION: &str = "p2svpn";
const CONTENT_TYPE: &str = "application/octet-stream";

/// The receipt is the name.
pub(super) fn keep(name: &str, label: &str, secret: &[u8]) -> Result<Vec<u8>, KeyRingError> {
    on_a_thread(async {
        let service = SecretService::connect(EncryptionType::Dh).await?;
        let collection = match service.get_default_collection().await {
            Err(Error::NoResult) => service.create_collection("Default", "default").await?,
            other => other?,
        };
        if collection.is_locked().await? {
            collection.unlock().await?;
        }
        let attributes = attributes(name);
        collection
            .create_item(label, attributes, secret, true, CONTENT_TYPE)
            .await?;
        Ok(())
    })?;
    Ok(name.as_bytes().to_vec())
}

pub(super) fn fetch(receipt: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyRingError> {
    let name = name(receipt)?;
    on_a_thread(async {
        let service = SecretService::connect(EncryptionType::Dh).await?;
        let item = find(&service, name).await?.ok_or(Error::NoResult)?;
        if item.is_locked().await? {
            item.unlock().await?;
        }
        Ok(Zeroizing::new(item.get_secret().await?))
    })
}

pub(super) fn forget(receipt: &[u8]) -> Result<(), KeyRingError> {
    let name = name(receipt)?;
    on_a_thread(async {
        let service = SecretService::connect(EncryptionType::Dh).await?;
        while let Some(item) = find(&service, name).await? {
            item.unlock().await?;
            item.delete().await?;
        }
        Ok(())
    })
}

async fn find<'a>(service: &'a SecretService<'_>, name: &str) -> Result<Option<Item<'a>>, Error> {
    let found = service.search_items(attributes(name)).await?;
    Ok(found.unlocked.into_iter().chain(found.locked).next())
}

fn attributes(name: &str) -> HashMap<&str, &str> {
    HashMap::from([("application", APPLICATION), ("name", name)])
}

fn name(receipt: &[u8]) -> Result<&str, KeyRingError> {
    str::from_utf8(receipt).map_err(|_| KeyRingError::Lost)
}

/// Does the work on a thread with a runtime of its own: the caller's thread may belong to a runtime, in which nothing may
/// block on another one.
fn on_a_thread<T: Send>(
    work: impl Future<Output = Result<T, Error>> + Send,
) -> Result<T, KeyRingError> {
    thread::scope(|scope| {
        let worker = thread::Builder::new().name("p2svpn-keys".to_owned());
        let worker = worker.spawn_scoped(scope, || {
            let runtime = Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| failed(&error))?;
            let bounded = async { tokio::time::timeout(PATIENCE, work).await };
            match runtime.block_on(bounded) {
                Ok(done) => done.map_err(explain),
                Err(_) => Err(KeyRingError::Locked),
            }
        });
        let worker = worker.map_err(|error| failed(&error))?;
        worker.join().unwrap_or_else(|_| {
            Err(KeyRingError::Failed {
                reason: "the library that talks to it failed".to_owned(),
            })
        })
    })
}

fn explain(error: Error) -> KeyRingError {
    match error {
        Error::NoResult => KeyRingError::Lost,
        Error::Prompt | Error::PromptDisconnected | Error::Locked => KeyRingError::Locked,
        Error::Unavailable => KeyRingError::NotThere {
            reason: "the process belongs to no desktop session".to_owned(),
        },
        Error::Zbus(zbus::Error::InputOutput(error) | zbus::Error::Connection(error, _)) => {
            let reason = format!("there is no way to the session's bus: {error}");
            KeyRingError::NotThere { reason }
        }
        Error::Zbus(zbus::Error::MethodError(name, text, _)) => {
            let reason = text.unwrap_or_else(|| name.to_string());
            if name.starts_with("org.freedesktop.DBus.Error.") {
                // Nobody on the bus gives the service, or can be started to.
                KeyRingError::NotThere { reason }
            } else {
                KeyRingError::Failed { reason }
            }
        }
        other => failed(&other),
    }
}

fn failed(error: &dyn std::error::Error) -> KeyRingError {
    KeyRingError::Failed {
        reason: error.to_string(),
    }
}
