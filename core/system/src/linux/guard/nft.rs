use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdin, Command};
use tokio::time::timeout;

/// Where the program is looked for: a user's `PATH` lacks the folders of administrators on Debian.
const FOLDERS: [&str; 4] = ["/usr/sbin", "/sbin", "/usr/bin", "/usr/local/sbin"];

/// How long an answer may take; it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// The program `nft`, which takes one transaction a line.
#[derive(Debug)]
pub(super) struct Nft {
    input: ChildStdin,
    errors: Lines<BufReader<ChildStderr>>,
    /// Counts the transactions.
    turn: u64,
    /// Killed when this is dropped.
    _process: Child,
}

impl Nft {
    /// Starts it, in the calling thread's network namespace.
    ///
    /// [`io::ErrorKind::NotFound`] where it is not installed.
    pub(super) fn start() -> io::Result<Self> {
        let mut process = Command::new(program()?)
            .arg("-i")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // What ends the host's terminal must not end the guard before the host.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let (Some(input), Some(errors)) = (process.stdin.take(), process.stderr.take()) else {
            return Err(io::Error::other("nft has no pipes"));
        };
        Ok(Self {
            input,
            errors: BufReader::new(errors).lines(),
            turn: 0,
            _process: process,
        })
    }

    /// Has it do what a line says, all or nothing.
    ///
    /// It says nothing when it has done something, so it is asked for nonsense behind that, and says that it does not know it.
    pub(super) async fn run(&mut self, line: &str) -> io::Result<()> {
        self.turn += 1;
        let nonsense = format!("answered_{}", self.turn);
        let work = async {
            let text = format!("{line}\n{nonsense}\n");
            self.input.write_all(text.as_bytes()).await?;
            self.input.flush().await?;
            let mut said = Vec::new();
            while let Some(line) = self.errors.next_line().await? {
                if line.trim() == nonsense {
                    // The line before is about the nonsense.
                    said.pop();
                    return Ok(said);
                }
                said.push(line);
            }
            Err(io::Error::other(format!("nft ended: {}", said.join(" "))))
        };
        let said = timeout(PATIENCE, work)
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        match said.iter().find(|line| line.starts_with("Error:")) {
            None => Ok(()),
            Some(error) if error.contains("Operation not permitted") => {
                Err(io::Error::from_raw_os_error(libc::EPERM))
            }
            Some(error) => Err(io::Error::other(error.clone())),
        }
    }
}

/// Deletes a table that nobody owns; answers whether it was there.
pub(in crate::linux) async fn delete_table(table: &str) -> io::Result<bool> {
    let mut nft = Nft::start()?;
    match nft.run(&super::script::delete(table)).await {
        Ok(()) => Ok(true),
        Err(error) if error.to_string().contains("No such file or directory") => Ok(false),
        Err(error) => Err(error),
    }
}

fn program() -> io::Result<PathBuf> {
    let places = FOLDERS.iter().map(|folder| Path::new(folder).join("nft"));
    places
        .into_iter()
        .find(|place| place.exists())
        .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
}
