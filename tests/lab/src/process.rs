use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::error::LabError;
use crate::namespace::Namespace;

/// A program that runs in a namespace, with all that it prints. Dropping it kills it.
pub struct Process {
    name: String,
    child: Child,
    input: Option<ChildStdin>,
    output: Arc<Transcript>,
    errors: Arc<Transcript>,
}

/// The lines that a program printed, the last [`Transcript::CAPACITY`] of them.
#[derive(Default)]
pub struct Transcript {
    state: Mutex<Lines>,
    changed: Condvar,
}

/// Processor time that a process has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuTime {
    /// In its own code.
    pub user: Duration,
    /// In the kernel, on its behalf.
    pub system: Duration,
}

#[derive(Default)]
struct Lines {
    kept: VecDeque<String>,
    /// How many lines came before those that are kept.
    gone: usize,
    ended: bool,
}

impl Process {
    /// Starts a program in the namespace. It is killed when the namespace's thread ends, however that comes about.
    ///
    /// # Errors
    /// [`LabError::System`] if it cannot be started.
    pub fn start(namespace: &Namespace, name: &str, command: &Command) -> Result<Self, LabError> {
        Self::start_below(&[], namespace, name, command)
    }

    /// As [`start`](Self::start), for a program that starts others: they end when it does, however that comes about.
    ///
    /// Together they are a namespace of processes, which the kernel ends with its first. Signals do not reach the program.
    ///
    /// # Errors
    /// [`LabError::System`] if it cannot be started.
    pub fn start_with_children(
        namespace: &Namespace,
        name: &str,
        command: &Command,
    ) -> Result<Self, LabError> {
        let first = ["unshare", "--pid", "--fork", "--kill-child", "--"];
        Self::start_below(&first, namespace, name, command)
    }

    /// Starts a program by another one that takes its command line.
    fn start_below(
        starter: &[&str],
        namespace: &Namespace,
        name: &str,
        command: &Command,
    ) -> Result<Self, LabError> {
        let mut tied = Command::new("setpriv");
        tied.args(["--pdeathsig", "KILL", "--"])
            .args(starter)
            .arg(command.get_program())
            .args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => tied.env(key, value),
                None => tied.env_remove(key),
            };
        }
        tied.stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = namespace
            .run(move || tied.spawn())?
            .map_err(LabError::system(format!("starting {name}")))?;
        Ok(Self {
            name: name.to_owned(),
            input: child.stdin.take(),
            output: Transcript::of(child.stdout.take()),
            errors: Transcript::of(child.stderr.take()),
            child,
        })
    }

    /// What it printed on standard output.
    pub fn output(&self) -> &Transcript {
        &self.output
    }

    /// What it printed on standard error.
    pub fn errors(&self) -> &Transcript {
        &self.errors
    }

    /// Waits for the first line from `position` on of which `pick` makes something; returns it and the position behind.
    ///
    /// # Errors
    /// [`LabError::Unsaid`] with all that it printed instead.
    pub fn wait_for<T>(
        &self,
        wanted: &str,
        position: usize,
        limit: Duration,
        pick: impl FnMut(&str) -> Option<T>,
    ) -> Result<(T, usize), LabError> {
        self.output
            .wait_for(position, limit, pick)
            .ok_or_else(|| LabError::Unsaid {
                name: self.name.clone(),
                wanted: wanted.to_owned(),
                waited: limit,
                said: format!("{}{}", self.output.text(), self.errors.text()),
            })
    }

    /// Writes a line to its standard input.
    ///
    /// # Errors
    /// [`LabError::System`] when it has ended.
    pub fn write_line(&mut self, line: &str) -> Result<(), LabError> {
        let written = match &mut self.input {
            Some(input) => writeln!(input, "{line}").and_then(|()| input.flush()),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        };
        written.map_err(LabError::system(format!("writing to {}", self.name)))
    }

    /// Ends its standard input.
    pub fn end_input(&mut self) {
        self.input = None;
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// [`LabError::System`] when it has ended.
    pub fn signal(&self, signal: Signal) -> Result<(), LabError> {
        let what = || format!("sending {signal} to {}", self.name);
        let id = i32::try_from(self.child.id()).map_err(|_| LabError::Traffic(what()))?;
        kill(Pid::from_raw(id), signal).map_err(|error| LabError::System {
            what: what(),
            source: error.into(),
        })
    }

    /// Waits until it has ended, and kills it when the time is over; says whether it ended by itself.
    pub fn wait_end(&mut self, limit: Duration) -> bool {
        let by_itself = self.output.wait_end(limit);
        self.kill();
        by_itself
    }

    /// Kills it, without a chance to say goodbye.
    pub fn kill(&mut self) {
        // Both fail only when it has already been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Returns the number of the program that it started first.
    ///
    /// # Errors
    /// [`LabError::System`] if it has started none, or is over.
    pub fn first_child(&self) -> Result<u32, LabError> {
        let id = self.child.id();
        let failed = || LabError::system("looking for a process's child");
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let children = children.map_err(failed())?;
        let first = children.split_whitespace().next().unwrap_or_default();
        first
            .parse()
            .map_err(|_| failed()(std::io::ErrorKind::NotFound.into()))
    }

    /// The processor time that all its threads have used so far, in steps of 10 ms (proc(5), `/proc/PID/stat`).
    ///
    /// # Errors
    /// [`LabError::System`] when it has ended.
    pub fn cpu_time(&self) -> Result<CpuTime, LabError> {
        let path = format!("/proc/{}/stat", self.child.id());
        let text = std::fs::read_to_string(&path).map_err(LabError::system(&path))?;
        cpu_time(&text).ok_or(LabError::Traffic(format!("{path} reads {text}")))
    }

    /// The resident memory in bytes (proc(5), `VmRSS`).
    ///
    /// # Errors
    /// [`LabError::System`] when it has ended.
    pub fn resident_bytes(&self) -> Result<u64, LabError> {
        let path = format!("/proc/{}/status", self.child.id());
        let text = std::fs::read_to_string(&path).map_err(LabError::system(&path))?;
        let kilobytes = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes =
            kilobytes.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        Ok(kilobytes.ok_or(LabError::Traffic(format!("{path} has no VmRSS")))? * 1024)
    }

    /// How many entries its folder in `/proc` has here: in `fd` its open descriptors, in `task` its threads (proc(5)).
    ///
    /// # Errors
    /// [`LabError::System`] when it has ended.
    pub fn count_in(&self, folder: &str) -> Result<usize, LabError> {
        let path = format!("/proc/{}/{folder}", self.child.id());
        let entries = std::fs::read_dir(&path).map_err(LabError::system(&path))?;
        Ok(entries.count())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Transcript {
    /// How many lines are kept.
    pub const CAPACITY: usize = 10_000;

    /// The position behind the last line.
    pub fn end(&self) -> usize {
        let lines = self.lock();
        lines.gone + lines.kept.len()
    }

    /// All lines that are kept.
    pub fn text(&self) -> String {
        let lines = self.lock();
        lines
            .kept
            .iter()
            .flat_map(|line| [line.as_str(), "\n"])
            .collect()
    }

    fn of(stream: Option<impl Read + Send + 'static>) -> Arc<Self> {
        let transcript = Arc::new(Self::default());
        let writer = Arc::clone(&transcript);
        // Ends with the stream, which ends with the program.
        std::thread::spawn(move || {
            for line in stream
                .into_iter()
                .flat_map(|stream| BufReader::new(stream).lines())
            {
                let Ok(line) = line else { break };
                writer.add(line);
            }
            writer.lock().ended = true;
            writer.changed.notify_all();
        });
        transcript
    }

    fn add(&self, line: String) {
        let mut lines = self.lock();
        lines.kept.push_back(line);
        if lines.kept.len() > Self::CAPACITY {
            lines.kept.pop_front();
            lines.gone += 1;
        }
        drop(lines);
        self.changed.notify_all();
    }

    fn wait_for<T>(
        &self,
        position: usize,
        limit: Duration,
        mut pick: impl FnMut(&str) -> Option<T>,
    ) -> Option<(T, usize)> {
        let deadline = Instant::now() + limit;
        let mut lines = self.lock();
        let mut next = position;
        loop {
            while let Some(line) = lines.kept.get(next.saturating_sub(lines.gone)) {
                next = next.max(lines.gone) + 1;
                if let Some(picked) = pick(line) {
                    return Some((picked, next));
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if lines.ended || left.is_zero() {
                return None;
            }
            lines = self
                .changed
                .wait_timeout(lines, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn wait_end(&self, limit: Duration) -> bool {
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), limit, |lines| !lines.ended);
        waited.unwrap_or_else(PoisonError::into_inner).0.ended
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CpuTime {
    /// Both together.
    pub fn total(self) -> Duration {
        self.user + self.system
    }

    /// What was used since an earlier reading.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            user: self.user.saturating_sub(earlier.user),
            system: self.system.saturating_sub(earlier.system),
        }
    }
}

fn cpu_time(stat: &str) -> Option<CpuTime> {
    /// Linux shows times to programs in hundredths of a second on every architecture.
    const TICK: Duration = Duration::from_millis(10);

    // The program's name, in parentheses, may itself hold spaces and parentheses.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(CpuTime {
        user: TICK * user,
        system: TICK * system,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_name_of_a_program_does_not_shift_its_times() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 250 75 0 0 20 0 3 0 100 0 0";

        let time = cpu_time(stat).unwrap();

        assert_eq!(time.user, Duration::from_millis(2500));
        assert_eq!(time.system, Duration::from_millis(750));
    }

    #[test]
    fn a_transcript_keeps_its_positions_when_old_lines_go() {
        let transcript = Transcript::default();
        for number in 0..Transcript::CAPACITY + 5 {
            transcript.add(number.to_string());
        }

        let (first, next) = transcript
            .wait_for(0, Duration::ZERO, |line| Some(line.to_owned()))
            .unwrap();
        let (second, _) = transcript
            .wait_for(next, Duration::ZERO, |line| Some(line.to_owned()))
            .unwrap();

        assert_eq!((first.as_str(), next), ("5", 6));
        assert_eq!(second, "6");
        assert_eq!(transcript.end(), Transcript::CAPACITY + 5);
    }
}
