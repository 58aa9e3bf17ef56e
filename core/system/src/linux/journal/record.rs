use std::fs::{File, read_to_string, remove_file};
use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::change::{Change, Place};
use super::folder::Journal;
use crate::linux::network_id::NetworkId;

/// The file of one owner, from the first change that has to be written down until everything is undone.
#[derive(Debug)]
pub(in crate::linux) struct Record {
    journal: Journal,
    /// There from the first change on.
    file: Option<(PathBuf, File)>,
}

impl Record {
    pub(in crate::linux) fn new(journal: Journal) -> Self {
        Self {
            journal,
            file: None,
        }
    }

    /// Writes changes down. They may be made when this has returned, or has failed, which leaves nobody to undo them after a kill.
    pub(in crate::linux) fn note(&mut self, changes: &[Change]) -> io::Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut text = Vec::new();
        if self.file.is_none() {
            let place = Place::here()?;
            line(&mut text, &place)?;
        }
        for change in changes {
            line(&mut text, change)?;
        }
        let (_, file) = match &mut self.file {
            Some(file) => file,
            empty => empty.insert(self.journal.create()?),
        };
        // One write: a kill leaves all of it or, at worst, a line that is torn.
        file.write_all(&text)
    }

    /// Writes down that these are the changes from now on: the others are undone.
    pub(in crate::linux) fn keep(&mut self, changes: &[Change]) -> io::Result<()> {
        let mut latest = Self::new(self.journal.clone());
        latest.note(changes)?;
        self.forget();
        *self = latest;
        Ok(())
    }

    /// Forgets all of it: it is undone.
    pub(in crate::linux) fn forget(&mut self) {
        if let Some((path, _locked)) = self.file.take()
            && let Err(error) = remove_file(&path)
        {
            // Whoever recovers finds nothing of it any more.
            tracing::warn!(file = %path.display(), %error, "a journal was not removed");
        }
    }
}

impl Place {
    pub(in crate::linux) fn here() -> io::Result<Self> {
        let boot = read_to_string("/proc/sys/kernel/random/boot_id")?;
        let network = NetworkId::of_this_thread();
        Ok(Self {
            boot: boot.trim().to_owned(),
            network: network.ok_or_else(|| io::Error::other("which network it is is not known"))?,
        })
    }
}

fn line(text: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *text, value)?;
    text.push(b'\n');
    Ok(())
}
