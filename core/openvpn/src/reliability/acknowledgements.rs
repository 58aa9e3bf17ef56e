//! Which of the peer's packets to acknowledge next.

use std::collections::VecDeque;

use crate::packet::AckList;

/// How many recently acknowledged ids are repeated in later packets.
const RECENT: usize = 8;

/// Ids that await their first acknowledgement, and the recent ones that ride along again.
///
/// Acknowledgements are not cumulative, so one that is lost would cost the peer a retransmission;
/// OpenVPN therefore repeats the most recent ones in every packet, newest first.
#[derive(Default)]
pub(crate) struct Acknowledgements {
    pending: VecDeque<u32>,
    recent: VecDeque<u32>,
}

impl Acknowledgements {
    /// Notes a packet that arrived. The queue is bounded by the receive window: an id that is
    /// pending already is not noted twice.
    pub(crate) fn note(&mut self, message_id: u32) {
        if !self.pending.contains(&message_id) {
            self.pending.push_back(message_id);
        }
    }

    /// Whether some packet was never acknowledged yet.
    pub(crate) fn is_due(&self) -> bool {
        !self.pending.is_empty()
    }

    /// The ids for the next packet, at most `maximum`: new ones first, then repeated ones.
    pub(crate) fn take(&mut self, maximum: usize) -> AckList {
        let fresh = self.pending.len().min(maximum);
        let mut taken: Vec<u32> = self.pending.drain(..fresh).collect();
        while let Some(id) = taken.pop() {
            self.recent.retain(|known| *known != id);
            self.recent.push_front(id);
        }
        self.recent.truncate(RECENT);
        let mut list = AckList::default();
        for id in self.recent.iter().take(maximum) {
            list.push(*id);
        }
        list
    }
}
