//! The head of an HTTP/1.1 request (RFC 9112).

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    /// None where the length of the body is not stated: there is no body, unless `chunked`.
    pub(super) content_length: Option<u64>,
    pub(super) chunked: bool,
    pub(super) keep_alive: bool,
    pub(super) expects_continue: bool,
}

/// Why no request was read.
#[derive(Debug)]
pub(super) enum RequestError {
    /// The peer ended between two requests.
    Ended,
    /// It is not HTTP, or too long.
    Malformed(&'static str),
    Io(io::Error),
}

/// Reads requests from a stream, one after the other.
pub(super) struct RequestReader<R> {
    stream: R,
    /// What was read and not used yet.
    unread: Vec<u8>,
}

const LONGEST_HEAD: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;

impl<R: AsyncRead + Unpin> RequestReader<R> {
    pub(super) fn new(stream: R) -> Self {
        Self {
            stream,
            unread: Vec::new(),
        }
    }

    /// Reads the next request up to its body.
    pub(super) async fn next(&mut self) -> Result<Request, RequestError> {
        loop {
            if let Some((request, length)) = parse(&self.unread)? {
                self.unread.drain(..length);
                return Ok(request);
            }
            if self.unread.len() >= LONGEST_HEAD {
                return Err(RequestError::Malformed("the head is too long"));
            }
            let space = (LONGEST_HEAD - self.unread.len()) as u64;
            let read = (&mut self.stream)
                .take(space)
                .read_buf(&mut self.unread)
                .await;
            match read.map_err(RequestError::Io)? {
                0 if self.unread.is_empty() => return Err(RequestError::Ended),
                0 => return Err(RequestError::Malformed("the head has no end")),
                _ => {}
            }
        }
    }

    /// Reads the body, `length` bytes, and shows it piece by piece.
    pub(super) async fn body(
        &mut self,
        length: u64,
        mut piece: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        let ahead = self
            .unread
            .len()
            .min(usize::try_from(length).unwrap_or(usize::MAX));
        piece(self.unread.get(..ahead).unwrap_or_default());
        self.unread.drain(..ahead);
        let mut left = length - ahead as u64;
        let mut buffer = vec![0; 32 * 1024];
        while left > 0 {
            let read = (&mut self.stream).take(left).read(&mut buffer).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            piece(buffer.get(..read).unwrap_or_default());
            left -= read as u64;
        }
        Ok(())
    }
}

/// The request at the front and the length of its head; none while it is incomplete.
fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>, RequestError> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let status = head.parse(bytes);
    let length = match status {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(RequestError::Malformed("the head is not HTTP/1.1")),
    };
    let mut request = Request {
        method: head.method.unwrap_or_default().to_owned(),
        path: head.path.unwrap_or_default().to_owned(),
        content_length: None,
        chunked: false,
        keep_alive: head.version == Some(1),
        expects_continue: false,
    };
    for header in head.headers.iter() {
        let value = str::from_utf8(header.value).unwrap_or_default().trim();
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("content-length") {
            let number = value
                .parse()
                .map_err(|_| RequestError::Malformed("content-length is no number"))?;
            if request
                .content_length
                .replace(number)
                .is_some_and(|earlier| earlier != number)
            {
                return Err(RequestError::Malformed("content-length is stated twice"));
            }
        } else if is("transfer-encoding") {
            request.chunked = true;
        } else if is("connection") {
            let has = |word: &str| {
                value
                    .split(',')
                    .any(|part| part.trim().eq_ignore_ascii_case(word))
            };
            request.keep_alive = (request.keep_alive || has("keep-alive")) && !has("close");
        } else if is("expect") {
            request.expects_continue = value.eq_ignore_ascii_case("100-continue");
        }
    }
    Ok(Some((request, length)))
}
