//! A gateway and a client of it, in one process.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::time::Duration;

use p2svpn_client::{
    Certificate, Challenge, Client, ConnectOptions, Device, Ended, Event, EventKind, ProfileId,
    Session, State, Timeouts, WarningKind,
};
use p2svpn_gateway::{Gateway, GatewayBuilder, GatewayEvent, GatewayEvents, IssuedIdentity, Stage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// More than any test takes, on a busy machine too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Bench {
    pub(crate) gateway: Gateway,
    pub(crate) gateway_events: GatewayEvents,
    pub(crate) client: Client,
    pub(crate) profile: ProfileId,
    pub(crate) identity: IssuedIdentity,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(Gateway::builder()).await
    }

    pub(crate) async fn with(builder: GatewayBuilder) -> Self {
        Self::of(builder, Client::builder().build().unwrap()).await
    }

    /// A gateway, and this client with its profile.
    pub(crate) async fn of(builder: GatewayBuilder, client: Client) -> Self {
        let gateway = builder.start().await.unwrap();
        let imported = client
            .profiles()
            .import(gateway.profile_xml().as_bytes(), None)
            .unwrap();
        assert_eq!(imported.warnings, []);
        // What follows is about sessions.
        while client.try_event().is_some() {}
        let identity = gateway.issue_client("alice").unwrap();
        let gateway_events = gateway.events();
        Self {
            gateway_events,
            gateway,
            client,
            profile: *imported.id(),
            identity,
        }
    }

    /// Options with the client's certificate and the userspace device.
    pub(crate) fn options(&self) -> ConnectOptions {
        options().certificate(certificate(&self.identity))
    }

    pub(crate) fn connect(&self, options: ConnectOptions) -> Session {
        self.client.connect(&self.profile, options).unwrap()
    }

    pub(crate) async fn connected(&self) -> Session {
        let session = self.connect(self.options());
        within(session.connected()).await.unwrap();
        session
    }

    /// How a session with these options ends that nobody disconnects; checks that nothing of it is left.
    pub(crate) async fn end_of(&mut self, options: ConnectOptions) -> Ended {
        let session = self.connect(options);
        let ended = within(session.closed()).await;
        self.nothing_is_left(&session).await;
        ended
    }

    pub(crate) async fn nothing_is_left(&mut self, session: &Session) {
        let status = session.status();
        assert_eq!(status.state, State::Disconnected);
        // The gateway has seen each connection end.
        let mut open = self.gateway.sessions().len();
        while open > 0 {
            if let Some(GatewayEvent::Ended { .. }) = within(self.gateway_events.next()).await {
                open = self.gateway.sessions().len();
            }
        }
        let dialled = session.dial("10.1.0.4", 80, Duration::from_secs(1)).await;
        assert_eq!(dialled.unwrap_err().name(), "SESSION_ENDED");
    }

    /// Takes events up to a challenge, and that one.
    pub(crate) async fn next_challenge(&self) -> Challenge {
        loop {
            let event = within(self.client.next_event()).await.unwrap();
            if let EventKind::Challenge(challenge) = event.kind {
                return challenge;
            }
        }
    }

    /// Imports a profile and makes it the one to connect with.
    pub(crate) fn import(&mut self, xml: &str) {
        let imported = self.client.profiles().import(xml.as_bytes(), None);
        self.profile = *imported.unwrap().id();
    }

    /// Events up to the end of a session, which is the last of them.
    pub(crate) async fn events_to_the_end(&self) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let event = within(self.client.next_event()).await.unwrap();
            let is_end = matches!(event.kind, EventKind::Ended(_));
            events.push(event);
            if is_end {
                return events;
            }
        }
    }
}

pub(crate) fn options() -> ConnectOptions {
    ConnectOptions::default().device(Device::Userspace)
}

pub(crate) fn certificate(identity: &IssuedIdentity) -> Certificate {
    Certificate::pem_with_key(identity.certificate_pem(), identity.key_pem().as_bytes())
}

/// Timeouts for a gateway that falls silent in this part of the handshake: soon where nothing comes any more, with time
/// to get there before.
pub(crate) fn impatient(stage: Stage) -> Timeouts {
    let mut timeouts = Timeouts::default();
    let waited_for = match stage {
        Stage::Reset => &mut timeouts.answer,
        Stage::Push => &mut timeouts.push,
        _ => &mut timeouts.handshake,
    };
    *waited_for = Duration::from_millis(700);
    timeouts
}

pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("nothing happened in time")
}

pub(crate) fn states(events: &[Event]) -> Vec<State> {
    let state = |event: &Event| match &event.kind {
        EventKind::State { state, .. } => Some(*state),
        _ => None,
    };
    events.iter().filter_map(state).collect()
}

/// The page behind the gateway, through the tunnel.
pub(crate) async fn fetch(session: &Session, host: &str) -> String {
    let mut stream = session.dial(host, 80, PATIENCE).await.unwrap();
    let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut page = String::new();
    within(stream.read_to_string(&mut page)).await.unwrap();
    page
}

/// The profile with another server before its own.
pub(crate) fn with_server_before(xml: &str, server: &str) -> String {
    let start = xml.find("<ServerEntry>").unwrap();
    let entry =
        format!("<ServerEntry><displayname>other</displayname><fqdn>{server}</fqdn></ServerEntry>");
    format!("{}{entry}{}", &xml[..start], &xml[start..])
}

/// What the session was warned of, of this kind.
pub(crate) fn warnings(events: &[Event], kind: WarningKind) -> Vec<String> {
    let warning = |event: &Event| match &event.kind {
        EventKind::Warning(warning) if warning.kind == kind => Some(warning.message.clone()),
        _ => None,
    };
    events.iter().filter_map(warning).collect()
}
