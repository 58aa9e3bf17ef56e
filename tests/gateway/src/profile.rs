//! The profiles that the gateway hands out.

use crate::options::Transport;

/// What a profile in Azure's form says of a gateway.
pub struct ProfileText<'a> {
    /// The name that the administrator gave.
    pub name: &'a str,
    /// Host, and the port unless it is 443.
    pub server: &'a str,
    /// What carries the packets.
    pub transport: Transport,
    /// SHA-1 of the gateway's root, hexadecimal.
    pub server_root: &'a str,
    /// How its clients sign in.
    pub sign_in: ProfileSignIn<'a>,
    /// The secret of `tls-auth`, which the gateway shares with all of its clients.
    pub secret: &'a [u8; 256],
}

/// How clients sign in.
#[derive(Clone, Copy, Debug)]
pub enum ProfileSignIn<'a> {
    /// By a certificate.
    Certificate {
        /// SHA-1 of the root of client certificates, hexadecimal.
        root: &'a str,
    },
    /// With Microsoft Entra ID.
    Entra {
        /// Where, such as `https://login.microsoftonline.com/<tenant id>`.
        authority: &'a str,
        /// What tokens are for.
        audience: &'a str,
        /// Who issues them.
        issuer: &'a str,
        /// The application that signs in, where it is not the audience.
        application: Option<&'a str>,
    },
    /// By a user name and a password, neither of which the profile knows.
    Password,
}

impl ProfileText<'_> {
    /// Writes `azurevpnconfig.xml` as Azure's portal does: members in alphabetical order, what is absent marked as
    /// nil, lines ended as on Windows, no XML declaration.
    pub fn azure_xml(&self) -> String {
        let secret = hexadecimal(self.secret);
        let Self {
            name,
            server,
            server_root,
            ..
        } = self;
        let client_authentication = self.sign_in.azure_xml();
        let transport = self.transport.name();
        let (name, server) = (escape(name), escape(server));
        let xml = format!(
            r#"<AzVpnProfile xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.datacontract.org/2004/07/">
  <any xmlns:d2p1="http://schemas.datacontract.org/2004/07/System.Xml" i:nil="true" />
  <clientauth>
{client_authentication}
  </clientauth>
  <clientconfig i:nil="true" />
  <name>{name}</name>
  <protocolconfig>
    <sslprotocolConfig>
      <transportprotocol>{transport}</transportprotocol>
    </sslprotocolConfig>
  </protocolconfig>
  <serverlist>
    <ServerEntry>
      <displayname i:nil="true" />
      <fqdn>{server}</fqdn>
    </ServerEntry>
  </serverlist>
  <servervalidation>
    <Cert>
      <hash>{server_root}</hash>
      <issuer i:nil="true" />
    </Cert>
    <serversecret>{secret}</serversecret>
    <type>cert</type>
  </servervalidation>
  <version>1</version>
</AzVpnProfile>
"#
        );
        xml.replace('\n', "\r\n")
    }
}

impl ProfileSignIn<'_> {
    fn azure_xml(self) -> String {
        match self {
            Self::Certificate { root } => format!(
                r#"    <aad i:nil="true" />
    <cert>
      <hash i:nil="true" />
      <issuer>{}</issuer>
    </cert>
    <type>cert</type>
    <usernamepass i:nil="true" />"#,
                escape(root)
            ),
            Self::Entra {
                authority,
                audience,
                issuer,
                application,
            } => {
                let application = application.map_or_else(String::new, |application| {
                    format!(
                        "      <applicationid>{}</applicationid>\n",
                        escape(application)
                    )
                });
                format!(
                    r#"    <aad>
{application}      <audience>{}</audience>
      <cachesigninuser>true</cachesigninuser>
      <enablegrouptoken>false</enablegrouptoken>
      <issuer>{}</issuer>
      <tenant>{}/</tenant>
    </aad>
    <cert i:nil="true" />
    <type>aad</type>
    <usernamepass i:nil="true" />"#,
                    escape(audience),
                    escape(issuer),
                    escape(authority)
                )
            }
            Self::Password => r#"    <aad i:nil="true" />
    <cert i:nil="true" />
    <type>usernamepass</type>
    <usernamepass>
      <password i:nil="true" />
      <username i:nil="true" />
    </usernamepass>"#
                .to_owned(),
        }
    }
}

/// What a profile for OpenVPN's own programs says.
pub(crate) struct OpenVpnText<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) transport: Transport,
    /// The name in the gateway's certificate.
    pub(crate) certificate_name: &'a str,
    pub(crate) server_root_pem: &'a str,
    pub(crate) client_certificate_pem: &'a str,
    pub(crate) client_key_pem: &'a str,
    pub(crate) secret: &'a [u8; 256],
}

impl OpenVpnText<'_> {
    /// Writes `vpnconfig.ovpn` with the options that Azure's has, and the client's certificate and key in their places.
    pub(crate) fn openvpn(&self) -> String {
        let lines = self.secret.chunks(16).map(hexadecimal);
        let key = lines.collect::<Vec<_>>().join("\n");
        let Self {
            host,
            port,
            certificate_name,
            server_root_pem,
            client_certificate_pem,
            client_key_pem,
            ..
        } = self;
        let transport = self.transport.name();
        format!(
            "client
remote {host} {port}
verify-x509-name '{certificate_name}' name
remote-cert-tls server
dev tun
proto {transport}
resolv-retry infinite
nobind
auth SHA256
cipher AES-256-GCM
persist-key
persist-tun
tls-timeout 30
tls-version-min 1.2
key-direction 1
verb 3
<ca>
{}
</ca>
<tls-auth>
-----BEGIN OpenVPN Static key V1-----
{key}
-----END OpenVPN Static key V1-----
</tls-auth>
<cert>
{}
</cert>
<key>
{}
</key>
",
            server_root_pem.trim_end(),
            client_certificate_pem.trim_end(),
            client_key_pem.trim_end()
        )
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
