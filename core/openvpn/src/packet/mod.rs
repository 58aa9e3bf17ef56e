//! Control packets in plain form: opcodes, session ids, key ids, acknowledgements.

mod ack_list;
mod control_packet;
mod opcode;
mod role;
mod session_id;

pub(crate) use ack_list::AckList;
pub(crate) use control_packet::{ControlPacket, HEAD_LEN, PacketError};
pub use opcode::{KeyId, Opcode, opcode_and_key};
pub use role::Role;
pub use session_id::SessionId;

#[cfg(test)]
mod tests;
