//! A gateway of our own, for whoever has no other at hand.

use std::path::Path;

use p2svpn_client::{Certificate, Device};
use p2svpn_gateway::{EntraAccount, FakeEntra, Gateway};
use tempfile::TempDir;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::output::say;
use crate::page::Page;

/// The embedded gateway, and the folder with what it hands out, as an administrator would.
pub(crate) struct Home {
    gateway: Gateway,
    _entra: Option<FakeEntra>,
    _folder: TempDir,
}

impl Home {
    /// Starts the gateway and fills in what the command line left open.
    pub(crate) async fn open(arguments: &mut Arguments) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let entra = match arguments.entra {
            true => Some(Self::entra(arguments, folder.path()).await?),
            false => None,
        };
        let builder = match &entra {
            Some(entra) => Gateway::builder().entra(entra),
            None => Gateway::builder(),
        };
        let gateway = builder.start().await?;
        say(format_args!("Started a gateway on {}", gateway.address()))?;

        let profile = folder.path().join("azurevpnconfig.xml");
        std::fs::write(&profile, gateway.profile_xml())?;
        arguments.profile = Some(profile);
        if entra.is_none() {
            let container = gateway.issue_client("quickstart")?.pfx("quickstart")?;
            arguments.certificate = Some(Certificate::pfx(container).password("quickstart"));
        }
        // Without root, and nothing on this machine changes.
        arguments.device = Device::Userspace;
        arguments.page = Some(Page::of((gateway.services(), 80).into()));
        Ok(Self {
            gateway,
            _entra: entra,
            _folder: folder,
        })
    }

    /// Starts a stand-in for Entra ID, where the user signs in.
    async fn entra(arguments: &mut Arguments, folder: &Path) -> Result<FakeEntra, Failure> {
        let (user, password) = ("alice@contoso.example", "secret");
        let account = EntraAccount::new(user, password);
        let entra = FakeEntra::builder().account(account).start().await?;
        let root = folder.join("entra-root.pem");
        std::fs::write(&root, entra.root_pem())?;
        let authority = entra.authority();
        say(format_args!(
            "Started a stand-in for Entra ID at {authority}"
        ))?;
        say(format_args!(
            "Its user is {user} with the password {password}"
        ))?;
        say(format_args!(
            "The root of its certificate, which no browser knows, is in {}",
            root.display()
        ))?;
        arguments.login.host = Some(entra.host_and_port());
        arguments.login.root = Some(root);
        Ok(entra)
    }

    /// Ends the gateway.
    pub(crate) async fn close(self) {
        self.gateway.stop().await;
    }
}
