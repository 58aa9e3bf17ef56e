use std::time::Duration;

/// How OpenVPN is spoken, as far as a configuration (`.ovpn`) says so.
///
/// Azure's own profiles say nothing of it, and the default is what their gateways need. Names in
/// parentheses are OpenVPN's options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProtocolOptions {
    /// The data ciphers that are allowed, preferred first (`data-ciphers`); none: the usual ones.
    pub ciphers: Vec<DataCipher>,
    /// The TLS versions that are allowed (`tls-version-min`, `tls-version-max`).
    pub tls_versions: TlsVersions,
    /// How payloads are marked for the compression that never happens (`compress`, `comp-lzo no`).
    pub compression: CompressionFraming,
    /// How large TCP segments in the tunnel may be (`mssfix`).
    pub mssfix: MssFix,
    /// The largest packet in the tunnel, in bytes (`tun-mtu`).
    pub mtu: Option<u16>,
    /// When the client asks for new keys (`reneg-sec`).
    pub renegotiation: Renegotiation,
    /// How long a replaced key still opens packets (`tran-window`).
    pub transition_window: Option<Duration>,
    /// How long the handshake may take (`hand-window`).
    pub handshake_window: Option<Duration>,
    /// How long a server may take to answer before the next one is called (`server-poll-timeout`,
    /// `connect-timeout`).
    pub connect_timeout: Option<Duration>,
}

/// A cipher of the data channel. All of them authenticate; others are not spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataCipher {
    /// AES-128-GCM.
    Aes128Gcm,
    /// AES-192-GCM.
    Aes192Gcm,
    /// AES-256-GCM.
    Aes256Gcm,
    /// ChaCha20-Poly1305.
    ChaCha20Poly1305,
}

impl DataCipher {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Aes128Gcm,
        Self::Aes192Gcm,
        Self::Aes256Gcm,
        Self::ChaCha20Poly1305,
    ];

    /// Returns OpenVPN's name, such as `AES-256-GCM`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aes128Gcm => "AES-128-GCM",
            Self::Aes192Gcm => "AES-192-GCM",
            Self::Aes256Gcm => "AES-256-GCM",
            Self::ChaCha20Poly1305 => "CHACHA20-POLY1305",
        }
    }

    /// Returns the cipher with OpenVPN's name, in any case; nothing for others.
    pub fn of_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|cipher| cipher.name().eq_ignore_ascii_case(name))
    }
}

/// Which TLS versions may be negotiated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsVersions {
    /// 1.2 and 1.3, the newest that both sides know.
    #[default]
    Any,
    /// Only 1.2.
    Only12,
    /// Only 1.3.
    Only13,
}

/// How payloads are marked for the compression that never happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CompressionFraming {
    /// They are not.
    #[default]
    None,
    /// A byte before each payload (`comp-lzo no`).
    LzoStub,
    /// A byte in the place of the payload's first one, which goes to the end (`compress`).
    Stub,
    /// Nothing, but for payloads that could be taken for a mark (`compress stub-v2`).
    StubV2,
}

/// How large TCP segments in the tunnel may be (`mssfix`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MssFix {
    /// OpenVPN's default.
    #[default]
    Usual,
    /// Connections announce what they like (`mssfix 0`).
    Off,
    /// What the tunnel sends, with the headers of IP and UDP or TCP, has at most this many bytes
    /// (`mssfix N mtu`).
    Mtu(u16),
    /// What the tunnel sends, without those headers, has at most this many bytes (`mssfix N`).
    Packet(u16),
    /// The IP packets in the tunnel have at most this many bytes (`mssfix N fixed`).
    Fixed(u16),
}

/// When the client asks for new keys. The gateway may ask earlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Renegotiation {
    /// After OpenVPN's hour.
    #[default]
    Usual,
    /// When a key is used up, and not before (`reneg-sec 0`).
    Never,
    /// When keys are this old.
    After(Duration),
}
