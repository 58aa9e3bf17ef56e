use std::future::pending;
use std::panic::resume_unwind;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::machine::Machine;
use super::shared::Shared;
use crate::event::EventKind;
use crate::warning::{Warning, WarningKind};

/// How long the machine may take to be put back: with the goodbye to the gateway 2 seconds together.
const UNDO_LIMIT: Duration = Duration::from_millis(900);

/// Puts the machine back and tells the host where that fails; returns the rest of the work, if it takes too long.
pub(super) async fn put_back(
    shared: &Shared,
    machine: &mut Option<Machine>,
) -> Option<JoinHandle<Result<(), String>>> {
    let machine = machine.take()?;
    let (problem, rest) = match finish_within(UNDO_LIMIT, machine.put_back()).await {
        Ok(outcome) => (outcome.err(), None),
        Err(rest) => (Some("the system took too long".to_owned()), Some(rest)),
    };
    if let Some(problem) = problem {
        let message = format!("the machine's network was not put back: {problem}");
        shared.emit(EventKind::Warning(Warning::new(
            WarningKind::Machine,
            message,
        )));
    }
    rest
}

/// Waits for work that goes on as a task of its own if it takes longer than the limit. A panic of it comes out here.
async fn finish_within<T: Send + 'static>(
    limit: Duration,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, JoinHandle<T>> {
    let mut task = tokio::spawn(work);
    match timeout(limit, &mut task).await {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // The runtime is shut down, and the caller is dropped with it.
            Err(_) => pending().await,
        },
        Err(_) => Err(task),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn work_in_time_is_waited_for() {
        let outcome = finish_within(Duration::MAX, async { 7 }).await;

        assert!(matches!(outcome, Ok(7)));
    }

    #[tokio::test]
    async fn work_that_takes_too_long_goes_on_to_its_end() {
        let (allow, allowed) = oneshot::channel::<()>();
        let (tell, done) = oneshot::channel();
        let work = async move {
            allowed.await.unwrap();
            tell.send("done").unwrap();
        };

        let rest = finish_within(Duration::ZERO, work).await.unwrap_err();
        allow.send(()).unwrap();

        rest.await.unwrap();
        assert_eq!(done.await, Ok("done"));
    }

    #[tokio::test]
    async fn work_that_panics_passes_its_panic_on() {
        let work = async { panic!("a defect") };
        let waiting = tokio::spawn(finish_within::<()>(Duration::MAX, work));

        assert!(waiting.await.unwrap_err().is_panic());
    }
}
