use std::fmt::Write;
use std::time::Duration;

use p2svpn_openvpn::Cipher;

use crate::addresses::{GATEWAY, PORT};
use crate::control_wrapping::ControlWrapping;
use crate::error::LabError;
use crate::server_version::ServerVersion;
use crate::site::Site;

/// How the server differs from its default, an Azure gateway's settings.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Which OpenVPN it is.
    pub version: ServerVersion,
    /// What its packets travel over.
    pub transport: Transport,
    /// What protects its control channel.
    pub wrapping: ControlWrapping,
    /// The only data cipher that it allows.
    pub cipher: Cipher,
    /// The only version of TLS that it speaks; any, if absent.
    pub tls: Option<TlsVersion>,
    /// After how long it asks for new keys, in whole seconds; never, if absent. It comes up to a tenth earlier.
    pub renegotiate: Option<Duration>,
    /// Whether it turns off Nagle's algorithm, as openvpn does not by default.
    pub tcp_nodelay: bool,
    /// Whether it keeps its root to itself, as servers mostly do, instead of sending it with its chain.
    pub without_root: bool,
    /// Whether clients connect without certificates, so that something else has to say who they are.
    pub without_certificates: bool,
    /// Whether a client that connects again takes the place, and the address, of its session before.
    pub one_session_each: bool,
    /// A plug-in that it loads, with the plug-in's arguments.
    pub plugin: Option<String>,
    /// More settings that it pushes.
    pub pushed: Vec<String>,
    /// More lines of its configuration.
    pub more: Vec<String>,
}

/// What packets travel over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// TCP, RFC 9293.
    #[default]
    Tcp,
    /// UDP, RFC 768.
    Udp,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsVersion {
    /// TLS 1.2, RFC 5246.
    Tls12,
    /// TLS 1.3, RFC 8446.
    Tls13,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            version: ServerVersion::default(),
            transport: Transport::default(),
            wrapping: ControlWrapping::default(),
            cipher: Cipher::Aes256Gcm,
            tls: None,
            renegotiate: Some(Duration::from_secs(3_600)),
            tcp_nodelay: false,
            without_root: false,
            without_certificates: false,
            one_session_each: false,
            plugin: None,
            pushed: Vec::new(),
            more: Vec::new(),
        }
    }
}

impl ServerOptions {
    /// What is known of Azure's gateways: TCP 443, tls-auth with SHA-256, AES-256-GCM, client certificates, no
    /// keepalive. Its chain includes the root, as the profile names that only by its hash.
    pub(crate) fn configuration(&self, site: &Site) -> Result<String, LabError> {
        let folder = site.folder().display();
        let server = site.server_identity();
        let (certificate, key) = (server.certificate.display(), server.key.display());
        let mut text = format!(
            "dev vnet
dev-type tun
proto {}
local {GATEWAY}
port {PORT}
topology subnet
server 172.16.201.0 255.255.255.0
ca {folder}/client-root.pem
cert {certificate}
key {key}
dh none
cipher {cipher}
data-ciphers {cipher}
reneg-sec {}
verify-client-cert {}
remote-cert-tls client
push \"route 10.1.0.0 255.255.0.0\"
push \"dhcp-option DNS 10.1.0.4\"
push \"dhcp-option DOMAIN corp.example\"
tmp-dir {folder}
verb 4
suppress-timestamps
",
            match self.transport {
                Transport::Tcp => "tcp4-server",
                Transport::Udp => "udp4",
            },
            self.renegotiate.unwrap_or_default().as_secs(),
            if self.without_certificates {
                "none"
            } else {
                "require"
            },
            cipher = self.cipher,
        );
        let is_2_5 = self.version == ServerVersion::V2_5;
        let cookies = self.transport == Transport::Udp && !is_2_5;
        text.push_str(&self.wrapping.server_lines(site, cookies)?);
        if !is_2_5 {
            text.push_str("disable-dco\n");
        }
        // Writing to a String cannot fail.
        if let Some(version) = self.tls.map(TlsVersion::number) {
            let _ = write!(
                text,
                "tls-version-min {version}\ntls-version-max {version}\n"
            );
        }
        if !self.without_root {
            let _ = writeln!(text, "extra-certs {}", site.server_root().display());
        }
        if !self.one_session_each {
            text.push_str("duplicate-cn\n");
        }
        if self.tcp_nodelay {
            text.push_str("socket-flags TCP_NODELAY\n");
        }
        if let Some(plugin) = &self.plugin {
            let _ = writeln!(text, "plugin {plugin}");
        }
        for option in &self.pushed {
            let _ = writeln!(text, "push \"{option}\"");
        }
        for line in &self.more {
            let _ = writeln!(text, "{line}");
        }
        Ok(text)
    }
}

impl Transport {
    /// How it is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
        }
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
