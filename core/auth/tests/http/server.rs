//! A server over TLS that answers each request with what a test has written down.

use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A certificate for a name, and the root that it was issued under.
pub(crate) struct Identity {
    /// PEM.
    pub(crate) root: String,
    config: Arc<ServerConfig>,
}

impl Identity {
    pub(crate) fn of(name: &str) -> Self {
        let mut root = CertificateParams::new(Vec::<String>::new()).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root_key = KeyPair::generate().unwrap();
        let root_certificate = root.self_signed(&root_key).unwrap();
        let issuer = Issuer::new(root, root_key);
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate: CertificateDer<'static> =
            parameters.signed_by(&key, &issuer).unwrap().der().clone();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        Self {
            root: root_certificate.pem(),
            config: Arc::new(config),
        }
    }
}

/// What comes back.
pub(crate) enum Reply {
    /// This, and then the end.
    Text(String),
    /// A body of so many bytes whose length is not announced.
    Chunks(usize),
    /// Nothing.
    Silence,
}

pub(crate) struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Answers one connection after the other.
    pub(crate) async fn start(identity: &Identity, replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("localhost:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = TlsAcceptor::from(Arc::clone(&identity.config));
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            for reply in replies {
                let (stream, _) = listener.accept().await.unwrap();
                // A client that trusts nobody breaks off here.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let request = read_request(&mut stream).await;
                seen.lock().unwrap().push(request);
                match reply {
                    Reply::Text(text) => {
                        stream.write_all(text.as_bytes()).await.unwrap();
                        let _ = stream.shutdown().await;
                    }
                    Reply::Chunks(bytes) => {
                        let head = "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n";
                        let body = format!("{bytes:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(bytes));
                        // The client may have had enough before.
                        let _ = stream.write_all((head.to_owned() + &body).as_bytes()).await;
                        let _ = stream.shutdown().await;
                    }
                    Reply::Silence => std::future::pending().await,
                }
            }
        });
        Self {
            port,
            requests,
            task,
        }
    }

    pub(crate) fn authority(&self) -> String {
        format!("localhost:{}", self.port)
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}/token", self.authority())
    }

    pub(crate) fn request(&self, place: usize) -> String {
        self.requests.lock().unwrap()[place].clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads a head, and the body that it announces.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        request.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8(request.clone()).unwrap();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_ascii_lowercase();
            let length = length.split("content-length: ").nth(1).map_or(0, |rest| {
                rest.split("\r\n").next().unwrap().parse::<usize>().unwrap()
            });
            if body.len() >= length {
                return text;
            }
        }
        assert_ne!(count, 0, "the request broke off: {text:?}");
    }
}
