//! Sealing, opening and batching packets, with every allocation of the thread counted.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::time::Instant;

use p2svpn_openvpn::{Frame, Opened, Opener, Sealer, next_frame};
use p2svpn_tunnel::{Batch, Margin};
use support::counting::{Counting, counted};
use support::ends::Plan;
use support::joined::Joined;

/// How many packets go each way.
const PACKETS: usize = 1_000;
const PACKET: [u8; 1_400] = [0x45; 1_400];

const FORMATS: [Format; 3] = [Format::First, Format::Second, Format::Epochs];

/// How data packets look: without the peer id as Azure's gateways have them, with it, and with keys in epochs as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    First,
    Second,
    Epochs,
}

impl Format {
    /// Bytes before and after a packet: the frame's length, the packet's header, its number, the tag.
    fn around(self) -> (usize, usize) {
        match self {
            Format::First => (2 + 1 + 4 + 16, 0),
            Format::Second => (2 + 4 + 4 + 16, 0),
            Format::Epochs => (2 + 4 + 8, 16),
        }
    }
}

#[test]
fn an_allocation_of_the_thread_that_measures_is_counted_and_no_other() {
    let (_, own) = counted(|| drop(std::hint::black_box(Box::new(1_u64))));
    let ((), others) = std::thread::scope(|scope| {
        let (start, started) = std::sync::mpsc::sync_channel::<()>(0);
        let other = scope.spawn(move || {
            let _ = started.recv();
            drop(std::hint::black_box(Box::new(1_u64)));
        });
        counted(|| {
            drop(start);
            while !other.is_finished() {
                std::hint::spin_loop();
            }
        })
    });

    assert_eq!((own.allocations, others.allocations), (1, 0));
}

#[test]
fn sealing_and_opening_in_place_allocate_nothing() {
    for format in FORMATS {
        let mut ends = join(format, None);
        let (sealer, _) = ends.client.halves();
        assert_eq!((sealer.headroom(), sealer.tailroom()), format.around());

        assert_eq!(allocations_of_traffic(&mut ends), 0, "{format:?}");
    }
}

#[test]
fn marks_for_compression_allocate_nothing() {
    for format in FORMATS {
        for option in ["comp-lzo no", "compress stub", "compress stub-v2"] {
            let mut ends = join(format, Some(option));
            assert_eq!(allocations_of_traffic(&mut ends), 0, "{format:?} {option}");
        }
    }
}

#[test]
fn a_batch_is_used_again_without_allocating() {
    for format in FORMATS {
        let mut ends = join(format, None);
        let ((sealer, _), (_, opener)) = (ends.client.halves(), ends.gateway.halves());
        let margin = Margin {
            before: sealer.headroom(),
            after: sealer.tailroom(),
        };
        let mut outgoing = Batch::new(0, PACKET.len(), margin);
        let mut incoming = Batch::new(0, PACKET.len(), margin);
        let mut carry =
            || carry_batch((&mut outgoing, &mut *sealer), (&mut incoming, &mut *opener));
        // The first use may grow what is kept.
        carry();

        let (carried, counts) = counted(|| {
            let mut carried = 0;
            while carried < PACKETS {
                carried += carry();
            }
            carried
        });

        assert!(carried >= PACKETS);
        assert_eq!(counts.allocations, 0, "{format:?}");
    }
}

fn allocations_of_traffic(ends: &mut Joined) -> usize {
    let ((), counts) = counted(|| {
        for _ in 0..PACKETS {
            ends.carry_packets(&PACKET);
        }
    });
    counts.allocations
}

/// Carries as many packets as a batch holds, as the pump does; answers how many.
fn carry_batch(
    (outgoing, sealer): (&mut Batch, &mut Sealer),
    (incoming, opener): (&mut Batch, &mut Opener),
) -> usize {
    let now = Instant::now();
    while outgoing.push(&PACKET) {}
    let (sealed, failure) = outgoing.seal(|frame| sealer.seal(now, frame));
    assert_eq!(failure, None);

    let read = outgoing.frames().len();
    incoming.buffer_mut()[..read].copy_from_slice(outgoing.frames());
    outgoing.clear();
    let mut start = 0;
    while let Frame::Packet(packet) = next_frame(&incoming.buffer_mut()[start..read]) {
        let packet = start + packet.start..start + packet.end;
        start = packet.end;
        let bytes = &mut incoming.buffer_mut()[packet.clone()];
        let address = bytes.as_ptr().addr();
        let Opened::Packet(opened) = opener.open(now, bytes) else {
            panic!("not opened")
        };
        let first = packet.start + (opened.as_ptr().addr() - address);
        let payload = first..first + opened.len();
        assert!(incoming.mark(payload));
    }

    let mut delivered = 0;
    while let Some(packet) = incoming.front() {
        assert_eq!(packet, PACKET);
        incoming.pop();
        delivered += 1;
    }
    assert_eq!(delivered, sealed);
    delivered
}

fn join(format: Format, compression: Option<&str>) -> Joined {
    let mut plan = Plan::new();
    plan.push.peer_id = (format != Format::First).then_some(7);
    plan.push.protocol_flags.aead_epoch = format == Format::Epochs;
    plan.push.compression = compression.map(str::to_owned);
    Joined::meet(&plan)
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
