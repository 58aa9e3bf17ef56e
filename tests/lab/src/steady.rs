use std::io::{Read, Result, copy, sink};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::error::LabError;
use crate::hash::{Body, Hashing};
use crate::http::request;
use crate::namespace::Namespace;

/// One TCP connection to the service that carries bytes at an even pace, and must carry each of them whole.
pub struct Steady {
    moved: Arc<AtomicU64>,
    wanted: u64,
    thread: JoinHandle<Result<String>>,
}

/// The socket buffer: what is under way is far less than a tunnel's queues hold, so that none of them overflows.
const BUFFER: usize = 64 * 1024;

impl Steady {
    /// Downloads so many bytes a second for so long.
    ///
    /// # Errors
    /// [`LabError::Panicked`] if the namespace has ended.
    pub fn download(
        namespace: &Namespace,
        rate: u64,
        length: Duration,
    ) -> std::result::Result<Self, LabError> {
        Self::start(namespace, rate, length, |wanted, pace| {
            let head = format!("GET /bytes/{wanted} HTTP/1.1\r\n\r\n");
            let (input, size) = request(&head, std::io::empty(), Some(BUFFER))?;
            let mut body = Hashing::new(pace.of(input.take(size)));
            copy(&mut body, &mut sink())?;
            Ok(body.finish())
        })
    }

    /// Uploads so many bytes a second for so long.
    ///
    /// # Errors
    /// [`LabError::Panicked`] if the namespace has ended.
    pub fn upload(
        namespace: &Namespace,
        rate: u64,
        length: Duration,
    ) -> std::result::Result<Self, LabError> {
        Self::start(namespace, rate, length, |wanted, pace| {
            let head = format!("POST /upload HTTP/1.1\r\nContent-Length: {wanted}\r\n\r\n");
            let (input, size) = request(&head, pace.of(Body::new(wanted)), Some(BUFFER))?;
            let mut hash = String::new();
            input.take(size).read_to_string(&mut hash)?;
            Ok(hash)
        })
    }

    /// `carry` moves so many bytes at a pace, and returns the hash of them.
    fn start(
        namespace: &Namespace,
        rate: u64,
        length: Duration,
        carry: impl FnOnce(u64, Pace) -> Result<String> + Send + 'static,
    ) -> std::result::Result<Self, LabError> {
        let (moved, wanted) = (Arc::default(), rate * length.as_secs());
        let pace = Pace::new(rate, Arc::clone(&moved));
        let thread = namespace.spawn(move || carry(wanted, pace))?;
        Ok(Self {
            moved,
            wanted,
            thread,
        })
    }

    /// How many bytes it has moved so far.
    pub fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// Waits for the end and compares the hash of all bytes; returns how many there were.
    ///
    /// # Errors
    /// [`LabError::Traffic`] when the connection failed or other bytes came.
    pub fn finish(self) -> std::result::Result<u64, LabError> {
        let moved = || self.moved.load(Ordering::Relaxed);
        let hash = self
            .thread
            .join()
            .map_err(|_| LabError::Panicked)?
            .map_err(|error| {
                LabError::Traffic(format!("a stream broke after {} bytes: {error}", moved()))
            })?;
        if moved() != self.wanted || hash != Body::new(self.wanted).hash() {
            return Err(LabError::Traffic(format!(
                "a stream carried {} of {} bytes, or others",
                moved(),
                self.wanted
            )));
        }
        Ok(self.wanted)
    }
}

/// So many bytes a second.
struct Pace {
    rate: u64,
    moved: Arc<AtomicU64>,
}

struct Paced<R> {
    inner: R,
    pace: Pace,
    started: Instant,
}

impl Pace {
    fn new(rate: u64, moved: Arc<AtomicU64>) -> Self {
        Self { rate, moved }
    }

    fn of<R>(self, inner: R) -> Paced<R> {
        Paced {
            inner,
            pace: self,
            started: Instant::now(),
        }
    }
}

impl<R: Read> Read for Paced<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let moved = self.pace.moved.load(Ordering::Relaxed);
        let due = self.started + Duration::from_millis(moved * 1_000 / self.pace.rate.max(1));
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let read = self.inner.read(buffer)?;
        self.pace.moved.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
