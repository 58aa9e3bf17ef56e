//! The only place that speaks rtnetlink: the few requests that an interface needs, in this crate's own types.
//!
//! Errors are [`io::Error`]s that carry the kernel's error number.

use std::io;
use std::net::IpAddr;

use futures_util::{Stream, StreamExt, stream};
use ipnet::IpNet;
use rtnetlink::packet_route::AddressFamily;
use rtnetlink::packet_route::address::{AddressAttribute, AddressFlags, AddressMessage};
use rtnetlink::packet_route::link::{LinkAttribute, LinkFlags, LinkMessage};
use rtnetlink::packet_route::route::{
    RouteAddress, RouteAttribute, RouteFlags, RouteHeader, RouteMessage, RouteNextHopFlags,
    RouteProtocol, RouteScope, RouteType, RouteVia,
};
use rtnetlink::{Handle, LinkMessageBuilder, LinkUnspec};
use tokio::task::JoinHandle;

use crate::config::InterfaceAddress;
use crate::plan::RouteEntry;

/// Requests on their way at once: the kernel's answers to so many fit a socket buffer many times over.
const PIPELINE: usize = 64;

/// A netlink socket, served by a task that ends with it.
#[derive(Debug)]
pub(super) struct Netlink {
    handle: Handle,
    connection: JoinHandle<()>,
}

/// State of a network interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) index: u32,
    pub(super) name: String,
    pub(super) mtu: u32,
    pub(super) up: bool,
}

impl Netlink {
    /// Opens a socket in the calling thread's network namespace; needs a tokio runtime.
    pub(super) fn open() -> io::Result<Self> {
        let (connection, handle, _unsolicited) = rtnetlink::new_connection()?;
        Ok(Self {
            handle,
            connection: tokio::spawn(connection),
        })
    }

    pub(super) async fn link_by_name(&self, name: &str) -> io::Result<Link> {
        first_link(self.handle.link().get().match_name(name).execute()).await
    }

    pub(super) async fn link_by_index(&self, index: u32) -> io::Result<Link> {
        first_link(self.handle.link().get().match_index(index).execute()).await
    }

    pub(super) async fn set_up(&self, index: u32, up: bool) -> io::Result<()> {
        let link = LinkMessageBuilder::<LinkUnspec>::default().index(index);
        let link = if up { link.up() } else { link.down() };
        self.handle
            .link()
            .set(link.build())
            .execute()
            .await
            .map_err(into_io)
    }

    pub(super) async fn set_mtu(&self, index: u32, mtu: u32) -> io::Result<()> {
        let link = LinkMessageBuilder::<LinkUnspec>::default()
            .index(index)
            .mtu(mtu);
        self.handle
            .link()
            .set(link.build())
            .execute()
            .await
            .map_err(into_io)
    }

    /// Returns the addresses of an interface.
    pub(super) async fn addresses(&self, index: u32) -> io::Result<Vec<InterfaceAddress>> {
        let addresses = collect(
            self.handle
                .address()
                .get()
                .set_link_index_filter(index)
                .execute(),
        )
        .await?;
        Ok(addresses.iter().filter_map(decode_address).collect())
    }

    pub(super) async fn add_address(
        &self,
        index: u32,
        address: &InterfaceAddress,
    ) -> io::Result<()> {
        let mut request =
            self.handle
                .address()
                .add(index, address.network.addr(), address.network.prefix_len());
        *request.message_mut() = encode_address(index, address);
        request.execute().await.map_err(into_io)
    }

    pub(super) async fn remove_address(
        &self,
        index: u32,
        address: &InterfaceAddress,
    ) -> io::Result<()> {
        self.handle
            .address()
            .del(encode_address(index, address))
            .execute()
            .await
            .map_err(into_io)
    }

    /// Returns the unicast entries of the main table.
    pub(super) async fn routes(&self) -> io::Result<Vec<RouteEntry>> {
        let mut entries = Vec::new();
        for family in [AddressFamily::Inet, AddressFamily::Inet6] {
            let mut filter = RouteMessage::default();
            filter.header.address_family = family;
            let routes = collect(self.handle.route().get(filter).execute()).await?;
            entries.extend(routes.iter().filter_map(decode_route));
        }
        Ok(entries)
    }

    /// Adds entries, several requests at a time; the answers are in the order of the entries.
    ///
    /// An entry that comes with `true` takes the place of the one with the same destination and metric; otherwise such a one
    /// makes the kernel answer EEXIST.
    pub(super) async fn add_routes(&self, entries: &[(RouteEntry, bool)]) -> Vec<io::Result<()>> {
        let routes = self.handle.route();
        let requests = entries.iter().map(|(entry, replace)| {
            let request = routes.add(encode_route(entry));
            if *replace {
                request.replace().execute()
            } else {
                request.execute()
            }
        });
        // Collected: a borrowing iterator across an await keeps the compiler from letting the future change threads.
        let requests: Vec<_> = requests.collect();
        stream::iter(requests)
            .buffered(PIPELINE)
            .map(|result| result.map_err(into_io))
            .collect()
            .await
    }

    /// Removes entries, several requests at a time; the answers are in the order of the entries.
    pub(super) async fn remove_routes(&self, entries: &[RouteEntry]) -> Vec<io::Result<()>> {
        let routes = self.handle.route();
        let requests: Vec<_> = entries
            .iter()
            .map(|entry| routes.del(encode_route(entry)).execute())
            .collect();
        stream::iter(requests)
            .buffered(PIPELINE)
            .map(|result| result.map_err(into_io))
            .collect()
            .await
    }
}

impl Drop for Netlink {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

async fn collect<T>(
    replies: impl Stream<Item = Result<T, rtnetlink::Error>>,
) -> io::Result<Vec<T>> {
    let replies: Vec<_> = replies.collect().await;
    replies
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(into_io)
}

async fn first_link(
    replies: impl Stream<Item = Result<LinkMessage, rtnetlink::Error>>,
) -> io::Result<Link> {
    let links = collect(replies).await?;
    links
        .first()
        .map(decode_link)
        .ok_or_else(|| io::Error::from_raw_os_error(libc::ENODEV))
}

fn into_io(error: rtnetlink::Error) -> io::Error {
    match error {
        rtnetlink::Error::NetlinkError(answer) => answer.to_io(),
        other => io::Error::other(other),
    }
}

fn decode_link(message: &LinkMessage) -> Link {
    let (mut name, mut mtu) = (String::new(), 0);
    for attribute in &message.attributes {
        match attribute {
            LinkAttribute::IfName(value) => name.clone_from(value),
            LinkAttribute::Mtu(value) => mtu = *value,
            _ => {}
        }
    }
    Link {
        index: message.header.index,
        name,
        mtu,
        up: message.header.flags.contains(LinkFlags::Up),
    }
}

/// IFA_LOCAL is the own address and IFA_ADDRESS the peer's; without a peer both are the same, and IPv6 leaves out the first.
fn decode_address(message: &AddressMessage) -> Option<InterfaceAddress> {
    let (mut own, mut other) = (None, None);
    for attribute in &message.attributes {
        match attribute {
            AddressAttribute::Local(address) => own = Some(*address),
            AddressAttribute::Address(address) => other = Some(*address),
            _ => {}
        }
    }
    let own_address = own.or(other)?;
    let network = IpNet::new(own_address, message.header.prefix_len).ok()?;
    Some(InterfaceAddress {
        network,
        peer: other.filter(|other| *other != own_address),
    })
}

/// Leaves out the broadcast address, which a tunnel has no use for.
fn encode_address(index: u32, address: &InterfaceAddress) -> AddressMessage {
    let own = address.network.addr();
    let mut message = AddressMessage::default();
    message.header.family = family(own);
    message.header.prefix_len = address.network.prefix_len();
    message.header.index = index;
    message.attributes.push(AddressAttribute::Local(own));
    message
        .attributes
        .push(AddressAttribute::Address(address.peer.unwrap_or(own)));
    if own.is_ipv6() {
        // The gateway hands each address to one client only: waiting for duplicates would cost a second.
        message
            .attributes
            .push(AddressAttribute::Flags(AddressFlags::Nodad));
    }
    message
}

fn decode_route(message: &RouteMessage) -> Option<RouteEntry> {
    let header = &message.header;
    let mut table = u32::from(header.table);
    let (mut destination, mut gateway, mut interface, mut metric) = (None, None, None, 0);
    for attribute in &message.attributes {
        match attribute {
            RouteAttribute::Table(value) => table = *value,
            RouteAttribute::Destination(address) => destination = ip(address),
            RouteAttribute::Gateway(address) => gateway = ip(address),
            RouteAttribute::Via(via) => gateway = via_ip(via),
            RouteAttribute::Oif(index) => interface = Some(*index),
            RouteAttribute::Priority(value) => metric = *value,
            RouteAttribute::MultiPath(hops) => {
                // Any one of the ways outside will do.
                let hop = hops.first()?;
                interface = Some(hop.interface_index);
                gateway = hop.attributes.iter().find_map(|attribute| match attribute {
                    RouteAttribute::Gateway(address) => ip(address),
                    RouteAttribute::Via(via) => via_ip(via),
                    _ => None,
                });
            }
            _ => {}
        }
    }
    if table != u32::from(RouteHeader::RT_TABLE_MAIN) || header.kind != RouteType::Unicast {
        return None;
    }
    let unspecified: IpAddr = match header.address_family {
        AddressFamily::Inet => [0; 4].into(),
        AddressFamily::Inet6 => [0; 16].into(),
        _ => return None,
    };
    let destination = IpNet::new(
        destination.unwrap_or(unspecified),
        header.destination_prefix_length,
    )
    .ok()?;
    Some(RouteEntry {
        destination,
        gateway,
        interface: interface?,
        metric,
    })
}

fn encode_route(entry: &RouteEntry) -> RouteMessage {
    let mut message = RouteMessage::default();
    let header = &mut message.header;
    header.address_family = family(entry.destination.addr());
    header.destination_prefix_length = entry.destination.prefix_len();
    header.table = RouteHeader::RT_TABLE_MAIN;
    header.protocol = RouteProtocol::Static;
    header.kind = RouteType::Unicast;
    header.scope = match entry.gateway {
        None if entry.destination.addr().is_ipv4() => RouteScope::Link,
        _ => RouteScope::Universe,
    };
    message
        .attributes
        .push(RouteAttribute::Destination(entry.destination.addr().into()));
    message
        .attributes
        .push(RouteAttribute::Oif(entry.interface));
    if entry.metric != 0 {
        message
            .attributes
            .push(RouteAttribute::Priority(entry.metric));
    }
    if let Some(gateway) = entry.gateway {
        // The next hop is on the interface even if none of its addresses' networks covers it.
        message.header.flags =
            RouteFlags::from_bits_retain(u32::from(RouteNextHopFlags::Onlink.bits()));
        message
            .attributes
            .push(match (entry.destination.addr(), gateway) {
                (IpAddr::V4(_), IpAddr::V6(gateway)) => {
                    RouteAttribute::Via(RouteVia::Inet6(gateway))
                }
                _ => RouteAttribute::Gateway(gateway.into()),
            });
    }
    message
}

fn family(address: IpAddr) -> AddressFamily {
    match address {
        IpAddr::V4(_) => AddressFamily::Inet,
        IpAddr::V6(_) => AddressFamily::Inet6,
    }
}

fn ip(address: &RouteAddress) -> Option<IpAddr> {
    match address {
        RouteAddress::Inet(address) => Some(IpAddr::V4(*address)),
        RouteAddress::Inet6(address) => Some(IpAddr::V6(*address)),
        _ => None,
    }
}

fn via_ip(via: &RouteVia) -> Option<IpAddr> {
    match via {
        RouteVia::Inet(address) => Some(IpAddr::V4(*address)),
        RouteVia::Inet6(address) => Some(IpAddr::V6(*address)),
        _ => None,
    }
}
