//! Stands in for [`Interface`] where this version cannot configure the network.

use std::path::{Path, PathBuf};

use crate::{Applied, GuardRules, NetworkConfig, Recovered, SystemError};

/// Configures one network interface; not supported on this system.
#[derive(Debug)]
#[cfg_attr(test, allow(unreachable_pub))]
pub struct Interface {
    never: std::convert::Infallible,
}

#[cfg_attr(test, allow(dead_code, unreachable_pub))]
impl Interface {
    /// Fails with [`SystemError::Unsupported`].
    pub async fn by_name(_name: &str) -> Result<Self, SystemError> {
        Err(unsupported("configuring a network interface"))
    }

    /// Fails with [`SystemError::Unsupported`].
    pub async fn by_index(_index: u32) -> Result<Self, SystemError> {
        Err(unsupported("configuring a network interface"))
    }

    /// Has changes written down.
    #[must_use]
    pub fn with_journal(self, _journal: Journal) -> Self {
        match self.never {}
    }

    /// Returns the name of the interface.
    pub fn name(&self) -> &str {
        match self.never {}
    }

    /// Returns the number of the interface.
    pub fn index(&self) -> u32 {
        match self.never {}
    }

    /// Makes the machine's network as described.
    pub async fn apply(&mut self, _config: &NetworkConfig) -> Result<Applied, SystemError> {
        match self.never {}
    }

    /// Removes what was added.
    pub async fn undo(&mut self) -> Result<(), SystemError> {
        match self.never {}
    }
}

/// The folder in which changes of the machine are written down; this version makes none here, so that there is nothing to recover.
#[derive(Debug, Clone)]
#[cfg_attr(test, allow(dead_code, unreachable_pub))]
pub struct Journal {
    folder: PathBuf,
}

#[cfg_attr(test, allow(dead_code, unreachable_pub))]
impl Journal {
    /// The machine's own, which all programs share.
    pub fn of_machine() -> Self {
        Self::in_folder("p2svpn")
    }

    /// One in a folder of its own.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Finds nothing.
    pub async fn recover(&self) -> Result<Recovered, SystemError> {
        Ok(Recovered::default())
    }
}

/// Keeps everything on the machine that shall go through a tunnel; not supported on this system.
#[derive(Debug)]
#[cfg_attr(test, allow(dead_code, unreachable_pub))]
pub struct LeakGuard {
    never: std::convert::Infallible,
}

#[cfg_attr(test, allow(dead_code, unreachable_pub))]
impl LeakGuard {
    /// Fails with [`SystemError::Unsupported`].
    pub async fn raise(_rules: GuardRules, _journal: Option<Journal>) -> Result<Self, SystemError> {
        Err(unsupported("a leak guard"))
    }

    /// Gives it other rules.
    pub async fn change(&mut self, _rules: GuardRules) -> Result<(), SystemError> {
        match self.never {}
    }

    /// Returns the rules that are in effect.
    pub fn rules(&self) -> &GuardRules {
        match self.never {}
    }

    /// Lowers it.
    pub async fn lower(self) -> Result<(), SystemError> {
        match self.never {}
    }
}

/// Returns whether DNS servers and suffixes are set on this machine: not by this version.
#[cfg_attr(test, allow(dead_code, unreachable_pub))]
pub fn sets_dns() -> bool {
    false
}

fn unsupported(operation: &'static str) -> SystemError {
    SystemError::Unsupported {
        operation,
        os: std::env::consts::OS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_says_what_is_not_supported_and_where() {
        let Err(error) = Interface::by_name("tun0").await;

        assert_eq!(
            error.to_string(),
            format!(
                "configuring a network interface is not supported on {}",
                std::env::consts::OS
            )
        );
    }
}
