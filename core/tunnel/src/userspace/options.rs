use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::error::TunnelError;

/// How a [`Stack`](super::Stack) is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackOptions {
    /// Its IPv4 address.
    pub ipv4: Option<Ipv4Addr>,
    /// Its IPv6 address.
    pub ipv6: Option<Ipv6Addr>,
    /// The largest packet, in bytes: at least 576, and at least 1,280 where there is an IPv6 address.
    pub mtu: u16,
    /// Whether packets to every address are its own, as for a whole network of services behind a test gateway.
    pub any_address: bool,
    /// The most sockets open at once, those of listeners included.
    pub most_sockets: usize,
    /// Bytes buffered for each socket and direction, which is also its largest TCP window: throughput is at most this
    /// much in one round trip. Memory is taken as it is used.
    pub buffer: usize,
}

impl Default for StackOptions {
    /// No address, 1,400-byte packets, 128 sockets of 512 KiB in each direction.
    fn default() -> Self {
        StackOptions {
            ipv4: None,
            ipv6: None,
            mtu: 1400,
            any_address: false,
            most_sockets: 128,
            buffer: 512 * 1024,
        }
    }
}

/// What a stack did with packets that it could not use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StackStatistics {
    /// Sockets open now, those of listeners and those still saying goodbye included.
    pub sockets: usize,
    /// Answers dropped because too many waited for the transport.
    pub answers_dropped: u64,
    /// Packets made that were longer than the tunnel takes.
    pub oversized_dropped: u64,
}

/// Refuses what the stack cannot work with, part of which would make smoltcp panic.
pub(super) fn check(options: &StackOptions) -> Result<(), TunnelError> {
    let unicast = |address: Option<IpAddr>| match address {
        Some(address) if !is_unicast(address) => Err(TunnelError::Unaddressable { address }),
        _ => Ok(()),
    };
    unicast(options.ipv4.map(IpAddr::V4))?;
    unicast(options.ipv6.map(IpAddr::V6))?;
    if options.mtu < 576 || (options.ipv6.is_some() && options.mtu < 1280) {
        return Err(TunnelError::StackOptions(
            "the MTU is below 576 bytes, or below 1,280 with IPv6",
        ));
    }
    if !(4_096..=16 * 1024 * 1024).contains(&options.buffer) {
        return Err(TunnelError::StackOptions(
            "a socket's buffer is 4 KiB to 16 MiB",
        ));
    }
    if options.most_sockets == 0 {
        return Err(TunnelError::StackOptions("at least one socket is needed"));
    }
    Ok(())
}

/// Whether an address is one host's.
pub(super) fn is_unicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            !(address.is_unspecified() || address.is_multicast() || address.is_broadcast())
        }
        IpAddr::V6(address) => !(address.is_unspecified() || address.is_multicast()),
    }
}
