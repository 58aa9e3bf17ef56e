use std::io;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;

use p2svpn_system::{Journal, Recovered, can_configure_network};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::error::{Error, ErrorCode};
use crate::event::{EventKind, EventQueue};
use crate::monitor::Monitor;
use crate::warning::{Warning, WarningKind};

/// Undoes what killed processes have left on the machine, as every [`Client`](crate::Client) with the privilege does when it is built: for
/// installers, scripts at the start of the system, and whoever wants to know. Any executor will do.
///
/// What a live process has changed is not touched. `journal_folder` is that of [`ClientBuilder::journal_folder`](crate::ClientBuilder::journal_folder);
/// none is the machine's own. Needs `CAP_NET_ADMIN` if there is something to undo.
///
/// # Errors
/// `MACHINE_FAILED` if the journal cannot be read or may have been written by somebody else, `THREADS_UNAVAILABLE`.
pub async fn recover(journal_folder: Option<PathBuf>) -> Result<Recovered, Error> {
    let (tell, told) = oneshot::channel();
    recover_on_a_thread(journal_folder, move |outcome| {
        // Nobody may be waiting any more.
        let _ = tell.send(outcome);
    })?;
    told.await
        .unwrap_or_else(|_| Err(ErrorCode::InternalFailure.into()))
}

/// Does what [`recover`] does, and blocks until it is done.
///
/// # Errors
/// As [`recover`].
pub fn wait_recover(journal_folder: Option<PathBuf>) -> Result<Recovered, Error> {
    let (tell, told) = mpsc::channel();
    recover_on_a_thread(journal_folder, move |outcome| {
        let _ = tell.send(outcome);
    })?;
    told.recv()
        .unwrap_or_else(|_| Err(ErrorCode::InternalFailure.into()))
}

/// On a thread of its own: the caller may be inside a runtime, or have none.
fn recover_on_a_thread(
    journal_folder: Option<PathBuf>,
    tell: impl FnOnce(Result<Recovered, Error>) + Send + 'static,
) -> Result<(), Error> {
    let unavailable = |error: io::Error| Error::from(ErrorCode::ThreadsUnavailable).because(&error);
    let journal = journal(journal_folder);
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(unavailable)?;
    let thread = thread::Builder::new().name("p2svpn-recover".to_owned());
    let work = move || tell(runtime.block_on(journal.recover()).map_err(Error::from));
    thread.spawn(work).map_err(unavailable)?;
    Ok(())
}

/// The journal of this folder, or of the machine.
pub(crate) fn journal(folder: Option<PathBuf>) -> Journal {
    folder.map_or_else(Journal::of_machine, Journal::in_folder)
}

/// What killed processes have left, undone before the first session of a client changes anything.
pub(crate) struct Recovery {
    journal: Journal,
    is_done: Monitor<bool>,
}

impl Recovery {
    /// Begins to undo it, and tells by a warning what was found. A process without the privilege changes nothing anyway.
    pub(crate) fn start(journal: Journal, runtime: &Handle, events: Arc<EventQueue>) -> Arc<Self> {
        let recovery = Arc::new(Self {
            journal,
            is_done: Monitor::new(!can_configure_network()),
        });
        if recovery.is_done.look(|is_done| *is_done) {
            return recovery;
        }
        let done = Done(Arc::clone(&recovery));
        runtime.spawn(async move {
            let message = match done.0.journal.recover().await {
                Ok(recovered) if recovered.is_empty() => return,
                Ok(recovered) => {
                    format!("a process that was killed had left something behind: {recovered}")
                }
                Err(error) => {
                    format!("what killed processes have left behind is not known: {error}")
                }
            };
            let warning = Warning::new(WarningKind::Machine, message);
            events.push(None, EventKind::Warning(warning));
        });
        recovery
    }

    /// Waits until it is undone.
    pub(crate) async fn done(&self) {
        self.is_done.until(|is_done| is_done.then_some(())).await;
    }

    /// Where sessions write down what they change.
    pub(crate) fn journal(&self) -> Journal {
        self.journal.clone()
    }
}

/// Says that it is done, however the work ends.
struct Done(Arc<Recovery>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.is_done.change(|is_done| *is_done = true);
    }
}
