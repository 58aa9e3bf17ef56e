use std::error::Error;
use std::ffi::OsString;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::PathBuf;

use lexopt::prelude::Long;
use p2svpn_client::{
    Certificate, Client, ConnectOptions, Device, Event, EventKind, ProfileId, Session, Status,
};
use serde_json::{Value, json};

/// Runs this library's client as a program: what [`P2svpnClient`](crate::P2svpnClient) starts in a namespace.
///
/// It connects at once on a TUN device, and prints each event as one line of JSON. Each line of standard input is a
/// command: `connect` again after the end, `disconnect`, `status`; the end of input closes the client. The arguments are
/// `--profile FILE --certificate FILE --key FILE [--root FILE] [--without-extensions]`. It logs to standard error as `RUST_LOG` says.
///
/// # Errors
/// Wrong arguments or commands, and what the client refuses at once.
pub fn run_client(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read(arguments)?;
    log_as_the_environment_says();
    let client = Client::builder().build()?;
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
    certificate: PathBuf,
    key: PathBuf,
    root: Option<PathBuf>,
    extensions: bool,
}

impl Arguments {
    fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let (mut profile, mut certificate, mut key) = (None, None, None);
        let (mut root, mut extensions) = (None, true);
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("profile") => profile = Some(PathBuf::from(parser.value()?)),
                Long("certificate") => certificate = Some(PathBuf::from(parser.value()?)),
                Long("key") => key = Some(PathBuf::from(parser.value()?)),
                Long("root") => root = Some(PathBuf::from(parser.value()?)),
                Long("without-extensions") => extensions = false,
                other => return Err(other.unexpected()),
            }
        }
        Ok(Self {
            profile: profile.ok_or("--profile is missing")?,
            certificate: certificate.ok_or("--certificate is missing")?,
            key: key.ok_or("--key is missing")?,
            root,
            extensions,
        })
    }

    fn options(&self) -> std::io::Result<ConnectOptions> {
        let certificate = Certificate::pem_file(&self.certificate, Some(self.key.clone()));
        let options = ConnectOptions::default()
            .device(Device::Tun { name: None })
            .certificate(certificate)
            .protocol_extensions(self.extensions);
        Ok(match &self.root {
            Some(root) => options.trusted_root(std::fs::read(root)?),
            None => options,
        })
    }
}

fn obey(client: &Client, profile: &ProfileId, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut session: Session = client.connect(profile, arguments.options()?)?;
    for line in stdin().lock().lines() {
        match line?.as_str() {
            "connect" => session = client.connect(profile, arguments.options()?)?,
            "disconnect" => session.disconnect(),
            "status" => print(&status_line(&session.status())),
            other => return Err(format!("unknown command {other}").into()),
        }
    }
    Ok(())
}

fn event_line(event: &Event) -> Value {
    match &event.kind {
        EventKind::State { state, reason } => {
            json!({"event": "state", "state": state.name(), "reason": reason})
        }
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

fn status_line(status: &Status) -> Value {
    json!({
        "event": "status",
        "state": status.state.name(),
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
