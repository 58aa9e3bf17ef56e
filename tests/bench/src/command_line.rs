use std::error::Error;
use std::ffi::OsString;

use lexopt::prelude::{Long, Short, Value, ValueExt};

use crate::contender::CLIENT_COMMAND;
use crate::handshake::Handshake;
use crate::profiles::Profiles;
use crate::throughput::Throughput;

const HELP: &str = "\
Compares this library's client with openvpn's own, against Debian's openvpn as the gateway.

Two network namespaces joined by a veth pair; TCP port 443, tls-auth, TLS 1.3, AES-256-GCM, MTU 1500. The clients take
turns in every round. Needs root, openvpn, ip, setpriv and iperf3; build with --release. What is done with profiles is
measured beside them, and needs none of this.

Usage: p2svpn-bench handshake|throughput|profiles|all [--rounds N] [--seconds N]

    handshake     from the start of the client's process to the first echo reply through the tunnel
    throughput    TCP through the tunnel both ways, and the client's processor time for each GiB
    profiles      profiles of 10,000 and 50,000 routes: import, edit, update, export, explain
    --rounds N    how often each takes its turn (20 for handshake, 5 for throughput and profiles)
    --seconds N   how long each transfer takes (5)
";

/// Runs what the arguments ask for.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Box<dyn Error>> {
    let mut arguments = arguments.into_iter().peekable();
    // The benchmark starts itself as the client that it measures.
    if arguments.next_if(|first| first == CLIENT_COMMAND).is_some() {
        return p2svpn_lab::run_client(arguments);
    }
    bench(arguments)
}

fn bench(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Box<dyn Error>> {
    let (mut names, mut rounds, mut seconds) = (Vec::new(), None, 5);
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("rounds") => rounds = Some(parser.value()?.parse::<usize>()?.max(1)),
            Long("seconds") => seconds = parser.value()?.parse::<u32>()?.max(1),
            Long("help") | Short('h') => {
                print!("{HELP}");
                return Ok(());
            }
            Value(name) => names.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let handshake = Handshake {
        rounds: rounds.unwrap_or(20),
    };
    let throughput = Throughput {
        rounds: rounds.unwrap_or(5),
        seconds,
    };
    let profiles = Profiles {
        rounds: rounds.unwrap_or(5),
    };
    match names
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["handshake"] => handshake.run(),
        ["throughput"] => throughput.run(),
        ["profiles"] => profiles.run(),
        ["all"] => handshake
            .run()
            .and_then(|()| throughput.run())
            .and_then(|()| profiles.run()),
        _ => Err(HELP.into()),
    }
}
