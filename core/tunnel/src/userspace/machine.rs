//! The stack's state: interface, sockets, listeners, and what their owners left behind.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use p2svpn_system::Clock;
use smoltcp::iface::{Config, Interface, PollResult, SocketHandle, SocketSet};
use smoltcp::socket::tcp::{self, State};
use smoltcp::socket::{AnySocket, icmp};
use smoltcp::wire::{HardwareAddress, IpAddress, IpCidr, IpListenEndpoint};

use super::options::{StackOptions, StackStatistics, check, is_unicast};
use super::queue::{Answers, Arrival, Departure};
use crate::batch::Batch;
use crate::error::TunnelError;

/// How long a socket may go on closing after its owner dropped it.
const GOODBYE: Duration = Duration::from_secs(60);

/// How long a handshake, and a connection that nobody accepts, may take on a listener's socket.
const UNACCEPTED: Duration = Duration::from_secs(30);

/// Ports from which connections are made (RFC 6335 section 6).
const EPHEMERAL: std::ops::RangeInclusive<u16> = 49_152..=65_535;

/// The state behind every handle of a stack.
///
/// The lock is held for a batch of packets or for one call of an application, never across an await.
pub(super) struct Shared(Mutex<Machine>);

impl Shared {
    pub(super) fn new(machine: Machine) -> Arc<Shared> {
        Arc::new(Shared(Mutex::new(machine)))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Machine> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct Machine {
    interface: Interface,
    sockets: SocketSet<'static>,
    open: usize,
    clock: Clock,
    origin: Instant,
    options: StackOptions,
    banks: Vec<Bank>,
    next_bank: u64,
    orphans: Vec<Orphan>,
    answers: Answers,
    oversized: u64,
    next_port: u16,
    next_echo: u16,
    /// Those that wait for an echo: its socket wakes them for a reply, and for nothing else.
    pings: Vec<(SocketHandle, Waker)>,
    /// Wakes whoever fetches packets: something may want to leave.
    departure: Option<Waker>,
    closed: bool,
}

/// The sockets of one listener.
struct Bank {
    id: u64,
    port: u16,
    backlog: usize,
    sockets: Vec<SocketHandle>,
    accept: Option<Waker>,
}

/// A socket whose owner is gone and which still says goodbye.
struct Orphan {
    socket: SocketHandle,
    until: Instant,
}

impl Machine {
    pub(super) fn new(options: StackOptions, clock: Clock) -> Result<Machine, TunnelError> {
        check(&options)?;
        let mut config = Config::new(HardwareAddress::Ip);
        // Initial sequence numbers and ports come from this seed; RandomState's keys come from the system.
        let seed = RandomState::new().build_hasher().finish();
        config.random_seed = seed;
        let origin = clock.now();
        let mut answers = Answers::default();
        let mut device = Arrival {
            packet: None,
            answers: &mut answers,
            mtu: options.mtu,
        };
        let interface = Interface::new(config, &mut device, smoltcp::time::Instant::ZERO);
        let [first, second, third, fourth, ..] = seed.to_le_bytes();
        let spread = EPHEMERAL.end() - EPHEMERAL.start();
        let mut machine = Machine {
            interface,
            sockets: SocketSet::new(Vec::new()),
            open: 0,
            clock,
            origin,
            options,
            banks: Vec::new(),
            next_bank: 0,
            orphans: Vec::new(),
            answers,
            oversized: 0,
            next_port: EPHEMERAL.start() + u16::from_le_bytes([first, second]) % spread,
            next_echo: u16::from_le_bytes([third, fourth]),
            pings: Vec::new(),
            departure: None,
            closed: false,
        };
        machine.configure_interface();
        Ok(machine)
    }

    pub(super) fn mtu(&self) -> u16 {
        self.options.mtu
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn statistics(&self) -> StackStatistics {
        StackStatistics {
            sockets: self.open,
            answers_dropped: self.answers.dropped(),
            oversized_dropped: self.oversized,
        }
    }

    /// Gives the stack other addresses; connections from addresses that are gone end.
    pub(super) fn set_addresses(
        &mut self,
        ipv4: Option<Ipv4Addr>,
        ipv6: Option<Ipv6Addr>,
    ) -> Result<(), TunnelError> {
        let options = StackOptions {
            ipv4,
            ipv6,
            ..self.options.clone()
        };
        check(&options)?;
        self.options = options;
        self.configure_interface();
        self.wake_departure();
        Ok(())
    }

    /// Ends every connection and refuses new ones.
    pub(super) fn close(&mut self) {
        self.closed = true;
        for (_, socket) in self.sockets.iter_mut() {
            if let Some(socket) = tcp::Socket::downcast_mut(socket) {
                socket.abort();
            }
        }
        for bank in &mut self.banks {
            if let Some(accept) = bank.accept.take() {
                accept.wake();
            }
        }
        for (_, ping) in self.pings.drain(..) {
            ping.wake();
        }
        self.wake_departure();
    }

    // ---- packets ----

    /// Takes the batch's packets in.
    pub(super) fn arrive(&mut self, batch: &mut Batch) {
        let now = self.now();
        while let Some(packet) = batch.front() {
            let mut device = Arrival {
                packet: Some(packet),
                answers: &mut self.answers,
                mtu: self.options.mtu,
            };
            self.interface
                .poll_ingress_single(now, &mut device, &mut self.sockets);
            batch.pop();
        }
        self.attend_banks();
        self.wake_departure();
    }

    /// Adds the packets that want to leave to the batch; when there is none, arranges for `waker` to be called once
    /// there may be, and answers how long until a timer of the stack is due.
    pub(super) fn depart(&mut self, batch: &mut Batch, waker: &Waker) -> Option<Duration> {
        let now = self.now();
        self.answers.drain_into(batch);
        loop {
            let mut device = Departure {
                batch: &mut *batch,
                mtu: self.options.mtu,
                oversized: &mut self.oversized,
            };
            if self
                .interface
                .poll_egress(now, &mut device, &mut self.sockets)
                == PollResult::None
                || !batch.has_room()
            {
                break;
            }
        }
        self.bury_orphans();
        self.attend_banks();
        if !batch.is_empty() {
            return None;
        }
        if !self
            .departure
            .as_ref()
            .is_some_and(|known| known.will_wake(waker))
        {
            self.departure = Some(waker.clone());
        }
        if !self.answers.is_empty() {
            return Some(Duration::ZERO);
        }
        let timer = self
            .interface
            .poll_delay(now, &self.sockets)
            .map(Duration::from);
        let clock = self.clock.now();
        let goodbye = self
            .orphans
            .iter()
            .map(|orphan| orphan.until.saturating_duration_since(clock))
            .min();
        timer.into_iter().chain(goodbye).min()
    }

    /// Wakes whoever fetches packets.
    pub(super) fn wake_departure(&mut self) {
        if let Some(departure) = &self.departure {
            departure.wake_by_ref();
        }
    }

    // ---- sockets ----

    /// Starts a connection; the caller owns the socket.
    pub(super) fn connect(&mut self, remote: SocketAddr) -> Result<SocketHandle, TunnelError> {
        let local = self.source_for(remote.ip())?;
        if remote.port() == 0 {
            return Err(TunnelError::StackOptions("port 0 cannot be dialled"));
        }
        let port = self.free_port().ok_or(TunnelError::TooManySockets {
            limit: self.options.most_sockets,
        })?;
        let handle = self.add_tcp()?;
        let socket = self.sockets.get_mut::<tcp::Socket<'_>>(handle);
        let local = IpListenEndpoint {
            addr: Some(local),
            port,
        };
        if socket
            .connect(self.interface.context(), remote, local)
            .is_err()
        {
            self.remove(handle);
            return Err(TunnelError::Unaddressable {
                address: remote.ip(),
            });
        }
        self.wake_departure();
        Ok(handle)
    }

    /// The socket behind a handle that its caller owns.
    pub(super) fn tcp(&mut self, handle: SocketHandle) -> &mut tcp::Socket<'static> {
        self.sockets.get_mut(handle)
    }

    /// Takes a socket back from its owner: it says goodbye and vanishes, within a bounded time.
    pub(super) fn abandon(&mut self, handle: SocketHandle) {
        let socket = self.sockets.get_mut::<tcp::Socket<'_>>(handle);
        if socket.can_recv() {
            // Data that nobody will read: the peer learns it by a reset (RFC 2525 section 2.17).
            socket.abort();
        } else {
            socket.close();
        }
        self.orphans.push(Orphan {
            socket: handle,
            until: self.clock.now() + GOODBYE,
        });
        self.bury_orphans();
        self.wake_departure();
    }

    /// Opens a listener.
    pub(super) fn listen(&mut self, port: u16, backlog: usize) -> Result<u64, TunnelError> {
        if self.closed {
            return Err(TunnelError::StackClosed);
        }
        if port == 0 || backlog == 0 {
            return Err(TunnelError::StackOptions(
                "a listener needs a port and a backlog of at least one",
            ));
        }
        if self.banks.iter().any(|bank| bank.port == port) {
            return Err(TunnelError::PortInUse { port });
        }
        if self.open >= self.options.most_sockets {
            return Err(TunnelError::TooManySockets {
                limit: self.options.most_sockets,
            });
        }
        self.next_bank += 1;
        let id = self.next_bank;
        self.banks.push(Bank {
            id,
            port,
            backlog,
            sockets: Vec::new(),
            accept: None,
        });
        self.attend_banks();
        Ok(id)
    }

    /// The next connection of a listener; when there is none, `waker` is called once there may be.
    pub(super) fn accept(&mut self, id: u64, waker: &Waker) -> Option<SocketHandle> {
        let bank = self.banks.iter_mut().find(|bank| bank.id == id)?;
        let ready = bank
            .sockets
            .iter()
            .position(|handle| is_connected(self.sockets.get::<tcp::Socket<'_>>(*handle).state()));
        let Some(ready) = ready else {
            bank.accept = Some(waker.clone());
            return None;
        };
        let handle = bank.sockets.remove(ready);
        self.sockets
            .get_mut::<tcp::Socket<'_>>(handle)
            .set_timeout(None);
        self.attend_banks();
        Some(handle)
    }

    /// Closes a listener; connections that nobody accepted are reset.
    pub(super) fn stop_listening(&mut self, id: u64) {
        let Some(position) = self.banks.iter().position(|bank| bank.id == id) else {
            return;
        };
        let bank = self.banks.swap_remove(position);
        for handle in bank.sockets {
            self.sockets.get_mut::<tcp::Socket<'_>>(handle).abort();
            self.orphans.push(Orphan {
                socket: handle,
                until: self.clock.now() + GOODBYE,
            });
        }
        self.bury_orphans();
        self.wake_departure();
    }

    /// Opens a socket for echo requests with an identifier of its own; the caller owns it until [`remove`](Self::remove).
    pub(super) fn open_echo(
        &mut self,
        socket: icmp::Socket<'static>,
    ) -> Result<(SocketHandle, u16), TunnelError> {
        self.make_room()?;
        self.next_echo = self.next_echo.wrapping_add(1);
        let identifier = self.next_echo;
        let handle = self.sockets.add(socket);
        self.open += 1;
        // Binding fails only for a socket that is bound already.
        let _ = self
            .sockets
            .get_mut::<icmp::Socket<'_>>(handle)
            .bind(icmp::Endpoint::Ident(identifier));
        Ok((handle, identifier))
    }

    /// The echo socket behind a handle that its caller owns.
    pub(super) fn echo(&mut self, handle: SocketHandle) -> &mut icmp::Socket<'static> {
        self.sockets.get_mut(handle)
    }

    /// Has `waker` called when a reply comes to an echo socket, and when the stack is closed.
    pub(super) fn await_echo(&mut self, handle: SocketHandle, waker: &Waker) {
        self.echo(handle).register_recv_waker(waker);
        self.pings.retain(|(waiting, _)| *waiting != handle);
        self.pings.push((handle, waker.clone()));
    }

    /// Forgets a socket at once.
    pub(super) fn remove(&mut self, handle: SocketHandle) {
        self.sockets.remove(handle);
        self.pings.retain(|(waiting, _)| *waiting != handle);
        self.open -= 1;
    }

    /// The stack's own address from which `remote` is reached.
    pub(super) fn source_for(&self, remote: IpAddr) -> Result<IpAddress, TunnelError> {
        let source = match remote {
            IpAddr::V4(_) => self.options.ipv4.map(IpAddress::Ipv4),
            IpAddr::V6(_) => self.options.ipv6.map(IpAddress::Ipv6),
        };
        source
            .filter(|_| is_unicast(remote))
            .ok_or(TunnelError::Unaddressable { address: remote })
    }

    // ---- details ----

    fn now(&self) -> smoltcp::time::Instant {
        let elapsed = self.clock.now().saturating_duration_since(self.origin);
        smoltcp::time::Instant::from_micros(i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX))
    }

    fn configure_interface(&mut self) {
        let (ipv4, ipv6) = (self.options.ipv4, self.options.ipv6);
        self.interface.update_ip_addrs(|addresses| {
            addresses.clear();
            // One of each family is what the interface has room for.
            let _ = ipv4.map(|address| addresses.push(IpCidr::new(IpAddress::Ipv4(address), 32)));
            let _ = ipv6.map(|address| addresses.push(IpCidr::new(IpAddress::Ipv6(address), 128)));
        });
        // The other end of the tunnel is the only neighbour, and needs no address of its own. A route whose gateway is
        // the interface itself is what makes `any_address` take packets to that route in.
        let routes = self.interface.routes_mut();
        routes.remove_default_ipv4_route();
        routes.remove_default_ipv6_route();
        let _ = ipv4.map(|address| routes.add_default_ipv4_route(address));
        let _ = ipv6.map(|address| routes.add_default_ipv6_route(address));
        self.interface.set_any_ip(self.options.any_address);
    }

    fn add_tcp(&mut self) -> Result<SocketHandle, TunnelError> {
        self.make_room()?;
        let buffer = || tcp::SocketBuffer::new(vec![0; self.options.buffer]);
        let mut socket = tcp::Socket::new(buffer(), buffer());
        // Segments are collected by the batch, so waiting for more to send only adds delay.
        socket.set_nagle_enabled(false);
        self.open += 1;
        Ok(self.sockets.add(socket))
    }

    /// Makes sure that one more socket fits, at the cost of those that only wait for stray packets of old connections.
    fn make_room(&mut self) -> Result<(), TunnelError> {
        if self.closed {
            return Err(TunnelError::StackClosed);
        }
        let limit = self.options.most_sockets;
        if self.open < limit {
            return Ok(());
        }
        let sockets = &self.sockets;
        let waiting = self.orphans.iter().position(|orphan| {
            matches!(
                sockets.get::<tcp::Socket<'_>>(orphan.socket).state(),
                State::TimeWait | State::Closed
            )
        });
        let Some(waiting) = waiting else {
            return Err(TunnelError::TooManySockets { limit });
        };
        let orphan = self.orphans.swap_remove(waiting);
        self.remove(orphan.socket);
        Ok(())
    }

    /// Removes the sockets that have said goodbye.
    fn bury_orphans(&mut self) {
        let now = self.clock.now();
        let mut index = 0;
        while let Some(orphan) = self.orphans.get(index) {
            let socket = self.sockets.get::<tcp::Socket<'_>>(orphan.socket);
            // A closed socket that still has its endpoints has a reset to send.
            let gone = socket.state() == State::Closed && socket.local_endpoint().is_none();
            if gone || orphan.until <= now {
                let handle = orphan.socket;
                self.orphans.swap_remove(index);
                self.remove(handle);
            } else {
                index += 1;
            }
        }
    }

    /// Keeps the listeners listening, and wakes those that have a connection to accept.
    ///
    /// A listener has `backlog` sockets that wait for a peer and at most as many again in a handshake or ready, so that
    /// a crowd of peers takes no more than that.
    fn attend_banks(&mut self) {
        if self.closed {
            return;
        }
        for index in 0..self.banks.len() {
            let Some(bank) = self.banks.get_mut(index) else {
                return;
            };
            let (mut listening, mut ready) = (0, 0);
            for handle in &bank.sockets {
                let socket = self.sockets.get_mut::<tcp::Socket<'_>>(*handle);
                match socket.state() {
                    State::Listen => listening += 1,
                    // The peer, or the time a handshake may take, ended it before anybody accepted it.
                    State::Closed | State::TimeWait => {
                        socket.abort();
                        if socket.listen(bank.port).is_ok() {
                            listening += 1;
                        }
                    }
                    state if is_connected(state) => ready += 1,
                    _ => {}
                }
            }
            if ready > 0
                && let Some(accept) = bank.accept.take()
            {
                accept.wake();
            }
            let (port, backlog) = (bank.port, bank.backlog);
            let wanted = backlog.min((2 * backlog).saturating_sub(bank.sockets.len() - listening));
            for _ in listening..wanted {
                let Ok(handle) = self.add_tcp() else { break };
                let socket = self.sockets.get_mut::<tcp::Socket<'_>>(handle);
                socket.set_timeout(Some(UNACCEPTED.into()));
                // Listening fails only on port 0 or an open socket.
                let _ = socket.listen(port);
                if let Some(bank) = self.banks.get_mut(index) {
                    bank.sockets.push(handle);
                }
            }
        }
    }

    fn free_port(&mut self) -> Option<u16> {
        for _ in EPHEMERAL {
            let port = self.next_port;
            self.next_port = if port == *EPHEMERAL.end() {
                *EPHEMERAL.start()
            } else {
                port + 1
            };
            let taken = self.sockets.iter().any(|(_, socket)| {
                tcp::Socket::downcast(socket)
                    .and_then(tcp::Socket::local_endpoint)
                    .is_some_and(|endpoint| endpoint.port == port)
            });
            if !taken && !self.banks.iter().any(|bank| bank.port == port) {
                return Some(port);
            }
        }
        None
    }
}

/// Whether a connection is up, or was, so that its owner can still read from it.
pub(super) fn is_connected(state: State) -> bool {
    !matches!(
        state,
        State::Closed | State::Listen | State::SynSent | State::SynReceived | State::TimeWait
    )
}
