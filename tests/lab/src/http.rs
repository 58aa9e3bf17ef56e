use std::io::{BufReader, Error, ErrorKind, Read, Result, Write, copy, empty, sink};
use std::net::{SocketAddr, TcpStream};

use socket2::{Domain, Socket, Type};

use crate::addresses::SERVICE;
use crate::error::LabError;
use crate::hash::{Body, Hashing};
use crate::namespace::Namespace;
use crate::patience::PATIENCE;

/// Downloads that many bytes from the service and compares their hash.
///
/// # Errors
/// [`LabError::Traffic`] when the connection fails or other bytes come.
pub fn download(namespace: &Namespace, length: u64) -> std::result::Result<(), LabError> {
    let come = in_namespace(namespace, "download", move || {
        let (mut input, size) = request(
            &format!("GET /bytes/{length} HTTP/1.1\r\n\r\n"),
            empty(),
            None,
        )?;
        let mut body = Hashing::new(input.by_ref().take(size));
        let received = copy(&mut body, &mut sink())?;
        Ok((received, body.finish()))
    })?;
    compare("download", &come, &(length, Body::new(length).hash()))
}

/// Uploads that many bytes to the service, which answers with their hash.
///
/// # Errors
/// [`LabError::Traffic`] when the connection fails or other bytes arrived.
pub fn upload(namespace: &Namespace, length: u64) -> std::result::Result<(), LabError> {
    let hash = in_namespace(namespace, "upload", move || {
        let (input, size) = request(
            &format!("POST /upload HTTP/1.1\r\nContent-Length: {length}\r\n\r\n"),
            Body::new(length),
            None,
        )?;
        let mut hash = String::new();
        input.take(size).read_to_string(&mut hash)?;
        Ok(hash)
    })?;
    compare("upload", &hash, &Body::new(length).hash())
}

/// Sends a request and its body; returns the answer's body and its length. The buffers are the system's unless a size is
/// given.
pub(crate) fn request(
    head: &str,
    mut body: impl Read,
    buffers: Option<usize>,
) -> Result<(BufReader<TcpStream>, u64)> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    if let Some(size) = buffers {
        socket.set_recv_buffer_size(size)?;
        socket.set_send_buffer_size(size)?;
    }
    socket.connect_timeout(&SocketAddr::from((SERVICE, 80)).into(), PATIENCE)?;
    let mut connection = TcpStream::from(socket);
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    connection.write_all(head.as_bytes())?;
    copy(&mut body, &mut connection)?;
    let mut input = BufReader::new(connection);
    let length = read_headers(&mut input)?;
    Ok((input, length))
}

fn in_namespace<T: Send + 'static>(
    namespace: &Namespace,
    what: &str,
    job: impl FnOnce() -> Result<T> + Send + 'static,
) -> std::result::Result<T, LabError> {
    let result = namespace
        .spawn(job)?
        .join()
        .map_err(|_| LabError::Panicked)?;
    result.map_err(|error| LabError::Traffic(format!("{what} failed: {error}")))
}

fn compare<T: PartialEq + std::fmt::Debug>(
    what: &str,
    come: &T,
    sent: &T,
) -> std::result::Result<(), LabError> {
    if come == sent {
        return Ok(());
    }
    Err(LabError::Traffic(format!(
        "{what}: {come:?} arrived, {sent:?} was sent"
    )))
}

/// Reads up to the empty line; returns the length of the body.
pub(crate) fn read_headers(input: &mut impl std::io::BufRead) -> Result<u64> {
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if line.trim_end().is_empty() {
            return Ok(length);
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        if name.eq_ignore_ascii_case("content-length") {
            length = value
                .trim()
                .parse()
                .map_err(|_| Error::from(ErrorKind::InvalidData))?;
        }
    }
}
