//! The files that a client needs.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use p2svpn_gateway::{Gateway, IssuedIdentity};

/// Writes the files; those that are there already are overwritten. On Unix only their owner may read them.
pub(crate) fn write(
    folder: &Path,
    gateway: &Gateway,
    identity: &IssuedIdentity,
    pfx: &[u8],
    password: &str,
) -> io::Result<()> {
    create(folder)?;
    let pem = format!(
        "{}{}",
        identity.certificate_pem(),
        identity.key_pem().as_str()
    );
    let profile = gateway.profile_xml();
    let openvpn = gateway.openvpn_profile(identity);
    let readme = readme(gateway, identity, password);
    for (name, content) in [
        ("azurevpnconfig.xml", profile.as_bytes()),
        ("vpnconfig.ovpn", openvpn.as_bytes()),
        ("client.pfx", pfx),
        ("client.pem", pem.as_bytes()),
        ("server-root.pem", gateway.server_root_pem().as_bytes()),
        ("README.txt", readme.as_bytes()),
    ] {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(folder.join(name))?.write_all(content)?;
    }
    Ok(())
}

fn create(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn readme(gateway: &Gateway, identity: &IssuedIdentity, password: &str) -> String {
    let (address, services, client) = (
        gateway.address(),
        gateway.services(),
        identity.common_name(),
    );
    format!(
        "Files of a test gateway at {address}. They are of no use once it has ended.

azurevpnconfig.xml   the profile: import it
vpnconfig.ovpn       the same for OpenVPN's own programs, with certificate and key in it
client.pfx           certificate and key of {client}; the password is {password}
client.pem           certificate and key, not encrypted
server-root.pem      the root of the gateway's certificate, which the profile names by its hash

In the tunnel, at {services}:
http://{services}/            says hello
http://{services}/bytes/N     N bytes, always the same
http://{services}/hash/N      their SHA-256
http://{services}/upload      POST: answers with length and SHA-256
port 7 echo, port 9 discard, port 19 bytes without end; ping is answered
"
    )
}
