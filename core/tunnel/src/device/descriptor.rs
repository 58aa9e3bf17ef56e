//! Packet I/O on a file descriptor, one packet a system call.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::halves::{PacketSink, PacketSource};
use crate::batch::Batch;

/// What a read of no bytes means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EmptyRead {
    /// The other side is gone.
    End,
    /// An empty datagram.
    Datagram,
}

/// How the four bytes before each packet are written; `None` when there are none.
pub(super) type Header = Option<fn(version: u8) -> [u8; 4]>;

const HEADER: usize = 4;

#[cfg(any(target_os = "linux", target_os = "android"))]
const INTEREST: Interest = Interest::READABLE
    .add(Interest::WRITABLE)
    .add(Interest::ERROR);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const INTEREST: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// Splits a descriptor, already non-blocking, into the halves of a device. Needs a Tokio runtime.
pub(super) fn split(
    descriptor: OwnedFd,
    header: Header,
    empty_read: EmptyRead,
    mtu: u16,
) -> io::Result<(DescriptorSource, DescriptorSink)> {
    // Registering without a runtime would panic.
    tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
    // SAFETY: the file owns its open descriptor, and neither is reachable from outside, so that it stays open and the
    // same for as long as the registration lives.
    let file =
        Arc::new(unsafe { AsyncFd::register_with_interest(File::from(descriptor), INTEREST) }?);
    // A packet with its header is read here first: in the batch the header would stand in the packet's margin.
    let staging = if header.is_some() {
        // A byte more than fits tells a packet that was cut from one that just fits.
        vec![0; HEADER + usize::from(mtu) + 1]
    } else {
        Vec::new()
    };
    let source = DescriptorSource {
        failure: failure(Arc::clone(&file)),
        file: Arc::clone(&file),
        staging,
        empty_read,
    };
    Ok((source, DescriptorSink { file, header }))
}

pub(super) struct DescriptorSource {
    file: Arc<AsyncFd<File>>,
    failure: Failure,
    staging: Vec<u8>,
    empty_read: EmptyRead,
}

impl DescriptorSource {
    /// What a read says now that the descriptor has failed.
    fn why(&mut self) -> io::Error {
        self.failure = Box::pin(std::future::ready(()));
        let mut reader = self.file.get_ref();
        match reader.read(&mut [0; 1]) {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => error,
            _ => io::ErrorKind::BrokenPipe.into(),
        }
    }

    /// Reads one packet into the batch; answers whether one was added.
    fn read_one(
        file: &File,
        staging: &mut [u8],
        empty_read: EmptyRead,
        batch: &mut Batch,
    ) -> io::Result<bool> {
        let mut reader = file;
        if staging.is_empty() {
            let Some(slot) = batch.slot() else {
                return Ok(false);
            };
            let room = slot.len();
            // A packet that is too long would be cut without a word; it reaches the byte behind the slot.
            let mut beyond = [0; 1];
            let mut buffers = [IoSliceMut::new(slot), IoSliceMut::new(&mut beyond)];
            let length = reader.read_vectored(&mut buffers)?;
            if length > room {
                batch.skip_oversized();
                return Ok(false);
            }
            batch.commit(length);
            return match (length, empty_read) {
                (0, EmptyRead::End) => Err(io::ErrorKind::UnexpectedEof.into()),
                (length, _) => Ok(length > 0),
            };
        }
        let length = reader.read(staging)?;
        if length == 0 && empty_read == EmptyRead::End {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some(packet) = staging.get(HEADER..length) else {
            return Ok(false);
        };
        if length == staging.len() || packet.len() > batch.max_packet() {
            batch.skip_oversized();
            return Ok(false);
        }
        Ok(!packet.is_empty() && batch.push(packet))
    }
}

impl PacketSource for DescriptorSource {
    fn poll_read(&mut self, context: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>> {
        loop {
            let Poll::Ready(ready) = self.file.poll_read_ready(context) else {
                ready!(self.failure.as_mut().poll(context));
                return Poll::Ready(Err(self.why()));
            };
            let mut guard = ready?;
            let mut added = false;
            while batch.has_room() {
                let read = Self::read_one(
                    self.file.get_ref(),
                    &mut self.staging,
                    self.empty_read,
                    batch,
                );
                match read {
                    Ok(one) => added |= one,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        guard.clear_ready();
                        break;
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    // What was read before the failure still goes out; the failure comes again with the next read.
                    Err(_) if added => break,
                    Err(error) => return Poll::Ready(Err(error)),
                }
            }
            if added || !batch.has_room() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

/// Done once the descriptor reports an error without anything to read, as when the interface is deleted.
type Failure = Pin<Box<dyn Future<Output = ()> + Send>>;

#[cfg(any(target_os = "linux", target_os = "android"))]
fn failure(file: Arc<AsyncFd<File>>) -> Failure {
    Box::pin(async move {
        // Waiting fails only when the runtime goes away.
        let _ = file.ready(Interest::ERROR).await;
    })
}

/// Other systems wake the reader.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn failure(_file: Arc<AsyncFd<File>>) -> Failure {
    Box::pin(std::future::pending())
}

pub(super) struct DescriptorSink {
    file: Arc<AsyncFd<File>>,
    header: Header,
}

impl PacketSink for DescriptorSink {
    fn poll_write(&mut self, context: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>> {
        while let Some(packet) = batch.front() {
            let Some(version) = packet
                .first()
                .map(|byte| byte >> 4)
                .filter(|version| matches!(version, 4 | 6))
            else {
                batch.reject();
                continue;
            };
            let mut writer = self.file.get_ref();
            let written = match self.header {
                None => writer.write(packet),
                Some(header) => {
                    writer.write_vectored(&[IoSlice::new(&header(version)), IoSlice::new(packet)])
                }
            };
            match written {
                Ok(_) => batch.pop(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.file.poll_write_ready(context))?.clear_ready();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if refuses_packet(&error) => batch.reject(),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// Whether the failure is about this packet, or this moment, rather than about the device: a packet that the system
/// finds malformed or too long, an interface that is down (`EIO`), or no memory for it.
fn refuses_packet(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(
            libc::EINVAL
                | libc::EIO
                | libc::ENOBUFS
                | libc::ENOMEM
                | libc::EMSGSIZE
                | libc::EPROTONOSUPPORT
        )
    )
}
