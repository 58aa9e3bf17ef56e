//! A gateway of our own, for whoever has no other at hand.

use p2svpn_client::{Certificate, Device};
use p2svpn_gateway::Gateway;
use tempfile::TempDir;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::output::say;
use crate::page::Page;

/// The embedded gateway, and the folder with what it hands out, as an administrator would.
pub(crate) struct Home {
    gateway: Gateway,
    _folder: TempDir,
}

impl Home {
    /// Starts the gateway and fills in what the command line left open.
    pub(crate) async fn open(arguments: &mut Arguments) -> Result<Self, Failure> {
        let gateway = Gateway::builder().start().await?;
        say(format_args!("Started a gateway on {}", gateway.address()))?;

        let folder = tempfile::tempdir()?;
        let profile = folder.path().join("azurevpnconfig.xml");
        std::fs::write(&profile, gateway.profile_xml())?;
        let container = gateway.issue_client("quickstart")?.pfx("quickstart")?;

        arguments.profile = Some(profile);
        arguments.certificate = Some(Certificate::pfx(container).password("quickstart"));
        // Without root, and nothing on this machine changes.
        arguments.device = Device::Userspace;
        arguments.page = Some(Page::of((gateway.services(), 80).into()));
        Ok(Self {
            gateway,
            _folder: folder,
        })
    }

    /// Ends the gateway.
    pub(crate) async fn close(self) {
        self.gateway.stop().await;
    }
}
