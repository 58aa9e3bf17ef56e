//! The hash by which Windows and Azure name certificates.

/// The SHA-1 hash of a certificate's DER, by which Azure profiles name certificates.
pub type Thumbprint = [u8; 20];

/// Writes bytes in upper-case hexadecimal, as Windows and Azure do.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
