use std::fmt::Write;
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::addresses::GATEWAY;
use crate::authority::write;
use crate::error::LabError;
use crate::process::Process;
use crate::site::Site;

/// How the server differs from its default, an Azure gateway's settings.
#[derive(Clone, Debug, Default)]
pub struct ServerOptions {
    /// The only version of TLS that it speaks; any, if absent.
    pub tls: Option<TlsVersion>,
    /// Whether it turns off Nagle's algorithm, as openvpn does not by default.
    pub tcp_nodelay: bool,
    /// Whether it keeps its root to itself, as servers mostly do, instead of sending it with its chain.
    pub without_root: bool,
    /// More lines of its configuration.
    pub more: Vec<String>,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsVersion {
    /// TLS 1.2, RFC 5246.
    Tls12,
    /// TLS 1.3, RFC 8446.
    Tls13,
}

/// Debian's `openvpn` as the gateway of a [`Site`].
pub struct OpenVpnServer {
    process: Process,
}

impl OpenVpnServer {
    /// Starts it and waits until it listens.
    ///
    /// # Errors
    /// [`LabError::Unsaid`] with its log when it does not come up.
    pub fn start(site: &Site, options: &ServerOptions) -> Result<Self, LabError> {
        let configuration = write(site.folder(), "server.conf", &configuration(site, options))?;
        let mut command = Command::new("openvpn");
        command.arg("--config").arg(configuration);
        let process = Process::start(&site.gateway, "the openvpn server", &command)?;
        process.wait_for("that it is ready", 0, Duration::from_secs(10), |line| {
            line.contains("Initialization Sequence Completed")
                .then_some(())
        })?;
        Ok(Self { process })
    }

    /// The program.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Waits for the first line of its log that contains the text.
    ///
    /// # Errors
    /// [`LabError::Unsaid`] with the whole log when there is none.
    pub fn wait_log(&self, text: &str) -> Result<String, LabError> {
        let pick = |line: &str| line.contains(text).then(|| line.to_owned());
        let limit = Duration::from_secs(5);
        let (line, _) = self.process.wait_for(text, 0, limit, pick)?;
        Ok(line)
    }

    /// Kills it without a goodbye; the kernel still closes its connections.
    pub fn kill(mut self) {
        self.process.kill();
    }

    /// Stops it where it stands: its connections stay open, and nothing comes any more.
    ///
    /// # Errors
    /// [`LabError::System`] when it has ended.
    pub fn freeze(&self) -> Result<(), LabError> {
        self.process.signal(Signal::SIGSTOP)
    }
}

impl TlsVersion {
    /// The version as openvpn writes it in settings and logs.
    pub fn number(self) -> &'static str {
        match self {
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        }
    }
}

/// What is known of Azure's gateways: TCP 443, tls-auth with SHA-256, AES-256-GCM, client certificates, no keepalive. Its
/// chain includes the root, as the profile names that only by its hash.
fn configuration(site: &Site, options: &ServerOptions) -> String {
    let folder = site.folder().display();
    let server = site.server_identity();
    let (certificate, key) = (server.certificate.display(), server.key.display());
    let mut text = format!(
        "dev vnet
dev-type tun
disable-dco
proto tcp-server
local {GATEWAY}
port 443
topology subnet
server 172.16.201.0 255.255.255.0
ca {folder}/client-root.pem
cert {certificate}
key {key}
dh none
tls-auth {folder}/ta.key 0
auth SHA256
cipher AES-256-GCM
data-ciphers AES-256-GCM
verify-client-cert require
remote-cert-tls client
duplicate-cn
push \"route 10.1.0.0 255.255.0.0\"
push \"dhcp-option DNS 10.1.0.4\"
push \"dhcp-option DOMAIN corp.example\"
verb 4
suppress-timestamps
"
    );
    if let Some(version) = options.tls.map(TlsVersion::number) {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "tls-version-min {version}\ntls-version-max {version}\n"
        );
    }
    if !options.without_root {
        let root = site.server_root();
        let _ = writeln!(text, "extra-certs {}", root.display());
    }
    if options.tcp_nodelay {
        text.push_str("socket-flags TCP_NODELAY\n");
    }
    text.push_str(&options.more.join("\n"));
    text.push('\n');
    text
}
