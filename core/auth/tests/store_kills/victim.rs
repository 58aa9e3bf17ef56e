use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::FOLDER;

/// A process that changes a store until it is killed.
pub(crate) struct Victim {
    process: Child,
    output: BufReader<ChildStdout>,
}

/// What a victim says before and after it does something; each with what is in the store then.
#[derive(Debug)]
pub(crate) enum Line {
    /// It opened the store.
    At(String),
    /// It begins a change.
    Next(String),
    /// The change is made.
    Done(String),
}

impl Victim {
    pub(crate) fn start(folder: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["a_store_survives_a_thousand_kills_at_any_moment", "--exact"])
            .arg("--nocapture")
            .env(FOLDER, folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self { process, output }
    }

    pub(crate) fn next_line(&mut self) -> Line {
        self.line().expect("the victim ended by itself")
    }

    /// Kills the process, and returns what it said until then.
    pub(crate) fn kill(mut self) -> Vec<Line> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::iter::from_fn(|| self.line()).collect()
    }

    fn line(&mut self) -> Option<Line> {
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).unwrap();
            // What was cut off was not said.
            let line = line.strip_suffix('\n')?;
            // The test harness talks too.
            let Some((word, state)) = line.split_once('|') else {
                continue;
            };
            let state = state.to_owned();
            return match word {
                "at" => Some(Line::At(state)),
                "next" => Some(Line::Next(state)),
                "done" => Some(Line::Done(state)),
                _ => continue,
            };
        }
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
