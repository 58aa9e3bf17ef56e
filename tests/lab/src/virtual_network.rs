use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write, copy, sink};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use socket2::Socket;

use crate::addresses::SERVICE;
use crate::error::LabError;
use crate::hash::{Body, Hashing};
use crate::http::read_headers;
use crate::namespace::Namespace;
use crate::patience::PATIENCE;

/// An HTTP service on port 80 of [`SERVICE`]: `GET /bytes/N` answers the [`Body`] of N bytes, `POST /upload` the SHA-256
/// of what came.
pub(crate) struct VirtualNetwork {
    listener: Socket,
    acceptor: Option<JoinHandle<()>>,
}

impl VirtualNetwork {
    pub(crate) fn start(namespace: &Namespace) -> std::result::Result<Self, LabError> {
        let failed = || LabError::system("starting the HTTP service");
        let address = SocketAddr::from((SERVICE, 80));
        let listener = namespace
            .run(move || TcpListener::bind(address))?
            .map_err(failed())?;
        let stopper = listener.try_clone().map_err(failed())?.into();
        let acceptor = namespace.spawn(move || {
            // Ends when the listener is shut down.
            while let Ok((connection, _)) = listener.accept() {
                std::thread::spawn(move || serve(connection));
            }
        })?;
        Ok(Self {
            listener: stopper,
            acceptor: Some(acceptor),
        })
    }
}

impl Drop for VirtualNetwork {
    fn drop(&mut self) {
        // On Linux this ends a waiting accept, as shutdown(2) ends a waiting read.
        let _ = self.listener.shutdown(Shutdown::Both);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

/// Answers one request. What goes wrong here, the client sees as a wrong answer.
fn serve(connection: TcpStream) -> Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    let mut output = connection.try_clone()?;
    let mut input = BufReader::new(connection);
    let mut request = String::new();
    input.read_line(&mut request)?;
    if request.is_empty() {
        return Ok(());
    }
    let length = read_headers(&mut input)?;

    let mut words = request.split_whitespace();
    match (words.next(), words.next()) {
        (Some("GET"), Some(path)) => {
            let wanted = path
                .strip_prefix("/bytes/")
                .and_then(|number| number.parse().ok());
            let wanted: u64 = wanted.ok_or(ErrorKind::InvalidData)?;
            write!(
                output,
                "HTTP/1.1 200 OK\r\nContent-Length: {wanted}\r\nConnection: close\r\n\r\n"
            )?;
            copy(&mut Body::new(wanted), &mut output)?;
        }
        (Some("POST"), Some("/upload")) => {
            let mut body = Hashing::new(input.take(length));
            copy(&mut body, &mut sink())?;
            let hash = body.finish();
            let size = hash.len();
            write!(
                output,
                "HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n{hash}"
            )?;
        }
        _ => return Err(Error::from(ErrorKind::InvalidData)),
    }
    output.flush()
}
