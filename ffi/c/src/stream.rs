use std::ffi::{CString, c_char};
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

use p2svpn_client::{Error, ErrorCode, Stream};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf, ReadHalf, WriteHalf};

use crate::entry::entry;
use crate::error::p2svpn_error;
use crate::guard::{act, look};
use crate::input::{bytes, invalid, required};
use crate::output::c_string;
use crate::wait::{timeout, wait};

/// A TCP connection through the tunnel. One thread may read while another one writes.
///
/// It stays valid until it is freed, also after its session's end, which resets it.
pub struct p2svpn_stream {
    peer: CString,
    reader: Mutex<ReadHalf<Stream>>,
    writer: Mutex<WriteHalf<Stream>>,
}

impl p2svpn_stream {
    pub(crate) fn new(stream: Stream) -> Self {
        let peer = c_string(stream.peer_address());
        let (reader, writer) = tokio::io::split(stream);
        Self {
            peer,
            reader: Mutex::new(reader),
            writer: Mutex::new(writer),
        }
    }
}

/// Closes the connection and frees it. NULL is nothing. No other thread may be in a function of this stream.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_stream_free(stream: Option<Box<p2svpn_stream>>) {
    act(|| drop(stream));
}

/// Returns the remote address with its port; "" for NULL. It belongs to the stream.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_stream_peer(stream: Option<&p2svpn_stream>) -> *const c_char {
    look(stream, c"".as_ptr(), |stream| stream.peer.as_ptr())
}

/// Reads what there is, and waits if there is nothing. One thread at a time.
///
/// @param buffer      is filled from its beginning
/// @param size        how many bytes it has; at least 1
/// @param timeout_ms  how long to wait in milliseconds; 0 does not wait, #P2SVPN_WAIT_FOREVER waits for ever
/// @param received    receives how many bytes were read; 0 when the other side has ended its sending
/// @return NULL; WAIT_TIMED_OUT, after which nothing is lost; DIAL_FAILED if the connection broke; INVALID_ARGUMENT, also
///         while another thread reads
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_stream_read(
    stream: Option<&p2svpn_stream>,
    buffer: *mut u8,
    size: usize,
    timeout_ms: u32,
    received: Option<&mut MaybeUninit<usize>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let stream = required(stream, "stream")?;
        let place = required(received, "received")?;
        if buffer.is_null() || size == 0 || isize::try_from(size).is_err() {
            return Err(invalid(
                "buffer is NULL, or its size is 0 or larger than memory",
            ));
        }
        // SAFETY: not NULL and not too large, so it is writable, by the rules for callers; it need not be initialised.
        let buffer =
            unsafe { std::slice::from_raw_parts_mut(buffer.cast::<MaybeUninit<u8>>(), size) };
        let mut reader = only_one(&stream.reader, "reads")?;
        let mut buffer = ReadBuf::uninit(buffer);
        let read =
            std::future::poll_fn(|context| Pin::new(&mut *reader).poll_read(context, &mut buffer));
        wait(read, timeout(timeout_ms))
            .ok_or(ErrorCode::WaitTimedOut)?
            .map_err(|error| broken(&error))?;
        place.write(buffer.filled().len());
        Ok(())
    })
}

/// Writes bytes, and waits until all of them are on their way. One thread at a time.
///
/// @param bytes       what to write
/// @param size        how many bytes that is; at least 1
/// @param timeout_ms  how long to wait in milliseconds; 0 does not wait, #P2SVPN_WAIT_FOREVER waits for ever
/// @param written     receives how many bytes were taken: fewer than `size` if the time was over or the connection broke
///                    after some of them
/// @return NULL if any bytes were taken; else WAIT_TIMED_OUT; DIAL_FAILED if the connection broke; INVALID_ARGUMENT, also
///         while another thread writes
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_stream_write(
    stream: Option<&p2svpn_stream>,
    bytes: *const u8,
    size: usize,
    timeout_ms: u32,
    written: Option<&mut MaybeUninit<usize>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let stream = required(stream, "stream")?;
        // SAFETY: the caller's buffers hold to the rules.
        let given = required(unsafe { self::bytes(bytes, size, "bytes") }?, "bytes")?;
        let place = required(written, "written")?;
        if given.is_empty() {
            return Err(invalid("there is nothing to write"));
        }
        let mut writer = only_one(&stream.writer, "writes")?;
        let (taken, problem) = write_all(&mut *writer, given, timeout(timeout_ms));
        match problem {
            Some(problem) if taken == 0 => Err(problem),
            _ => {
                place.write(taken);
                Ok(())
            }
        }
    })
}

/// Ends the sending: the other side reads to the end of what was written. Reading goes on. One thread at a time with
/// writing.
///
/// @param timeout_ms  how long to wait in milliseconds for what was written to be sent, or #P2SVPN_WAIT_FOREVER
/// @return NULL, WAIT_TIMED_OUT, DIAL_FAILED or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_stream_shutdown(
    stream: Option<&p2svpn_stream>,
    timeout_ms: u32,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let stream = required(stream, "stream")?;
        let mut writer = only_one(&stream.writer, "writes")?;
        let shutdown = writer.shutdown();
        wait(shutdown, timeout(timeout_ms))
            .ok_or(ErrorCode::WaitTimedOut)?
            .map_err(|error| broken(&error))
    })
}

/// Writes until all is taken, the time is over or the connection breaks; tells how much was taken.
fn write_all(
    writer: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    timeout: Option<Duration>,
) -> (usize, Option<Error>) {
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut taken = 0;
    while let Some(rest) = bytes.get(taken..).filter(|rest| !rest.is_empty()) {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        match wait(writer.write(rest), left) {
            Some(Ok(0)) => return (taken, Some(broken(&io::ErrorKind::WriteZero.into()))),
            Some(Ok(count)) => taken = taken.saturating_add(count),
            Some(Err(error)) => return (taken, Some(broken(&error))),
            None => return (taken, Some(ErrorCode::WaitTimedOut.into())),
        }
    }
    (taken, None)
}

fn only_one<'a, T>(half: &'a Mutex<T>, does: &str) -> Result<MutexGuard<'a, T>, Error> {
    match half.try_lock() {
        Ok(half) => Ok(half),
        Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => Err(invalid(format!("another thread {does} already"))),
    }
}

fn broken(error: &io::Error) -> Error {
    Error::from(ErrorCode::DialFailed).because(error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::io::duplex;

    use super::*;

    #[test]
    fn a_write_that_runs_out_of_time_tells_how_far_it_came() {
        let (mut near, _far) = duplex(10);

        let (taken, problem) = write_all(&mut near, &[7; 25], Some(Duration::from_millis(5)));

        assert_eq!(taken, 10);
        assert_eq!(problem.unwrap().code(), ErrorCode::WaitTimedOut);
    }

    #[test]
    fn a_write_to_a_closed_connection_fails() {
        let (mut near, far) = duplex(10);
        drop(far);

        let (taken, problem) = write_all(&mut near, &[7; 25], None);

        assert_eq!((taken, problem.unwrap().code()), (0, ErrorCode::DialFailed));
    }

    #[test]
    fn a_second_reader_is_refused() {
        let half = Mutex::new(());
        let _first = half.try_lock().unwrap();

        assert_eq!(
            only_one(&half, "reads").unwrap_err().code(),
            ErrorCode::InvalidArgument
        );
    }
}
