//! Sealing, opening and batching packets, with every allocation of the thread counted.
//!
//! What the cipher's own C code might allocate is not seen here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Instant;

use p2svpn_openvpn::{
    Connection, Established, Event, Frame, Opened, Opener, Sealer, Start, next_frame,
};
use p2svpn_system::Clock;
use p2svpn_tunnel::{Batch, Margin};
use support::ends::Plan;

/// How many packets go each way.
const PACKETS: usize = 1_000;
const PACKET: [u8; 1_400] = [0x45; 1_400];
/// More than any format puts around a packet.
const ROOM: usize = 100;

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

    assert_eq!((own, others), (1, 0));
}

#[test]
fn sealing_and_opening_in_place_allocate_nothing() {
    for format in FORMATS {
        let (mut client, mut gateway) = establish(format);
        let around = (client.sealer.headroom(), client.sealer.tailroom());
        assert_eq!(around, format.around());

        let ((), allocations) = counted(|| {
            for _ in 0..PACKETS {
                carry(&mut client.sealer, &mut gateway.opener);
                carry(&mut gateway.sealer, &mut client.opener);
            }
        });

        assert_eq!(allocations, 0, "{format:?}");
    }
}

#[test]
fn a_batch_is_used_again_without_allocating() {
    for format in FORMATS {
        let (mut client, mut gateway) = establish(format);
        let margin = Margin {
            before: client.sealer.headroom(),
            after: client.sealer.tailroom(),
        };
        let mut outgoing = Batch::new(0, PACKET.len(), margin);
        let mut incoming = Batch::new(0, PACKET.len(), margin);
        let mut carry = || {
            carry_batch(
                (&mut outgoing, &mut client.sealer),
                (&mut incoming, &mut gateway.opener),
            )
        };
        // The first use may grow what is kept.
        carry();

        let (carried, allocations) = counted(|| {
            let mut carried = 0;
            while carried < PACKETS {
                carried += carry();
            }
            carried
        });

        assert!(carried >= PACKETS);
        assert_eq!(allocations, 0, "{format:?}");
    }
}

/// Carries one packet from a sealer to an opener.
fn carry(sealer: &mut Sealer, opener: &mut Opener) {
    let mut room = [0; PACKET.len() + ROOM];
    let (before, after) = (sealer.headroom(), sealer.tailroom());
    let frame = &mut room[..before + PACKET.len() + after];
    frame[before..before + PACKET.len()].copy_from_slice(&PACKET);

    sealer.seal(Instant::now(), frame).unwrap();
    let Frame::Packet(packet) = next_frame(frame) else {
        panic!("no whole frame")
    };
    let Opened::Packet(opened) = opener.open(Instant::now(), &mut frame[packet]) else {
        panic!("not opened")
    };

    assert_eq!(opened, PACKET);
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

/// Has a client and a gateway come to terms in memory.
fn establish(format: Format) -> (Established, Established) {
    let clock = Clock::new();
    let start = || Start {
        now: clock.now(),
        unix_time: clock.unix_seconds().unsigned_abs(),
    };
    let mut plan = Plan::new();
    plan.push.peer_id = (format != Format::First).then_some(7);
    plan.push.protocol_flags.aead_epoch = format == Format::Epochs;
    let mut client = Connection::client(plan.client, start()).unwrap();
    let mut gateway = Connection::gateway(plan.gateway, start()).unwrap();
    let (mut near, mut far) = (None, None);
    for _ in 0..1_000 {
        deliver(&mut client, &mut gateway);
        deliver(&mut gateway, &mut client);
        while let Some(event) = gateway.poll_event() {
            match event {
                Event::Admission(_) => gateway.admit(clock.now(), plan.push.clone()),
                Event::Established(established) => far = Some(established),
                Event::Closed(reason) => panic!("{reason:?}"),
                _ => {}
            }
        }
        while let Some(event) = client.poll_event() {
            match event {
                Event::Established(established) => near = Some(established),
                Event::Closed(reason) => panic!("{reason:?}"),
                _ => {}
            }
        }
        if near.is_some() && far.is_some() {
            break;
        }
    }
    (*near.unwrap(), *far.unwrap())
}

fn deliver(from: &mut Connection, to: &mut Connection) {
    let now = Instant::now();
    while let Some(mut bytes) = from.poll_transmit(now) {
        let Frame::Packet(packet) = next_frame(&bytes) else {
            panic!("no whole frame")
        };
        to.receive(now, &mut bytes[packet]);
    }
}

/// Counts what the calling thread allocates meanwhile.
fn counted<T>(work: impl FnOnce() -> T) -> (T, usize) {
    COUNT.set(Some(0));
    let value = work();
    let count = COUNT.take().unwrap();
    (value, count)
}

thread_local! {
    /// The allocations of this thread, while it measures.
    static COUNT: Cell<Option<usize>> = const { Cell::new(None) };
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The system's allocator, and a count.
struct Counting;

impl Counting {
    fn count() {
        COUNT.set(COUNT.get().map(|count| count + 1));
    }
}

// SAFETY: every call is passed on as it is to the system's allocator, which keeps the trait's promises. Counting neither
// allocates nor unwinds: the thread's cell is initialised at compile time and has no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count();
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::count();
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::count();
        // SAFETY: the caller's promises are those that `System` asks for; every block is one of its own.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are those that `System` asks for; every block is one of its own.
        unsafe { System.dealloc(block, layout) }
    }
}
