use std::path::PathBuf;
use std::process::Command;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::authority::{Identity, write};
use crate::error::LabError;
use crate::site::Site;

/// SoftHSM2's module, where Debian has it.
pub(crate) const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";

/// A PKCS#11 token made of software, with a certificate and its key, in the folder of a [`Site`].
pub struct Pkcs11Token {
    /// Says where the token is; SoftHSM2 takes it from the environment.
    settings: PathBuf,
}

/// What a [`Pkcs11Token`] can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenAbilities {
    /// All that SoftHSM2 can.
    All,
    /// Signatures with RSA and the older padding alone, like old cards.
    WithoutPss,
}

impl Pkcs11Token {
    /// What opens its keys.
    pub const PIN: &str = "271828";

    /// Makes a token that holds an identity, and the certificate of the root that has issued it.
    ///
    /// # Errors
    /// [`LabError::Program`] with the message of the tool that failed.
    pub fn new(
        site: &Site,
        identity: &Identity,
        abilities: TokenAbilities,
    ) -> Result<Self, LabError> {
        let folder = site.folder().join("token");
        std::fs::create_dir(&folder).map_err(LabError::system("making the token's folder"))?;
        let mechanisms = match abilities {
            TokenAbilities::All => "ALL",
            TokenAbilities::WithoutPss => "CKM_RSA_PKCS",
        };
        let settings = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\nslots.mechanisms = {mechanisms}\n",
            folder.display()
        );
        let token = Self {
            settings: write(site.folder(), "softhsm2.conf", &settings)?,
        };

        let mut tool = token.tool("softhsm2-util");
        tool.args(["--init-token", "--free", "--so-pin", "31415926"]);
        tool.args(["--label", LABEL, "--pin", Self::PIN]);
        site.client.output(tool)?;
        let mut tool = token.tool("softhsm2-util");
        tool.arg("--import").arg(&identity.key);
        tool.args([
            "--token",
            LABEL,
            "--label",
            LABEL,
            "--pin",
            Self::PIN,
            "--id",
            ID,
        ]);
        site.client.output(tool)?;
        for (certificate, id) in [(&identity.certificate, ID), (&site.client_root(), "00")] {
            let certificate = CertificateDer::from_pem_file(certificate)
                .map_err(|error| LabError::Certificate(error.to_string()))?;
            let path = site.folder().join("certificate.der");
            std::fs::write(&path, certificate)
                .map_err(LabError::system("writing a certificate"))?;
            let mut tool = token.object_tool();
            tool.args(["--type", "cert", "--id", id, "--write-object"])
                .arg(path);
            site.client.output(tool)?;
        }
        Ok(token)
    }

    /// Completes a command that runs [`run_client`](crate::run_client) to connect with a certificate of the token.
    #[must_use]
    pub fn configure(&self, mut command: Command) -> Command {
        command.env(SETTINGS, &self.settings);
        command.args(["--pkcs11", MODULE]);
        command
    }

    /// Takes the key away, as pulling the token out does.
    ///
    /// # Errors
    /// [`LabError::Program`] with the tool's message.
    pub fn remove_key(&self, site: &Site) -> Result<(), LabError> {
        let mut tool = self.object_tool();
        tool.args(["--delete-object", "--type", "privkey", "--id", ID]);
        site.client.output(tool).map(drop)
    }

    fn object_tool(&self) -> Command {
        let mut tool = self.tool("pkcs11-tool");
        tool.args(["--module", MODULE, "--token-label", LABEL]);
        tool.args(["--pin", Self::PIN]);
        tool
    }

    fn tool(&self, name: &str) -> Command {
        let mut tool = Command::new(name);
        tool.env(SETTINGS, &self.settings);
        tool
    }
}

const SETTINGS: &str = "SOFTHSM2_CONF";

const LABEL: &str = "Alice";

const ID: &str = "A1";
