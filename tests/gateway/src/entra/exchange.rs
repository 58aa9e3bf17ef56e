use std::time::{Duration, Instant};

use crate::entra::book::Book;
use crate::entra::form::Form;
use crate::entra::refusal::EntraRefusal;
use crate::entra::tenant::Tenant;
use crate::entra::trace::Trace;

/// One request, and what it takes to answer it.
pub(super) struct Exchange<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) book: &'a mut Book,
    pub(super) form: &'a Form,
    pub(super) trace: &'a Trace,
    /// When it came, by a clock that nothing sets.
    pub(super) received: Instant,
}

impl Exchange<'_> {
    /// Unix seconds by the stand-in's clock.
    pub(super) fn now(&self) -> i64 {
        self.trace.now
    }

    /// The same so much later.
    pub(super) fn after(&self, time: Duration) -> i64 {
        let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        self.now().saturating_add(seconds)
    }

    pub(super) fn check_client(&self) -> Result<(), EntraRefusal> {
        if self.form.need("client_id")? == self.tenant.client_id {
            Ok(())
        } else {
            Err(EntraRefusal::UnknownApplication)
        }
    }
}
