//! The first program: connect, look at the status, fetch a page from the VNet, disconnect.
//!
//! Without arguments it brings its own gateway along; with `--profile` it connects to a real one.

mod answer;
mod arguments;
mod failure;
mod home;
mod login;
mod output;
mod page;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use p2svpn_client::{Client, ConnectOptions, Event, EventKind, LeakGuard, Session, State, Warning};

use crate::answer::answer;
use crate::arguments::Arguments;
use crate::failure::{Failure, explain};
use crate::home::Home;
use crate::output::{NobodyReads, print, say};
use crate::page::Page;

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse(lexopt::Parser::from_env()) {
        Ok(Some(arguments)) if !arguments.explain.is_empty() => show_plans(arguments),
        Ok(Some(arguments)) => run(arguments).await,
        Ok(None) => print(arguments::HELP),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<NobodyReads>() => ExitCode::SUCCESS,
        Err(error) => {
            explain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

/// Prints what the profiles in files need and would change on this machine.
fn show_plans(arguments: Arguments) -> Result<(), Failure> {
    let client = Client::builder().build()?;
    let options = ConnectOptions::default().device(arguments.device);
    for explained in client.explain_files(&arguments.explain, &options)? {
        say(explained.plan)?;
        say_warnings(&explained.warnings, explained.warnings_left_out)?;
    }
    Ok(())
}

/// Prints what was ignored or repaired to read a file.
fn say_warnings(warnings: &[Warning], left_out: usize) -> Result<(), Failure> {
    for warning in warnings {
        say(format_args!("Warning: {warning}"))?;
    }
    match left_out {
        0 => Ok(()),
        more => say(format_args!("... and {more} more warnings")),
    }
}

async fn run(mut arguments: Arguments) -> Result<(), Failure> {
    // Without a profile of yours: a gateway of our own on this machine, which writes one.
    let home = match arguments.profile {
        Some(_) => None,
        None => Some(Home::open(&mut arguments).await?),
    };
    let profile = arguments.profile.take().ok_or("there is no profile")?;

    let client = arguments.login.allow(Client::builder())?.build()?;
    let imported = client.profiles().import_file(&profile)?;
    let name = &imported.summary.name;
    say(format_args!("Imported {name} from {}", profile.display()))?;
    say_warnings(&imported.warnings, imported.warnings_left_out)?;

    let mut options = ConnectOptions::default()
        .device(arguments.device)
        .entra_method(arguments.method)
        .open_browser(arguments.open_browser);
    if let Some(certificate) = arguments.certificate {
        options = options.certificate(certificate);
    }
    for store in arguments.stores {
        options = options.certificate_store(store);
    }
    if let Some(user) = arguments.user {
        options = options.username(user);
    }
    if arguments.leak_guard {
        options = options.leak_guard(LeakGuard::new());
    }
    if let Some(root) = arguments.root {
        options = options.trusted_root(std::fs::read(root)?);
    }
    let session = client.connect(&imported.summary.id, options)?;
    let (page, token) = (arguments.page.as_ref(), arguments.token.as_deref());
    let outcome = follow(&client, &session, page, token).await;
    client.close();
    client.closed().await;
    if let Some(home) = home {
        home.close().await;
    }
    outcome
}

/// Prints what happens until the session is over; Ctrl-C disconnects.
async fn follow(
    client: &Client,
    session: &Session,
    page: Option<&Page>,
    token: Option<&Path>,
) -> Result<(), Failure> {
    let started = Instant::now();
    let mut outcome = Ok(());
    loop {
        let event = tokio::select! {
            event = client.next_event() => event.ok_or("the client was closed")?,
            _ = tokio::signal::ctrl_c() => {
                session.disconnect();
                continue;
            }
        };
        let Event { kind, .. } = event;
        let at = clock(started.elapsed());
        match kind {
            EventKind::State {
                state,
                reason,
                reconnection,
            } => {
                let attempt = reconnection.map(|one| format!(", attempt {}", one.attempt));
                let attempt = attempt.unwrap_or_default();
                let colon = if reason.is_empty() { "" } else { ": " };
                say(format_args!("{at}  {state}{attempt}{colon}{reason}"))?;
                if state == State::Connected {
                    outcome = use_tunnel(session, page).await;
                    if page.is_some() || outcome.is_err() {
                        session.disconnect();
                    }
                }
            }
            EventKind::Challenge(challenge) => answer(session, &challenge, token)?,
            EventKind::Warning(warning) => {
                say(format_args!("{at}  Warning: {warning}"))?;
            }
            EventKind::Ended(ended) => {
                // What went wrong first is what counts.
                return outcome.and(ended.error.map_or(Ok(()), |error| Err(error.into())));
            }
            _ => {}
        }
    }
}

/// Shows the status, and fetches the page if there is one to fetch.
async fn use_tunnel(session: &Session, page: Option<&Page>) -> Result<(), Failure> {
    let Some(page) = page else {
        let status = session.status();
        return say(format_args!("\n{status}\nCtrl-C disconnects.\n"));
    };
    let text = page.fetch(session).await?;
    let (status, text) = (session.status(), indented(&text));
    say(format_args!("\n{status}\n{page} says:\n\n{text}\n"))
}

fn clock(elapsed: Duration) -> String {
    format!("{:>7.3} s", elapsed.as_secs_f64())
}

fn indented(text: &str) -> String {
    let lines = text.trim_end().lines().map(|line| format!("  {line}"));
    lines.collect::<Vec<_>>().join("\n")
}
