//! What the three tasks tell each other.

use std::io;

use p2svpn_openvpn::{Opener, Sealer};

use crate::device::{PacketSink, PacketSource};
use crate::ipv6_refusal::Ipv6Refusal;

/// What `control` hears from the tasks that move bytes.
pub(crate) enum FromPump {
    /// A control packet, without the length before it.
    Packet(Vec<u8>),
    /// The transport cannot be read any more: it ended in order (none), or failed.
    Ended(Option<io::ErrorKind>),
    /// The transport cannot be written any more; reading may still tell why.
    WriteFailed(io::ErrorKind),
    /// The peer said in the data channel that it leaves.
    PeerLeft,
    /// A key is near its end.
    RekeyWanted,
    /// A key is used up: nothing can be sealed, or opened, any more.
    KeysExhausted,
    /// The device failed.
    DeviceFailed(io::Error),
}

/// What `outbound` is given; the end of the channel asks it to finish.
pub(crate) enum ToOutbound {
    /// A control packet for the wire.
    Control(Vec<u8>),
    /// Send a keepalive.
    KeepAlive,
    /// Tell the peer in the data channel that this end leaves.
    ExitNotification,
    /// The sealing half of the data channel.
    Sealer(Sealer),
    /// Refuse the device's IPv6 packets, or carry them again.
    BlockIpv6(Option<Ipv6Refusal>),
    /// The device's reading half and its MTU.
    Source(Box<dyn PacketSource>, u16),
}

/// What `inbound` is given.
pub(crate) enum ToInbound {
    /// The opening half of the data channel.
    Opener(Opener),
    /// The device's writing half.
    Sink(Box<dyn PacketSink>),
}
