use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::certificate::Certificate;
use crate::certificate_store::CertificateStore;
use crate::credentials::Credentials;
use crate::device::Device;
use crate::entra_method::EntraMethod;
use crate::error::{Error, ErrorCode};
use crate::leak_guard::LeakGuard;
use crate::reconnect::Reconnect;
use crate::server_exception::ServerException;
use crate::token_provider::TokenProvider;

/// The smallest packet size that every IPv4 host takes (RFC 791).
pub(crate) const SMALLEST_MTU: u16 = 576;

/// The packet size of Ethernet, which gateways take for granted where they push nothing.
pub(crate) const LARGEST_MTU: u16 = 1500;

pub(crate) const LONGEST_TIMEOUT: Duration = Duration::from_secs(3600);

/// How long a key may be used: a shorter time would spend more on keys than on packets, a longer one is too much for a key.
const KEY_LIFE: RangeInclusive<Duration> = Duration::from_secs(60)..=Duration::from_secs(86_400);

/// How to connect; the default asks for whatever is missing and chooses the device itself.
#[derive(Default)]
#[non_exhaustive]
pub struct ConnectOptions {
    pub(crate) device: Device,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) certificate_stores: Vec<CertificateStore>,
    pub(crate) username: Option<String>,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) entra_method: EntraMethod,
    pub(crate) token_provider: Option<Arc<dyn TokenProvider>>,
    pub(crate) open_browser: bool,
    pub(crate) trusted_roots: Vec<Zeroizing<Vec<u8>>>,
    pub(crate) revocation_lists: Vec<Vec<u8>>,
    pub(crate) server_exception: Option<Arc<dyn ServerException>>,
    pub(crate) timeouts: Timeouts,
    pub(crate) mtu: Option<u16>,
    pub(crate) leave_machine: bool,
    pub(crate) host_confirms: bool,
    pub(crate) without_extensions: bool,
    pub(crate) renegotiate_after: Option<Duration>,
    pub(crate) rounds: Option<u32>,
    pub(crate) reconnect: Reconnect,
    pub(crate) leak_guard: Option<LeakGuard>,
}

impl ConnectOptions {
    /// Chooses where packets come from and go to.
    #[must_use]
    pub fn device(mut self, device: Device) -> Self {
        self.device = device;
        self
    }

    /// Adds a client certificate; of several the one is taken that the gateway can accept, and if more than one fits, a
    /// challenge asks which. Without any, and without a store, the profile's own is taken, or else a challenge asks for one.
    #[must_use]
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.certificates.push(certificate);
        self
    }

    /// Adds a place where client certificates are looked for, beside those that are given.
    #[must_use]
    pub fn certificate_store(mut self, store: CertificateStore) -> Self {
        self.certificate_stores.push(store);
        self
    }

    /// Says who connects, where the profile leaves that open: the account of Entra ID whose sign-in is used or asked for, or
    /// the user name beside the password. Without it, it is whoever signed in last.
    #[must_use]
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// Gives the user name and password that a profile asks for; without them a challenge asks, unless the profile holds them.
    ///
    /// If the gateway refuses them the session ends: no challenge asks for others, since nobody may be there to answer.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Chooses how to sign in with Entra ID; the default is a browser.
    #[must_use]
    pub fn entra_method(mut self, method: EntraMethod) -> Self {
        self.entra_method = method;
        self
    }

    /// Has the host bring tokens of Entra ID by this callback, which also chooses [`EntraMethod::Token`].
    #[must_use]
    pub fn token_provider(mut self, provider: Arc<dyn TokenProvider>) -> Self {
        self.entra_method = EntraMethod::Token;
        self.token_provider = Some(provider);
        self
    }

    /// Sets whether the session opens the user's browser at the page where Entra wants the user to sign in; by default it
    /// does not, and the host opens what the challenge names. A service has no browser to open.
    #[must_use]
    pub fn open_browser(mut self, open: bool) -> Self {
        self.open_browser = open;
        self
    }

    /// Adds certificates, PEM or DER, among which the root that the profile pins is looked for.
    ///
    /// The roots of Azure's public gateways are always there. A root is trusted only by a profile that names its hash.
    #[must_use]
    pub fn trusted_root(mut self, pem_or_der: impl Into<Vec<u8>>) -> Self {
        self.trusted_roots.push(Zeroizing::new(pem_or_der.into()));
        self
    }

    /// Adds a list of the certificates that an issuer has withdrawn, PEM or DER, beside those of the profile.
    ///
    /// It counts for what its issuer has issued, at every place of the gateway's chain. One whose time is over refuses all of
    /// them; a gateway whose issuers have no list passes.
    #[must_use]
    pub fn revocation_list(mut self, pem_or_der: impl Into<Vec<u8>>) -> Self {
        self.revocation_lists.push(pem_or_der.into());
        self
    }

    /// Lets the host accept gateways' certificates that the profile does not; by default nothing does.
    #[must_use]
    pub fn server_exception(mut self, exception: Arc<dyn ServerException>) -> Self {
        self.server_exception = Some(exception);
        self
    }

    /// Sets how long each part of connecting may take.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets the largest packet inside the tunnel, in bytes, from 576 to 1,500; a smaller one that the gateway pushes wins.
    #[must_use]
    pub fn mtu(mut self, mtu: u16) -> Self {
        self.mtu = Some(mtu);
        self
    }

    /// Sets whether addresses and routes are set on the machine; the default is that they are.
    ///
    /// If not, the host applies each `NetworkConfig` event itself. With the userspace device and a host's descriptor the
    /// machine is never configured.
    #[must_use]
    pub fn configure_machine(mut self, configure: bool) -> Self {
        self.leave_machine = !configure;
        self
    }

    /// Sets whether the session waits, before it is connected, until the host has applied the first `NetworkConfig` event and says so by
    /// [`Session::network_applied`](crate::Session::network_applied); the default is that it does not.
    ///
    /// It is for hosts that configure the machine themselves, with [`configure_machine`](Self::configure_machine) off: a network
    /// extension, a VPN service, a helper of their own with privilege. Later snapshots are told and not waited for.
    #[must_use]
    pub fn host_confirms(mut self, confirms: bool) -> Self {
        self.host_confirms = confirms;
        self
    }

    /// Sets whether the gateway is told which extensions of the OpenVPN protocol the client knows; the default is that
    /// it is.
    ///
    /// Azure's gateways ignore what they are told. If not told, every gateway keeps to the first protocol: keys from the
    /// PRF instead of TLS, and data packets without a peer id. It is for gateways that stumble over newer clients: one that
    /// hangs up when it is told is called once more without, which a warning tells of.
    #[must_use]
    pub fn protocol_extensions(mut self, announce: bool) -> Self {
        self.without_extensions = !announce;
        self
    }

    /// Sets how long the keys that protect packets are used before the client asks for new ones, from a minute to a day;
    /// the default is OpenVPN's hour. The gateway may ask earlier.
    #[must_use]
    pub fn renegotiate_after(mut self, time: Duration) -> Self {
        self.renegotiate_after = Some(time);
        self
    }

    /// Sets how often all servers of the profile are called before the session gives up connecting; the default is once.
    ///
    /// The pauses between calls are OpenVPN's: a second, from the fifth round on twice as long each time, up to five
    /// minutes, and as long as a gateway asks for that lets nobody in just now. What no further call can cure ends the
    /// session at once. Each call in vain is told by a warning.
    #[must_use]
    pub fn rounds(mut self, rounds: u32) -> Self {
        self.rounds = Some(rounds);
        self
    }

    /// Sets whether a connection that was made and lost is made anew, and how patiently; the default is for as long as it takes.
    ///
    /// The device, its addresses and its routes stay meanwhile, and connections of programs live on if the gateway gives the
    /// session the same address again. The servers are called in the order and with the pauses that [`rounds`](Self::rounds)
    /// tells of, each pause shortened or lengthened by up to a half at random so that not all clients of a gateway come back at once.
    #[must_use]
    pub fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.reconnect = reconnect;
        self
    }

    /// Keeps everything on the machine that shall go through a full tunnel; by default only routes lead into it.
    ///
    /// It needs a network device that the session itself configures. Where only some networks go through the tunnel it is of no use and
    /// comes down, which a warning tells of.
    #[must_use]
    pub fn leak_guard(mut self, guard: LeakGuard) -> Self {
        self.leak_guard = Some(guard);
        self
    }

    /// Finds values that no session could use.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self
            .mtu
            .is_some_and(|mtu| !(SMALLEST_MTU..=LARGEST_MTU).contains(&mtu))
        {
            let rule = format!("the MTU is from {SMALLEST_MTU} to {LARGEST_MTU} bytes");
            return Err(Error::new(ErrorCode::InvalidArgument, rule));
        }
        if self
            .renegotiate_after
            .is_some_and(|time| !KEY_LIFE.contains(&time))
        {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                "keys are used from a minute to a day",
            ));
        }
        if self.host_confirms && !self.leave_machine {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                "a host that confirms the network configures the machine itself",
            ));
        }
        if self.rounds == Some(0) || self.reconnect == Reconnect::Rounds(0) {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                "servers are called at least once",
            ));
        }
        let timeouts = &self.timeouts;
        let all = [
            timeouts.connect,
            timeouts.answer,
            timeouts.handshake,
            timeouts.push,
        ];
        if all
            .iter()
            .any(|timeout| timeout.is_zero() || *timeout > LONGEST_TIMEOUT)
        {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                "each timeout is more than nothing and at most an hour",
            ));
        }
        Ok(())
    }
}

impl fmt::Debug for ConnectOptions {
    /// Shows no secret, and of what the host brings only that it does.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ConnectOptions")
            .field("device", &self.device)
            .field("certificates", &self.certificates)
            .field("certificate_stores", &self.certificate_stores)
            .field("entra_method", &self.entra_method)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

/// How long each part of connecting may take, each counted from its own start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// For the gateway's name, and for the gateway to take a TCP connection, at each of its addresses.
    pub connect: Duration,
    /// For the gateway's first answer, at each of its addresses.
    pub answer: Duration,
    /// For TLS and the exchange of keys, from the first packet on.
    pub handshake: Duration,
    /// For the gateway's settings.
    pub push: Duration,
}

impl Default for Timeouts {
    /// 20 s to connect and for the first answer, and OpenVPN's 60 s for each of the others.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            answer: Duration::from_secs(20),
            handshake: Duration::from_secs(60),
            push: Duration::from_secs(60),
        }
    }
}
