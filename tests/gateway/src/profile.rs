//! The profile that the gateway hands out.

/// What a profile in Azure's form says of a gateway with certificate sign-in.
pub(crate) struct ProfileText<'a> {
    pub(crate) name: &'a str,
    /// Host, and the port unless it is 443.
    pub(crate) server: &'a str,
    /// SHA-1 of the gateway's root, hexadecimal.
    pub(crate) server_root: &'a str,
    /// SHA-1 of the root of client certificates, hexadecimal.
    pub(crate) client_root: &'a str,
    pub(crate) secret: &'a [u8; 256],
}

impl ProfileText<'_> {
    /// Writes `azurevpnconfig.xml` as Azure's portal does: members in alphabetical order, what is absent marked as
    /// nil, lines ended as on Windows, no XML declaration.
    pub(crate) fn azure_xml(&self) -> String {
        let secret: String = self
            .secret
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let Self {
            name,
            server,
            server_root,
            client_root,
            ..
        } = self;
        let (name, server) = (escape(name), escape(server));
        let xml = format!(
            r#"<AzVpnProfile xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.datacontract.org/2004/07/">
  <any xmlns:d2p1="http://schemas.datacontract.org/2004/07/System.Xml" i:nil="true" />
  <clientauth>
    <aad i:nil="true" />
    <cert>
      <hash i:nil="true" />
      <issuer>{client_root}</issuer>
    </cert>
    <type>cert</type>
    <usernamepass i:nil="true" />
  </clientauth>
  <clientconfig i:nil="true" />
  <name>{name}</name>
  <protocolconfig>
    <sslprotocolConfig>
      <transportprotocol>tcp</transportprotocol>
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

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
