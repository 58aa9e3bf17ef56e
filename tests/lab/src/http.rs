use std::io::{BufReader, Error, ErrorKind, Read, Result, Write, copy, sink};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};

use crate::addresses::SERVICE;
use crate::error::LabError;
use crate::hexadecimal::hexadecimal;
use crate::namespace::Namespace;

/// How long a connection may take, and how long it may pause.
const PATIENCE: Duration = Duration::from_secs(20);

/// Bytes that look random and depend on nothing but their number.
pub struct Body {
    left: u64,
    state: u64,
}

/// Passes bytes through and hashes them.
pub(crate) struct Hashing<R> {
    inner: R,
    context: Context,
}

/// Downloads that many bytes from the service and compares their hash.
///
/// # Errors
/// [`LabError::Traffic`] when the connection fails or other bytes come.
pub fn download(namespace: &Namespace, length: u64) -> std::result::Result<(), LabError> {
    let come = in_namespace(namespace, "download", move || {
        let (mut input, size) = request(&format!("GET /bytes/{length} HTTP/1.1\r\n\r\n"), 0)?;
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
            length,
        )?;
        let mut hash = String::new();
        input.take(size).read_to_string(&mut hash)?;
        Ok(hash)
    })?;
    compare("upload", &hash, &Body::new(length).hash())
}

impl Body {
    /// The body of that length.
    pub fn new(length: u64) -> Self {
        Self {
            left: length,
            state: length | 1 << 63,
        }
    }

    /// The SHA-256 of all of it, in hexadecimal digits.
    pub fn hash(self) -> String {
        let mut hashing = Hashing::new(self);
        // Neither end of the copy can fail.
        let _ = copy(&mut hashing, &mut sink());
        hashing.finish()
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let room = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let (wanted, _) = buffer.split_at_mut(room);
        for byte in wanted {
            // Xorshift, one byte a step, so that the bytes do not depend on how they are read.
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            *byte = self.state.to_be_bytes()[0];
        }
        self.left -= room as u64;
        Ok(room)
    }
}

impl<R> Hashing<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self {
            inner,
            context: Context::new(&SHA256),
        }
    }

    pub(crate) fn finish(self) -> String {
        hexadecimal(self.context.finish().as_ref())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Some(bytes) = buffer.get(..read) {
            self.context.update(bytes);
        }
        Ok(read)
    }
}

/// Sends a request and its body; returns the answer's body and its length.
fn request(head: &str, body: u64) -> Result<(BufReader<TcpStream>, u64)> {
    let mut connection = TcpStream::connect_timeout(&SocketAddr::from((SERVICE, 80)), PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    connection.write_all(head.as_bytes())?;
    copy(&mut Body::new(body), &mut connection)?;
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_body_is_the_same_however_it_is_read() {
        let mut whole = Vec::new();
        Body::new(1000).read_to_end(&mut whole).unwrap();
        let mut pieces: Vec<u8> = Vec::new();
        let mut body = Body::new(1000);
        let mut piece = [0; 7];
        loop {
            let read = body.read(&mut piece).unwrap();
            if read == 0 {
                break;
            }
            pieces.extend(piece.iter().take(read));
        }

        assert_eq!(whole.len(), 1000);
        assert_eq!(whole, pieces);
        assert_ne!(Body::new(1000).hash(), Body::new(1001).hash());
    }
}
