use std::io;
use std::task::{Context, Poll};

use crate::batch::Batch;

/// The reading half of a device: packets that leave through the tunnel.
///
/// Implemented by devices, called by the pump, from one task at a time.
pub trait PacketSource: Send {
    /// Adds the packets that are ready to the batch: all of them, or as many as it has room for, at least one.
    ///
    /// # Errors
    /// An error ends the tunnel with it as the cause. A packet that cannot be carried is no error: it is skipped, and
    /// counted with [`skip_oversized`](Batch::skip_oversized) when it is longer than a slot.
    fn poll_read(&mut self, context: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>>;
}

/// The writing half of a device: packets that came through the tunnel.
///
/// Implemented by devices, called by the pump, from one task at a time.
pub trait PacketSink: Send {
    /// Takes the batch's packets from the front until none is left; `Pending` with the rest still in the batch while
    /// the device is full, which holds back the peer.
    ///
    /// Packets are hostile input: one that the device refuses is [`reject`](Batch::reject)ed, which counts it.
    ///
    /// # Errors
    /// An error ends the tunnel with it as the cause.
    fn poll_write(&mut self, context: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>>;
}

/// A device: what the pump attaches to a connection. Dropping it closes it.
pub struct Device {
    /// Packets that leave through the tunnel.
    pub source: Box<dyn PacketSource>,
    /// Packets that came through the tunnel.
    pub sink: Box<dyn PacketSink>,
    /// The largest packet it reads or writes, in bytes.
    pub mtu: u16,
    /// The name of its network interface, if it is one.
    pub name: Option<String>,
}

impl std::fmt::Debug for Device {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Device")
            .field("mtu", &self.mtu)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
