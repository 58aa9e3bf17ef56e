use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use p2svpn_openvpn::PushReply;
use p2svpn_profile::Profile;
use p2svpn_system::{
    Interface, Journal, NetworkConfig, Path, Unapplied, can_configure_network, path_to,
};
use p2svpn_tunnel::{DeviceKeeper, Stack, Tunnel, TunnelError};
use tokio::time::timeout;

use super::guard::Guard;
use super::link;
use super::network::{network_config, stack_addresses, tunnel_mtu};
use super::shared::Shared;
use crate::device::Device;
use crate::error::Error;
use crate::event::EventKind;
use crate::warning::{Warning, WarningKind};

/// How long putting the machine back may be worked on, in all.
const UNDO_LIMIT: Duration = Duration::from_secs(30);

/// Which device the host wants.
pub(super) struct DeviceWish {
    pub(super) device: Device,
    /// The largest packet, in bytes.
    pub(super) mtu: Option<u16>,
    /// Whether the session configures what it opens.
    pub(super) configures: bool,
}

impl DeviceWish {
    /// What to open in the place of a device that failed; nothing for one that the host has opened.
    pub(super) fn again(&self) -> Option<Self> {
        Some(Self {
            device: self.device.again()?,
            ..*self
        })
    }
}

/// The session's part of this machine: the device that packets come from and go to, and what is configured for it.
///
/// It outlives connections: a session that connects again finds its device, addresses and routes as they were.
pub(super) struct Machine {
    shared: Arc<Shared>,
    profile: Arc<Profile>,
    device: DeviceKeeper,
    /// The stack behind the device, if it is the userspace one.
    stack: Option<Stack>,
    /// What is configured through, where that is this session's part.
    interface: Option<Interface>,
    config: Arc<NetworkConfig>,
    /// What could not be applied, as the host was told.
    told: Vec<Unapplied>,
}

impl Machine {
    /// Opens the device; what is changed is written down in the journal. Nothing is configured before [`apply`](Self::apply).
    pub(super) async fn open(
        shared: &Arc<Shared>,
        profile: &Arc<Profile>,
        (wish, journal): (DeviceWish, Journal),
        push: &PushReply,
        gateway: IpAddr,
    ) -> Result<Self, Error> {
        let mtu = tunnel_mtu(push, wish.mtu);
        let config = Arc::new(network_config(profile, push, gateway, mtu));
        let link = link::open(
            wish.device,
            mtu,
            &config,
            shared.clock(),
            can_configure_network(),
        )?;
        if let Some(warning) = link.warning {
            shared.emit(EventKind::Warning(warning));
        }
        let interface = match link.interface.filter(|_| wish.configures) {
            Some(name) => Some(Interface::by_name(&name).await?.with_journal(journal)),
            None => None,
        };
        shared.learn(|facts| {
            facts.config = Some(Arc::clone(&config));
            facts.device = link.device.name.clone();
            facts.mtu = Some(mtu);
            facts.stack = link.stack.clone();
        });
        Ok(Self {
            shared: Arc::clone(shared),
            profile: Arc::clone(profile),
            device: DeviceKeeper::new(link.device),
            stack: link.stack,
            interface,
            config,
            told: Vec::new(),
        })
    }

    /// Brings the machine to what is wanted of it, where that is this session's part; changes only what differs. Tells what
    /// could not be applied.
    pub(super) async fn apply(&mut self) -> Result<(), Error> {
        let config = Arc::clone(&self.config);
        self.bring_to(&config).await
    }

    /// Which snapshot it is that is wanted of the machine.
    pub(super) fn generation(&self) -> u64 {
        self.config.generation
    }

    /// Tells the host what is wanted of the machine.
    pub(super) fn tell(&self) {
        self.shared
            .emit(EventKind::NetworkConfig(Arc::clone(&self.config)));
    }

    /// Takes over what a gateway wants of the machine from now on.
    ///
    /// The device stays the one that it is: its packets do not grow.
    pub(super) async fn adapt(&mut self, push: &PushReply, gateway: IpAddr) -> Result<(), Error> {
        let mtu = tunnel_mtu(push, Some(self.device.mtu()));
        let wanted = network_config(&self.profile, push, gateway, mtu);
        self.change(wanted).await?;
        self.shared.learn(|facts| facts.mtu = Some(mtu));
        Ok(())
    }

    /// Keeps this gateway's address outside the tunnel, before it is called, by the way that leads to it now.
    pub(super) async fn leave_out(&mut self, gateway: IpAddr) -> Result<(), Error> {
        if self.config.gateway == Some(gateway) {
            return self.apply().await;
        }
        let wanted = NetworkConfig {
            gateway: Some(gateway),
            ..NetworkConfig::clone(&self.config)
        };
        self.change(wanted).await
    }

    /// Has the machine follow its network, and returns the way to a gateway outside the tunnel, if there is one.
    pub(super) async fn way_to(&mut self, gateway: IpAddr) -> Option<Path> {
        if let Err(error) = self.apply().await {
            // As a rule the network is on its way from one state to another.
            tracing::info!(session = %self.shared.id(), %error, "the machine does not follow its network");
            return None;
        }
        path_to(gateway).filter(|path| !self.is_own(path))
    }

    fn is_own(&self, path: &Path) -> bool {
        path.interface.is_some() && path.interface.as_deref() == self.device.name()
    }

    /// Does without the tunnel's DNS while a future runs, such as a look-up of the gateway's name: its servers cannot be
    /// reached while there is no connection.
    pub(super) async fn without_dns<T>(
        &mut self,
        work: impl Future<Output = T>,
    ) -> Result<T, Error> {
        if self.config.dns_servers.is_empty() {
            return Ok(work.await);
        }
        let bare = NetworkConfig {
            dns_servers: Vec::new(),
            dns_suffixes: Vec::new(),
            ..NetworkConfig::clone(&self.config)
        };
        self.bring_to(&bare).await?;
        let output = work.await;
        self.apply().await?;
        Ok(output)
    }

    /// Has the leak guard open what is wanted, if there is one.
    pub(super) async fn fit(&self, guard: &mut Option<Guard>) -> Result<(), Error> {
        match guard {
            Some(guard) => guard.enclose(self.device.name(), &self.config).await,
            None => Ok(()),
        }
    }

    /// Has the packets of the device go through a tunnel, once the one before has given it back.
    pub(super) async fn attach(&self, tunnel: &Tunnel) -> Result<(), TunnelError> {
        tunnel.attach(self.device.lend().await).await
    }

    /// Removes what was configured and closes the device; on failure, says why.
    pub(super) async fn put_back(mut self) -> Result<(), String> {
        let Some(interface) = &mut self.interface else {
            return Ok(());
        };
        let problem = match timeout(UNDO_LIMIT, interface.undo()).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the system took too long".to_owned(),
        };
        // After the session's end nobody else tells it.
        tracing::warn!(interface = interface.name(), %problem, "the machine's network was not put back");
        Err(problem)
    }

    /// Applies another configuration and tells the host of it, if it is another one.
    async fn change(&mut self, wanted: NetworkConfig) -> Result<(), Error> {
        let former = Arc::clone(&self.config);
        let wanted = NetworkConfig {
            generation: former.generation,
            ..wanted
        };
        if wanted == *former {
            return Ok(());
        }
        let config = Arc::new(NetworkConfig {
            generation: former.generation + 1,
            ..wanted
        });
        // From here on it is what is wanted, also if it is applied only by half.
        self.config = Arc::clone(&config);
        if let Some(stack) = self
            .stack
            .as_ref()
            .filter(|_| config.addresses != former.addresses)
        {
            let (ipv4, ipv6) = stack_addresses(&config);
            stack.set_addresses(ipv4, ipv6)?;
        }
        self.apply().await?;
        self.shared
            .learn(|facts| facts.config = Some(Arc::clone(&config)));
        self.tell();
        Ok(())
    }

    async fn bring_to(&mut self, config: &NetworkConfig) -> Result<(), Error> {
        let Some(interface) = &mut self.interface else {
            return Ok(());
        };
        let unapplied = interface.apply(config).await?.unapplied;
        for part in unapplied.iter().filter(|part| !self.told.contains(part)) {
            self.shared.emit(EventKind::Warning(Warning::new(
                WarningKind::Machine,
                part.to_string(),
            )));
        }
        self.told = unapplied;
        Ok(())
    }
}
