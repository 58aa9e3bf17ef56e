//! What an administrator hands out: the profile, and the server's own form of the shared secret.

/// Writes `azurevpnconfig.xml` as Azure's portal does for a gateway with certificates.
pub(crate) fn azure_xml(
    host: &str,
    server_root: &str,
    client_root: &str,
    secret: &[u8; 256],
) -> String {
    let secret = hexadecimal(secret);
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
  <name>lab</name>
  <protocolconfig>
    <sslprotocolConfig>
      <transportprotocol>tcp</transportprotocol>
    </sslprotocolConfig>
  </protocolconfig>
  <serverlist>
    <ServerEntry>
      <displayname i:nil="true" />
      <fqdn>{host}</fqdn>
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

/// Writes the secret as openvpn reads it with `tls-auth`: 16 lines of 16 bytes.
pub(crate) fn static_key(secret: &[u8; 256]) -> String {
    let lines: String = secret
        .chunks(16)
        .flat_map(|line| [hexadecimal(line), "\n".to_owned()])
        .collect();
    format!("-----BEGIN OpenVPN Static key V1-----\n{lines}-----END OpenVPN Static key V1-----\n")
}

/// Lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
