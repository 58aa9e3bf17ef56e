use std::sync::Arc;
use std::time::Duration;

use p2svpn_client::Reconnect;

use crate::certificate::Certificate;
use crate::certificate_store::CertificateStore;
use crate::credentials::Credentials;
use crate::device::Device;
use crate::server_exception::{Exception, ServerException};
use crate::token_provider::{Provider, TokenProvider};

/// How to connect.
#[derive(uniffi::Record)]
pub struct ConnectOptions {
    /// Where packets come from and go to.
    pub device: Device,
    /// Client certificates, of which the one that fits is taken; without any a challenge asks for one.
    #[uniffi(default = [])]
    pub certificates: Vec<Certificate>,
    /// Where client certificates are looked for as well.
    #[uniffi(default = [])]
    pub certificate_stores: Vec<CertificateStore>,
    /// Who connects, where the profile leaves that open.
    #[uniffi(default = None)]
    pub username: Option<String>,
    /// The user name and password that the profile asks for.
    #[uniffi(default = None)]
    pub credentials: Option<Credentials>,
    /// How to sign in with Entra ID.
    #[uniffi(default = None)]
    pub entra_method: Option<EntraMethod>,
    /// What brings tokens of Entra ID; it also chooses the method `Token`.
    #[uniffi(default = None)]
    pub token_provider: Option<Arc<dyn TokenProvider>>,
    /// Whether the session opens the user's browser at the page where Entra wants the user to sign in.
    #[uniffi(default = false)]
    pub open_browser: bool,
    /// Certificates, PEM or DER, among which the root that the profile pins is looked for.
    #[uniffi(default = [])]
    pub trusted_roots: Vec<Vec<u8>>,
    /// Lists of certificates that their issuers have withdrawn, PEM or DER, beside those of the profile.
    #[uniffi(default = [])]
    pub revocation_lists: Vec<Vec<u8>>,
    /// What accepts gateways' certificates that the profile does not.
    #[uniffi(default = None)]
    pub server_exception: Option<Arc<dyn ServerException>>,
    /// How long each part of connecting may take.
    #[uniffi(default = None)]
    pub timeouts: Option<Timeouts>,
    /// The largest packet inside the tunnel, in bytes, from 576 to 1,500.
    #[uniffi(default = None)]
    pub mtu: Option<u16>,
    /// Whether addresses and routes are set on the machine.
    #[uniffi(default = true)]
    pub configure_machine: bool,
    /// Whether the session waits until the program has applied the first network configuration.
    #[uniffi(default = false)]
    pub host_confirms: bool,
    /// How long the keys that protect packets are used before the client asks for new ones, from a minute to a day.
    #[uniffi(default = None)]
    pub renegotiate_after: Option<Duration>,
    /// How often all servers of the profile are called before the session gives up; once if absent.
    #[uniffi(default = None)]
    pub rounds: Option<u32>,
    /// Whether a lost connection is made anew.
    #[uniffi(default = true)]
    pub reconnect: bool,
    /// How often all servers are called for that before the session gives up; for ever if absent.
    #[uniffi(default = None)]
    pub reconnect_rounds: Option<u32>,
    /// What lets nothing leave the machine beside a full tunnel.
    #[uniffi(default = None)]
    pub leak_guard: Option<LeakGuard>,
}

/// How everything is kept on the machine that shall go through a full tunnel.
#[derive(uniffi::Record)]
pub struct LeakGuard {
    /// Whether the local network stays reachable.
    #[uniffi(default = false)]
    pub allow_local_network: bool,
    /// Whether it stays when the program is killed.
    #[uniffi(default = false)]
    pub stay_after_kill: bool,
}

/// How a session signs in with Entra ID.
#[derive(uniffi::Enum)]
pub enum EntraMethod {
    /// In a browser on this machine.
    Browser,
    /// On any device, with a code.
    DeviceCode,
    /// The program brings tokens.
    Token,
}

impl From<EntraMethod> for p2svpn_client::EntraMethod {
    fn from(method: EntraMethod) -> Self {
        match method {
            EntraMethod::Browser => Self::Browser,
            EntraMethod::DeviceCode => Self::DeviceCode,
            EntraMethod::Token => Self::Token,
        }
    }
}

/// How long each part of connecting may take, each counted from its own start; the library's own choice if absent.
#[derive(uniffi::Record)]
pub struct Timeouts {
    /// For the gateway's name, and for the gateway to take a TCP connection, at each of its addresses.
    #[uniffi(default = None)]
    pub connect: Option<Duration>,
    /// For the gateway's first answer, at each of its addresses.
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
            .configure_machine(options.configure_machine)
            .host_confirms(options.host_confirms)
            .open_browser(options.open_browser);
        for certificate in options.certificates {
            converted = converted.certificate(certificate.into());
        }
        for store in options.certificate_stores {
            converted = converted.certificate_store(store.into());
        }
        if let Some(username) = options.username {
            converted = converted.username(username);
        }
        if let Some(credentials) = options.credentials {
            converted = converted.credentials(credentials.into());
        }
        if let Some(method) = options.entra_method {
            converted = converted.entra_method(method.into());
        }
        if let Some(provider) = options.token_provider {
            converted = converted.token_provider(Arc::new(Provider(provider)));
        }
        for list in options.revocation_lists {
            converted = converted.revocation_list(list);
        }
        if let Some(exception) = options.server_exception {
            converted = converted.server_exception(Arc::new(Exception(exception)));
        }
        if let Some(timeouts) = options.timeouts {
            converted = converted.timeouts(timeouts.into());
        }
        if let Some(mtu) = options.mtu {
            converted = converted.mtu(mtu);
        }
        if let Some(time) = options.renegotiate_after {
            converted = converted.renegotiate_after(time);
        }
        if let Some(rounds) = options.rounds {
            converted = converted.rounds(rounds);
        }
        if let Some(guard) = options.leak_guard {
            let guard = p2svpn_client::LeakGuard::new()
                .allow_local_network(guard.allow_local_network)
                .stay_after_kill(guard.stay_after_kill);
            converted = converted.leak_guard(guard);
        }
        converted = converted.reconnect(match (options.reconnect, options.reconnect_rounds) {
            (false, _) => Reconnect::Never,
            (true, None) => Reconnect::Always,
            (true, Some(rounds)) => Reconnect::Rounds(rounds),
        });
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
