use std::time::Duration;

use crate::certificate::Certificate;
use crate::device::Device;

/// How to connect.
#[derive(uniffi::Record)]
pub struct ConnectOptions {
    /// Where packets come from and go to.
    pub device: Device,
    /// The client certificate; without it a challenge asks for one.
    #[uniffi(default = None)]
    pub certificate: Option<Certificate>,
    /// Certificates, PEM or DER, among which the root that the profile pins is looked for.
    #[uniffi(default = [])]
    pub trusted_roots: Vec<Vec<u8>>,
    /// How long each part of connecting may take.
    #[uniffi(default = None)]
    pub timeouts: Option<Timeouts>,
    /// The largest packet inside the tunnel, in bytes, from 576 to 1,500.
    #[uniffi(default = None)]
    pub mtu: Option<u16>,
    /// Whether addresses and routes are set on the machine.
    #[uniffi(default = true)]
    pub configure_machine: bool,
}

/// How long each part of connecting may take, each counted from its own start; the library's own choice if absent.
#[derive(uniffi::Record)]
pub struct Timeouts {
    /// For the gateway to take the TCP connection, with all its addresses tried.
    #[uniffi(default = None)]
    pub connect: Option<Duration>,
    /// For the gateway's first answer.
    #[uniffi(default = None)]
    pub answer: Option<Duration>,
    /// For TLS and the exchange of keys.
    #[uniffi(default = None)]
    pub handshake: Option<Duration>,
    /// For the gateway's settings.
    #[uniffi(default = None)]
    pub push: Option<Duration>,
}

impl From<ConnectOptions> for p2svpn_client::ConnectOptions {
    fn from(options: ConnectOptions) -> Self {
        let mut converted = Self::default()
            .device(options.device.into())
            .configure_machine(options.configure_machine);
        if let Some(certificate) = options.certificate {
            converted = converted.certificate(certificate.into());
        }
        if let Some(timeouts) = options.timeouts {
            converted = converted.timeouts(timeouts.into());
        }
        if let Some(mtu) = options.mtu {
            converted = converted.mtu(mtu);
        }
        options
            .trusted_roots
            .into_iter()
            .fold(converted, |converted, root| converted.trusted_root(root))
    }
}

impl From<Timeouts> for p2svpn_client::Timeouts {
    fn from(timeouts: Timeouts) -> Self {
        let mut converted = Self::default();
        for (target, source) in [
            (&mut converted.connect, timeouts.connect),
            (&mut converted.answer, timeouts.answer),
            (&mut converted.handshake, timeouts.handshake),
            (&mut converted.push, timeouts.push),
        ] {
            if let Some(source) = source {
                *target = source;
            }
        }
        converted
    }
}
