use std::path::{Path, PathBuf};
use std::process::Command;

/// A version of OpenVPN that the lab can start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ServerVersion {
    /// 2.5, of the Debian before: keys by OpenVPN's own function, data packets with and without a peer id.
    V2_5,
    /// 2.6, the system's own: keys exported from TLS, dynamic tls-crypt.
    #[default]
    V2_6,
    /// 2.7, of the Debian after: data packets in epochs, updates of pushed settings, certificates refused with an alert.
    V2_7,
    /// 2.6, built with room for passwords of 15 KiB. Those of Debian take 1,775 bytes at most, less than many access tokens have.
    LongPasswords,
}

impl ServerVersion {
    /// All that are used elsewhere, oldest first.
    pub const ALL: [Self; 3] = [Self::V2_5, Self::V2_6, Self::V2_7];

    /// The version's number, as in `2.6`.
    pub fn number(self) -> &'static str {
        match self {
            Self::V2_5 => "2.5",
            Self::V2_6 | Self::LongPasswords => "2.6",
            Self::V2_7 => "2.7",
        }
    }

    /// The program: the system's own, or the one that `tests/lab/servers/unpack` has brought.
    pub fn program(self) -> PathBuf {
        let folder = match self {
            Self::V2_6 => return PathBuf::from("openvpn"),
            Self::LongPasswords => "2.6-long",
            Self::V2_5 | Self::V2_7 => self.number(),
        };
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../.cache/openvpn")
            .join(folder)
            .join("openvpn")
    }

    pub(crate) fn command(self) -> Command {
        Command::new(self.program())
    }
}
