//! The kernel's announcements of what changes in the network.

use std::io;
use std::time::Duration;

use rtnetlink::sys::protocols::NETLINK_ROUTE;
use rtnetlink::sys::{Socket, SocketAddr};
use tokio::io::unix::AsyncFd;
use tokio::time::{Instant, timeout_at};

use crate::SystemError;

/// Changes of links, and of addresses and routes of both families (`RTMGRP_*` in rtnetlink(7)).
const GROUPS: u32 = (libc::RTMGRP_LINK
    | libc::RTMGRP_IPV4_IFADDR
    | libc::RTMGRP_IPV4_ROUTE
    | libc::RTMGRP_IPV6_IFADDR
    | libc::RTMGRP_IPV6_ROUTE) as u32;

/// How long nothing more has to come before a change counts as done: a machine that moves to another network loses its
/// address, its route and its link one after the other.
const QUIET: Duration = Duration::from_millis(50);

/// How long a change may go on before it is told of all the same.
const LONGEST: Duration = Duration::from_millis(250);

/// Tells when the links, addresses or routes of this network namespace have changed.
///
/// It says that something is different and not what: whoever wants to know looks, and sees the latest. A burst of changes is
/// told once.
#[derive(Debug)]
pub struct NetworkWatch {
    socket: AsyncFd<Socket>,
    /// When the change that is not told of yet began.
    began: Option<Instant>,
}

impl NetworkWatch {
    /// Begins to watch, in the calling thread's network namespace; needs a Tokio runtime with I/O and time, and no privilege.
    ///
    /// # Errors
    /// [`SystemError::Refused`] if the process may not use netlink.
    pub fn open() -> Result<Self, SystemError> {
        let socket = open().map_err(|source| SystemError::Refused {
            operation: "watch the network".to_owned(),
            source,
        })?;
        Ok(Self {
            socket,
            began: None,
        })
    }

    /// Waits until something has changed since the last call, and is quiet again. Dropping the future loses nothing.
    pub async fn changed(&mut self) {
        let began = match self.began {
            Some(began) => began,
            None => {
                self.announcement().await;
                *self.began.insert(Instant::now())
            }
        };
        let latest = began + LONGEST;
        loop {
            let quiet = Instant::now() + QUIET;
            let more = timeout_at(quiet.min(latest), self.announcement()).await;
            if more.is_err() {
                self.began = None;
                return;
            }
        }
    }

    /// Waits for announcements and takes all that there are.
    async fn announcement(&mut self) {
        loop {
            let Ok(mut ready) = self.socket.readable().await else {
                // Only a runtime that shuts down gives no more readiness.
                return std::future::pending().await;
            };
            let taken = ready.try_io(|socket| take(socket.get_ref()));
            match taken {
                Ok(Ok(())) => return,
                // More came than the socket holds: something has changed for certain.
                Ok(Err(error)) if error.raw_os_error() == Some(libc::ENOBUFS) => return,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the network is not watched any more");
                    return std::future::pending().await;
                }
                Err(_would_block) => {}
            }
        }
    }
}

fn open() -> io::Result<AsyncFd<Socket>> {
    let mut socket = Socket::new(NETLINK_ROUTE)?;
    socket.bind(&SocketAddr::new(0, GROUPS))?;
    socket.set_non_blocking(true)?;
    // SAFETY: the socket keeps its descriptor, open, for as long as it lives, and its `as_fd` answers that one each time.
    unsafe { AsyncFd::register(socket) }.map_err(io::Error::from)
}

/// Takes one announcement, whose text does not matter.
fn take(socket: &Socket) -> io::Result<()> {
    // The kernel cuts off what has no room.
    let mut start = [0; 16];
    socket.recv(&mut start.as_mut_slice(), 0).map(drop)
}
