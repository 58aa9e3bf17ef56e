//! The changes that an edit collects, and what each does to a profile.

use std::cell::Cell;
use std::collections::HashSet;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use super::aggregation::aggregated;
use super::error::EditError;
use super::field::Field;
use super::report::{Duplicate, EditReport, HostBits};
use super::server_text::{ServerText, is_same_server, written};
use crate::authentication::{Authentication, AuthenticationKind, ClientIdentity};
use crate::dns_suffix::DnsSuffix;
use crate::name::ProfileName;
use crate::one_or_more::OneOrMore;
use crate::profile::Profile;
use crate::routes::Routes;
use crate::server::Server;
use crate::thumbprint::Thumbprint;
use crate::transport::Transport;
use crate::unique::Unique;

/// One change, whose texts have been read.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Name(ProfileName),
    ReplaceServers(OneOrMore<Server>),
    AddServer(Server),
    RemoveServer(ServerText, String),
    OrderServers(Vec<ServerText>),
    Transport(Transport),
    Authentication(AuthenticationKind),
    ClientCertificate(Option<Thumbprint>),
    CertificateIssuer(Option<Thumbprint>),
    UserName(Option<String>),
    Include(ListChange<IpNet>),
    Exclude(ListChange<IpNet>),
    AggregateIncludes,
    AggregateExcludes,
    ForcedTunnel(bool),
    DnsServers(ListChange<IpAddr>),
    DnsSuffixes(ListChange<DnsSuffix>),
    TrustedNetworks(ListChange<DnsSuffix>),
    AlwaysOn(bool),
    SecondaryProfile(Option<ProfileName>),
}

/// What is done to a list.
#[derive(Clone, Debug)]
pub(super) enum ListChange<T> {
    Add(Vec<T>),
    Remove(Vec<T>),
    Replace(Vec<T>),
}

impl Change {
    /// Joins the next change with this one if both do the same to the same list, so that thousands
    /// of single changes cost what one of thousands does; gives it back otherwise.
    pub(super) fn absorb(&mut self, next: Self) -> Option<Self> {
        match (self, next) {
            (Self::Include(own), Self::Include(next)) => own.absorb(next).map(Self::Include),
            (Self::Exclude(own), Self::Exclude(next)) => own.absorb(next).map(Self::Exclude),
            (_, next) => Some(next),
        }
    }

    /// Returns the list of routes that it changes, if it changes one.
    pub(super) fn edits(&self) -> Option<Field> {
        match self {
            Self::Include(_) | Self::AggregateIncludes | Self::ForcedTunnel(_) => {
                Some(Field::IncludeRoutes)
            }
            Self::Exclude(_) | Self::AggregateExcludes => Some(Field::ExcludeRoutes),
            _ => None,
        }
    }

    /// Changes a profile.
    pub(super) fn apply(
        &self,
        profile: &mut Profile,
        report: &mut EditReport,
    ) -> Result<(), EditError> {
        match self {
            Self::Name(name) => profile.name = name.clone(),
            Self::ReplaceServers(servers) => profile.servers = servers.clone(),
            Self::AddServer(server) => add_server(profile, server, report),
            Self::RemoveServer(meant, text) => remove_server(profile, meant, text)?,
            Self::OrderServers(order) => order_servers(profile, order)?,
            Self::Transport(transport) => set_transport(profile, *transport),
            Self::Authentication(kind) => select(profile, *kind)?,
            Self::ClientCertificate(thumbprint) => {
                set_client_certificate(profile, *thumbprint, report)?;
            }
            Self::CertificateIssuer(issuer) => {
                set_in_ways(profile, Field::CertificateIssuer, |way| {
                    way.certificate_mut()
                        .map(|certificate| certificate.issuer = *issuer)
                })?;
            }
            Self::UserName(name) => set_in_ways(profile, Field::UserName, |way| {
                way.password_mut()
                    .map(|password| password.username.clone_from(name))
            })?,
            Self::Include(change) => {
                change.apply_to_routes(
                    Field::IncludeRoutes,
                    &mut profile.include_routes,
                    report,
                )?;
            }
            Self::Exclude(change) => {
                change.apply_to_routes(
                    Field::ExcludeRoutes,
                    &mut profile.exclude_routes,
                    report,
                )?;
            }
            Self::AggregateIncludes => {
                let fewer = aggregated(&profile.include_routes, &profile.exclude_routes);
                count_aggregated(&mut profile.include_routes, fewer, report);
            }
            Self::AggregateExcludes => {
                let fewer = aggregated(&profile.exclude_routes, &profile.include_routes);
                count_aggregated(&mut profile.exclude_routes, fewer, report);
            }
            Self::ForcedTunnel(is_forced) => force_tunnel(profile, *is_forced),
            Self::DnsServers(change) => {
                change.apply(Field::DnsServers, &mut profile.dns_servers, report)?;
            }
            Self::DnsSuffixes(change) => {
                change.apply(Field::DnsSuffixes, &mut profile.dns_suffixes, report)?;
            }
            Self::TrustedNetworks(change) => {
                change.apply(
                    Field::TrustedNetworks,
                    &mut profile.trusted_networks,
                    report,
                )?;
            }
            Self::AlwaysOn(is_always_on) => profile.always_on = *is_always_on,
            Self::SecondaryProfile(name) => profile.secondary_profile.clone_from(name),
        }
        Ok(())
    }
}

impl<T> ListChange<T> {
    /// Takes elements out; what stands twice in one text, as the list holds it, is meant once.
    pub(super) fn removal<K: Eq + Hash>(mut elements: Vec<T>, exact: impl Fn(&T) -> K) -> Self {
        let mut seen = HashSet::new();
        elements.retain(|element| seen.insert(exact(element)));
        Self::Remove(elements)
    }

    fn absorb(&mut self, next: Self) -> Option<Self> {
        match (self, next) {
            (Self::Add(own) | Self::Replace(own), Self::Add(next))
            | (Self::Remove(own), Self::Remove(next)) => {
                own.extend(next);
                None
            }
            (_, next) => Some(next),
        }
    }
}

impl ListChange<IpNet> {
    fn apply_to_routes(
        &self,
        field: Field,
        routes: &mut Routes,
        report: &mut EditReport,
    ) -> Result<(), EditError> {
        let written = match self {
            Self::Add(networks) | Self::Remove(networks) | Self::Replace(networks) => networks,
        };
        let inexact = written
            .iter()
            .filter(|network| **network != network.trunc());
        report.host_bits.extend(inexact.map(|network| HostBits {
            field,
            written: *network,
            used: network.trunc(),
        }));
        self.apply(field, routes, report)
    }
}

impl<T> ListChange<T> {
    fn apply<L>(&self, field: Field, list: &mut L, report: &mut EditReport) -> Result<(), EditError>
    where
        L: List<Element = T>,
        T: Clone + Eq + Hash + ToString,
    {
        let added = match self {
            Self::Add(added) => added,
            Self::Replace(added) => {
                *list = L::default();
                added
            }
            Self::Remove(removed) => return remove(field, list, removed),
        };
        for element in added {
            if !list.insert(element.clone()) {
                report.duplicates.push(Duplicate {
                    field,
                    text: element.to_string(),
                });
            }
        }
        Ok(())
    }
}

fn remove<L>(field: Field, list: &mut L, removed: &[L::Element]) -> Result<(), EditError>
where
    L: List,
    L::Element: Eq + Hash + ToString,
{
    // In one pass: taking them out one by one would move all that follows for each.
    let mut gone: HashSet<L::Element> = HashSet::new();
    for element in removed {
        // What several removals of an edit name is there for the first of them.
        if !list.contains(element) || !gone.insert(L::exact(element)) {
            let text = element.to_string();
            return Err(EditError::Absent { field, text });
        }
    }
    list.retain(|element| !gone.contains(element));
    Ok(())
}

/// A list in which nothing stands twice.
trait List: Default {
    type Element;

    /// Returns an element as the list holds it.
    fn exact(element: &Self::Element) -> Self::Element;
    fn insert(&mut self, element: Self::Element) -> bool;
    fn contains(&self, element: &Self::Element) -> bool;
    fn retain(&mut self, keep: impl FnMut(&Self::Element) -> bool);
}

impl<T: Clone + Eq + Hash> List for Unique<T> {
    type Element = T;

    fn exact(element: &T) -> T {
        element.clone()
    }

    fn insert(&mut self, element: T) -> bool {
        self.insert(element)
    }

    fn contains(&self, element: &T) -> bool {
        self.contains(element)
    }

    fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.retain(keep);
    }
}

impl List for Routes {
    type Element = IpNet;

    fn exact(element: &IpNet) -> IpNet {
        element.trunc()
    }

    fn insert(&mut self, element: IpNet) -> bool {
        self.insert(element)
    }

    fn contains(&self, element: &IpNet) -> bool {
        self.contains(element)
    }

    fn retain(&mut self, keep: impl FnMut(&IpNet) -> bool) {
        self.retain(keep);
    }
}

fn add_server(profile: &mut Profile, server: &Server, report: &mut EditReport) {
    let mut present = profile.servers.iter();
    if present.any(|present| is_same_server(present, server)) {
        report.duplicates.push(Duplicate {
            field: Field::Servers,
            text: written(server),
        });
    } else {
        profile.servers.push(server.clone());
    }
}

fn remove_server(profile: &mut Profile, meant: &ServerText, text: &str) -> Result<(), EditError> {
    let servers = profile.servers.iter();
    let left: Vec<Server> = servers
        .filter(|server| !meant.means(server))
        .cloned()
        .collect();
    if left.len() == profile.servers.iter().count() {
        return Err(EditError::Absent {
            field: Field::Servers,
            text: text.to_owned(),
        });
    }
    profile.servers = OneOrMore::from_vec(left).ok_or(EditError::NoServer)?;
    Ok(())
}

fn order_servers(profile: &mut Profile, order: &[ServerText]) -> Result<(), EditError> {
    let mut left: Vec<Server> = profile.servers.iter().cloned().collect();
    let refused = EditError::Order { count: left.len() };
    let mut ordered = Vec::new();
    for meant in order {
        let place = left.iter().position(|server| meant.means(server));
        let Some(place) = place else {
            return Err(refused);
        };
        ordered.push(left.remove(place));
    }
    if !left.is_empty() {
        return Err(refused);
    }
    profile.servers = OneOrMore::from_vec(ordered).ok_or(refused)?;
    Ok(())
}

/// Servers that differed in nothing but the transport become one.
fn set_transport(profile: &mut Profile, transport: Transport) {
    let mut changed: Vec<Server> = Vec::new();
    for server in &profile.servers {
        let server = server.clone().with_transport(transport);
        if !changed
            .iter()
            .any(|present| is_same_server(present, &server))
        {
            changed.push(server);
        }
    }
    if let Some(servers) = OneOrMore::from_vec(changed) {
        profile.servers = servers;
    }
}

fn select(profile: &mut Profile, kind: AuthenticationKind) -> Result<(), EditError> {
    if profile.authentication.select(kind) {
        return Ok(());
    }
    Err(EditError::NotOffered {
        asked: kind,
        offered: offered(profile),
    })
}

fn offered(profile: &Profile) -> Vec<AuthenticationKind> {
    profile
        .authentication
        .iter()
        .map(Authentication::kind)
        .collect()
}

/// Sets a part of every way to sign in that has it; `set` returns nothing for those that have not.
fn set_in_ways(
    profile: &mut Profile,
    field: Field,
    set: impl Fn(&mut Authentication) -> Option<()>,
) -> Result<(), EditError> {
    let ways: Vec<Authentication> = profile.authentication.iter().cloned().collect();
    let mut is_used = false;
    for mut way in ways {
        if set(&mut way).is_some() {
            is_used = true;
            profile.authentication.offer(way);
        }
    }
    if is_used {
        return Ok(());
    }
    Err(EditError::Unused {
        field,
        offered: offered(profile),
    })
}

/// What the profile brought along would be used before the certificate that is named, and refused.
fn set_client_certificate(
    profile: &mut Profile,
    thumbprint: Option<Thumbprint>,
    report: &mut EditReport,
) -> Result<(), EditError> {
    let has_removed = Cell::new(false);
    set_in_ways(profile, Field::ClientCertificate, |way| {
        let certificate = way.certificate_mut()?;
        certificate.thumbprint = thumbprint;
        let is_other = |identity: &mut ClientIdentity| {
            thumbprint.is_some() && identity.thumbprint() != thumbprint
        };
        if certificate.identity.take_if(is_other).is_some() {
            has_removed.set(true);
        }
        Some(())
    })?;
    report.identity_removed |= has_removed.get();
    Ok(())
}

fn count_aggregated(routes: &mut Routes, fewer: Routes, report: &mut EditReport) {
    let saved = routes.len().saturating_sub(fewer.len());
    report.aggregated = report.aggregated.saturating_add(saved);
    *routes = fewer;
}

/// The version that administrators write beside a forced tunnel.
const VERSION_OF_FORCED_TUNNEL: u32 = 2;

fn force_tunnel(profile: &mut Profile, is_forced: bool) {
    let routes = &mut profile.include_routes;
    if !is_forced {
        routes.retain(|network| !is_forced_form(network));
        return;
    }
    if !routes.cover_ipv4() {
        routes.insert(IpNet::from(ipnet::Ipv4Net::default()));
    }
    profile.version = profile.version.max(VERSION_OF_FORCED_TUNNEL);
}

/// Says whether a network is `0.0.0.0/0`, or one of its halves.
fn is_forced_form(network: &IpNet) -> bool {
    let half = IpAddr::V4(Ipv4Addr::new(128, 0, 0, 0));
    match network.prefix_len() {
        0 => network.addr().is_ipv4(),
        1 => {
            network.addr().is_ipv4() && (network.addr().is_unspecified() || network.addr() == half)
        }
        _ => false,
    }
}
