//! What holds for every order of packets, losses and acknowledgements.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Acknowledgements, Receipt, ReceiveQueue, SendQueue};
use crate::frame::Framing;
use crate::packet::Opcode;

/// OpenVPN 2.5 and older send so many packets ahead of the oldest that is not acknowledged, and keep so many.
const OLD_SEND_WINDOW: u32 = 4;
const OLD_RECEIVE_WINDOW: u32 = 8;

proptest! {
    #[test]
    fn every_id_is_acknowledged_once_as_new_and_no_list_names_one_twice(
        steps in vec(prop_oneof![(0..40u32).prop_map(Step::Note), (1..=8usize).prop_map(Step::Take)], 0..200),
    ) {
        let mut acknowledgements = Acknowledgements::default();
        let mut pending: VecDeque<u32> = VecDeque::new();
        for step in steps {
            match step {
                Step::Note(id) => {
                    acknowledgements.note(id);
                    if !pending.contains(&id) {
                        pending.push_back(id);
                    }
                }
                Step::Take(maximum) => {
                    let fresh: Vec<u32> = pending.drain(..pending.len().min(maximum)).collect();
                    let list = acknowledgements.take(maximum);
                    let distinct: BTreeSet<u32> = list.iter().collect();
                    prop_assert_eq!(distinct.len(), list.len());
                    prop_assert!(list.len() <= maximum);
                    prop_assert_eq!(&list.as_slice()[..fresh.len()], &fresh[..], "new ones come first");
                }
            }
            prop_assert_eq!(acknowledgements.is_due(), !pending.is_empty());
        }
    }

    #[test]
    fn what_arrives_in_any_order_comes_out_once_and_in_order(ids in vec(0..60u32, 0..300)) {
        let mut queue = ReceiveQueue::new();
        let mut kept = BTreeMap::new();
        let mut next = 0;
        for id in ids {
            let expected = match id {
                _ if id < next || kept.contains_key(&id) => Receipt::Duplicate,
                _ if id >= next + 12 => Receipt::OutsideWindow,
                _ => Receipt::Accepted,
            };
            // A repeated packet with another content must not replace the first one.
            let payload = [id as u8, kept.len() as u8];
            prop_assert_eq!(queue.insert(id, &payload), expected);
            if expected == Receipt::Accepted {
                kept.insert(id, payload.to_vec());
            }
            while let Some(payload) = queue.pop() {
                prop_assert_eq!(Some(payload), kept.remove(&next));
                next += 1;
            }
            prop_assert!(!kept.contains_key(&next));
        }
    }

    #[test]
    fn a_message_gets_through_any_loss_in_windows_that_old_servers_keep(
        payloads in vec(vec(any::<u8>(), 0..4), 1..40),
        fates in vec((any::<bool>(), any::<bool>()), 1..60),
    ) {
        let mut now = Instant::now();
        let mut send = SendQueue::new(Framing::Datagram);
        let mut receive = ReceiveQueue::new();
        for payload in &payloads {
            prop_assert!(send.push(Opcode::ControlV1, payload.clone()));
        }
        // After the drawn fates all goes through, so that every run ends.
        let mut fates = fates.into_iter().chain(std::iter::repeat((true, true)));
        let (mut arrived, mut acknowledged) = (Vec::new(), BTreeSet::new());
        while let Some(due) = send.due(now) {
            now = now.max(due);
            let outgoing = send.poll(now).unwrap();
            let (id, payload) = (outgoing.message_id, outgoing.payload.to_vec());
            prop_assert_eq!(&payload, &payloads[id as usize], "a packet keeps its payload");
            let oldest = (0..).find(|id| !acknowledged.contains(id)).unwrap();
            prop_assert!(id < oldest + OLD_SEND_WINDOW);
            let (packet_arrives, acknowledgement_arrives) = fates.next().unwrap();
            if !packet_arrives {
                continue;
            }
            prop_assert!(id < arrived.len() as u32 + OLD_RECEIVE_WINDOW);
            prop_assert_ne!(receive.insert(id, &payload), Receipt::OutsideWindow);
            arrived.extend(std::iter::from_fn(|| receive.pop()));
            if acknowledgement_arrives {
                acknowledged.insert(id);
                send.acknowledge(id);
            }
        }
        prop_assert_eq!(arrived, payloads);
    }

    #[test]
    fn acknowledgements_of_what_was_never_sent_change_nothing(ids in vec(any::<u32>(), 0..50)) {
        let now = Instant::now();
        let mut send = SendQueue::new(Framing::Datagram);
        for id in ids {
            send.acknowledge(id);
        }
        prop_assert!(send.push(Opcode::ControlV1, Vec::new()));
        prop_assert_eq!(send.poll(now).map(|packet| packet.message_id), Some(0));
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Note(u32),
    Take(usize),
}
