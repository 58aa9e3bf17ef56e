//! Names while a session is up: with a real resolver, a real server that pushes a DNS server and a suffix, and a DNS server on
//! each side.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::net::Ipv4Addr;
use std::process::Command;

use p2svpn_lab::{
    DnsService, GATEWAY, KeyKind, LabError, OpenVpnServer, P2svpnClient, SERVICE, ServerOptions,
    Site, can_resolve,
};

const INSIDE: Ipv4Addr = Ipv4Addr::new(10, 1, 9, 9);
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);

/// How often a name is asked for.
const ATTEMPTS: usize = 10;

#[test]
fn names_below_the_suffix_come_from_the_virtual_network_while_a_session_is_up()
-> Result<(), LabError> {
    if !can_resolve() {
        return Ok(());
    }
    let site = Site::new()?;
    let identity = site.client_identity("client", KeyKind::P256)?;
    let _server = OpenVpnServer::start(&site, &ServerOptions::default())?;
    let _inside = DnsService::start(&site.gateway, SERVICE, INSIDE)?;
    let _outside = DnsService::start(&site.gateway, GATEWAY, OUTSIDE)?;
    let command = P2svpnClient::configure(with_resolver(), &site.profile()?, &identity);
    let mut client = P2svpnClient::start(&site, &command)?;
    client.wait_state("Connected")?;

    for round in 0..2 {
        let machine = client.process().first_child()?;
        let lookup = |name: &str| lookup(&site, machine, name);
        assert_eq!(lookup("host.corp.example")?, Some(INSIDE), "{round}");
        assert_eq!(lookup("corp.example")?, Some(INSIDE));
        assert_eq!(lookup("host.elsewhere.example")?, Some(OUTSIDE));

        client.disconnect()?;
        assert_eq!(client.wait_ended()?.number, None);
        assert_eq!(lookup("host.corp.example")?, Some(OUTSIDE));
        client.connect()?;
        client.wait_state("Connected")?;
    }
    client.stop()
}

/// The client, as on a machine whose names systemd-resolved looks up.
fn with_resolver() -> Command {
    let run = concat!(env!("CARGO_MANIFEST_DIR"), "/resolver/run");
    let mut command = Command::new("unshare");
    command
        .args(["--pid", "--fork", "--kill-child", "--mount-proc", "--"])
        .args([run, &GATEWAY.to_string()])
        .arg(env!("CARGO_BIN_EXE_p2svpn-lab-client"));
    command
}

/// Looks a name up as any program of that machine does, and again where nobody answers: while an interface changes,
/// systemd-resolved gives up what it is asking.
fn lookup(site: &Site, machine: u32, name: &str) -> Result<Option<Ipv4Addr>, LabError> {
    for _ in 0..ATTEMPTS {
        let mut command = Command::new("nsenter");
        command
            .args(["--target", &machine.to_string(), "--mount"])
            .args(["getent", "ahostsv4", name]);
        let output = site.client.run(move || command.output())?.unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        if let Some(address) = said.split_whitespace().next() {
            return Ok(Some(address.parse().unwrap()));
        }
    }
    Ok(None)
}
