use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use nix::sched::{CloneFlags, unshare};

use crate::error::LabError;

/// A network namespace without a name: a thread that lives in it, and whatever that thread starts.
///
/// The namespace ends with its last thread, program and device, so it cannot be left behind, not even by a test that is
/// killed.
pub struct Namespace {
    jobs: Option<Sender<Job>>,
    worker: Option<JoinHandle<()>>,
    path: PathBuf,
}

type Job = Box<dyn FnOnce() + Send>;

impl Namespace {
    /// Makes an empty namespace whose loopback is up.
    ///
    /// # Errors
    /// [`LabError::System`] without the privilege.
    pub fn new() -> Result<Self, LabError> {
        let (jobs, inbox) = channel::<Job>();
        let (ready, made) = channel();
        let worker = std::thread::Builder::new()
            .name("namespace".to_owned())
            .spawn(move || {
                // Sent before the first job is taken; an error ends the thread.
                let entered = enter_new();
                let failed = entered.is_err();
                if ready.send(entered).is_err() || failed {
                    return;
                }
                for job in inbox {
                    job();
                }
            })
            .map_err(LabError::system("starting a thread"))?;
        let path = made.recv().map_err(|_| LabError::Panicked)??;
        let namespace = Self {
            jobs: Some(jobs),
            worker: Some(worker),
            path,
        };
        namespace.ip("link set lo up")?;
        Ok(namespace)
    }

    /// The file that stands for the namespace while it lives, as `ip link set NAME netns PATH` takes it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs something on the namespace's own thread, one thing at a time.
    ///
    /// Programs have to be started here: they end with the thread that started them.
    ///
    /// # Errors
    /// [`LabError::Panicked`] if it panics.
    pub fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, LabError> {
        let (answer, result) = channel();
        let job = move || {
            // The receiver waits below until the job is done.
            let _ = answer.send(job());
        };
        let jobs = self.jobs.as_ref().ok_or(LabError::Panicked)?;
        jobs.send(Box::new(job)).map_err(|_| LabError::Panicked)?;
        result.recv().map_err(|_| LabError::Panicked)
    }

    /// Runs something on a new thread in the namespace: a thread inherits the namespace of the one that starts it.
    ///
    /// # Errors
    /// [`LabError::Panicked`] if the namespace's own thread has ended.
    pub fn spawn<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<JoinHandle<T>, LabError> {
        self.run(|| std::thread::spawn(job))
    }

    /// Runs `ip` with these words and returns what it printed.
    ///
    /// # Errors
    /// [`LabError::Program`] with its message.
    pub fn ip(&self, words: &str) -> Result<String, LabError> {
        let mut command = Command::new("ip");
        command.args(words.split_whitespace());
        self.output(command)
    }

    /// Runs a program to its end and returns what it printed.
    ///
    /// # Errors
    /// [`LabError::Program`] with what it printed on standard error.
    pub fn output(&self, mut command: Command) -> Result<String, LabError> {
        let line = format!("{command:?}");
        let started = line.clone();
        let output = self
            .spawn(move || command.output())?
            .join()
            .map_err(|_| LabError::Panicked)?
            .map_err(LabError::system(started))?;
        if !output.status.success() {
            let said = [output.stderr, output.stdout].concat();
            return Err(LabError::Program {
                command: line,
                output: String::from_utf8_lossy(&said).trim().to_owned(),
            });
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(worker) = self.worker.take() {
            // A panic in it has been reported where its job was waited for.
            let _ = worker.join();
        }
    }
}

fn enter_new() -> Result<PathBuf, LabError> {
    unshare(CloneFlags::CLONE_NEWNET).map_err(|error| LabError::System {
        what: "making a network namespace".to_owned(),
        source: error.into(),
    })?;
    // The link reads PID/task/TID, which other processes can follow too.
    let thread = std::fs::read_link("/proc/thread-self")
        .map_err(LabError::system("reading /proc/thread-self"))?;
    Ok(Path::new("/proc").join(thread).join("ns/net"))
}
