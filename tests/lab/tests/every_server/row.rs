use std::time::Duration;

use p2svpn_lab::{ControlWrapping, ServerOptions, ServerVersion, TlsVersion, Transport};
use p2svpn_openvpn::{Cipher, Digest};

use crate::pairs::{combinations, strangers};

/// One way to set up a server and a client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) version: ServerVersion,
    pub(crate) transport: Transport,
    pub(crate) wrapping: ControlWrapping,
    pub(crate) cipher: Cipher,
    pub(crate) tls: TlsVersion,
    pub(crate) rekey: Rekey,
    /// Whether the client announces what came with OpenVPN 2.4 and later.
    pub(crate) extensions: bool,
}

/// Who asks for new keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rekey {
    Nobody,
    Server,
    Client,
    Both,
}

const WRAPPINGS: [ControlWrapping; 7] = [
    ControlWrapping::None,
    tls_auth(Digest::Sha1, false),
    tls_auth(Digest::Sha256, true),
    tls_auth(Digest::Sha384, true),
    tls_auth(Digest::Sha512, false),
    ControlWrapping::TlsCrypt,
    ControlWrapping::TlsCryptV2,
];
const TRANSPORTS: [Transport; 2] = [Transport::Tcp, Transport::Udp];
const VERSIONS_OF_TLS: [TlsVersion; 2] = [TlsVersion::Tls13, TlsVersion::Tls12];
const REKEYS: [Rekey; 4] = [Rekey::Server, Rekey::Client, Rekey::Both, Rekey::Nobody];

const SIZES: [usize; 7] = [
    ServerVersion::ALL.len(),
    TRANSPORTS.len(),
    WRAPPINGS.len(),
    Cipher::ALL.len(),
    VERSIONS_OF_TLS.len(),
    REKEYS.len(),
    2,
];

/// Every server over every transport with every wrapping, and of the rest as much as lets every two values meet.
pub(crate) fn rows() -> Vec<Row> {
    let row = |values: Vec<usize>| Row {
        version: ServerVersion::ALL[values[0]],
        transport: TRANSPORTS[values[1]],
        wrapping: WRAPPINGS[values[2]],
        cipher: Cipher::ALL[values[3]],
        tls: VERSIONS_OF_TLS[values[4]],
        rekey: REKEYS[values[5]],
        extensions: values[6] == 0,
    };
    combinations(&SIZES, 3).into_iter().map(row).collect()
}

const fn tls_auth(digest: Digest, directed: bool) -> ControlWrapping {
    ControlWrapping::TlsAuth { digest, directed }
}

impl Row {
    pub(crate) const HEADINGS: [&'static str; 7] = [
        "server",
        "over",
        "wrapping",
        "cipher",
        "TLS",
        "rekey from",
        "announced",
    ];

    pub(crate) fn cells(&self) -> Vec<String> {
        let announced = if self.extensions { "all" } else { "nothing" };
        vec![
            self.version.number().to_owned(),
            self.transport.name().to_owned(),
            self.wrapping.name(),
            self.cipher.name().to_owned(),
            self.tls.number().to_owned(),
            format!("{:?}", self.rekey).to_lowercase(),
            announced.to_owned(),
        ]
    }

    pub(crate) fn server_options(&self) -> ServerOptions {
        let asks = matches!(self.rekey, Rekey::Server | Rekey::Both);
        ServerOptions {
            version: self.version,
            transport: self.transport,
            wrapping: self.wrapping,
            cipher: self.cipher,
            tls: Some(self.tls),
            renegotiate: asks.then_some(Rekey::AFTER),
            ..ServerOptions::default()
        }
    }

    /// Whether keys are exported from TLS.
    pub(crate) fn has_exported_keys(&self) -> bool {
        self.extensions && self.version >= ServerVersion::V2_6
    }

    /// Whether rekeys are wrapped with a key exported from TLS.
    pub(crate) fn has_dynamic_wrapping(&self) -> bool {
        self.extensions && self.version >= ServerVersion::V2_6
    }

    /// Whether data packets are counted in epochs.
    pub(crate) fn has_epochs(&self) -> bool {
        self.extensions && self.version >= ServerVersion::V2_7
    }
}

impl Rekey {
    /// How long keys last, for whoever asks.
    pub(crate) const AFTER: Duration = Duration::from_secs(3);

    /// How many of them a row waits for.
    pub(crate) fn count(self) -> usize {
        match self {
            Self::Nobody => 0,
            Self::Server | Self::Client | Self::Both => 2,
        }
    }
}

#[test]
fn every_two_values_of_the_table_meet() {
    let chosen = combinations(&SIZES, 3);

    assert!(strangers(&SIZES, &chosen).is_empty());
}
