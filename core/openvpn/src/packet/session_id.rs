use std::fmt;

use rustls::crypto::{GetRandomFailed, SecureRandom};

/// The eight bytes that name one end of a connection for the life of that connection.
///
/// Never all zero: zero means "not known yet" in OpenVPN, and such packets are refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId([u8; Self::LEN]);

impl SessionId {
    /// Bytes of a session id on the wire.
    pub const LEN: usize = 8;

    /// Draws a session id.
    ///
    /// # Errors
    /// The source of randomness failed, or yielded nothing but zeros.
    pub fn new(random: &dyn SecureRandom) -> Result<Self, GetRandomFailed> {
        let mut bytes = [0; Self::LEN];
        random.fill(&mut bytes)?;
        Self::from_bytes(bytes).ok_or(GetRandomFailed)
    }

    /// The session id of these bytes; none when they are all zero.
    #[must_use]
    pub fn from_bytes(bytes: [u8; Self::LEN]) -> Option<Self> {
        (bytes != [0; Self::LEN]).then_some(Self(bytes))
    }

    /// The bytes as they travel.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
