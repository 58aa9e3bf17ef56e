//! User names and passwords that a real RADIUS server decides about, asked by the plug-in of a real OpenVPN server.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::process::Command;
use std::time::Duration;

use p2svpn_client::Timeouts;
use p2svpn_gateway::ProfileSignIn;
use p2svpn_lab::{
    GATEWAY, KeyKind, LabError, OpenVpnServer, P2svpnClient, PATIENCE, PORT, ProtocolClient,
    RadiusServer, RadiusUser, SERVICE, ServerOptions, Site, can_run_radius, ping,
};
use p2svpn_openvpn::{ClientConfig, Credentials, Error};
use p2svpn_tunnel::TunnelEnd;

const SIGN_IN_REFUSED: u64 = 313;

const USERS: &[RadiusUser<'_>] = &[
    RadiusUser::Accepted("alice", "secret"),
    RadiusUser::Blocked("bob"),
    RadiusUser::Approved("carol", "secret"),
];

#[test]
fn a_password_lets_in_and_radius_is_asked_again_in_a_rekey() -> Result<(), LabError> {
    if !can_run_radius() {
        return Ok(());
    }
    let entrance = Entrance::new()?;
    let mut config = entrance.config(credentials("alice", "secret"))?;
    // The client asks for new keys: a server that does so gives RADIUS half of that time at most. It hears of RADIUS's
    // answer some seconds later, and takes no other keys meanwhile.
    config.renegotiation.after = Some(Duration::from_secs(10));

    let gateway = (GATEWAY, PORT).into();
    let client = ProtocolClient::connect(&entrance.site, config, gateway)?;
    client.wait_rekeys(1, PATIENCE)?;
    ping(&entrance.site.client, SERVICE, 3)?;
    client.close()?;

    assert_eq!(entrance.radius.asked(), ["alice", "alice"]);
    Ok(())
}

#[test]
fn who_is_refused_by_radius_is_refused_by_the_gateway() -> Result<(), LabError> {
    if !can_run_radius() {
        return Ok(());
    }
    let entrance = Entrance::new()?;

    for (name, password) in [("alice", "guess"), ("bob", "secret"), ("nobody", "secret")] {
        let error = entrance.refusal(credentials(name, password))?;
        assert_eq!(error, Error::AuthenticationFailed(String::new()), "{name}");
    }

    assert_eq!(entrance.radius.asked(), ["alice", "bob", "nobody"]);
    Ok(())
}

#[test]
fn an_approval_on_a_phone_is_waited_for() -> Result<(), LabError> {
    if !can_run_radius() {
        return Ok(());
    }
    let entrance = Entrance::new()?;
    let config = entrance.config(credentials("carol", "secret"))?;
    // Twice the 30 s that Azure's gateways give RADIUS.
    assert!(config.timeouts.handshake >= Duration::from_secs(60));
    assert!(config.timeouts.push >= Duration::from_secs(60));

    let gateway = (GATEWAY, PORT).into();
    let client = std::thread::scope(|scope| {
        let client = scope.spawn(|| ProtocolClient::connect(&entrance.site, config, gateway));
        // The client asks for its settings, and gets none before the answer is there.
        entrance.server.wait_log("PUSH_REQUEST")?;
        assert_eq!(entrance.server.count_log("PUSH_REPLY"), 0);
        entrance.radius.approve("carol")?;
        client.join().unwrap()
    })?;
    ping(&entrance.site.client, SERVICE, 1)?;
    client.close()?;

    assert_eq!(entrance.radius.asked(), ["carol"]);
    Ok(())
}

#[test]
fn a_password_of_the_options_is_shown_without_a_question() -> Result<(), LabError> {
    if !can_run_radius() {
        return Ok(());
    }
    let entrance = Entrance::new()?;

    let mut client = entrance.start(&["--username", "alice", "--password", "secret"])?;
    client.wait_state("Connected")?;
    ping(&entrance.site.client, SERVICE, 3)?;
    client.stop()?;

    assert_eq!(entrance.radius.asked(), ["alice"]);
    Ok(())
}

#[test]
fn a_refused_password_of_the_options_ends_the_session_at_once() -> Result<(), LabError> {
    if !can_run_radius() {
        return Ok(());
    }
    let entrance = Entrance::new()?;

    let many_rounds = [
        "--username",
        "alice",
        "--password",
        "guess",
        "--rounds",
        "5",
    ];
    let mut client = entrance.start(&many_rounds)?;
    let end = client.wait_ended()?;
    client.stop()?;

    assert_eq!(end.number, Some(SIGN_IN_REFUSED), "{}", end.text);
    assert_eq!(entrance.radius.asked(), ["alice"]);
    Ok(())
}

#[test]
fn who_mistyped_is_asked_again_and_told_of_the_refusal() -> Result<(), LabError> {
    if !can_run_radius() {
        return Ok(());
    }
    let entrance = Entrance::new()?;
    let mut client = entrance.start(&[])?;

    let first = client.wait_challenge()?;
    assert_eq!((first.kind.as_str(), first.attempt), ("Credentials", 0));
    assert_eq!(first.refusal, None);
    client.answer(&first, "credentials alice secrte")?;
    let second = client.wait_challenge()?;
    assert_eq!((second.kind.as_str(), second.attempt), ("Credentials", 1));
    assert_eq!(second.refusal, Some(SIGN_IN_REFUSED));
    client.answer(&second, "credentials alice secret")?;
    client.wait_state("Connected")?;
    ping(&entrance.site.client, SERVICE, 3)?;
    client.stop()?;

    assert_eq!(entrance.radius.asked(), ["alice", "alice"]);
    Ok(())
}

#[test]
fn after_three_refusals_nobody_is_asked_any_more() -> Result<(), LabError> {
    if !can_run_radius() {
        return Ok(());
    }
    let entrance = Entrance::new()?;
    let mut client = entrance.start(&["--rounds", "5"])?;

    for guess in ["one", "two", "three"] {
        let challenge = client.wait_challenge()?;
        client.answer(&challenge, &format!("credentials alice {guess}"))?;
    }
    let end = client.wait_ended()?;
    client.stop()?;

    assert_eq!(end.number, Some(SIGN_IN_REFUSED), "{}", end.text);
    assert_eq!(entrance.radius.asked(), ["alice"; 3]);
    Ok(())
}

#[test]
fn an_approval_on_a_phone_ends_the_wait_of_a_session() -> Result<(), LabError> {
    if !can_run_radius() {
        return Ok(());
    }
    let entrance = Entrance::new()?;
    // Twice the 30 s that Azure's gateways give RADIUS.
    let timeouts = Timeouts::default();
    assert!(timeouts.handshake >= Duration::from_secs(60));
    assert!(timeouts.push >= Duration::from_secs(60));

    let mut client = entrance.start(&["--username", "carol", "--password", "secret"])?;
    entrance.server.wait_log("PUSH_REQUEST")?;
    entrance.radius.approve("carol")?;
    client.wait_state("Connected")?;
    client.stop()?;

    assert_eq!(entrance.radius.asked(), ["carol"]);
    Ok(())
}

/// A server that asks RADIUS.
struct Entrance {
    server: OpenVpnServer,
    radius: RadiusServer,
    options: ServerOptions,
    site: Site,
}

impl Entrance {
    fn new() -> Result<Self, LabError> {
        let site = Site::new()?;
        let radius = RadiusServer::start(&site, USERS)?;
        let options = radius.asked_by(&site, ServerOptions::default())?;
        let server = OpenVpnServer::start(&site, &options)?;
        Ok(Self {
            server,
            radius,
            options,
            site,
        })
    }

    fn config(&self, credentials: Credentials) -> Result<ClientConfig, LabError> {
        let unused = self.site.client_identity("client", KeyKind::P256)?;
        let mut config = ProtocolClient::config(&self.site, &self.options, &unused)?;
        config.identity = None;
        config.credentials = Some(credentials);
        Ok(config)
    }

    fn connect(&self, credentials: Credentials) -> Result<ProtocolClient, LabError> {
        let config = self.config(credentials)?;
        ProtocolClient::connect(&self.site, config, (GATEWAY, PORT).into())
    }

    /// Starts this library's client with the profile of the gateway, and more arguments.
    fn start(&self, arguments: &[&str]) -> Result<P2svpnClient, LabError> {
        let profile = self.site.profile_with(ProfileSignIn::Password)?;
        let program = Command::new(env!("CARGO_BIN_EXE_p2svpn-lab-client"));
        let mut command = P2svpnClient::configure_without_certificate(program, &profile);
        command
            .arg("--root")
            .arg(self.site.server_root())
            .args(arguments);
        P2svpnClient::start(&self.site, &command)
    }

    fn refusal(&self, credentials: Credentials) -> Result<Error, LabError> {
        match self.connect(credentials).err().expect("it is refused") {
            LabError::NotConnected(end) => match *end {
                TunnelEnd::Connection(error) => Ok(error),
                end => Err(LabError::NotConnected(Box::new(end))),
            },
            error => Err(error),
        }
    }
}

fn credentials(username: &str, password: &str) -> Credentials {
    Credentials {
        username: username.to_owned().into(),
        password: password.to_owned().into(),
    }
}
