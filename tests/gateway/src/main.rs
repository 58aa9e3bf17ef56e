//! The gateway as a program, for tests in any language: it writes the files that a client needs, says where it listens,
//! and runs until it is told to end.
#![forbid(unsafe_code)]

mod arguments;
mod folder;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use p2svpn_gateway::{FakeEntra, Gateway, GatewayError, IdentityRequest};
use tracing_subscriber::EnvFilter;

use crate::arguments::{Arguments, Wish};
use crate::folder::{ENTRA_ROOT, SignIn};

fn main() -> ExitCode {
    let arguments = match arguments::read(lexopt::Parser::from_env()) {
        Ok(Wish::Run(arguments)) => arguments,
        Ok(Wish::Say(text)) => {
            say(text);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            complain(format_args!("{error}; see --help"));
            return ExitCode::from(2);
        }
    };
    let filter = EnvFilter::try_from_env("P2SVPN_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(run(*arguments)),
        Err(error) => Err(Failure::Io(error)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error);
            ExitCode::FAILURE
        }
    }
}

/// Why the program ended before it was told to.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{error}{}", error.source().map(|cause| format!(": {cause}")).unwrap_or_default())]
    Gateway { error: Box<dyn std::error::Error> },
    #[error("{0}")]
    Io(io::Error),
    #[error("the folder {folder} cannot be written: {error}")]
    Folder { folder: String, error: io::Error },
}

impl From<GatewayError> for Failure {
    fn from(error: GatewayError) -> Self {
        Self::Gateway {
            error: error.into(),
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    // Before anything is said, so that nobody's signal comes too early.
    let end = Ending::new().map_err(Failure::Io)?;
    let entra = match arguments.entra {
        Some(entra) => Some(entra.start().await?),
        None => None,
    };
    let gateway = match &entra {
        Some(entra) => {
            for (step, refusal) in arguments.refusals {
                entra.refuse(step, refusal);
            }
            for (step, fault) in arguments.faults {
                entra.disturb(step, fault, 1);
            }
            arguments.gateway.entra(entra).start().await?
        }
        None => arguments.gateway.start().await?,
    };
    let mut events = gateway.events();
    let mut requests = entra.as_ref().map(FakeEntra::follow);
    let (client, password) = (&arguments.client, &arguments.password);
    hand_out(
        &arguments.folder,
        &gateway,
        entra.as_ref(),
        client,
        password,
    )?;
    say(format_args!("ready {}", gateway.address()));
    let tell = async {
        while let Some(event) = events.next().await {
            say(event);
        }
    };
    let follow = async {
        match &mut requests {
            Some(requests) => {
                while let Some(request) = requests.next().await {
                    say(format_args!("login {request}"));
                }
            }
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = tell => {}
        () = follow => {}
        () = end.wait() => {}
        () = sleep(arguments.duration) => {}
    }
    gateway.stop().await;
    while let Some(event) = events.next().await {
        say(event);
    }
    say("stopped");
    Ok(())
}

/// Writes the files that a client needs, and says what there is to know of them.
fn hand_out(
    folder: &Path,
    gateway: &Gateway,
    entra: Option<&FakeEntra>,
    client: &IdentityRequest,
    password: &str,
) -> Result<(), Failure> {
    let write = |sign_in: &SignIn<'_>| {
        folder::write(folder, gateway, sign_in).map_err(|error| Failure::Folder {
            folder: folder.display().to_string(),
            error,
        })?;
        say(format_args!("folder {}", folder.display()));
        Ok::<(), Failure>(())
    };
    match entra {
        Some(entra) => {
            write(&SignIn::Entra(entra))?;
            let root = folder.join(ENTRA_ROOT);
            say(format_args!("entra {}", entra.authority()));
            say(format_args!("entra-host {}", entra.host_and_port()));
            say(format_args!("entra-root {}", root.display()));
        }
        None => {
            let identity = gateway.issue(client)?;
            write(&SignIn::Certificate {
                identity: &identity,
                pfx: &identity.pfx(password)?,
                password,
            })?;
            say(format_args!("password {password}"));
        }
    }
    say(format_args!("services {}", gateway.services()));
    Ok(())
}

/// What a user or a script ends programs with.
struct Ending {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Ending {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Ending {
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn wait(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

async fn sleep(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}

/// Writes a line for whoever started the program; nobody has to read it.
fn say(line: impl Display) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

fn complain(error: impl Display) {
    let _ = writeln!(io::stderr(), "p2svpn-gateway: {error}");
}
