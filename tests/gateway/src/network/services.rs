use std::future::Future;
use std::io;
use std::net::IpAddr;

use p2svpn_tunnel::{Stack, TcpListener, TcpStream, TunnelError};
use tokio::task::JoinSet;

use super::echo::{discard, echo, source};
use super::http;

/// The services that one client sees: HTTP on port 80, echo on 7, discard on 9 and a source of bytes on 19.
///
/// They end when this is dropped.
pub(crate) struct Services {
    _tasks: JoinSet<()>,
}

/// Connections that each service serves at once.
const VISITS: usize = 64;

/// Connections to each service that may wait.
const BACKLOG: usize = 16;

impl Services {
    /// The sockets that all services together take at most.
    pub(crate) const SOCKETS: usize = 4 * (VISITS + BACKLOG);

    /// Starts them on the stack that stands for the network. Needs a Tokio runtime.
    ///
    /// # Errors
    /// Those of [`Stack::listen`].
    pub(crate) fn start(stack: &Stack, client: IpAddr) -> Result<Self, TunnelError> {
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(stack.listen(80, BACKLOG)?, move |stream| {
            http::serve(stream, client)
        }));
        tasks.spawn(accept(stack.listen(7, BACKLOG)?, echo));
        tasks.spawn(accept(stack.listen(9, BACKLOG)?, discard));
        tasks.spawn(accept(stack.listen(19, BACKLOG)?, source));
        Ok(Self { _tasks: tasks })
    }
}

async fn accept<F>(listener: TcpListener, serve: impl Fn(TcpStream) -> F)
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let port = listener.port();
    let mut visits = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if visits.len() < VISITS => match accepted {
                Ok((stream, _)) => { visits.spawn(serve(stream)); }
                Err(_) => return,
            },
            Some(visit) = visits.join_next() => if let Ok(Err(error)) = visit {
                tracing::debug!(port, %error, "a visit to a service broke off");
            },
        }
    }
}
