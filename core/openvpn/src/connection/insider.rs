//! What only a peer with the right keys can do; for tests and fuzzing.

use super::Connection;

impl Connection {
    /// Says something of one's own inside TLS, if there is TLS already.
    pub(crate) fn say(&mut self, message: &[u8]) {
        // It fails where too much waits or TLS is closed; then nothing is said.
        let _ = self.core.send_message(message);
    }
}
