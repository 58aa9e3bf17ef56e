//! The files that a client needs.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use p2svpn_gateway::{FakeEntra, Gateway, IssuedIdentity};

/// What a client signs in with.
pub(crate) enum SignIn<'a> {
    Certificate {
        identity: &'a IssuedIdentity,
        pfx: &'a [u8],
        password: &'a str,
    },
    Entra(&'a FakeEntra),
}

/// The root of the login host's certificate.
pub(crate) const ENTRA_ROOT: &str = "entra-root.pem";

/// Writes the files; those that are there already are overwritten. On Unix only their owner may read them.
pub(crate) fn write(folder: &Path, gateway: &Gateway, sign_in: &SignIn<'_>) -> io::Result<()> {
    create(folder)?;
    let put = |name: &str, content: &[u8]| {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(folder.join(name))?.write_all(content)
    };
    put("azurevpnconfig.xml", gateway.profile_xml().as_bytes())?;
    put("server-root.pem", gateway.server_root_pem().as_bytes())?;
    match sign_in {
        SignIn::Certificate { identity, pfx, .. } => {
            let (certificate, key) = (identity.certificate_pem(), identity.key_pem());
            put("client.pem", [certificate, &key].concat().as_bytes())?;
            put("client.pfx", pfx)?;
            let openvpn = gateway.openvpn_profile(identity);
            put("vpnconfig.ovpn", openvpn.as_bytes())?;
        }
        SignIn::Entra(entra) => put(ENTRA_ROOT, entra.root_pem().as_bytes())?,
    }
    put("README.txt", readme(gateway, sign_in).as_bytes())
}

fn create(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn readme(gateway: &Gateway, sign_in: &SignIn<'_>) -> String {
    let (address, services) = (gateway.address(), gateway.services());
    let files = match sign_in {
        SignIn::Certificate {
            identity, password, ..
        } => format!(
            "vpnconfig.ovpn       the same for OpenVPN's own programs, with certificate and key in it
client.pfx           certificate and key of {}; the password is {password}
client.pem           certificate and key, not encrypted",
            identity.common_name()
        ),
        SignIn::Entra(entra) => format!(
            "entra-root.pem       the root of the certificate of {}, where it sends users to sign in; a host
                     program has to trust it, and to allow {}",
            entra.authority(),
            entra.host_and_port()
        ),
    };
    format!(
        "Files of a test gateway at {address}. They are of no use once it has ended.

azurevpnconfig.xml   the profile: import it
{files}
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
