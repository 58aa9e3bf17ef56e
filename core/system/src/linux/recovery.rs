//! The undoing of what is written down in a journal whose owner is gone.

use std::fs::{File, remove_file};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::SystemError;
use crate::linux::guard::{TABLE, delete_table};
use crate::linux::journal::{Change, Journal, Place};
use crate::linux::netlink::Netlink;
use crate::recovered::Recovered;

/// A file is no longer than this: [`MAX_ROUTES`](crate::MAX_ROUTES) excludes have room in it.
const LONGEST: u64 = 8 * 1024 * 1024;

impl Journal {
    /// Undoes what processes that are gone have left in this network namespace, and tells what that was.
    ///
    /// What a live process has changed is not touched, and neither is what looks otherwise than it was written down: somebody else has
    /// made it so. It may be called at any time, also twice at once. Needs CAP_NET_ADMIN if there is something to undo, and a Tokio
    /// runtime.
    ///
    /// # Errors
    /// [`SystemError::Refused`] if the folder cannot be read or is not safe to follow, or netlink is not there.
    pub async fn recover(&self) -> Result<Recovered, SystemError> {
        let failed = |source| SystemError::Refused {
            operation: format!("read the journal {}", self.folder().display()),
            source,
        };
        let mut recovered = Recovered::default();
        for path in self.files().map_err(failed)? {
            let outcome = match Self::open_abandoned(&path) {
                Ok(None) => continue,
                Ok(Some(file)) => recover_one(&path, file, &mut recovered).await,
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                recovered
                    .left
                    .push(format!("the journal {}: {error}", path.display()));
            }
        }
        Ok(recovered)
    }
}

/// Undoes what one file says, and removes it when nothing is left. The file stays locked until then.
async fn recover_one(path: &Path, file: File, recovered: &mut Recovered) -> io::Result<()> {
    let (place, changes) = read(&file)?;
    let here = Place::here()?;
    match place {
        // Its owner was killed before it had changed anything.
        None => return remove_file(path),
        // Routes do not outlive the system.
        Some(place) if place.boot != here.boot => return remove_file(path),
        Some(place) if place.network != here.network => return Ok(()),
        Some(_) => {}
    }
    if undo(changes, recovered).await? {
        remove_file(path)?;
    }
    Ok(())
}

/// Undoes what is still as it was made, the last first; answers whether nothing of it is left.
async fn undo(changes: Vec<Change>, recovered: &mut Recovered) -> io::Result<bool> {
    let netlink = Netlink::open()?;
    let present = netlink.routes().await?;
    let mut names = Vec::new();
    let mut entries = Vec::new();
    let mut is_done = true;
    for change in changes.into_iter().rev() {
        let (entry, interface_name) = match change {
            Change::Route {
                entry,
                interface_name,
            } => (entry, interface_name),
            Change::Table { name } => {
                is_done &= undo_table(&name, recovered).await;
                continue;
            }
        };
        let is_same_interface = match netlink.link_by_index(entry.interface).await {
            Ok(link) => link.name == interface_name,
            // A route goes with its interface.
            Err(error) if error.raw_os_error() == Some(libc::ENODEV) => false,
            Err(error) => return Err(error),
        };
        if is_same_interface && present.contains(&entry) && !entries.contains(&entry) {
            entries.push(entry);
            names.push(interface_name);
        }
    }
    let outcomes = netlink.remove_routes(&entries).await;
    for ((entry, name), outcome) in entries.iter().zip(names).zip(outcomes) {
        let what = format!("the route to {} by {name}", entry.destination);
        match outcome {
            Err(error) if error.raw_os_error() != Some(libc::ESRCH) => {
                is_done = false;
                recovered.left.push(format!("{what}: {error}"));
            }
            _ => recovered.undone.push(what),
        }
    }
    Ok(is_done)
}

/// Deletes a leak guard's table; answers whether it is gone.
async fn undo_table(name: &str, recovered: &mut Recovered) -> bool {
    let what = format!("the leak guard {name}");
    // A name of another form is not of this library's making.
    let is_ours = name.strip_prefix(TABLE).is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    let outcome = match is_ours {
        true => delete_table(name).await,
        false => Err(io::Error::new(
            ErrorKind::InvalidData,
            "it has another form of name",
        )),
    };
    match outcome {
        Ok(was_there) => {
            recovered.undone.extend(was_there.then_some(what));
            true
        }
        Err(error) => {
            recovered.left.push(format!("{what}: {error}"));
            false
        }
    }
}

/// Reads a file; without a first line its owner has done nothing yet. A last line that is torn was never acted on.
fn read(file: &File) -> io::Result<(Option<Place>, Vec<Change>)> {
    let mut text = String::new();
    file.take(LONGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(io::Error::new(ErrorKind::InvalidData, "it is too long"));
    }
    let mut lines = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    let Some(first) = lines.next() else {
        return Ok((None, Vec::new()));
    };
    let place = serde_json::from_str(first)?;
    let changes = lines.map(serde_json::from_str).collect::<Result<_, _>>()?;
    Ok((Some(place), changes))
}
