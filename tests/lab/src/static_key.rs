use crate::hexadecimal::hexadecimal;

/// Writes the secret as openvpn reads it with `tls-auth`: 16 lines of 16 bytes.
pub(crate) fn static_key(secret: &[u8; 256]) -> String {
    let lines: String = secret
        .chunks(16)
        .flat_map(|line| [hexadecimal(line), "\n".to_owned()])
        .collect();
    format!("-----BEGIN OpenVPN Static key V1-----\n{lines}-----END OpenVPN Static key V1-----\n")
}
