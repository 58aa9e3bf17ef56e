use std::fmt;

use zeroize::Zeroizing;

/// User name and password, sent inside TLS.
#[derive(Clone)]
pub struct Credentials {
    /// The user name; Azure expects any non-empty text beside an Entra token.
    pub username: Zeroizing<String>,
    /// The password or access token, at most 65,534 bytes.
    pub password: Zeroizing<String>,
}

/// Shows neither.
impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credentials(..)")
    }
}
