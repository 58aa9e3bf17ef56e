//! The reliability layer under TLS: ids, acknowledgements, retransmission and order, one set per key id.
//!
//! Message ids start at 0 for each key id and each direction and have no gaps; acknowledgements name
//! single packets; a packet keeps its id, opcode and payload over every retransmission.

mod acknowledgements;
mod receive_queue;
mod send_queue;

pub(crate) use acknowledgements::Acknowledgements;
pub(crate) use receive_queue::{Receipt, ReceiveQueue};
pub(crate) use send_queue::SendQueue;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
