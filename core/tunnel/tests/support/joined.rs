//! A client and a gateway joined in memory, on virtual time, without any transport.

use std::time::{Duration, Instant};

use p2svpn_openvpn::{
    Connection, Established, Event, Frame, Opened, Opener, Sealer, Start, next_frame,
};

use super::ends::Plan;

/// A moment in 2026, at which the certificates made here are valid.
const UNIX_TIME: u64 = 1_795_000_000;

/// Two ends that have come to terms.
pub(crate) struct Joined {
    pub(crate) now: Instant,
    pub(crate) client: Side,
    pub(crate) gateway: Side,
}

/// One end: its connection and its halves of the data channel.
pub(crate) struct Side {
    pub(crate) connection: Connection,
    established: Option<Box<Established>>,
    /// Keys that were renegotiated.
    pub(crate) rekeys: usize,
}

impl Joined {
    /// Has both ends meet over a stream; panics unless they come to terms.
    pub(crate) fn meet(plan: &Plan) -> Self {
        let now = Instant::now();
        let start = Start {
            now,
            unix_time: UNIX_TIME,
        };
        let mut joined = Self {
            now,
            client: Side::new(Connection::client(plan.client.clone(), start).unwrap()),
            gateway: Side::new(Connection::gateway(plan.gateway.clone(), start).unwrap()),
        };
        joined.exchange(plan);
        assert!(joined.client.established.is_some() && joined.gateway.established.is_some());
        joined
    }

    /// Carries control packets to and fro until nobody has more to say at this moment.
    pub(crate) fn exchange(&mut self, plan: &Plan) {
        let (client, gateway) = (&mut self.client, &mut self.gateway);
        loop {
            let carried = client.carry(gateway, self.now) + gateway.carry(client, self.now);
            client.listen(plan, self.now);
            gateway.listen(plan, self.now);
            if carried == 0 {
                return;
            }
        }
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, plan: &Plan, period: Duration) {
        self.now += period;
        self.client.connection.handle_timeout(self.now);
        self.gateway.connection.handle_timeout(self.now);
        self.exchange(plan);
    }

    /// Carries a packet through the tunnel each way.
    pub(crate) fn carry_packets(&mut self, packet: &[u8]) {
        let (client, gateway) = (self.client.halves(), self.gateway.halves());
        carry(client.0, gateway.1, packet, self.now);
        carry(gateway.0, client.1, packet, self.now);
    }
}

impl Side {
    fn new(connection: Connection) -> Self {
        Self {
            connection,
            established: None,
            rekeys: 0,
        }
    }

    /// What seals, and what opens.
    pub(crate) fn halves(&mut self) -> (&mut Sealer, &mut Opener) {
        let established = self.established.as_mut().unwrap();
        (&mut established.sealer, &mut established.opener)
    }

    fn carry(&mut self, to: &mut Self, now: Instant) -> usize {
        let mut carried = 0;
        while let Some(mut bytes) = self.connection.poll_transmit(now) {
            let Frame::Packet(packet) = next_frame(&bytes) else {
                panic!("no whole frame")
            };
            to.connection.receive(now, &mut bytes[packet]);
            carried += 1;
        }
        carried
    }

    fn listen(&mut self, plan: &Plan, now: Instant) {
        while let Some(event) = self.connection.poll_event() {
            match event {
                Event::Admission(_) => self.connection.admit(now, plan.push.clone()),
                Event::Established(established) => self.established = Some(established),
                Event::Rekeyed(_) => self.rekeys += 1,
                Event::Closed(reason) => panic!("{reason:?}"),
                _ => {}
            }
        }
    }
}

/// Carries one packet from a sealer to an opener without allocating; a packet has at most 1400 bytes.
pub(crate) fn carry(sealer: &mut Sealer, opener: &mut Opener, packet: &[u8], now: Instant) {
    let mut room = [0; 1_500];
    let (before, after) = (sealer.headroom(), sealer.tailroom());
    let frame = &mut room[..before + packet.len() + after];
    frame[before..before + packet.len()].copy_from_slice(packet);

    sealer.seal(now, frame).unwrap();
    let Frame::Packet(range) = next_frame(frame) else {
        panic!("no whole frame")
    };
    let Opened::Packet(opened) = opener.open(now, &mut frame[range]) else {
        panic!("not opened")
    };

    assert_eq!(opened, packet);
}
