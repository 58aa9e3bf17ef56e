use std::error::Error;
use std::ffi::OsString;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::{Long, ValueExt};
use p2svpn_client::{
    AccessToken, Answer, Certificate, CertificateStore, Challenge, ChallengeId, ChallengeKind,
    Client, ConnectOptions, Credentials, Device, EntraMethod, Event, EventKind, LeakGuard,
    ProfileId, Reconnect, Session, Status,
};
use serde_json::{Value, json};

/// Runs this library's client as a program: what [`P2svpnClient`](crate::P2svpnClient) starts in a namespace.
///
/// It connects at once on a TUN device, and prints each event as one line of JSON. Each line of standard input is a
/// command: `connect` again after the end, `disconnect`, `status`, `wake`, or the answer to a challenge, `answer ID secret TEXT`,
/// `answer ID credentials NAME PASSWORD` or `answer ID token SECONDS TOKEN`; the end of input closes the client.
///
/// The arguments are `--profile FILE` and what else it is to be told: `--certificate FILE --key FILE`, `--pkcs11 MODULE`,
/// `--username NAME --password PASSWORD`, `--host-brings-token`, `--root FILE`, `--rounds NUMBER`, `--reconnect`, `--journal FOLDER`, `--guard`, `--guard-stays`,
/// `--without-extensions`. It logs to standard error as `RUST_LOG` says.
///
/// # Errors
/// Wrong arguments or commands, and what the client refuses at once.
pub fn run_client(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read(arguments)?;
    log_as_the_environment_says();
    let mut builder = Client::builder();
    if let Some(folder) = &arguments.journal {
        builder = builder.journal_folder(folder);
    }
    let client = builder.build()?;
    let profile = client.profiles().import_file(&arguments.profile)?;
    let printer = {
        let client = client.clone();
        std::thread::spawn(move || {
            while let Some(event) = client.wait_event(None) {
                print(&event_line(&event));
            }
        })
    };

    let outcome = obey(&client, profile.id(), &arguments);
    client.close();
    // Ends after the last event; a panic in it is on standard error.
    let _ = printer.join();
    outcome
}

struct Arguments {
    profile: PathBuf,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    module: Option<PathBuf>,
    username: Option<String>,
    password: Option<String>,
    token: bool,
    root: Option<PathBuf>,
    rounds: u32,
    extensions: bool,
    reconnect: bool,
    journal: Option<PathBuf>,
    guard: bool,
    guard_stays: bool,
}

impl Arguments {
    fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let mut read = Self {
            profile: PathBuf::new(),
            certificate: None,
            key: None,
            module: None,
            username: None,
            password: None,
            token: false,
            root: None,
            rounds: 1,
            extensions: true,
            reconnect: false,
            journal: None,
            guard: false,
            guard_stays: false,
        };
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("profile") => read.profile = parser.value()?.into(),
                Long("certificate") => read.certificate = Some(parser.value()?.into()),
                Long("key") => read.key = Some(parser.value()?.into()),
                Long("pkcs11") => read.module = Some(parser.value()?.into()),
                Long("username") => read.username = Some(parser.value()?.string()?),
                Long("password") => read.password = Some(parser.value()?.string()?),
                Long("host-brings-token") => read.token = true,
                Long("root") => read.root = Some(parser.value()?.into()),
                Long("rounds") => read.rounds = parser.value()?.parse()?,
                Long("guard") => read.guard = true,
                Long("guard-stays") => read.guard_stays = true,
                Long("journal") => read.journal = Some(parser.value()?.into()),
                Long("reconnect") => read.reconnect = true,
                Long("without-extensions") => read.extensions = false,
                other => return Err(other.unexpected()),
            }
        }
        Ok(read)
    }

    fn options(&self) -> std::io::Result<ConnectOptions> {
        let mut options = ConnectOptions::default()
            .device(Device::Tun { name: None })
            .rounds(self.rounds)
            .protocol_extensions(self.extensions)
            .reconnect(match self.reconnect {
                true => Reconnect::Always,
                false => Reconnect::Never,
            });
        if self.guard {
            let guard = LeakGuard::new().stay_after_kill(self.guard_stays);
            options = options.leak_guard(guard);
        }
        if let Some(certificate) = &self.certificate {
            options = options.certificate(Certificate::pem_file(certificate, self.key.clone()));
        }
        if let Some(module) = &self.module {
            options = options.certificate_store(CertificateStore::Pkcs11(module.clone()));
        }
        if let (Some(username), Some(password)) = (&self.username, &self.password) {
            options = options.credentials(Credentials::new(username, password));
        }
        if self.token {
            options = options.entra_method(EntraMethod::Token);
        }
        Ok(match &self.root {
            Some(root) => options.trusted_root(std::fs::read(root)?),
            None => options,
        })
    }
}

fn obey(client: &Client, profile: &ProfileId, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut session: Session = client.connect(profile, arguments.options()?)?;
    for line in stdin().lock().lines() {
        let line = line?;
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["connect"] => session = client.connect(profile, arguments.options()?)?,
            ["wake"] => session.notify_wake(),
            ["disconnect"] => session.disconnect(),
            ["status"] => print(&status_line(&session.status())),
            ["answer", id, answer @ ..] => {
                session.answer(ChallengeId::from_number(id.parse()?), read_answer(answer)?)?;
            }
            _ => return Err(format!("unknown command {line}").into()),
        }
    }
    Ok(())
}

fn read_answer(words: &[&str]) -> Result<Answer, Box<dyn Error>> {
    Ok(match words {
        ["secret", secret] => Answer::secret(*secret),
        ["credentials", username, password] => {
            Answer::Credentials(Credentials::new(*username, *password))
        }
        ["token", seconds, token] => {
            let lifetime = Duration::from_secs(seconds.parse()?);
            Answer::AccessToken(AccessToken::new(*token).lifetime(lifetime))
        }
        _ => return Err("unknown answer".into()),
    })
}

fn event_line(event: &Event) -> Value {
    match &event.kind {
        EventKind::State {
            state,
            reason,
            reconnection,
        } => {
            let attempt = reconnection.as_ref().map(|one| one.attempt);
            json!({"event": "state", "state": state.name(), "reason": reason, "attempt": attempt})
        }
        EventKind::Challenge(challenge) => challenge_line(challenge),
        EventKind::Warning(warning) => json!({"event": "warning", "text": warning.to_string()}),
        EventKind::Ended(ended) => {
            let error = ended.error.as_ref().map(|error| {
                json!({"number": error.number(), "name": error.name(), "text": error.to_string(),
                    "causes": error.causes()})
            });
            json!({"event": "ended", "error": error})
        }
        other => json!({"event": "other", "text": format!("{other:?}")}),
    }
}

fn challenge_line(challenge: &Challenge) -> Value {
    let kind = match challenge.kind {
        ChallengeKind::TokenPin { .. } => "TokenPin",
        ChallengeKind::Credentials { .. } => "Credentials",
        ChallengeKind::AccessToken(_) => "AccessToken",
        _ => "another",
    };
    let refusal = challenge.refusal.as_ref();
    json!({"event": "challenge", "id": challenge.id.number(), "kind": kind, "text": challenge.text,
        "attempt": challenge.attempt, "refusal": refusal.map(p2svpn_client::Error::number)})
}

fn status_line(status: &Status) -> Value {
    json!({
        "event": "status",
        "state": status.state.name(),
        "protection": status.protection.name(),
        "reconnects": status.statistics.reconnects,
        "addresses": status.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "routes": status.routes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "dns_servers": status.dns_servers.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "dns_suffixes": status.dns_suffixes,
        "device": status.device,
        "cipher": status.cipher,
        "tls_version": status.tls_version,
        "sent_packets": status.statistics.sent_packets,
        "received_packets": status.statistics.received_packets,
        "sent_bytes": status.statistics.sent_bytes,
        "received_bytes": status.statistics.received_bytes,
        "statistics": format!("{:?}", status.statistics),
    })
}

fn print(line: &Value) {
    let mut output = stdout().lock();
    // When nobody reads any more, the end of input will say so too.
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}

fn log_as_the_environment_says() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
