//! A small HTTP client that trusts the stand-in's root and nothing else.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use p2svpn_gateway::FakeEntra;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::support::LONG;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Checks the members that every error has, and tells the error with its number.
    pub(crate) fn error(&self) -> (String, u64) {
        let json = self.json();
        let text = |name: &str| {
            json[name]
                .as_str()
                .unwrap_or_else(|| panic!("{name}: {json}"))
        };
        let code = json["error_codes"][0].as_u64().unwrap();
        assert_eq!(self.status, 400);
        let description = text("error_description");
        assert!(
            description.starts_with(&format!("AADSTS{code}: ")),
            "{json}"
        );
        for member in ["trace_id", "correlation_id", "timestamp"] {
            assert!(description.contains(text(member)), "{json}");
        }
        assert_eq!(self.header("x-ms-request-id"), Some(text("trace_id")));
        (text("error").to_owned(), code)
    }

    /// The parameters that the browser is sent back with, and to where.
    pub(crate) fn redirect(&self) -> (String, Vec<(String, String)>) {
        assert_eq!(self.status, 302, "{self:?}");
        let (place, query) = self.header("location").unwrap().split_once('?').unwrap();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        (place.to_owned(), pairs.collect())
    }

    /// One of these parameters.
    pub(crate) fn redirected(&self, name: &str) -> Option<String> {
        let (_, pairs) = self.redirect();
        let found = pairs.into_iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    }

    /// Where the form on the page goes.
    pub(crate) fn form_action(&self) -> String {
        attribute(&self.body, "action=\"")
    }

    /// What the hidden field of the form says.
    pub(crate) fn ticket(&self) -> String {
        attribute(&self.body, "name=\"ticket\" type=\"hidden\" value=\"")
    }
}

fn attribute(html: &str, before: &str) -> String {
    let (_, rest) = html
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before}: {html}"));
    rest.split('"').next().unwrap().to_owned()
}

pub(crate) fn encode(parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    query.finish()
}

pub(crate) async fn get(entra: &FakeEntra, path: &str, parameters: &[(&str, &str)]) -> Answer {
    try_get(entra, path, parameters).await.unwrap()
}

pub(crate) async fn try_get(
    entra: &FakeEntra,
    path: &str,
    parameters: &[(&str, &str)],
) -> io::Result<Answer> {
    let target = format!("{path}?{}", encode(parameters));
    exchange(entra, &format!("GET {target} HTTP/1.1"), "").await
}

pub(crate) async fn post(entra: &FakeEntra, path: &str, parameters: &[(&str, &str)]) -> Answer {
    try_post(entra, path, parameters).await.unwrap()
}

pub(crate) async fn try_post(
    entra: &FakeEntra,
    path: &str,
    parameters: &[(&str, &str)],
) -> io::Result<Answer> {
    exchange(entra, &format!("POST {path} HTTP/1.1"), &encode(parameters)).await
}

/// Sends a request that begins with this line.
pub(crate) async fn exchange(entra: &FakeEntra, line: &str, body: &str) -> io::Result<Answer> {
    let exchange = exchange_at(entra, Ipv4Addr::LOCALHOST.into(), "localhost", line, body);
    let answer = tokio::time::timeout(LONG, exchange).await;
    answer.expect("no answer")
}

/// The same, at this address under this name.
pub(crate) async fn exchange_at(
    entra: &FakeEntra,
    address: IpAddr,
    name: &str,
    line: &str,
    body: &str,
) -> io::Result<Answer> {
    let host = entra.host_and_port();
    let (_, port) = host.split_once(':').unwrap();
    let address = SocketAddr::new(address, port.parse().unwrap());
    send(address, name, entra.root_pem(), line, body).await
}

/// Sends a request to whoever has this name and a certificate below this root.
pub(crate) async fn send(
    address: SocketAddr,
    name: &str,
    root_pem: &str,
    line: &str,
    body: &str,
) -> io::Result<Answer> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut stream = connector(root_pem).connect(name, stream).await?;
    let request = format!(
        "{line}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\
         client-request-id: 00000000-1111-2222-3333-444444444444\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    read(&bytes)
}

fn connector(root_pem: &str) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(root_pem.as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

fn read(bytes: &[u8]) -> io::Result<Answer> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = head.parse(bytes).map_err(io::Error::other)? else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    let answer = Answer {
        status: head.code.unwrap(),
        headers: head
            .headers
            .iter()
            .map(|header| {
                (
                    header.name.to_owned(),
                    String::from_utf8(header.value.to_vec()).unwrap(),
                )
            })
            .collect(),
        body: String::from_utf8(bytes[length..].to_vec()).unwrap(),
    };
    let expected: usize = answer.header("content-length").unwrap().parse().unwrap();
    match answer.body.len() == expected {
        true => Ok(answer),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
