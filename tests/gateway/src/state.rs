//! What all sessions of a gateway share.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::Ipv4Net;
use p2svpn_system::Clock;
use p2svpn_tunnel::{Tunnel, TunnelStatistics};
use tokio::sync::{broadcast, watch};

use crate::credentials::Credentials;
use crate::event::GatewayEvent;
use crate::misbehaviour::Misbehaviour;
use crate::options::GatewayOptions;
use crate::pool::AddressPool;

/// A connection to a gateway, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionSummary {
    /// The number of the connection, counted from 1.
    pub session: u64,
    /// Where the client connects from.
    pub peer: SocketAddr,
    /// The common name in the client's certificate or the name of the user who has signed in, once it was admitted.
    pub common_name: Option<String>,
    /// The address that the client was given, once it was admitted.
    pub address: Option<Ipv4Addr>,
    /// Whether data can flow.
    pub established: bool,
    /// What the tunnel has carried and dropped; sent means to the client.
    pub statistics: TunnelStatistics,
}

/// What a gateway has counted since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GatewayStatistics {
    /// Connections accepted.
    pub accepted: u64,
    /// Clients let in.
    pub admitted: u64,
    /// Clients turned away.
    pub refused: u64,
    /// Connections whose handshake was completed.
    pub established: u64,
    /// Connections that are over.
    pub ended: u64,
}

/// What sessions are told to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Order {
    /// Rises when all sessions of this moment are to be cut off.
    pub(crate) cut_off: u64,
    /// Everything is to end in good order.
    pub(crate) stop: bool,
}

/// What the tunnels of this moment are told.
#[derive(Clone, Debug)]
pub(crate) enum Word {
    /// Send this message to the client.
    Say(String),
    /// The user has signed in at the page.
    SignedIn,
}

/// What all sessions of a gateway share.
pub(crate) struct State {
    pub(crate) options: GatewayOptions,
    pub(crate) credentials: Credentials,
    pub(crate) clock: Clock,
    pub(crate) orders: watch::Sender<Order>,
    pub(crate) events: broadcast::Sender<GatewayEvent>,
    pub(crate) words: broadcast::Sender<Word>,
    book: Mutex<Book>,
}

/// What changes.
struct Book {
    sessions: BTreeMap<u64, Entry>,
    pool: AddressPool,
    statistics: GatewayStatistics,
    misbehaviour: Misbehaviour,
}

struct Entry {
    peer: SocketAddr,
    common_name: Option<String>,
    address: Option<Ipv4Addr>,
    established: bool,
    tunnel: Option<Arc<Tunnel>>,
}

/// Events that wait for the slowest listener before it misses some.
const EVENTS: usize = 1024;

/// Words that wait for the slowest session before it misses some.
const WORDS: usize = 64;

impl State {
    pub(crate) fn new(options: GatewayOptions, credentials: Credentials) -> Self {
        let book = Book {
            sessions: BTreeMap::new(),
            pool: AddressPool::new(options.pool),
            statistics: GatewayStatistics::default(),
            misbehaviour: options.misbehaviour.clone(),
        };
        Self {
            options,
            credentials,
            clock: Clock::new(),
            orders: watch::Sender::default(),
            events: broadcast::Sender::new(EVENTS),
            words: broadcast::Sender::new(WORDS),
            book: Mutex::new(book),
        }
    }

    pub(crate) fn tell(&self, event: GatewayEvent) {
        tracing::debug!(%event, "gateway");
        // Nobody has to listen.
        let _ = self.events.send(event);
    }

    pub(crate) fn misbehaviour(&self) -> Misbehaviour {
        self.book().misbehaviour.clone()
    }

    pub(crate) fn set_misbehaviour(&self, misbehaviour: Misbehaviour) {
        self.book().misbehaviour = misbehaviour;
    }

    pub(crate) fn statistics(&self) -> GatewayStatistics {
        self.book().statistics
    }

    pub(crate) fn sessions(&self) -> Vec<SessionSummary> {
        let book = self.book();
        let summaries = book.sessions.iter().map(|(session, entry)| SessionSummary {
            session: *session,
            peer: entry.peer,
            common_name: entry.common_name.clone(),
            address: entry.address,
            established: entry.established,
            statistics: entry
                .tunnel
                .as_ref()
                .map(|tunnel| tunnel.statistics())
                .unwrap_or_default(),
        });
        summaries.collect()
    }

    /// The gateway's own address in the tunnel.
    pub(crate) fn own_address(&self) -> Option<Ipv4Addr> {
        self.book().pool.gateway()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place in the book; it is struck off, and its address goes back, when this is dropped.
pub(crate) struct Registration {
    state: Arc<State>,
    session: u64,
}

impl Registration {
    pub(crate) fn new(state: &Arc<State>, peer: SocketAddr) -> Self {
        let mut book = state.book();
        book.statistics.accepted += 1;
        let session = book.statistics.accepted;
        let entry = Entry {
            peer,
            common_name: None,
            address: None,
            established: false,
            tunnel: None,
        };
        book.sessions.insert(session, entry);
        drop(book);
        state.tell(GatewayEvent::Accepted { session, peer });
        Self {
            state: Arc::clone(state),
            session,
        }
    }

    pub(crate) fn session(&self) -> u64 {
        self.session
    }

    pub(crate) fn runs(&self, tunnel: &Arc<Tunnel>) {
        self.change(|entry| entry.tunnel = Some(Arc::clone(tunnel)));
    }

    /// Takes an address from the pool; none when all are given.
    pub(crate) fn take_address(&self) -> Option<Ipv4Net> {
        let mut book = self.state.book();
        let address = book.pool.take()?;
        if let Some(entry) = book.sessions.get_mut(&self.session) {
            entry.address = Some(address.addr());
        }
        Some(address)
    }

    pub(crate) fn admitted(&self, common_name: String) {
        let mut book = self.state.book();
        book.statistics.admitted += 1;
        let mut address = None;
        if let Some(entry) = book.sessions.get_mut(&self.session) {
            entry.common_name = Some(common_name.clone());
            address = entry.address;
        }
        drop(book);
        self.state.tell(GatewayEvent::Admitted {
            session: self.session,
            common_name,
            address,
        });
    }

    pub(crate) fn refused(&self, reason: String) {
        self.state.book().statistics.refused += 1;
        self.state.tell(GatewayEvent::Refused {
            session: self.session,
            reason,
        });
    }

    pub(crate) fn established(&self, tls: String, cipher: &'static str) {
        self.change(|entry| entry.established = true);
        self.state.book().statistics.established += 1;
        self.state.tell(GatewayEvent::Established {
            session: self.session,
            tls,
            cipher,
        });
    }

    /// Strikes the connection off.
    pub(crate) fn end(self, reason: String) {
        let (state, session) = (Arc::clone(&self.state), self.session);
        drop(self);
        state.tell(GatewayEvent::Ended { session, reason });
    }

    fn change(&self, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.state.book().sessions.get_mut(&self.session) {
            change(entry);
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut book = self.state.book();
        book.statistics.ended += 1;
        let entry = book.sessions.remove(&self.session);
        if let Some(address) = entry.as_ref().and_then(|entry| entry.address) {
            book.pool.give_back(address);
        }
        // The tunnel, if this was its last owner, ends outside the lock.
        drop(book);
    }
}
