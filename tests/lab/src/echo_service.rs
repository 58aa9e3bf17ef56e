use std::io::ErrorKind;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::addresses::SERVICE;
use crate::error::LabError;
use crate::namespace::Namespace;

/// The port of the echo protocol (RFC 862).
pub(crate) const ECHO: u16 = 7;

/// Sends back each datagram that comes to [`SERVICE`] on the port [`ECHO`].
pub(crate) struct EchoService {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl EchoService {
    pub(crate) fn start(namespace: &Namespace) -> Result<Self, LabError> {
        let failed = || LabError::system("starting the echo service");
        let socket = namespace
            .run(|| UdpSocket::bind((SERVICE, ECHO)))?
            .map_err(failed())?;
        // How often it looks whether it is over.
        socket
            .set_read_timeout(Some(Duration::from_millis(100)))
            .map_err(failed())?;
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let thread =
            namespace.spawn(
                move || {
                    while !seen.load(Ordering::Relaxed) && serve(&socket).is_ok() {}
                },
            )?;
        Ok(Self {
            over,
            thread: Some(thread),
        })
    }
}

impl Drop for EchoService {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(socket: &UdpSocket) -> std::io::Result<()> {
    let mut buffer = [0; 2_048];
    match socket.recv_from(&mut buffer) {
        Ok((length, client)) => {
            let datagram = buffer.get(..length).unwrap_or_default();
            // One that cannot be sent back is lost, and counted where it is missed.
            let _ = socket.send_to(datagram, client);
            Ok(())
        }
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(()),
        // The answer to an earlier datagram found nobody.
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
        Err(error) => Err(error),
    }
}
