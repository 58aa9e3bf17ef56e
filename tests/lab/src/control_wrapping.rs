use std::process::Command;

use p2svpn_openvpn::{Digest, KeyDirection, StaticKey, TlsCryptV2ClientKey, Wrapping};

use crate::error::LabError;
use crate::server_version::ServerVersion;
use crate::site::Site;

/// What protects a server's control channel outside TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlWrapping {
    /// Nothing.
    None,
    /// An HMAC.
    TlsAuth {
        /// Its digest.
        digest: Digest,
        /// Whether each direction has a key of its own.
        directed: bool,
    },
    /// Encryption with a key that all clients share.
    TlsCrypt,
    /// Encryption with a key for each client.
    TlsCryptV2,
}

/// Azure's.
impl Default for ControlWrapping {
    fn default() -> Self {
        Self::TlsAuth {
            digest: Digest::Sha256,
            directed: true,
        }
    }
}

impl ControlWrapping {
    /// How it is called in tables.
    pub fn name(self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::TlsAuth { digest, directed } => {
                let keys = if directed { "0/1" } else { "both" };
                format!("tls-auth {digest} {keys}")
            }
            Self::TlsCrypt => "tls-crypt".to_owned(),
            Self::TlsCryptV2 => "tls-crypt-v2".to_owned(),
        }
    }

    /// The client's side of it, with the site's keys.
    ///
    /// # Errors
    /// [`LabError::Program`] when openvpn makes no key, [`LabError::Traffic`] when the key cannot be read.
    pub fn client(self, site: &Site) -> Result<Wrapping, LabError> {
        let key = StaticKey::from_bytes(site.secret());
        Ok(match self {
            Self::None => Wrapping::None,
            Self::TlsAuth { digest, directed } => Wrapping::TlsAuth {
                key,
                direction: match directed {
                    true => KeyDirection::One,
                    false => KeyDirection::Bidirectional,
                },
                digest,
            },
            Self::TlsCrypt => Wrapping::TlsCrypt { key },
            Self::TlsCryptV2 => Wrapping::TlsCryptV2 {
                client_key: new_client_key(site)?,
            },
        })
    }

    /// What a server's configuration says of it. With `cookies` it keeps nothing of a client before that has shown its
    /// address, which is more of the protocol of tls-crypt-v2.
    pub(crate) fn server_lines(self, site: &Site, cookies: bool) -> Result<String, LabError> {
        let folder = site.folder().display();
        Ok(match self {
            Self::None => String::new(),
            Self::TlsAuth { digest, directed } => {
                let direction = if directed { " 0" } else { "" };
                format!("tls-auth {folder}/ta.key{direction}\nauth {digest}\n")
            }
            Self::TlsCrypt => format!("tls-crypt {folder}/ta.key\n"),
            Self::TlsCryptV2 => {
                make_server_key(site)?;
                let cookies = if cookies { " force-cookie" } else { "" };
                format!("tls-crypt-v2 {folder}/{SERVER_KEY}{cookies}\n")
            }
        })
    }
}

const SERVER_KEY: &str = "tls-crypt-v2-server.key";
const CLIENT_KEY: &str = "tls-crypt-v2-client.key";

fn make_server_key(site: &Site) -> Result<(), LabError> {
    let path = site.folder().join(SERVER_KEY);
    if path.exists() {
        return Ok(());
    }
    let mut command = ServerVersion::default().command();
    command.args(["--genkey", "tls-crypt-v2-server"]).arg(path);
    run(site, command)
}

/// Lets openvpn make another client's key, which replaces the one before.
fn new_client_key(site: &Site) -> Result<TlsCryptV2ClientKey, LabError> {
    make_server_key(site)?;
    let path = site.folder().join(CLIENT_KEY);
    let mut command = ServerVersion::default().command();
    command
        .arg("--tls-crypt-v2")
        .arg(site.folder().join(SERVER_KEY));
    command.args(["--genkey", "tls-crypt-v2-client"]).arg(&path);
    run(site, command)?;
    let text = std::fs::read_to_string(&path).map_err(LabError::system("reading a client key"))?;
    TlsCryptV2ClientKey::from_pem(&text)
        .map_err(|error| LabError::Traffic(format!("openvpn's client key: {error}")))
}

fn run(site: &Site, command: Command) -> Result<(), LabError> {
    site.gateway.output(command).map(drop)
}
