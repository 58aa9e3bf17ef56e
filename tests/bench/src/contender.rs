use std::process::Command;

use p2svpn_lab::{
    KeyKind, LabError, OpenVpnClient, P2svpnClient, Process, ServerOptions, Site, TlsVersion,
};

/// The argument with which the benchmark starts itself as a client.
pub(crate) const CLIENT_COMMAND: &str = "client";

/// A client that is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contender {
    /// openvpn's own client with its default settings.
    OpenVpn,
    /// openvpn's own client without Nagle's algorithm and with large buffers.
    OpenVpnTuned,
    /// This library's client.
    P2svpn,
}

/// The command that starts a contender.
pub(crate) struct Entry {
    pub(crate) contender: Contender,
    command: Command,
}

/// A contender that runs.
pub(crate) enum Running {
    OpenVpn(OpenVpnClient),
    P2svpn(P2svpnClient),
}

impl Contender {
    pub(crate) const ALL: [Self; 3] = [Self::OpenVpn, Self::OpenVpnTuned, Self::P2svpn];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OpenVpn => "openvpn, defaults",
            Self::OpenVpnTuned => "openvpn, tuned",
            Self::P2svpn => "p2svpn",
        }
    }
}

impl Entry {
    /// Writes what the contenders need on the site.
    pub(crate) fn all(site: &Site) -> Result<Vec<Self>, LabError> {
        let identity = site.client_identity("bench", KeyKind::P256)?;
        let profile = site.profile()?;
        let command = |contender: Contender| -> Result<Command, LabError> {
            match contender {
                Contender::OpenVpn => OpenVpnClient::configure(site, "defaults", &identity, &[]),
                Contender::OpenVpnTuned => {
                    OpenVpnClient::configure(site, "tuned", &identity, TUNED)
                }
                Contender::P2svpn => {
                    let itself = std::env::current_exe().map_err(|source| LabError::System {
                        what: "finding this program".to_owned(),
                        source,
                    })?;
                    let mut command = Command::new(itself);
                    command.arg(CLIENT_COMMAND);
                    Ok(P2svpnClient::configure(command, &profile, &identity))
                }
            }
        };
        let entry = |contender| {
            Ok(Self {
                contender,
                command: command(contender)?,
            })
        };
        Contender::ALL.into_iter().map(entry).collect()
    }

    pub(crate) fn start(&self, site: &Site) -> Result<Running, LabError> {
        match self.contender {
            Contender::P2svpn => P2svpnClient::start(site, &self.command).map(Running::P2svpn),
            _ => OpenVpnClient::start(site, &self.command).map(Running::OpenVpn),
        }
    }
}

impl Running {
    pub(crate) fn wait_connected(&mut self) -> Result<(), LabError> {
        match self {
            Self::OpenVpn(client) => client.wait_connected(),
            Self::P2svpn(client) => client.wait_state("Connected"),
        }
    }

    pub(crate) fn process(&self) -> &Process {
        match self {
            Self::OpenVpn(client) => client.process(),
            Self::P2svpn(client) => client.process(),
        }
    }

    pub(crate) fn stop(self) -> Result<(), LabError> {
        match self {
            Self::OpenVpn(client) => client.stop(),
            Self::P2svpn(client) => client.stop(),
        }
    }
}

/// The gateway of all contenders.
pub(crate) fn server_options(tcp_nodelay: bool) -> ServerOptions {
    ServerOptions {
        tls: Some(TlsVersion::Tls13),
        tcp_nodelay,
        // What is logged for each client costs time.
        ..ServerOptions::default()
    }
}

/// How a gateway is called in the tables.
pub(crate) fn server_name(tcp_nodelay: bool) -> &'static str {
    if tcp_nodelay {
        "TCP_NODELAY"
    } else {
        "defaults"
    }
}

const TUNED: &[&str] = &[
    "socket-flags TCP_NODELAY",
    "sndbuf 1048576",
    "rcvbuf 1048576",
    "txqueuelen 1000",
];
