//! What leaves the machine beside a full tunnel while the leak guard is up: nothing, whatever happens.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::process::Command;
use std::time::{Duration, Instant};

use p2svpn_lab::{
    Escapes, KeyKind, LabError, Leaker, Network, OpenVpnServer, P2svpnClient, PATIENCE, Roaming,
    SERVICE, ServerOptions, Site, Snapshot, Table, can_guard, ping,
};

/// How long each phase is watched.
const WATCH: Duration = Duration::from_millis(500);

#[test]
fn nothing_leaves_beside_the_tunnel_whatever_happens() -> Result<(), LabError> {
    if !can_guard() {
        return Ok(());
    }
    let site = Site::new()?;
    let roaming = away(&site)?;
    let before = Snapshot::take(&site.client)?;
    let escapes = Escapes::watch(&site.gateway)?;
    let options = full_tunnel();
    let mut client = start(&site, &["--guard", "--reconnect", "--rounds", "1000"])?;
    client.wait_state("Connecting")?;
    // From the first call on: nobody is there to answer it yet.
    wait_protection(&mut client, "Held")?;
    let leaker = Leaker::start(&site.client)?;
    let mut phases = Phases::new(&escapes, &leaker)?;

    phases.watch("connecting")?;
    let server = OpenVpnServer::start(&site, &options)?;
    client.wait_state("Connected")?;
    phases.watch("connected")?;
    server.wait_log("TLS: soft reset")?;
    phases.watch("rekey")?;
    roaming.move_to(Network::First)?;
    client.wait_state("Reconnecting")?;
    client.wait_state("Connected")?;
    roaming.move_to(Network::Second)?;
    with_ipv6(&site)?;
    client.wait_state("Reconnecting")?;
    client.wait_state("Connected")?;
    phases.watch("roam")?;
    server.kill();
    client.wait_state("Reconnecting")?;
    phases.watch("server dead")?;
    let _successor = OpenVpnServer::start(&site, &options)?;
    client.wait_state("Connected")?;
    ping(&site.client, SERVICE, 1)?;
    phases.watch("reconnected")?;

    println!("{}", phases.table);
    client.disconnect()?;
    client.wait_ended()?;
    let counted = escapes.count()?;
    while escapes.count()? == counted {
        std::thread::sleep(Duration::from_millis(1));
    }
    drop(leaker);
    client.stop()?;
    assert_eq!(before.differences_left(&site.client)?, Vec::<String>::new());
    assert_eq!(tables(&site)?, "");
    Ok(())
}

#[test]
fn a_killed_program_takes_its_guard_along_unless_it_shall_stay() -> Result<(), LabError> {
    if !can_guard() {
        return Ok(());
    }
    for stays in [false, true] {
        let site = Site::new()?;
        let _roaming = away(&site)?;
        let escapes = Escapes::watch(&site.gateway)?;
        let _server = OpenVpnServer::start(&site, &full_tunnel())?;
        let arguments: &[&str] = match stays {
            true => &["--guard", "--guard-stays"],
            false => &["--guard"],
        };
        let mut client = start(&site, arguments)?;
        client.wait_state("Connected")?;
        let leaker = Leaker::start(&site.client)?;
        let counted = escapes.count()?;

        client.kill();

        if stays {
            std::thread::sleep(WATCH);
            assert_eq!(escapes.count()?, counted);
        } else {
            let deadline = Instant::now() + PATIENCE;
            while escapes.count()? == counted {
                assert!(Instant::now() < deadline, "the guard is still up");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        drop(leaker);
        // The next program undoes it, and works.
        let mut next = start(&site, &[])?;
        next.wait_state("Connected")?;
        ping(&site.client, SERVICE, 1)?;
        next.stop()?;
        assert_eq!(tables(&site)?, "", "{stays}");
    }
    Ok(())
}

#[test]
fn where_only_some_networks_go_through_the_tunnel_the_guard_comes_down_and_says_so()
-> Result<(), LabError> {
    if !can_guard() {
        return Ok(());
    }
    let site = Site::new()?;
    let _server = OpenVpnServer::start(&site, &ServerOptions::default())?;
    let mut client = start(&site, &["--guard"])?;
    client.wait_state("Connected")?;

    assert_eq!(tables(&site)?, "");
    let told = client.process().output().text();
    assert!(told.contains("the leak guard is down"), "{told}");
    client.stop()
}

/// What was seen while things happened.
struct Phases<'a> {
    escapes: &'a Escapes<'a>,
    leaker: &'a Leaker,
    counted: u64,
    tried: u64,
    table: Table,
}

impl<'a> Phases<'a> {
    fn new(escapes: &'a Escapes<'a>, leaker: &'a Leaker) -> Result<Self, LabError> {
        Ok(Self {
            escapes,
            leaker,
            counted: escapes.count()?,
            tried: 0,
            table: Table::new(["phase", "packets tried", "escaped"]),
        })
    }

    /// Looks on for a while, and sees to it that nothing has escaped since the phase before.
    fn watch(&mut self, phase: &str) -> Result<(), LabError> {
        std::thread::sleep(WATCH);
        let (tried, counted) = (self.leaker.tried(), self.escapes.count()?);
        let row = [tried - self.tried, counted - self.counted].map(|count| count.to_string());
        self.table
            .add([phase.to_owned(), row[0].clone(), row[1].clone()]);
        assert_eq!(counted, self.counted, "{phase}\n{}", self.table);
        assert!(tried > self.tried, "nobody tried");
        self.tried = tried;
        Ok(())
    }
}

/// A client in a network with a way to everywhere, over IPv4 and IPv6.
fn away(site: &Site) -> Result<Roaming<'_>, LabError> {
    let roaming = Roaming::new(site)?;
    roaming.move_to(Network::Second)?;
    with_ipv6(site)?;
    Ok(roaming)
}

fn with_ipv6(site: &Site) -> Result<(), LabError> {
    site.client
        .ip("address replace 2001:db8:7::2/64 dev wan2 nodad")?;
    site.client
        .ip("route replace default via 2001:db8:7::1 dev wan2")?;
    // Whom packets go to need not be asked for.
    site.client
        .ip("neigh replace 2001:db8:7::1 lladdr 02:00:00:00:00:01 dev wan2 nud permanent")?;
    Ok(())
}

fn full_tunnel() -> ServerOptions {
    ServerOptions {
        one_session_each: true,
        pushed: vec!["redirect-gateway def1".to_owned()],
        renegotiate: Some(Duration::from_secs(3)),
        ..ServerOptions::default()
    }
}

fn start(site: &Site, arguments: &[&str]) -> Result<P2svpnClient, LabError> {
    let identity = site.client_identity("client", KeyKind::P256)?;
    let program = Command::new(env!("CARGO_BIN_EXE_p2svpn-lab-client"));
    let mut command = P2svpnClient::configure(program, &site.profile()?, &identity);
    command.args(arguments);
    P2svpnClient::start(site, &command)
}

fn wait_protection(client: &mut P2svpnClient, wanted: &str) -> Result<(), LabError> {
    let deadline = Instant::now() + PATIENCE;
    while client.status()?["protection"] != wanted {
        assert!(Instant::now() < deadline, "traffic is not {wanted}");
    }
    Ok(())
}

fn tables(site: &Site) -> Result<String, LabError> {
    let mut command = Command::new("nft");
    command.args(["list", "ruleset"]);
    site.client.output(command)
}
