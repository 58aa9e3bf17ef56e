//! The web server in the network behind the gateway.

use std::io;
use std::net::IpAddr;

use aws_lc_rs::digest::{Context, Digest, SHA256};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use super::http_request::{Request, RequestError, RequestReader};
use super::pattern::pattern;

/// Answers requests until either side ends.
///
/// `/` says hello to `client`; `/bytes/N` sends the first N bytes of the [`pattern`]; `/hash/N` says what their SHA-256
/// is; a POST to `/upload` is answered with the length and the SHA-256 of what was sent.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite>(stream: S, client: IpAddr) -> io::Result<()> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut requests = RequestReader::new(reader);
    loop {
        let request = match requests.next().await {
            Ok(request) => request,
            Err(RequestError::Ended) => return writer.shutdown().await,
            Err(RequestError::Malformed(reason)) => {
                Answer::text("400 Bad Request", reason)
                    .send(&mut writer, false, true)
                    .await?;
                return writer.shutdown().await;
            }
            Err(RequestError::Io(error)) => return Err(error),
        };
        tracing::debug!(%client, method = request.method, path = request.path, "request");
        let (answer, keep_alive) = match body_of(&request) {
            Err(answer) => (answer, false),
            Ok(length) => {
                if request.expects_continue && length > 0 {
                    writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
                }
                let mut hash = Context::new(&SHA256);
                requests.body(length, |piece| hash.update(piece)).await?;
                let uploaded = Uploaded {
                    length,
                    hash: hash.finish(),
                };
                (
                    answer(&request, client, &uploaded).await,
                    request.keep_alive,
                )
            }
        };
        answer
            .send(&mut writer, keep_alive, request.method != "HEAD")
            .await?;
        if !keep_alive {
            return writer.shutdown().await;
        }
    }
}

/// More than this is not hashed, because nobody waits that long.
const MOST_HASHED: u64 = 4 << 30;

/// Bytes made at a time.
const CHUNK: usize = 32 * 1024;

struct Answer {
    status: &'static str,
    kind: &'static str,
    body: Body,
}

enum Body {
    Text(String),
    /// So many bytes of the pattern.
    Pattern(u64),
}

struct Uploaded {
    length: u64,
    hash: Digest,
}

impl Answer {
    fn text(status: &'static str, text: impl Into<String>) -> Self {
        let mut text = text.into();
        text.push('\n');
        Self {
            status,
            kind: "text/plain; charset=utf-8",
            body: Body::Text(text),
        }
    }

    async fn send<W: AsyncWrite + Unpin>(
        &self,
        writer: &mut W,
        keep_alive: bool,
        with_body: bool,
    ) -> io::Result<()> {
        let length = match &self.body {
            Body::Text(text) => text.len() as u64,
            Body::Pattern(length) => *length,
        };
        let connection = if keep_alive { "keep-alive" } else { "close" };
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {length}\r\nConnection: {connection}\r\n\r\n",
            self.status, self.kind
        );
        writer.write_all(head.as_bytes()).await?;
        if with_body {
            match &self.body {
                Body::Text(text) => writer.write_all(text.as_bytes()).await?,
                Body::Pattern(length) => send_pattern(writer, *length).await?,
            }
        }
        writer.flush().await
    }
}

/// The length of the request's body.
fn body_of(request: &Request) -> Result<u64, Answer> {
    if request.chunked {
        return Err(Answer::text(
            "411 Length Required",
            "only bodies with Content-Length are read",
        ));
    }
    Ok(request.content_length.unwrap_or(0))
}

async fn answer(request: &Request, client: IpAddr, uploaded: &Uploaded) -> Answer {
    let path = request.path.split('?').next().unwrap_or_default();
    let number = |prefix: &str| path.strip_prefix(prefix).map(str::parse::<u64>);
    match (request.method.as_str(), path) {
        ("GET" | "HEAD", "/") => Answer {
            status: "200 OK",
            kind: "text/html; charset=utf-8",
            body: Body::Text(hello(client)),
        },
        ("POST" | "PUT", "/upload") => {
            let hash = hexadecimal(&uploaded.hash);
            Answer::text("200 OK", format!("{} {hash}", uploaded.length))
        }
        ("GET" | "HEAD", _) => match (number("/bytes/"), number("/hash/")) {
            (Some(Ok(length)), _) => Answer {
                status: "200 OK",
                kind: "application/octet-stream",
                body: Body::Pattern(length),
            },
            (_, Some(Ok(length))) if length <= MOST_HASHED => {
                Answer::text("200 OK", hexadecimal(&hash_of_pattern(length).await))
            }
            (Some(_), _) | (_, Some(_)) => {
                Answer::text("400 Bad Request", "no such number of bytes")
            }
            (None, None) => {
                Answer::text("404 Not Found", "there is /, /bytes/N, /hash/N and /upload")
            }
        },
        _ => Answer::text(
            "405 Method Not Allowed",
            "GET and HEAD everywhere, POST and PUT to /upload",
        ),
    }
}

fn hello(client: IpAddr) -> String {
    format!(
        "<!doctype html>\n<title>p2svpn test network</title>\n<p>Hello, {client}. This page came through the tunnel.\n"
    )
}

async fn send_pattern<W: AsyncWrite + Unpin>(writer: &mut W, length: u64) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    let mut offset = 0;
    while offset < length {
        let size = (length - offset).min(CHUNK as u64);
        let piece = buffer.get_mut(..size as usize).unwrap_or_default();
        pattern(offset, piece);
        writer.write_all(piece).await?;
        offset += size;
    }
    Ok(())
}

async fn hash_of_pattern(length: u64) -> Digest {
    let mut hash = Context::new(&SHA256);
    let mut buffer = vec![0; CHUNK];
    let mut offset = 0;
    while offset < length {
        let size = (length - offset).min(CHUNK as u64);
        let piece = buffer.get_mut(..size as usize).unwrap_or_default();
        pattern(offset, piece);
        hash.update(piece);
        offset += size;
        tokio::task::yield_now().await;
    }
    hash.finish()
}

fn hexadecimal(digest: &Digest) -> String {
    digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use aws_lc_rs::digest::digest;
    use tokio::io::{AsyncReadExt, duplex};

    use super::*;

    const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(172, 16, 201, 2));

    #[tokio::test]
    async fn the_front_page_greets_the_client_by_its_address() {
        let answer = visit(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;

        assert_eq!(answer.status, "HTTP/1.1 200 OK");
        assert!(
            String::from_utf8(answer.body)
                .unwrap()
                .contains("Hello, 172.16.201.2.")
        );
    }

    #[tokio::test]
    async fn bytes_are_the_pattern_and_the_hash_is_theirs() {
        let length = 100_003;
        let mut expected = vec![0; length];
        pattern(0, &mut expected);

        let bytes = visit(format!("GET /bytes/{length} HTTP/1.1\r\n\r\n").as_bytes()).await;
        let hash = visit(format!("GET /hash/{length} HTTP/1.1\r\n\r\n").as_bytes()).await;

        assert!(bytes.body == expected);
        let expected = hexadecimal(&digest(&SHA256, &expected));
        assert_eq!(hash.body, format!("{expected}\n").into_bytes());
    }

    #[tokio::test]
    async fn an_upload_is_answered_with_its_length_and_hash() {
        let mut body = vec![0; 70_001];
        pattern(5, &mut body);
        let head = format!(
            "POST /upload HTTP/1.1\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );

        let answer = visit(&[head.as_bytes(), &body].concat()).await;

        let expected = format!("70001 {}\n", hexadecimal(&digest(&SHA256, &body)));
        assert_eq!(String::from_utf8(answer.body).unwrap(), expected);
    }

    #[tokio::test]
    async fn one_connection_serves_many_requests() {
        let (mut near, far) = duplex(64 * 1024);
        let service = tokio::spawn(serve(far, CLIENT));
        let requests =
            b"GET /bytes/10 HTTP/1.1\r\n\r\nPOST /upload HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc\
            GET /nothing HTTP/1.1\r\nConnection: close\r\n\r\n";

        near.write_all(requests).await.unwrap();
        let mut answers = Vec::new();
        near.read_to_end(&mut answers).await.unwrap();

        let text = String::from_utf8_lossy(&answers);
        assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2);
        assert_eq!(text.matches("HTTP/1.1 404 Not Found").count(), 1);
        assert!(
            text.contains("3 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        );
        service.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_client_that_waits_for_the_go_ahead_gets_it() {
        let (mut near, far) = duplex(64 * 1024);
        let service = tokio::spawn(serve(far, CLIENT));

        near.write_all(
            b"PUT /upload HTTP/1.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n",
        )
        .await
        .unwrap();
        let mut ahead = [0; 25];
        near.read_exact(&mut ahead).await.unwrap();
        near.write_all(b"a").await.unwrap();
        near.shutdown().await.unwrap();
        let mut answer = String::new();
        near.read_to_string(&mut answer).await.unwrap();

        assert_eq!(&ahead, b"HTTP/1.1 100 Continue\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200 OK"));
        service.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_is_no_request_is_refused_and_the_connection_ends() {
        let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000));
        for (request, status) in [
            (
                &b"\x16\x03\x01\x02\x00 not http\r\n\r\n"[..],
                "HTTP/1.1 400 Bad Request",
            ),
            (b"GET / HTTP/1.1\r\nHost", "HTTP/1.1 400 Bad Request"),
            (long.as_bytes(), "HTTP/1.1 400 Bad Request"),
            (
                b"POST /upload HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 400 Bad Request",
            ),
            (
                b"GET /bytes/many HTTP/1.1\r\n\r\n",
                "HTTP/1.1 400 Bad Request",
            ),
            (
                b"GET /hash/99999999999999 HTTP/1.1\r\n\r\n",
                "HTTP/1.1 400 Bad Request",
            ),
            (
                b"POST /upload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 411 Length Required",
            ),
            (
                b"DELETE / HTTP/1.1\r\n\r\n",
                "HTTP/1.1 405 Method Not Allowed",
            ),
        ] {
            let answer = visit(request).await;
            assert_eq!(answer.status, status, "{}", request.escape_ascii());
        }
    }

    struct Visit {
        status: String,
        body: Vec<u8>,
    }

    async fn visit(request: &[u8]) -> Visit {
        let (near, far) = duplex(1024);
        let service = tokio::spawn(serve(far, CLIENT));
        let (mut reader, mut writer) = tokio::io::split(near);
        let mut answer = Vec::new();
        let (read, ()) = tokio::join!(reader.read_to_end(&mut answer), async {
            // The service may end before it has read everything.
            let _ = writer.write_all(request).await;
            let _ = writer.shutdown().await;
        });
        read.unwrap();
        let _ = service.await.unwrap();
        let end = answer
            .windows(4)
            .position(|bytes| bytes == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        Visit {
            status: head.lines().next().unwrap().to_owned(),
            body: answer[end + 4..].to_vec(),
        }
    }
}
