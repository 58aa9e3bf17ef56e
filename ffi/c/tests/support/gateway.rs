//! An embedded gateway and the files that a host gets for it.

use p2svpn_gateway::Gateway;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A gateway that runs beside the test, and a folder with `azurevpnconfig.xml` and `client.pfx` (password `secret`).
pub(crate) struct Site {
    gateway: Option<Gateway>,
    runtime: Runtime,
    folder: TempDir,
}

impl Site {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let gateway = runtime.block_on(Gateway::builder().start()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let identity = gateway.issue_client("alice").unwrap();
        std::fs::write(
            folder.path().join("azurevpnconfig.xml"),
            gateway.profile_xml(),
        )
        .unwrap();
        std::fs::write(
            folder.path().join("client.pfx"),
            identity.pfx("secret").unwrap(),
        )
        .unwrap();
        Self {
            gateway: Some(gateway),
            runtime,
            folder,
        }
    }

    /// Stops the gateway; nobody listens any more where the profile says.
    pub(crate) fn without_gateway(mut self) -> Self {
        if let Some(gateway) = self.gateway.take() {
            self.runtime.block_on(gateway.stop());
        }
        self
    }

    pub(crate) fn folder(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }
}
