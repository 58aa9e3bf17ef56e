use std::process::Stdio;
use std::sync::Arc;

use p2svpn_client::{
    Client, HttpClient, HttpMethod, HttpProxy, HttpRequest, SystemHttp, SystemHttpOptions,
};
use p2svpn_gateway::TokenIssuer;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use zeroize::Zeroizing;

use crate::script;
use crate::signature::Keys;

/// What every user signs in with.
pub const PASSWORD: &str = "secret";

/// The application that signs in, which tokens are for as well.
const AUDIENCE: &str = "c632b3df-fb67-4d84-bdcf-b95ad541b5c8";

/// The provider, which ends with it.
pub struct Provider {
    port: u16,
    root: String,
    orders: ChildStdin,
    /// It fails when nobody is there to read.
    _lines: Lines<BufReader<ChildStdout>>,
    _program: Child,
    _folder: TempDir,
}

impl Provider {
    /// Starts it with a certificate of its own.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("certificate"), folder.path().join("key"));
        let mut root = CertificateParams::new(Vec::<String>::new()).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root_key = KeyPair::generate().unwrap();
        let root_pem = root.self_signed(&root_key).unwrap().pem();
        let issuer = Issuer::new(root, root_key);
        let own_key = KeyPair::generate().unwrap();
        let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let own = own.signed_by(&own_key, &issuer).unwrap();
        std::fs::write(&certificate, own.pem()).unwrap();
        std::fs::write(&key, own_key.serialize_pem()).unwrap();

        let mut program = Command::new("node")
            .arg(script("provider.mjs"))
            .args([&certificate, &key])
            .arg(AUDIENCE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let port = lines
            .next_line()
            .await
            .unwrap()
            .expect("the provider did not start");
        Self {
            port: port.parse().unwrap(),
            root: root_pem,
            _lines: lines,
            orders: program.stdin.take().unwrap(),
            _program: program,
            _folder: folder,
        }
    }

    /// Where its users sign in, `https://localhost:<port>/tenant`.
    pub fn authority(&self) -> String {
        format!("{}/tenant", self.issuer())
    }

    fn issuer(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// A client that lets profiles send their users there.
    pub fn client(&self) -> Client {
        Client::builder()
            .allow_authority(format!("localhost:{}", self.port))
            .http_client(Arc::new(self.http()))
            .build()
            .unwrap()
    }

    /// What a gateway judges its tokens by: the signature with the keys that it publishes, the audience, the issuer, the time.
    pub async fn token_issuer(&self) -> TokenIssuer {
        let url = format!("{}/jwks", self.authority());
        let mut request = HttpRequest::post_form(url, Zeroizing::default());
        request.method = HttpMethod::Get;
        let answer = self.http().send(request).await.unwrap();
        let keys = Keys::of(&serde_json::from_slice(&answer.body).unwrap());
        let issuer = self.issuer();
        let check = move |token: &str| {
            let claims = keys.claims(token).ok_or("the signature does not hold")?;
            let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
            if text("iss") != issuer || text("aud") != AUDIENCE {
                return Err("the token is for somebody else".to_owned());
            }
            Ok(text("sub").to_owned())
        };
        TokenIssuer::new(self.authority(), AUDIENCE, self.issuer(), check)
    }

    /// Revokes every sign-in: nothing is renewed any more.
    pub async fn revoke(&mut self) {
        self.orders.write_all(b"revoke\n").await.unwrap();
    }

    fn http(&self) -> SystemHttp {
        let options = SystemHttpOptions::default().proxy(HttpProxy::Direct);
        SystemHttp::new(options.trusted_roots(self.root.as_bytes()).unwrap()).unwrap()
    }
}
