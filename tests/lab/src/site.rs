use std::path::{Path, PathBuf};

use p2svpn_gateway::{ProfileSignIn, ProfileText, Transport};
use tempfile::TempDir;

use crate::addresses::{CLIENT, GATEWAY, SERVICE};
use crate::authority::{Authority, Identity, KeyKind, Purpose, write};
use crate::echo_service::EchoService;
use crate::error::LabError;
use crate::namespace::Namespace;
use crate::static_key::static_key;
use crate::virtual_network::VirtualNetwork;

/// Two namespaces joined by a cable, certificates, a profile, and a virtual network with an HTTP service and an echo.
///
/// The cable is a veth pair called `wan` at both ends; the client has no other route than to the cable's network.
pub struct Site {
    // Dropped from the top: the services before their namespace, the folder last.
    _service: VirtualNetwork,
    _echo: EchoService,
    /// Where the gateway runs.
    pub gateway: Namespace,
    /// Where clients run.
    pub client: Namespace,
    server: Identity,
    server_authority: Authority,
    client_authority: Authority,
    secret: [u8; 256],
    folder: TempDir,
}

impl Site {
    /// Builds the site.
    ///
    /// # Errors
    /// [`LabError::System`] without privilege, [`LabError::Program`] if `ip` refuses something.
    pub fn new() -> Result<Self, LabError> {
        let gateway = Namespace::new()?;
        let client = Namespace::new()?;
        keep_quiet(&gateway)?;
        join(&gateway, &client)?;
        gateway.ip(&format!("address add {SERVICE}/16 dev lo"))?;

        let folder = tempfile::tempdir().map_err(LabError::system("making a folder"))?;
        let server_authority = Authority::new("lab server root")?;
        let client_authority = Authority::new("lab client root")?;
        let host = GATEWAY.to_string();
        let server = server_authority.issue(
            folder.path(),
            "server",
            KeyKind::Rsa2048,
            &Purpose::Server(&host),
        )?;
        let mut secret = [0; 256];
        aws_lc_rs::rand::fill(&mut secret)
            .map_err(|_| LabError::Certificate("no random bytes".to_owned()))?;
        write(folder.path(), "ta.key", &static_key(&secret))?;
        write(folder.path(), "server-root.pem", &server_authority.pem())?;
        write(folder.path(), "client-root.pem", &client_authority.pem())?;

        Ok(Self {
            _service: VirtualNetwork::start(&gateway)?,
            _echo: EchoService::start(&gateway)?,
            gateway,
            client,
            server,
            server_authority,
            client_authority,
            secret,
            folder,
        })
    }

    /// Where the site's files are: `ta.key`, `server-root.pem`, `client-root.pem`, and what else is written.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The root of the gateway's certificate, PEM.
    pub fn server_root(&self) -> PathBuf {
        self.folder().join("server-root.pem")
    }

    /// The root of client certificates, PEM.
    pub(crate) fn client_root(&self) -> PathBuf {
        self.folder().join("client-root.pem")
    }

    /// Issues a client certificate that the gateway accepts.
    ///
    /// # Errors
    /// [`LabError::Certificate`].
    pub fn client_identity(&self, name: &str, kind: KeyKind) -> Result<Identity, LabError> {
        self.client_authority
            .issue(self.folder(), name, kind, &Purpose::Client)
    }

    /// Issues a client certificate from a root that has the right name and is unknown to the gateway.
    ///
    /// # Errors
    /// [`LabError::Certificate`].
    pub fn foreign_identity(&self, name: &str, kind: KeyKind) -> Result<Identity, LabError> {
        Authority::new("lab client root")?.issue(self.folder(), name, kind, &Purpose::Client)
    }

    /// Writes the profile that an administrator would hand out.
    ///
    /// # Errors
    /// [`LabError::Write`].
    pub fn profile(&self) -> Result<PathBuf, LabError> {
        self.write_certificate_profile("azurevpnconfig.xml", Transport::Tcp, &self.secret)
    }

    /// Writes a profile of a gateway over UDP.
    ///
    /// # Errors
    /// [`LabError::Write`].
    pub fn profile_over_udp(&self) -> Result<PathBuf, LabError> {
        self.write_certificate_profile("azurevpnconfig-udp.xml", Transport::Udp, &self.secret)
    }

    /// Writes a profile whose server secret is another gateway's.
    ///
    /// # Errors
    /// [`LabError::Write`].
    pub fn profile_with_another_secret(&self) -> Result<PathBuf, LabError> {
        let secret = self.secret.map(|byte| !byte);
        self.write_certificate_profile("another-secret.xml", Transport::Tcp, &secret)
    }

    /// Writes a profile whose users sign in in another way than by certificate.
    ///
    /// # Errors
    /// [`LabError::Write`].
    pub fn profile_with(&self, sign_in: ProfileSignIn<'_>) -> Result<PathBuf, LabError> {
        self.write_profile("azurevpnconfig.xml", Transport::Tcp, &self.secret, sign_in)
    }

    /// The key that the gateway and its clients share, in `ta.key`.
    pub(crate) fn secret(&self) -> &[u8; 256] {
        &self.secret
    }

    pub(crate) fn server_identity(&self) -> &Identity {
        &self.server
    }

    fn write_certificate_profile(
        &self,
        name: &str,
        transport: Transport,
        secret: &[u8; 256],
    ) -> Result<PathBuf, LabError> {
        let root = self.client_authority.thumbprint();
        let sign_in = ProfileSignIn::Certificate { root: &root };
        self.write_profile(name, transport, secret, sign_in)
    }

    fn write_profile(
        &self,
        name: &str,
        transport: Transport,
        secret: &[u8; 256],
        sign_in: ProfileSignIn<'_>,
    ) -> Result<PathBuf, LabError> {
        let server_root = self.server_authority.thumbprint();
        let xml = ProfileText {
            name: "lab",
            server: &GATEWAY.to_string(),
            transport,
            server_root: &server_root,
            sign_in,
            secret,
        }
        .azure_xml();
        write(self.folder(), name, &xml)
    }
}

/// Lets the kernel say nothing by itself on the gateway's devices: what IPv6 asks for on a new link would reach clients
/// before they carry packets, and be counted there.
fn keep_quiet(gateway: &Namespace) -> Result<(), LabError> {
    let path = "/proc/sys/net/ipv6/conf/default/addr_gen_mode";
    gateway
        .run(move || std::fs::write(path, "1"))?
        .map_err(LabError::system(path))
}

fn join(gateway: &Namespace, client: &Namespace) -> Result<(), LabError> {
    let other_end = client.path().display();
    gateway.ip(&format!(
        "link add wan type veth peer name wan netns {other_end}"
    ))?;
    for (end, address) in [(gateway, GATEWAY), (client, CLIENT)] {
        // Link-local addresses would appear some time later, and disturb comparisons of before and after.
        end.ip("link set wan addrgenmode none")?;
        end.ip(&format!("address add {address}/24 dev wan"))?;
        end.ip("link set wan up")?;
    }
    Ok(())
}
