use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::error::LabError;
use crate::namespace::Namespace;

/// Programs of a machine that never rest: datagrams to hosts outside of every tunnel, DNS among them, over IPv4 and IPv6.
pub struct Leaker {
    over: Arc<AtomicBool>,
    tried: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

/// Addresses that nobody has (RFC 2544, RFC 1918, RFC 3849).
const TARGETS: [&str; 5] = [
    "198.18.0.9:53",
    "198.18.0.9:9",
    "192.168.77.1:9",
    "[2001:db8:99::9]:53",
    "[2001:db8:99::9]:9",
];

impl Leaker {
    /// Begins to send.
    ///
    /// # Errors
    /// [`LabError::Panicked`] if the namespace has ended.
    pub fn start(namespace: &Namespace) -> Result<Self, LabError> {
        let (over, tried) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let (until, count) = (Arc::clone(&over), Arc::clone(&tried));
        let thread = namespace.spawn(move || {
            let targets = TARGETS.iter().filter_map(|text| text.parse().ok());
            let targets: Vec<SocketAddr> = targets.collect();
            while !until.load(Ordering::Relaxed) {
                for target in &targets {
                    let any = if target.is_ipv4() {
                        "0.0.0.0:0"
                    } else {
                        "[::]:0"
                    };
                    // Each is a program of its own; what is refused is tried again.
                    let sent =
                        UdpSocket::bind(any).and_then(|socket| socket.send_to(b"secret", target));
                    drop(sent);
                    count.fetch_add(1, Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        })?;
        Ok(Self {
            over,
            tried,
            thread: Some(thread),
        })
    }

    /// How often it has tried to send so far.
    pub fn tried(&self) -> u64 {
        self.tried.load(Ordering::Relaxed)
    }
}

impl Drop for Leaker {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It only sends.
            let _ = thread.join();
        }
    }
}
