//! Sockets, TLS and HTTP.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{
    CACHE_CONTROL, CONTENT_TYPE, DATE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::entra::fault::EntraFault;
use crate::entra::login::Login;
use crate::entra::route::{Call, Reply, reply};

/// Connections at once; more wait in the system's backlog.
const MOST_CONNECTIONS: usize = 256;

/// Longer than the body of any request that makes sense.
const LONGEST_BODY: usize = 128 * 1024;

/// Rest after a failed accept: mostly the process has no descriptor left.
const REST: Duration = Duration::from_millis(50);

/// How often a port that is free in one family may be taken in the other.
const ATTEMPTS: u32 = 16;

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");

/// Listens on this port of loopback, in both families where the machine has both; port 0 is a free one.
pub(super) async fn listen(port: u16) -> io::Result<Vec<TcpListener>> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let ipv4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let chosen = ipv4.local_addr()?.port();
        match TcpListener::bind((Ipv6Addr::LOCALHOST, chosen)).await {
            Ok(ipv6) => return Ok(vec![ipv4, ipv6]),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                if port != 0 || attempt == ATTEMPTS {
                    return Err(error);
                }
            }
            Err(_) => return Ok(vec![ipv4]),
        }
    }
}

/// Serves until it is dropped.
pub(super) async fn serve(listeners: Vec<TcpListener>, tls: TlsAcceptor, login: Arc<Login>) {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut families = JoinSet::new();
    for listener in listeners {
        families.spawn(accept(
            listener,
            tls.clone(),
            Arc::clone(&login),
            Arc::clone(&room),
        ));
    }
    while families.join_next().await.is_some() {}
}

async fn accept(
    listener: TcpListener,
    tls: TlsAcceptor,
    login: Arc<Login>,
    room: Arc<Semaphore>,
) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        tokio::select! {
            (Ok(place), accepted) = accepted => match accepted {
                Ok((stream, _)) => {
                    let connection = talk(stream, tls.clone(), Arc::clone(&login));
                    connections.spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(REST).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Answers the requests of one connection.
async fn talk(stream: TcpStream, tls: TlsAcceptor, login: Arc<Login>) {
    let stream = match tls.accept(stream).await {
        Ok(stream) => TokioIo::new(stream),
        Err(error) => {
            tracing::debug!(%error, "no TLS");
            return;
        }
    };
    let service = service_fn(|request| respond(Arc::clone(&login), request));
    if let Err(error) = http1::Builder::new()
        .serve_connection(stream, service)
        .await
    {
        tracing::debug!(%error, "the connection failed");
    }
}

/// An error ends the connection.
async fn respond(
    login: Arc<Login>,
    request: Request<Incoming>,
) -> Result<Response<Content>, io::Error> {
    let (head, body) = request.into_parts();
    let is_post = head.method == Method::POST;
    let body = Limited::new(body, LONGEST_BODY)
        .collect()
        .await
        .map_err(io::Error::other)?
        .to_bytes();
    let correlation_id = head.headers.get(CLIENT_REQUEST_ID);
    let call = Call {
        is_post,
        path: head.uri.path(),
        parameters: match is_post {
            true => &body,
            false => head.uri.query().unwrap_or_default().as_bytes(),
        },
        correlation_id: correlation_id
            .and_then(|id| id.to_str().ok())
            .map(str::to_owned),
    };
    let reply = reply(&login, call).map_err(io::Error::other)?;
    if let Some(EntraFault::Slow(time)) = reply.fault {
        tokio::time::sleep(time).await;
    }
    if reply.fault == Some(EntraFault::Cut) && reply.answer.body.is_empty() {
        // Its head says all, so that no half of it may come.
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    response(reply)
}

fn response(reply: Reply) -> io::Result<Response<Content>> {
    let Reply {
        answer,
        trace,
        fault,
    } = reply;
    let mut response = Response::new(Content::new(answer.body, fault == Some(EntraFault::Cut)));
    *response.status_mut() = StatusCode::from_u16(answer.status).map_err(io::Error::other)?;
    let headers = response.headers_mut();
    let value = |text: String| HeaderValue::try_from(text).map_err(io::Error::other);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(DATE, value(trace.http_date())?);
    headers.insert(CLIENT_REQUEST_ID, value(trace.correlation_id)?);
    headers.insert(REQUEST_ID, value(trace.trace_id)?);
    if let Some(location) = answer.location {
        headers.insert(LOCATION, value(location)?);
    }
    if let Some(seconds) = answer.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// The body of an answer, of which the second half may never come.
struct Content {
    first: Option<Bytes>,
    length: u64,
    is_cut: bool,
}

impl Content {
    fn new(text: String, is_cut: bool) -> Self {
        let mut bytes = Bytes::from(text);
        let length = bytes.len();
        if is_cut {
            bytes.truncate(length / 2);
        }
        Self {
            first: Some(bytes).filter(|bytes| !bytes.is_empty()),
            length: length as u64,
            is_cut,
        }
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(match self.first.take() {
            Some(bytes) => Some(Ok(Frame::data(bytes))),
            None if self.is_cut => Some(Err(io::ErrorKind::ConnectionAborted.into())),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && !self.is_cut
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
