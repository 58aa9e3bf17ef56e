use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why the lab could not do what a test asked for. All of it fails the test; the text says where to look.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// The system refused something: mostly missing privilege.
    #[error("{what}: {source}")]
    System {
        /// What was being done.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program ended with a failure: its output says why.
    #[error("{command} failed: {output}")]
    Program {
        /// The command line.
        command: String,
        /// What it printed.
        output: String,
    },
    /// A program did not print in time what was waited for: look at what it printed instead.
    #[error("{name} did not say {wanted} within {waited:?}; it said:\n{said}")]
    Unsaid {
        /// The program.
        name: String,
        /// What was waited for.
        wanted: String,
        /// For how long.
        waited: Duration,
        /// What it printed.
        said: String,
    },
    /// A certificate could not be made.
    #[error("a certificate could not be made: {0}")]
    Certificate(String),
    /// A file of the lab could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The network carried something else than it should have.
    #[error("{0}")]
    Traffic(String),
    /// A session of this library ended before it had begun.
    #[error("no session: {0:?}")]
    NotConnected(Box<p2svpn_tunnel::TunnelEnd>),
    /// A session of this library did not do what it should have.
    #[error("the session: {0}")]
    Session(String),
    /// A thread of the lab ended by a panic, whose message is on standard error.
    #[error("a thread of the lab panicked")]
    Panicked,
}

impl LabError {
    /// Names what was being done when the system refused.
    pub(crate) fn system(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::System { what, source }
    }
}

impl From<rcgen::Error> for LabError {
    fn from(error: rcgen::Error) -> Self {
        Self::Certificate(error.to_string())
    }
}
