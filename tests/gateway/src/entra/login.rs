use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use p2svpn_system::Clock;
use tokio::sync::{broadcast, watch};

use crate::entra::book::Book;
use crate::entra::request::EntraRequest;
use crate::entra::step::EntraStep;
use crate::entra::tenant::Tenant;

/// What all requests to the stand-in share.
pub(super) struct Login {
    pub(super) tenant: Tenant,
    pub(super) clock: Clock,
    /// How many requests there were for each step.
    pub(super) counts: watch::Sender<BTreeMap<EntraStep, u64>>,
    /// Who follows the requests.
    pub(super) followers: broadcast::Sender<EntraRequest>,
    book: Mutex<Book>,
}

/// Requests that wait for the slowest follower before it misses some.
const REQUESTS: usize = 1024;

impl Login {
    pub(super) fn new(tenant: Tenant, book: Book) -> Self {
        Self {
            tenant,
            clock: Clock::new(),
            counts: watch::Sender::default(),
            followers: broadcast::Sender::new(REQUESTS),
            book: Mutex::new(book),
        }
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a request down, and tells those who follow or wait.
    pub(super) fn record(&self, mut book: MutexGuard<'_, Book>, request: EntraRequest) {
        let step = request.step;
        book.record(request.clone());
        // In the order of the book. Nobody has to listen.
        let _ = self.followers.send(request);
        drop(book);
        self.counts
            .send_modify(|counts| *counts.entry(step).or_default() += 1);
    }

    /// Unix seconds by the stand-in's clock.
    pub(super) fn now(&self, book: &Book) -> i64 {
        self.clock
            .unix_seconds()
            .saturating_add(book.policy.clock_offset)
    }
}
