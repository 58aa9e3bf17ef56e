use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use p2svpn_system::Clock;
use tokio::sync::watch;

use crate::entra::book::Book;
use crate::entra::step::EntraStep;
use crate::entra::tenant::Tenant;

/// What all requests to the stand-in share.
pub(super) struct Login {
    pub(super) tenant: Tenant,
    pub(super) clock: Clock,
    /// How many requests there were for each step.
    pub(super) counts: watch::Sender<BTreeMap<EntraStep, u64>>,
    book: Mutex<Book>,
}

impl Login {
    pub(super) fn new(tenant: Tenant, book: Book) -> Self {
        Self {
            tenant,
            clock: Clock::new(),
            counts: watch::Sender::default(),
            book: Mutex::new(book),
        }
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Unix seconds by the stand-in's clock.
    pub(super) fn now(&self, book: &Book) -> i64 {
        self.clock
            .unix_seconds()
            .saturating_add(book.policy.clock_offset)
    }
}
