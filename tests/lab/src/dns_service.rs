use std::io::ErrorKind;
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::error::LabError;
use crate::namespace::Namespace;

/// The port of DNS (RFC 1035 section 4.2).
const DNS: u16 = 53;

/// The length of the head of a message (RFC 1035 section 4.1.1).
const HEAD: usize = 12;

/// The record with which a server says that it knows extensions, and has none (RFC 6891 section 6.1.2).
const NO_OPTIONS: [u8; 11] = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0];

/// A DNS server that gives every name the same address.
pub struct DnsService {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl DnsService {
    /// Starts it at an address of the namespace.
    ///
    /// # Errors
    /// [`LabError::System`] if the address is not there or taken.
    pub fn start(
        namespace: &Namespace,
        address: Ipv4Addr,
        answer: Ipv4Addr,
    ) -> Result<Self, LabError> {
        let failed = || LabError::system("starting the DNS service");
        let socket = namespace
            .run(move || UdpSocket::bind((address, DNS)))?
            .map_err(failed())?;
        // How often it looks whether it is over.
        socket
            .set_read_timeout(Some(Duration::from_millis(100)))
            .map_err(failed())?;
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let work = move || while !seen.load(Ordering::Relaxed) && serve(&socket, answer).is_ok() {};
        Ok(Self {
            over,
            thread: Some(namespace.spawn(work)?),
        })
    }
}

impl Drop for DnsService {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(socket: &UdpSocket, address: Ipv4Addr) -> std::io::Result<()> {
    let mut buffer = [0; 2_048];
    match socket.recv_from(&mut buffer) {
        Ok((length, client)) => {
            let query = buffer.get(..length).unwrap_or_default();
            if let Some(answer) = answer_to(query, address) {
                // One that cannot be sent is asked for again.
                let _ = socket.send_to(&answer, client);
            }
            Ok(())
        }
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(()),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
        Err(error) => Err(error),
    }
}

/// The address for a question for one, and nothing for other questions; nothing at all for what is none.
fn answer_to(query: &[u8], address: Ipv4Addr) -> Option<Vec<u8>> {
    let name = query.get(HEAD..)?.iter().position(|byte| *byte == 0)?;
    let question = query.get(HEAD..HEAD + name + 5)?;
    let has_address = question.ends_with(&[0, 1, 0, 1]);
    let mut answer = query.get(..2)?.to_vec();
    let has_options = query.get(HEAD - 1).is_some_and(|count| *count > 0);
    let (answers, options) = (u8::from(has_address), u8::from(has_options));
    answer.extend([0x81, 0x80, 0, 1, 0, answers, 0, 0, 0, options]);
    answer.extend(question);
    if has_address {
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4]);
        answer.extend(address.octets());
    }
    if has_options {
        answer.extend(NO_OPTIONS);
    }
    Some(answer)
}
