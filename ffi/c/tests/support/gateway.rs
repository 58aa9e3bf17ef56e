//! An embedded gateway and the files that a host gets for it.

use std::net::Ipv4Addr;
use std::time::Duration;

use p2svpn_gateway::{FakeEntra, Gateway, GatewayBuilder, Question};
use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;

/// A gateway that runs beside the test, and a folder with `azurevpnconfig.xml` and `client.pfx` (password `secret`).
pub(crate) struct Site {
    folder: TempDir,
    gateway: Gateway,
    /// Holds the port at which nobody listens, so that nobody else does either.
    silence: Option<TcpSocket>,
    _entra: Option<FakeEntra>,
    _runtime: Runtime,
}

impl Site {
    pub(crate) fn start() -> Self {
        Self::with(Gateway::builder())
    }

    /// Starts a gateway that asks before it lets anybody in.
    pub(crate) fn asking(question: Question) -> Self {
        Self::with(Gateway::builder().question(question))
    }

    /// Starts a gateway that wants the user `alice` with the password `right`.
    pub(crate) fn of_users() -> Self {
        Self::with(Gateway::builder().user("alice", "right"))
    }

    /// Starts a gateway with a stand-in for Entra that asks nobody, and writes down its host, its root and a token of it.
    pub(crate) fn of_entra() -> Self {
        let runtime = Runtime::new().unwrap();
        let builder = FakeEntra::builder().policy(|policy| {
            policy.asks = false;
            policy.device_interval = Duration::from_secs(1);
        });
        let entra = runtime.block_on(builder.start()).unwrap();
        let site = Self::on(runtime, Gateway::builder().entra(&entra));
        let token = entra.access_token("alice@contoso.example").unwrap();
        site.write("host", &entra.host_and_port());
        site.write("entra-root.pem", entra.root_pem());
        site.write("token", &token);
        Self {
            _entra: Some(entra),
            ..site
        }
    }

    fn with(gateway: GatewayBuilder) -> Self {
        Self::on(Runtime::new().unwrap(), gateway)
    }

    fn on(runtime: Runtime, gateway: GatewayBuilder) -> Self {
        let gateway = runtime.block_on(gateway.start()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let identity = gateway.issue_client("alice").unwrap();
        std::fs::write(
            folder.path().join("client.pfx"),
            identity.pfx("secret").unwrap(),
        )
        .unwrap();
        let site = Self {
            folder,
            gateway,
            silence: None,
            _entra: None,
            _runtime: runtime,
        };
        site.write("client.crt", identity.certificate_pem());
        site.write("client.key", &identity.key_pem());
        let bob = site.gateway.issue_client("bob").unwrap();
        site.write("bob.crt", bob.certificate_pem());
        site.write("bob.key", &bob.key_pem());
        for (name, is_withdrawn) in [("withdrawn.crl", true), ("nothing.crl", false)] {
            let list = site.gateway.revocation_list(is_withdrawn).unwrap();
            std::fs::write(site.folder.path().join(name), list).unwrap();
        }
        site.write_profile(&site.gateway.profile_xml());
        site
    }

    /// Lets the profile name a port at which nobody listens.
    pub(crate) fn without_gateway(mut self) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let (ours, nobodys) = (
            self.gateway.address().to_string(),
            socket.local_addr().unwrap().to_string(),
        );
        let profile = self.gateway.profile_xml();
        assert!(profile.contains(&ours));
        self.write_profile(&profile.replace(&ours, &nobodys));
        self.silence = Some(socket);
        self
    }

    pub(crate) fn folder(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    fn write_profile(&self, xml: &str) {
        self.write("azurevpnconfig.xml", xml);
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }
}
