//! A network interface that is brought into a wanted state, and back.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::io;

use ipnet::IpNet;

use super::dns::{DnsError, DnsSettings, Resolved};
use super::journal::{Change, Journal, Record};
use super::netlink::Netlink;
use super::network_id::NetworkId;
use crate::config::InterfaceAddress;
use crate::plan::{Purpose, RouteEntry, Wanted, plan_routes};
use crate::{Applied, NetworkConfig, SystemError, Unapplied};

/// Configures one network interface and the routes through it.
///
/// Remembers each change before it is made, so that [`Interface::undo`] is complete whenever [`Interface::apply`] fails or its
/// future is dropped half-way. Dropping the interface undoes nothing: what is on the interface goes with the device, but routes
/// that keep the gateway or excluded networks outside the tunnel stay until `undo`.
///
/// Works in the network namespace of the thread that opened it, on any tokio runtime.
#[derive(Debug)]
pub struct Interface {
    netlink: Netlink,
    index: u32,
    name: String,
    /// The network namespace that it is in.
    network: Option<NetworkId>,
    made: Made,
    /// Where is written down what would outlast the device.
    record: Option<Record>,
}

/// What was changed and is to be put back.
#[derive(Debug, Default)]
struct Made {
    brought_up: bool,
    /// The MTU there was before the first change.
    original_mtu: Option<u32>,
    addresses: Vec<InterfaceAddress>,
    /// In the order they were added.
    routes: Vec<RouteEntry>,
    dns: Option<MadeDns>,
}

/// DNS that was set, or tried to be.
#[derive(Debug)]
struct MadeDns {
    resolved: Resolved,
    /// What is known to be set; nothing while that is not known.
    in_effect: Option<DnsSettings>,
}

impl Interface {
    /// Opens an interface by name.
    ///
    /// Needs no privilege. Fails with [`SystemError::InterfaceNotFound`] if there is none, or [`SystemError::Refused`] if
    /// the process may not use netlink.
    pub async fn by_name(name: &str) -> Result<Self, SystemError> {
        let netlink = open_netlink()?;
        let link = netlink
            .link_by_name(name)
            .await
            .map_err(|error| not_found(name, error))?;
        Ok(Self {
            netlink,
            index: link.index,
            name: link.name,
            network: NetworkId::of_this_thread(),
            made: Made::default(),
            record: None,
        })
    }

    /// Opens an interface by its number; otherwise like [`Interface::by_name`].
    pub async fn by_index(index: u32) -> Result<Self, SystemError> {
        let netlink = open_netlink()?;
        let link = netlink
            .link_by_index(index)
            .await
            .map_err(|error| not_found(&index.to_string(), error))?;
        Ok(Self {
            netlink,
            index: link.index,
            name: link.name,
            network: NetworkId::of_this_thread(),
            made: Made::default(),
            record: None,
        })
    }

    /// Has all changes that would outlast the device written down before they are made, so that [`Journal::recover`] undoes them
    /// if this process is killed.
    #[must_use]
    pub fn with_journal(mut self, journal: Journal) -> Self {
        self.record = Some(Record::new(journal));
        self
    }

    /// Returns the name of the interface.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the number of the interface.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Makes the machine's network as described, by changing only what differs from what is there.
    ///
    /// Addresses and routes that an earlier call added and that are no longer wanted are removed; what was there before the
    /// first call is neither changed nor, later, removed. Parts that this version cannot apply, and single routes that the
    /// system refuses, do not fail the call: they are listed in the answer. On an error the machine is somewhere between the
    /// old and the new state: call again, or [`Interface::undo`].
    ///
    /// Needs CAP_NET_ADMIN.
    pub async fn apply(&mut self, config: &NetworkConfig) -> Result<Applied, SystemError> {
        let mut applied = Applied {
            generation: config.generation,
            ..Applied::default()
        };
        self.apply_link(config, &mut applied).await?;
        self.apply_addresses(config, &mut applied).await?;
        self.apply_routes(config, &mut applied).await?;
        self.apply_dns(config, &mut applied).await;
        tracing::debug!(
            interface = self.name,
            generation = config.generation,
            changes = applied.changes,
            "network applied"
        );
        Ok(applied)
    }

    /// Removes what was added and restores what was changed, and nothing else.
    ///
    /// What would stay for good goes first: the routes on other interfaces, which do not end with this one. A future that is
    /// dropped half-way thus leaves behind what the device takes along when it is closed.
    ///
    /// What is gone already, such as everything on a device that was closed, counts as removed. Goes on after an error and
    /// returns the first; a repeated call tries again what is left.
    pub async fn undo(&mut self) -> Result<(), SystemError> {
        let mut first_error = None;
        if self.made.brought_up {
            let outcome = self.remove_routes(self.made_elsewhere()).await;
            first_error = first_error.or(outcome.err());
            let outcome = self.bring_down().await;
            first_error = first_error.or(outcome.err());
        }
        let outcome = self.revert_dns().await;
        first_error = first_error.or(outcome.err());
        let routes: Vec<_> = self.made.routes.iter().rev().cloned().collect();
        let outcome = self.remove_routes(routes).await;
        first_error = first_error.or(outcome.err());
        for address in self.made.addresses.clone().iter().rev() {
            let outcome = self.remove_address(address).await;
            first_error = first_error.or(outcome.err());
        }
        if let Some(mtu) = self.made.original_mtu {
            match gone_is_fine(self.netlink.set_mtu(self.index, mtu).await) {
                Ok(()) => self.made.original_mtu = None,
                Err(error) => {
                    first_error = first_error.or(Some(refused(
                        format!("restore the MTU of {}", self.name),
                        error,
                    )))
                }
            }
        }
        if let Some(record) = self.record.as_mut().filter(|_| first_error.is_none()) {
            record.forget();
        }
        tracing::debug!(
            interface = self.name,
            complete = first_error.is_none(),
            "network restored"
        );
        first_error.map_or(Ok(()), Err)
    }

    /// Returns the routes we made on other interfaces, the last one first: the gateway's own, added first, comes last.
    fn made_elsewhere(&self) -> Vec<RouteEntry> {
        self.made
            .routes
            .iter()
            .rev()
            .filter(|entry| entry.interface != self.index)
            .cloned()
            .collect()
    }

    /// Brings the interface down, upon which the kernel drops all routes through it in this one request.
    async fn bring_down(&mut self) -> Result<(), SystemError> {
        let outcome = gone_is_fine(self.netlink.set_up(self.index, false).await);
        outcome.map_err(|error| refused(format!("bring {} down", self.name), error))?;
        self.made.brought_up = false;
        self.made
            .routes
            .retain(|entry| entry.interface != self.index);
        Ok(())
    }

    async fn apply_link(
        &mut self,
        config: &NetworkConfig,
        applied: &mut Applied,
    ) -> Result<(), SystemError> {
        let link = self
            .netlink
            .link_by_index(self.index)
            .await
            .map_err(|error| not_found(&self.name, error))?;
        let mtu = config.mtu.or(self.made.original_mtu).unwrap_or(link.mtu);
        if mtu != link.mtu {
            self.made.original_mtu.get_or_insert(link.mtu);
            let outcome = self.netlink.set_mtu(self.index, mtu).await;
            outcome.map_err(|error| {
                refused(format!("set the MTU of {} to {mtu}", self.name), error)
            })?;
            applied.changes += 1;
        }
        if !link.up {
            self.made.brought_up = true;
            let outcome = self.netlink.set_up(self.index, true).await;
            outcome.map_err(|error| refused(format!("bring {} up", self.name), error))?;
            applied.changes += 1;
        }
        Ok(())
    }

    async fn apply_addresses(
        &mut self,
        config: &NetworkConfig,
        applied: &mut Applied,
    ) -> Result<(), SystemError> {
        let stale: Vec<_> = self
            .made
            .addresses
            .iter()
            .filter(|address| !config.addresses.contains(address))
            .cloned()
            .collect();
        for address in &stale {
            self.remove_address(address).await?;
            applied.changes += 1;
        }
        let present = self.netlink.addresses(self.index).await;
        let present = present
            .map_err(|error| refused(format!("read the addresses of {}", self.name), error))?;
        for address in &config.addresses {
            if present.contains(address) {
                continue;
            }
            if !self.made.addresses.contains(address) {
                self.made.addresses.push(address.clone());
            }
            let Err(error) = self.netlink.add_address(self.index, address).await else {
                applied.changes += 1;
                continue;
            };
            self.made.addresses.retain(|made| made != address);
            let taken = error.raw_os_error() == Some(libc::EEXIST);
            if taken || (address.network.addr().is_ipv6() && is_family_off(&error)) {
                let reason = error.to_string();
                applied.unapplied.push(Unapplied::Address {
                    address: address.clone(),
                    reason,
                });
            } else {
                return Err(refused(
                    format!("add the address {} to {}", address.network, self.name),
                    error,
                ));
            }
        }
        Ok(())
    }

    async fn apply_routes(
        &mut self,
        config: &NetworkConfig,
        applied: &mut Applied,
    ) -> Result<(), SystemError> {
        let present = self.netlink.routes().await;
        let present =
            present.map_err(|error| refused("read the routing table".to_owned(), error))?;
        let made: HashSet<_> = self.made.routes.iter().cloned().collect();
        let outside: Vec<_> = present
            .iter()
            .filter(|entry| entry.interface != self.index && !made.contains(entry))
            .cloned()
            .collect();
        let refused_ipv6 = applied.unapplied.iter().any(|part| {
            matches!(part, Unapplied::Address { address, .. } if address.network.addr().is_ipv6())
        });
        let has_ipv6 = !refused_ipv6
            && config
                .addresses
                .iter()
                .any(|address| address.network.addr().is_ipv6());
        let mut plan = plan_routes(config, self.index, has_ipv6, &outside)?;
        applied.unapplied.append(&mut plan.unapplied);

        let present: HashSet<_> = present.into_iter().collect();
        let wanted: HashSet<_> = plan
            .wanted
            .iter()
            .map(|wanted| wanted.entry.clone())
            .collect();
        let stale: Vec<_> = self
            .made
            .routes
            .iter()
            .rev()
            .filter(|entry| !wanted.contains(entry))
            .cloned()
            .collect();
        let missing = plan
            .wanted
            .into_iter()
            .filter(|wanted| !present.contains(&wanted.entry))
            .collect();
        let replaceable = stale
            .iter()
            .filter(|entry| present.contains(entry))
            .map(place)
            .collect();

        // New entries go in before old ones go out, so that no traffic leaves the tunnel in between.
        self.add_routes(missing, &replaceable, applied).await?;
        applied.changes += stale.len();
        let was_noted = stale.iter().any(|entry| entry.interface != self.index);
        self.remove_routes(stale).await?;
        if was_noted {
            let changes = self.changes_elsewhere(&self.made_elsewhere()).await;
            self.write_down(|record| record.keep(&changes), applied);
        }
        Ok(())
    }

    /// The routes of these that do not go with the device, as they are written down.
    async fn changes_elsewhere(&self, entries: &[RouteEntry]) -> Vec<Change> {
        let mut names = HashMap::new();
        let mut changes = Vec::new();
        let elsewhere = entries.iter().filter(|entry| entry.interface != self.index);
        for entry in elsewhere {
            let name = match names.entry(entry.interface) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    let link = self.netlink.link_by_index(entry.interface).await;
                    unknown.insert(link.ok().map(|link| link.name))
                }
            };
            // A route by an interface that is gone goes with it.
            if let Some(name) = name {
                changes.push(Change::Route {
                    entry: entry.clone(),
                    interface_name: name.clone(),
                });
            }
        }
        changes
    }

    /// Writes to the journal, if there is one; that it cannot be written is told, and is no reason to do without the tunnel.
    fn write_down(
        &mut self,
        write: impl FnOnce(&mut Record) -> io::Result<()>,
        applied: &mut Applied,
    ) {
        let Some(Err(error)) = self.record.as_mut().map(write) else {
            return;
        };
        let part = Unapplied::Journal {
            reason: error.to_string(),
        };
        if !applied.unapplied.contains(&part) {
            applied.unapplied.push(part);
        }
    }

    /// Sets the interface's DNS; that it cannot be set is no reason to do without the tunnel.
    async fn apply_dns(&mut self, config: &NetworkConfig, applied: &mut Applied) {
        let (settings, mut servers, mut suffixes) = DnsSettings::of(config);
        let mut reason = "the system takes no such one, or no more of them".to_owned();
        match self.set_dns(settings).await {
            Ok(is_changed) => applied.changes += usize::from(is_changed),
            Err(error) => {
                servers.clone_from(&config.dns_servers);
                suffixes.clone_from(&config.dns_suffixes);
                reason = error.to_string();
            }
        }
        if !servers.is_empty() {
            let reason = reason.clone();
            let part = Unapplied::DnsServers { servers, reason };
            applied.unapplied.push(part);
        }
        if !suffixes.is_empty() {
            let part = Unapplied::DnsSuffixes { suffixes, reason };
            applied.unapplied.push(part);
        }
    }

    /// Returns whether anything had to be changed.
    async fn set_dns(&mut self, settings: DnsSettings) -> Result<bool, DnsError> {
        if settings.is_empty() {
            let Some(made) = &self.made.dns else {
                return Ok(false);
            };
            made.resolved.revert(self.index).await?;
            self.made.dns = None;
            return Ok(true);
        }
        let resolved = match &self.made.dns {
            Some(made) if made.in_effect.as_ref() == Some(&settings) => return Ok(false),
            Some(made) => made.resolved.clone(),
            None => Resolved::find(self.network.ok_or(DnsError::UnknownNetwork)?).await?,
        };
        let made = self.made.dns.insert(MadeDns {
            resolved,
            in_effect: None,
        });
        made.resolved.set(self.index, &settings).await?;
        made.in_effect = Some(settings);
        Ok(true)
    }

    async fn revert_dns(&mut self) -> Result<(), SystemError> {
        let Some(made) = &self.made.dns else {
            return Ok(());
        };
        let outcome = made.resolved.revert(self.index).await;
        outcome.map_err(|error| {
            refused(
                format!("put the DNS of {} back", self.name),
                io::Error::other(error),
            )
        })?;
        self.made.dns = None;
        Ok(())
    }

    /// Adds entries in order; the gateway's own comes first, and is in place before any other is asked for.
    ///
    /// `replaceable` are the places of our own entries that are no longer wanted.
    async fn add_routes(
        &mut self,
        missing: Vec<Wanted>,
        replaceable: &HashSet<(IpNet, u32)>,
        applied: &mut Applied,
    ) -> Result<(), SystemError> {
        let (outside, through): (Vec<_>, Vec<_>) = missing
            .into_iter()
            .partition(|wanted| matches!(wanted.purpose, Purpose::Gateway | Purpose::Exclude));
        for batch in [outside, through] {
            let already: HashSet<_> = self.made.routes.iter().cloned().collect();
            let entries = batch.iter().map(|wanted| wanted.entry.clone());
            let new: Vec<_> = entries
                .clone()
                .filter(|entry| !already.contains(entry))
                .collect();
            let changes = self.changes_elsewhere(&new).await;
            self.write_down(|record| record.note(&changes), applied);
            self.made
                .routes
                .extend(entries.clone().filter(|entry| !already.contains(entry)));
            let entries: Vec<_> = entries
                .map(|entry| (entry.clone(), replaceable.contains(&place(&entry))))
                .collect();
            let outcomes = self.netlink.add_routes(&entries).await;
            let mut not_made = HashSet::new();
            let mut first_error = None;
            for (wanted, outcome) in batch.into_iter().zip(outcomes) {
                let Err(error) = outcome else {
                    applied.changes += 1;
                    continue;
                };
                not_made.insert(wanted.entry.clone());
                match explain_route(wanted, error) {
                    Ok(unapplied) => applied.unapplied.push(unapplied),
                    Err(error) => first_error = first_error.or(Some(error)),
                }
            }
            self.made.routes.retain(|entry| !not_made.contains(entry));
            if let Some(error) = first_error {
                return Err(error);
            }
        }
        Ok(())
    }

    async fn remove_routes(&mut self, entries: Vec<RouteEntry>) -> Result<(), SystemError> {
        let outcomes = self.netlink.remove_routes(&entries).await;
        let mut removed = HashSet::new();
        let mut first_error = None;
        for (entry, outcome) in entries.into_iter().zip(outcomes) {
            match gone_is_fine(outcome) {
                Ok(()) => {
                    removed.insert(entry);
                }
                Err(error) => {
                    let operation = format!("remove the route to {}", entry.destination);
                    first_error = first_error.or(Some(refused(operation, error)));
                }
            }
        }
        self.made.routes.retain(|entry| !removed.contains(entry));
        first_error.map_or(Ok(()), Err)
    }

    async fn remove_address(&mut self, address: &InterfaceAddress) -> Result<(), SystemError> {
        let outcome = gone_is_fine(self.netlink.remove_address(self.index, address).await);
        outcome.map_err(|error| {
            refused(
                format!("remove the address {} from {}", address.network, self.name),
                error,
            )
        })?;
        self.made.addresses.retain(|made| made != address);
        Ok(())
    }
}

/// What the kernel tells entries apart by: it holds one entry for each destination and metric.
fn place(entry: &RouteEntry) -> (IpNet, u32) {
    (entry.destination, entry.metric)
}

/// Decides whether a route that was refused fails the whole configuration.
///
/// It does where traffic would go astray: if not everything goes through a full tunnel, or the gateway goes through its own.
fn explain_route(wanted: Wanted, error: io::Error) -> Result<Unapplied, SystemError> {
    let destination = wanted.entry.destination;
    let operation = format!("add the route to {destination}");
    let taken = error.raw_os_error() == Some(libc::EEXIST);
    if error.raw_os_error() == Some(libc::EPERM) {
        return Err(refused(operation, error));
    }
    let reason = if taken {
        "another route with the same destination and metric is there".to_owned()
    } else {
        error.to_string()
    };
    match wanted.purpose {
        Purpose::Network(route) => Ok(Unapplied::Route { route, reason }),
        Purpose::Exclude => Ok(Unapplied::Exclude {
            destination,
            reason,
        }),
        Purpose::Everything | Purpose::Gateway if taken => {
            Err(SystemError::RouteConflict { destination })
        }
        Purpose::Everything | Purpose::Gateway => Err(refused(operation, error)),
    }
}

fn open_netlink() -> Result<Netlink, SystemError> {
    Netlink::open().map_err(|error| refused("open a netlink socket".to_owned(), error))
}

fn not_found(name: &str, error: io::Error) -> SystemError {
    match error.raw_os_error() {
        // ERANGE and EINVAL are the answers to names that no interface can have.
        Some(libc::ENODEV | libc::ENXIO | libc::ERANGE | libc::EINVAL) => {
            SystemError::InterfaceNotFound {
                name: name.to_owned(),
            }
        }
        _ => refused(format!("look up the network interface {name}"), error),
    }
}

fn refused(operation: String, source: io::Error) -> SystemError {
    if source.raw_os_error() == Some(libc::EPERM) {
        return SystemError::PermissionDenied {
            operation,
            capability: "CAP_NET_ADMIN",
        };
    }
    SystemError::Refused { operation, source }
}

/// Takes the absence of what was to be removed for success.
fn gone_is_fine(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error)
            if matches!(
                error.raw_os_error(),
                Some(libc::ESRCH | libc::ENODEV | libc::ENXIO | libc::ENOENT | libc::EADDRNOTAVAIL)
            ) =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Whether the kernel has no IPv6 on the interface: it answers EACCES where `disable_ipv6` is set.
fn is_family_off(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EACCES | libc::EAFNOSUPPORT | libc::EOPNOTSUPP)
    )
}
