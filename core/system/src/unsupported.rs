//! Stands in for [`Interface`] where this version cannot configure the network.

use crate::{Applied, NetworkConfig, SystemError};

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
