use std::process::Command;

use crate::addresses::GATEWAY;
use crate::authority::{Identity, write};
use crate::error::LabError;
use crate::patience::PATIENCE;
use crate::process::Process;
use crate::site::Site;

/// openvpn's own client, the peer that ours is compared with and that proves the site itself.
pub struct OpenVpnClient {
    process: Process,
}

impl OpenVpnClient {
    /// Writes its configuration, `NAME.conf`; `more` lines go at its end.
    ///
    /// # Errors
    /// [`LabError::Write`].
    pub fn configure(
        site: &Site,
        name: &str,
        identity: &Identity,
        more: &[&str],
    ) -> Result<Command, LabError> {
        let folder = site.folder().display();
        let (certificate, key) = (identity.certificate.display(), identity.key.display());
        let text = format!(
            "client
dev tun
disable-dco
proto tcp-client
remote {GATEWAY} 443
nobind
ca {folder}/server-root.pem
cert {certificate}
key {key}
tls-auth {folder}/ta.key 1
auth SHA256
data-ciphers AES-256-GCM
remote-cert-tls server
verb 3
suppress-timestamps
{}
",
            more.join("\n")
        );
        let mut command = Command::new("openvpn");
        command
            .arg("--config")
            .arg(write(site.folder(), &format!("{name}.conf"), &text)?);
        Ok(command)
    }

    /// Starts what [`OpenVpnClient::configure`] made, and returns at once.
    ///
    /// # Errors
    /// [`LabError::System`] if it cannot be started.
    pub fn start(site: &Site, command: &Command) -> Result<Self, LabError> {
        Process::start(&site.client, "the openvpn client", command).map(|process| Self { process })
    }

    /// Waits until it is connected.
    ///
    /// # Errors
    /// [`LabError::Unsaid`] with its log when it does not connect.
    pub fn wait_connected(&self) -> Result<(), LabError> {
        let connected = |line: &str| {
            line.contains("Initialization Sequence Completed")
                .then_some(())
        };
        self.process
            .wait_for("that it is connected", 0, PATIENCE, connected)?;
        Ok(())
    }

    /// The program.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Asks it to end, which lets it remove its routes, and waits.
    ///
    /// # Errors
    /// [`LabError::Traffic`] when it had to be killed.
    pub fn stop(mut self) -> Result<(), LabError> {
        self.process.signal(nix::sys::signal::Signal::SIGTERM)?;
        if self.process.wait_end(PATIENCE) {
            return Ok(());
        }
        Err(LabError::Traffic(
            "the openvpn client did not end".to_owned(),
        ))
    }
}
