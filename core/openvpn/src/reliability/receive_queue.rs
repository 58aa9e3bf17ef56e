//! Puts the peer's control packets into order.

/// How many packets ahead of the next expected one are kept (OpenVPN 2.6 keeps as many).
pub(crate) const WINDOW: u32 = 12;

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receipt {
    /// New and kept: acknowledge it.
    Accepted,
    /// Seen before: acknowledge it again, because the first acknowledgement may be lost.
    Duplicate,
    /// Too far ahead to be kept: must not be acknowledged, so that the peer sends it again.
    OutsideWindow,
}

/// Packets that arrived, by message id, until all before them have arrived as well.
pub(crate) struct ReceiveQueue {
    next: u32,
    kept: Vec<Option<Vec<u8>>>,
}

impl ReceiveQueue {
    /// A queue that expects message id 0 first.
    pub(crate) fn new() -> Self {
        Self {
            next: 0,
            kept: vec![None; WINDOW as usize],
        }
    }

    /// Takes in the payload of the packet `message_id`.
    pub(crate) fn insert(&mut self, message_id: u32, payload: &[u8]) -> Receipt {
        let ahead = message_id.wrapping_sub(self.next);
        if ahead > u32::MAX / 2 {
            return Receipt::Duplicate;
        }
        match self.kept.get_mut(ahead as usize) {
            None => Receipt::OutsideWindow,
            Some(Some(_)) => Receipt::Duplicate,
            Some(empty) => {
                *empty = Some(payload.to_vec());
                Receipt::Accepted
            }
        }
    }

    /// The next payload in order, if it is there.
    pub(crate) fn pop(&mut self) -> Option<Vec<u8>> {
        let payload = self.kept.first_mut()?.take()?;
        self.kept.rotate_left(1);
        self.next = self.next.wrapping_add(1);
        Some(payload)
    }
}
