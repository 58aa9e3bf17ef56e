use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::authority::Identity;
use crate::error::LabError;
use crate::patience::PATIENCE;
use crate::process::Process;
use crate::site::Site;

/// This library's client, as a program of its own in the client's namespace: see [`run_client`](crate::run_client).
pub struct P2svpnClient {
    process: Process,
    /// Behind the last line that was waited for, so that each event is seen once.
    position: usize,
}

/// How a session of [`P2svpnClient`] ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// The error's number; none when the session was disconnected on request.
    pub number: Option<u64>,
    /// The error's text with its causes.
    pub text: String,
}

/// What a session of [`P2svpnClient`] asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedChallenge {
    id: u64,
    /// The kind's name.
    pub kind: String,
    /// The question.
    pub text: String,
    /// How often it was asked before.
    pub attempt: u64,
    /// The number of the error that the answer before led to.
    pub refusal: Option<u64>,
}

impl P2svpnClient {
    /// Completes a command that runs [`run_client`](crate::run_client) to connect with a certificate.
    pub fn configure(command: Command, profile: &Path, identity: &Identity) -> Command {
        let mut command = Self::configure_without_certificate(command, profile);
        command.arg("--certificate").arg(&identity.certificate);
        command.arg("--key").arg(&identity.key);
        command
    }

    /// Completes a command that runs [`run_client`](crate::run_client) to connect as more arguments say, or its answers.
    pub fn configure_without_certificate(mut command: Command, profile: &Path) -> Command {
        command.arg("--profile").arg(profile);
        // Not the machine's own: what a killed program leaves there would wait for a namespace that is gone.
        let journal = profile.with_file_name("journal");
        command.arg("--journal").arg(journal);
        command
    }

    /// Starts what [`P2svpnClient::configure`] made, which connects at once.
    ///
    /// # Errors
    /// [`LabError::System`] if it cannot be started.
    pub fn start(site: &Site, command: &Command) -> Result<Self, LabError> {
        let process = Process::start(&site.client, "the p2svpn client", command)?;
        Ok(Self {
            process,
            position: 0,
        })
    }

    /// Waits for the next event that says this state.
    ///
    /// # Errors
    /// [`LabError::Unsaid`] with all events when it does not come, or the session ends.
    pub fn wait_state(&mut self, state: &str) -> Result<(), LabError> {
        let wanted = format!("the state {state}");
        let reached = self.wait(&wanted, |event| match text(event, "event") {
            "state" if text(event, "state") == state => Some(true),
            "ended" => Some(false),
            _ => None,
        })?;
        if reached {
            return Ok(());
        }
        let said = format!(
            "{}{}",
            self.process.output().text(),
            self.process.errors().text()
        );
        Err(LabError::Traffic(format!(
            "the session ended before {wanted}:\n{said}"
        )))
    }

    /// Waits for the next challenge.
    ///
    /// # Errors
    /// [`LabError::Unsaid`] with all events when it does not come.
    pub fn wait_challenge(&mut self) -> Result<AskedChallenge, LabError> {
        self.wait("a challenge", |event| {
            let number = |field| event.get(field).and_then(Value::as_u64);
            (text(event, "event") == "challenge").then_some(AskedChallenge {
                id: number("id")?,
                kind: text(event, "kind").to_owned(),
                text: text(event, "text").to_owned(),
                attempt: number("attempt")?,
                refusal: number("refusal"),
            })
        })
    }

    /// Answers a challenge, with words that [`run_client`](crate::run_client) knows.
    ///
    /// # Errors
    /// [`LabError::System`] when it has ended.
    pub fn answer(&mut self, challenge: &AskedChallenge, answer: &str) -> Result<(), LabError> {
        let id = challenge.id;
        self.process.write_line(&format!("answer {id} {answer}"))
    }

    /// Waits for the session's end.
    ///
    /// # Errors
    /// [`LabError::Unsaid`] with all events when it does not come.
    pub fn wait_ended(&mut self) -> Result<SessionEnd, LabError> {
        self.wait("the end of the session", |event| {
            (text(event, "event") == "ended").then(|| SessionEnd {
                number: event.pointer("/error/number").and_then(Value::as_u64),
                text: event
                    .get("error")
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            })
        })
    }

    /// Asks how the session stands.
    ///
    /// # Errors
    /// [`LabError::Unsaid`] when no answer comes.
    pub fn status(&mut self) -> Result<Value, LabError> {
        let from = self.process.output().end();
        self.process.write_line("status")?;
        let is_status = |line: &str| {
            let event: Value = serde_json::from_str(line).ok()?;
            (text(&event, "event") == "status").then_some(event)
        };
        let (status, _) = self
            .process
            .wait_for("its status", from, PATIENCE, is_status)?;
        Ok(status)
    }

    /// Tells it to connect again, after the end of a session.
    ///
    /// # Errors
    /// [`LabError::System`] when it has ended.
    pub fn connect(&mut self) -> Result<(), LabError> {
        self.process.write_line("connect")
    }

    /// Tells it that the machine woke up.
    ///
    /// # Errors
    /// [`LabError::System`] when it has ended.
    pub fn wake(&mut self) -> Result<(), LabError> {
        self.process.write_line("wake")
    }

    /// Tells it to disconnect.
    ///
    /// # Errors
    /// [`LabError::System`] when it has ended.
    pub fn disconnect(&mut self) -> Result<(), LabError> {
        self.process.write_line("disconnect")
    }

    /// Disconnects and waits until the program has ended.
    ///
    /// # Errors
    /// [`LabError::Traffic`] when it had to be killed.
    pub fn stop(mut self) -> Result<(), LabError> {
        self.process.end_input();
        if self.process.wait_end(PATIENCE) {
            return Ok(());
        }
        Err(LabError::Traffic(
            "the p2svpn client did not end".to_owned(),
        ))
    }

    /// Kills the program, which can then undo nothing.
    pub fn kill(mut self) {
        self.process.kill();
    }

    /// The program.
    pub fn process(&self) -> &Process {
        &self.process
    }

    fn wait<T>(
        &mut self,
        wanted: &str,
        mut pick: impl FnMut(&Value) -> Option<T>,
    ) -> Result<T, LabError> {
        let pick = |line: &str| pick(&serde_json::from_str(line).ok()?);
        let (picked, position) = self
            .process
            .wait_for(wanted, self.position, PATIENCE, pick)?;
        self.position = position;
        Ok(picked)
    }
}

fn text<'a>(event: &'a Value, field: &str) -> &'a str {
    event.get(field).and_then(Value::as_str).unwrap_or_default()
}
