use std::collections::HashSet;
use std::io::{ErrorKind, Result};
use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::addresses::SERVICE;
use crate::echo_service::ECHO;
use crate::error::LabError;
use crate::namespace::Namespace;

/// Numbered datagrams to the virtual network and back, at an even pace: what is lost on the way is known one by one.
pub struct Probe {
    state: Arc<State>,
    threads: Vec<JoinHandle<Result<()>>>,
}

/// What became of the datagrams of a [`Probe`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeReport {
    /// How many were sent.
    pub sent: u64,
    /// Those that did not come back, each counted from 0.
    pub lost: Vec<u64>,
    /// How many came back more than once.
    pub twice: u64,
    /// The longest time between two that came back.
    pub longest_pause: Duration,
}

#[derive(Default)]
struct State {
    over: AtomicBool,
    sent: AtomicU64,
    returned: AtomicU64,
    arrivals: Mutex<Arrivals>,
}

#[derive(Default)]
struct Arrivals {
    seen: HashSet<u64>,
    twice: u64,
    last: Option<Instant>,
    longest_pause: Duration,
}

/// Bytes of a datagram: that of a call, roughly.
const LENGTH: usize = 200;

/// How long the last ones may take.
const STRAGGLERS: Duration = Duration::from_secs(10);

impl Probe {
    /// Sends one datagram each `interval` from now on.
    ///
    /// # Errors
    /// [`LabError::System`] without a way to the service.
    pub fn start(namespace: &Namespace, interval: Duration) -> std::result::Result<Self, LabError> {
        let failed = || LabError::system("starting a probe");
        let socket = namespace
            .run(|| {
                let socket = UdpSocket::bind(("0.0.0.0", 0))?;
                socket.connect((SERVICE, ECHO))?;
                socket.set_read_timeout(Some(Duration::from_millis(50)))?;
                Ok(socket)
            })?
            .map_err(failed())?;
        let sender = socket.try_clone().map_err(failed())?;
        let state = Arc::new(State::default());
        let (sending, receiving) = (Arc::clone(&state), Arc::clone(&state));
        let threads = vec![
            std::thread::spawn(move || send(&sender, interval, &sending)),
            std::thread::spawn(move || receive(&socket, &receiving)),
        ];
        Ok(Self { state, threads })
    }

    /// How many datagrams were sent, and how many came back for the first time.
    pub fn counts(&self) -> (u64, u64) {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (load(&self.state.sent), load(&self.state.returned))
    }

    /// Sends no more, waits for the last ones and says what became of all.
    ///
    /// # Errors
    /// [`LabError::Traffic`] when sending failed.
    pub fn finish(self) -> std::result::Result<ProbeReport, LabError> {
        self.state.over.store(true, Ordering::Relaxed);
        for thread in self.threads {
            let result = thread.join().map_err(|_| LabError::Panicked)?;
            result.map_err(|error| LabError::Traffic(format!("a probe failed: {error}")))?;
        }
        let sent = self.state.sent.load(Ordering::Relaxed);
        let arrivals = self
            .state
            .arrivals
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(ProbeReport {
            sent,
            lost: (0..sent)
                .filter(|number| !arrivals.seen.contains(number))
                .collect(),
            twice: arrivals.twice,
            longest_pause: arrivals.longest_pause,
        })
    }
}

fn send(socket: &UdpSocket, interval: Duration, state: &State) -> Result<()> {
    let mut datagram = [0; LENGTH];
    let mut due = Instant::now();
    while !state.over.load(Ordering::Relaxed) {
        let number = state.sent.load(Ordering::Relaxed);
        if let Some(head) = datagram.first_chunk_mut() {
            *head = number.to_be_bytes();
        }
        match socket.send(&datagram) {
            // Nobody listens, or a former device was not there: the datagram is lost, and counted.
            Err(error) if !is_passing(&error) => return Err(error),
            _ => state.sent.fetch_add(1, Ordering::Relaxed),
        };
        // After a pause of the machine it goes on at its pace, without a burst.
        due = (due + interval).max(Instant::now());
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    Ok(())
}

fn receive(socket: &UdpSocket, state: &State) -> Result<()> {
    let mut datagram = [0; LENGTH];
    let mut patience = None;
    loop {
        match socket.recv(&mut datagram) {
            Ok(_) => state.note(&datagram),
            Err(error) if is_passing(&error) => {}
            Err(error) => return Err(error),
        }
        if state.over.load(Ordering::Relaxed) {
            let until = *patience.get_or_insert_with(|| Instant::now() + STRAGGLERS);
            let all = state.returned.load(Ordering::Relaxed) == state.sent.load(Ordering::Relaxed);
            if all || Instant::now() > until {
                return Ok(());
            }
        }
    }
}

impl State {
    fn note(&self, datagram: &[u8; LENGTH]) {
        let number = datagram.first_chunk().copied().map(u64::from_be_bytes);
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some(last) = arrivals.last.replace(now) {
            arrivals.longest_pause = arrivals.longest_pause.max(now - last);
        }
        if number.is_some_and(|number| arrivals.seen.insert(number)) {
            self.returned.fetch_add(1, Ordering::Relaxed);
        } else {
            arrivals.twice += 1;
        }
    }
}

fn is_passing(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::ConnectionRefused
    )
}
