use p2svpn_client::{Error, Transport};

use crate::input::invalid;

/// What carries the tunnel's packets to a gateway.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_transports {
    /// Something that this version does not know.
    P2SVPN_TRANSPORT_OTHER = 0,
    /// TCP, as with every Azure gateway.
    P2SVPN_TRANSPORT_TCP = 1,
    /// UDP, as with many other gateways.
    P2SVPN_TRANSPORT_UDP = 2,
}

impl p2svpn_transports {
    /// The number of a transport by its stable name.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "tcp" => Self::P2SVPN_TRANSPORT_TCP,
            "udp" => Self::P2SVPN_TRANSPORT_UDP,
            _ => Self::P2SVPN_TRANSPORT_OTHER,
        }
    }
}

/// Reads a caller's transport.
pub(crate) fn transport(number: u32) -> Result<Transport, Error> {
    match number {
        1 => Ok(Transport::Tcp),
        2 => Ok(Transport::Udp),
        _ => Err(invalid("transport is neither TCP nor UDP")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_transport_has_one_number_in_both_directions() {
        for number in [1, 2] {
            let name = transport(number).unwrap().name();

            assert_eq!(p2svpn_transports::named(name) as u32, number);
        }
        assert!(transport(0).is_err());
        assert!(transport(3).is_err());
    }
}
