use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ipnet::IpNet;
use p2svpn_auth::Identity as ClientCertificate;
use p2svpn_openvpn::{
    Challenge, ClientConfig, Connection, Framing, Reconfigured, RevocationLists, ServerTrust,
    ServerValidation, Start,
};
use p2svpn_system::Clock;
use p2svpn_tunnel::{
    Device, Settings, TcpOptions, TcpTransport, TunOptions, Tunnel, TunnelEnd, TunnelEvent,
    TunnelStatistics, UdpOptions, UdpTransport,
};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::Receiver;

use crate::authority::Identity;
use crate::error::LabError;
use crate::server_options::{ServerOptions, Transport};
use crate::session_log::SessionLog;
use crate::site::Site;

/// This library's protocol and tunnel without the rest of the client: any OpenVPN server will do, and any settings.
///
/// It lives on threads in the client's namespace and carries the packets of a TUN device there, with the addresses and
/// routes that the server has pushed. They go with the device.
pub struct ProtocolClient {
    // Dropped first: the device lives in the runtime's tasks.
    tunnel: Arc<Tunnel>,
    runtime: Option<Runtime>,
    settings: Settings,
    log: Arc<SessionLog>,
    /// What had been dropped when the device was there.
    dropped_before: u64,
}

/// How long a connection may take, over a link that loses packets too.
const PATIENCE: Duration = Duration::from_secs(60);

impl ProtocolClient {
    /// The settings of a client that fits the server, and asks for no new keys itself.
    ///
    /// # Errors
    /// [`LabError::Certificate`] when the files cannot be used, and those of
    /// [`ControlWrapping::client`](crate::ControlWrapping::client).
    pub fn config(
        site: &Site,
        server: &ServerOptions,
        identity: &Identity,
    ) -> Result<ClientConfig, LabError> {
        let unusable = |error: &dyn std::fmt::Display| LabError::Certificate(error.to_string());
        let root =
            CertificateDer::from_pem_file(site.server_root()).map_err(|error| unusable(&error))?;
        let read = |path| std::fs::read(path).map_err(LabError::system("reading an identity"));
        let (certificate, key) = (read(&identity.certificate)?, read(&identity.key)?);
        let certificate = ClientCertificate::from_pem(&certificate, Some(&key), None)
            .map_err(|error| unusable(&error))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig {
            framing: match server.transport {
                Transport::Tcp => Framing::Stream,
                Transport::Udp => Framing::Datagram,
            },
            wrapping: server.wrapping.client(site)?,
            validation: ServerValidation {
                exception: None,
                trust: ServerTrust::Roots {
                    roots: vec![root],
                    revocation: RevocationLists::default(),
                },
                ..ServerValidation::default()
            },
            identity: Some(certificate.certified_key()),
            ciphers: vec![server.cipher],
            ..ClientConfig::new(provider)
        };
        config.renegotiation.after = None;
        Ok(config)
    }

    /// Connects to a server and lets packets through.
    ///
    /// # Errors
    /// [`LabError::NotConnected`] with the cause, [`LabError::Session`] when it has no cause.
    pub fn connect(
        site: &Site,
        config: ClientConfig,
        server: SocketAddr,
    ) -> Result<Self, LabError> {
        let nobody_answers = |challenge: &Challenge| {
            let text = &challenge.text;
            Err(LabError::Session(format!("nobody answers: {text}")))
        };
        Self::connect_answering(site, config, server, nobody_answers)
    }

    /// As [`connect`](Self::connect), and answers what the server asks on the way.
    ///
    /// # Errors
    /// Those of [`connect`](Self::connect), and what the answers fail with.
    pub fn connect_answering(
        site: &Site,
        config: ClientConfig,
        server: SocketAddr,
        answer: impl Fn(&Challenge) -> Result<String, LabError> + Send + Sync + 'static,
    ) -> Result<Self, LabError> {
        // Its threads inherit the namespace of the one that starts them.
        let runtime = site
            .client
            .run(|| {
                Builder::new_multi_thread()
                    .worker_threads(2)
                    .enable_all()
                    .build()
            })?
            .map_err(LabError::system("starting a runtime"))?;
        let begun = runtime.spawn(async move {
            tokio::time::timeout(PATIENCE, establish(config, server, answer))
                .await
                .unwrap_or(Err(LabError::Session("no connection in time".to_owned())))
        });
        let (tunnel, settings, events) = wait(&runtime, begun)??;
        let tunnel = Arc::new(tunnel);
        let log = Arc::new(SessionLog::default());
        let listener = Arc::clone(&log);
        runtime.spawn(async move { listener.listen(events).await });

        let mtu = settings.push.tun_mtu.unwrap_or(1_500);
        let device = runtime.spawn(async move { Device::tun(&TunOptions { name: None, mtu }) });
        let device = wait(&runtime, device)?
            .map_err(|error| LabError::Session(format!("no device: {error}")))?;
        configure(site, &settings, &device)?;
        let attached = Arc::clone(&tunnel);
        let attached = runtime.spawn(async move { attached.attach(device).await });
        // A tunnel that is over already says why by its end.
        let _ = wait(&runtime, attached)?;
        Ok(Self {
            dropped_before: dropped(&tunnel.statistics()),
            tunnel,
            runtime: Some(runtime),
            settings,
            log,
        })
    }

    /// What was agreed on.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What it has carried and dropped so far.
    pub fn statistics(&self) -> TunnelStatistics {
        self.tunnel.statistics()
    }

    /// How many packets it has dropped since it carries any. What came before was not for this session: the server's
    /// machine goes on talking to a former client that had the same address.
    pub fn dropped(&self) -> u64 {
        dropped(&self.statistics()) - self.dropped_before
    }

    /// When each rekey was done.
    pub fn rekeys(&self) -> Vec<Instant> {
        self.log.rekeys()
    }

    /// What the server has pushed that was odd and harmless.
    pub fn warnings(&self) -> Vec<String> {
        self.log.warnings()
    }

    /// Waits until so many rekeys were done since the beginning.
    ///
    /// # Errors
    /// [`LabError::Session`] when they were not, with the session's end if it is over.
    pub fn wait_rekeys(&self, count: usize, limit: Duration) -> Result<(), LabError> {
        let done = self.log.wait_rekeys(count, limit);
        if done >= count {
            return Ok(());
        }
        let end = match self.log.wait_end(Duration::ZERO) {
            Some(end) => format!(", and the session is over: {end:?}"),
            None => String::new(),
        };
        Err(LabError::Session(format!(
            "{done} rekeys of {count} within {limit:?}{end}"
        )))
    }

    /// Waits for the next change of settings in mid-session. The device keeps its own.
    ///
    /// # Errors
    /// [`LabError::Session`] when there is none.
    pub fn wait_update(&self, limit: Duration) -> Result<Reconfigured, LabError> {
        self.log
            .wait_update(limit)
            .ok_or_else(|| LabError::Session(format!("no change of settings within {limit:?}")))
    }

    /// Waits until the session has ended by itself, and returns why.
    ///
    /// # Errors
    /// [`LabError::Session`] when it goes on.
    pub fn wait_ended(&self, limit: Duration) -> Result<TunnelEnd, LabError> {
        self.log
            .wait_end(limit)
            .ok_or_else(|| LabError::Session(format!("the session goes on after {limit:?}")))
    }

    /// Whether the session is over.
    pub fn has_ended(&self) -> bool {
        self.log.has_ended()
    }

    /// Says goodbye; the device is gone when it returns.
    ///
    /// # Errors
    /// [`LabError::Session`] when the session had ended by itself before.
    pub fn close(mut self) -> Result<TunnelStatistics, LabError> {
        let runtime = self.runtime.take().ok_or(LabError::Panicked)?;
        let tunnel = Arc::clone(&self.tunnel);
        wait(&runtime, runtime.spawn(async move { tunnel.close().await }))?;
        let end = self.log.wait_end(PATIENCE);
        let statistics = self.tunnel.statistics();
        runtime.shutdown_timeout(PATIENCE);
        match end {
            Some(TunnelEnd::Local) => Ok(statistics),
            other => Err(LabError::Session(format!(
                "the session had ended before: {other:?}"
            ))),
        }
    }
}

impl Drop for ProtocolClient {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(PATIENCE);
        }
    }
}

async fn establish(
    config: ClientConfig,
    server: SocketAddr,
    answer: impl Fn(&Challenge) -> Result<String, LabError>,
) -> Result<(Tunnel, Settings, Receiver<TunnelEvent>), LabError> {
    let failed = |error: &dyn std::fmt::Debug| LabError::Session(format!("{error:?}"));
    let clock = Clock::new();
    let unix_time = u64::try_from(clock.unix_seconds()).map_err(|error| failed(&error))?;
    let transport: p2svpn_tunnel::Transport = match config.framing {
        Framing::Stream => TcpTransport::connect_to(&[server], &TcpOptions::default())
            .await
            .map_err(|error| failed(&error))?
            .into(),
        Framing::Datagram => UdpTransport::connect_to(&[server], &UdpOptions::default())
            .map_err(|error| failed(&error))?
            .into(),
    };
    let start = Start {
        now: clock.now(),
        unix_time,
    };
    let connection = Connection::client(config, start).map_err(|error| failed(&error))?;
    let runtime = tokio::runtime::Handle::current();
    let (tunnel, mut events) = Tunnel::start(connection, transport, clock, &runtime);
    loop {
        match events.recv().await {
            Some(TunnelEvent::Established(settings)) => return Ok((tunnel, *settings, events)),
            Some(TunnelEvent::Closed(end)) => return Err(LabError::NotConnected(Box::new(end))),
            Some(TunnelEvent::Challenge(challenge)) => tunnel
                .answer(challenge.id, answer(&challenge)?.into())
                .await
                .map_err(|error| failed(&error))?,
            Some(_) => {}
            None => return Err(LabError::Panicked),
        }
    }
}

/// What was dropped after a device was attached, and the little before that was counted as something else.
fn dropped(statistics: &TunnelStatistics) -> u64 {
    statistics.dropped.packets() - statistics.dropped.not_attached
}

/// Gives the device its addresses and routes, as an administrator would by hand.
fn configure(site: &Site, settings: &Settings, device: &Device) -> Result<(), LabError> {
    let name = device.name.as_deref().unwrap_or_default();
    site.client
        .ip(&format!("link set {name} addrgenmode none"))?;
    for address in &settings.push.addresses {
        site.client
            .ip(&format!("address add {address} dev {name}"))?;
    }
    site.client.ip(&format!("link set {name} up"))?;
    for route in &settings.push.routes {
        if matches!(route.destination, IpNet::V4(_)) {
            let destination = route.destination;
            site.client
                .ip(&format!("route add {destination} dev {name}"))?;
        }
    }
    Ok(())
}

/// Waits for a task; what it does, it does on the runtime's threads, which are in the namespace.
fn wait<T>(runtime: &Runtime, task: tokio::task::JoinHandle<T>) -> Result<T, LabError> {
    runtime.block_on(task).map_err(|_| LabError::Panicked)
}
