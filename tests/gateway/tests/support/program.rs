//! The gateway as a program.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::LONG;

/// The program, as a script starts it.
pub(crate) struct Program {
    pub(crate) child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = command(folder)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next so many lines that begin with one of these words.
    pub(crate) async fn lines(&mut self, words: &[&str], count: usize) -> Vec<String> {
        let mut found = Vec::new();
        let read = async {
            while found.len() < count {
                let line = self.lines.next_line().await.unwrap();
                let line = line.expect("the program ended");
                if words.contains(&line.split(' ').next().unwrap()) {
                    found.push(line);
                }
            }
        };
        let read = tokio::time::timeout(LONG, read).await;
        read.expect("the program says nothing");
        found
    }

    /// What the next line that begins with this word says.
    pub(crate) async fn fact(&mut self, word: &str) -> String {
        let found = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                let (first, rest) = line.split_once(' ').unwrap_or((&line, ""));
                if first == word {
                    return rest.to_owned();
                }
            }
            panic!("the program never said {word}");
        };
        tokio::time::timeout(LONG, found)
            .await
            .expect("the program says nothing")
    }
}

pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2svpn-gateway"));
    command
        .arg("--folder")
        .arg(folder)
        .kill_on_drop(true)
        .stdin(Stdio::null());
    command
}

/// Asks a process to end, as a service manager does.
pub(crate) async fn terminate(child: &Child) {
    let id = child.id().unwrap().to_string();
    let status = Command::new("sh")
        .args(["-c", &format!("kill -TERM {id}")])
        .status()
        .await
        .unwrap();
    assert!(status.success());
}
