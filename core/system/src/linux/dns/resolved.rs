use std::net::IpAddr;
use std::time::Duration;

use serde::Serialize;
use tokio::time::timeout;
use zbus::zvariant::Type;
use zbus::{Connection, fdo::DBusProxy};

use super::resolver_file::leads_to_resolved;
use super::settings::DnsSettings;
use crate::linux::network_id::NetworkId;

const NAME: &str = "org.freedesktop.resolve1";
const PATH: &str = "/org/freedesktop/resolve1";
const INTERFACE: &str = "org.freedesktop.resolve1.Manager";

/// What it answers for an interface that is gone, whose settings went with it.
const NO_SUCH_LINK: &str = "org.freedesktop.resolve1.NoSuchLink";

/// What the bus answers where it does not run.
const NOT_RUNNING: [&str; 2] = [
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
];

/// How long it may take to answer; it does at once, and nothing here may keep a session from its end.
const PATIENCE: Duration = Duration::from_secs(2);

/// Describes why the DNS of an interface was not set; the host may set it itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::linux) enum DnsError {
    /// Names are asked of somebody else, for whom this version has no way.
    #[error("systemd-resolved does not answer for this machine")]
    NotInCharge,
    /// It looks after another network namespace than the interface is in.
    #[error("systemd-resolved looks after another network than this interface's")]
    OtherNetwork,
    /// The process may not see which network it looks after; root and CAP_SYS_PTRACE may.
    #[error("the process may not see which network systemd-resolved looks after")]
    UnknownNetwork,
    /// It refused, or did not answer.
    #[error("systemd-resolved: {0}")]
    Refused(String),
}

/// systemd-resolved, on the system's bus (org.freedesktop.resolve1(5)).
#[derive(Clone, Debug)]
pub(in crate::linux) struct Resolved {
    bus: Connection,
}

impl Resolved {
    /// Finds it, if it is what this machine's programs ask, and looks after the network namespace of this identity.
    ///
    /// An interface's number means something else in another namespace, so without this somebody else's would be changed.
    pub(in crate::linux) async fn find(network: NetworkId) -> Result<Self, DnsError> {
        if !leads_to_resolved() {
            return Err(DnsError::NotInCharge);
        }
        let found = async {
            let bus = Connection::system()
                .await
                .map_err(|_| DnsError::NotInCharge)?;
            let daemon = DBusProxy::new(&bus).await.map_err(refused)?;
            let name = NAME.try_into().map_err(|_| DnsError::NotInCharge)?;
            let process = daemon.get_connection_unix_process_id(name).await;
            let process = process.map_err(|_| DnsError::NotInCharge)?;
            match NetworkId::of_process(process) {
                Some(its) if its == network => Ok(Self { bus }),
                Some(_) => Err(DnsError::OtherNetwork),
                None => Err(DnsError::UnknownNetwork),
            }
        };
        in_time(found).await
    }

    /// Sets what an interface has, in place of what it had.
    pub(in crate::linux) async fn set(
        &self,
        interface: u32,
        settings: &DnsSettings,
    ) -> Result<(), DnsError> {
        let index = index(interface)?;
        let servers: Vec<(i32, Vec<u8>)> = settings.servers.iter().map(address).collect();
        let domains: Vec<(&str, bool)> = settings
            .domains
            .iter()
            .map(|domain| (domain.name.as_str(), domain.is_routing_only))
            .collect();
        // The domains go first: until the servers are there, nothing is asked of anybody new.
        self.call("SetLinkDomains", &(index, domains)).await?;
        self.call("SetLinkDefaultRoute", &(index, settings.is_default))
            .await?;
        self.call("SetLinkDNS", &(index, servers)).await?;
        // Names may have been answered by others just now. One that is too old for it keeps them a while longer.
        let _ = self.call("FlushCaches", &()).await;
        Ok(())
    }

    /// Takes everything back from an interface; one that is gone has nothing. Where nobody answers for names any more, nobody
    /// is asked for those of the interface either.
    pub(in crate::linux) async fn revert(&self, interface: u32) -> Result<(), DnsError> {
        match self.call("RevertLink", &(index(interface)?,)).await {
            Err(DnsError::NotInCharge) => return Ok(()),
            outcome => outcome?,
        }
        let _ = self.call("FlushCaches", &()).await;
        Ok(())
    }

    async fn call(
        &self,
        method: &str,
        arguments: &(impl Serialize + Type),
    ) -> Result<(), DnsError> {
        let called = async {
            let answer = self
                .bus
                .call_method(Some(NAME), PATH, Some(INTERFACE), method, arguments)
                .await;
            match answer {
                Ok(_) => Ok(()),
                Err(zbus::Error::MethodError(name, ..)) if name.as_str() == NO_SUCH_LINK => Ok(()),
                Err(zbus::Error::MethodError(name, ..)) if NOT_RUNNING.contains(&name.as_str()) => {
                    Err(DnsError::NotInCharge)
                }
                Err(error) => Err(refused(error)),
            }
        };
        in_time(called).await
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, DnsError>>) -> Result<T, DnsError> {
    match timeout(PATIENCE, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(DnsError::Refused("it does not answer".to_owned())),
    }
}

fn index(interface: u32) -> Result<i32, DnsError> {
    i32::try_from(interface)
        .map_err(|_| DnsError::Refused("the interface has no number".to_owned()))
}

fn address(server: &IpAddr) -> (i32, Vec<u8>) {
    match server {
        IpAddr::V4(server) => (libc::AF_INET, server.octets().to_vec()),
        IpAddr::V6(server) => (libc::AF_INET6, server.octets().to_vec()),
    }
}

fn refused(error: impl std::error::Error) -> DnsError {
    DnsError::Refused(error.to_string())
}
