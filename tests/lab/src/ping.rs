use std::io::{ErrorKind, Read, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use crate::error::LabError;
use crate::namespace::Namespace;

/// ICMP's numbers of an echo request and its reply (RFC 792).
const REQUEST: u8 = 8;
const REPLY: u8 = 0;

/// How long a reply may take, on a busy machine too; where none comes, so long does it take to say so.
const LONGEST: Duration = Duration::from_secs(10);

/// Sends echo requests one after the other, each after the reply to the one before; returns the round trips.
///
/// # Errors
/// [`LabError::Traffic`] when a reply does not come within ten seconds.
pub fn ping(
    namespace: &Namespace,
    target: Ipv4Addr,
    count: u16,
) -> std::result::Result<Vec<Duration>, LabError> {
    let job = move || -> Result<Vec<Duration>> {
        let echo = Echo::open(target)?;
        let one = |sequence| {
            let sent = Instant::now();
            echo.send(sequence)?;
            echo.receive(sequence, sent + LONGEST)?;
            Ok(sent.elapsed())
        };
        (1..=count).map(one).collect()
    };
    let result = namespace
        .spawn(job)?
        .join()
        .map_err(|_| LabError::Panicked)?;
    result.map_err(|error| LabError::Traffic(format!("no echo from {target}: {error}")))
}

/// Sends an echo request every millisecond until the first reply; returns when it came.
///
/// Before there is a route, sending fails at once and is tried again a millisecond later.
///
/// # Errors
/// [`LabError::Traffic`] when there is no reply by the deadline.
pub fn echo_until(
    namespace: &Namespace,
    target: Ipv4Addr,
    deadline: Instant,
) -> std::result::Result<Instant, LabError> {
    let job = move || -> Result<Instant> {
        let echo = Echo::open(target)?;
        for sequence in 1..=u16::MAX {
            let next = Instant::now() + Duration::from_millis(1);
            if next > deadline {
                break;
            }
            match echo.send(sequence) {
                Ok(()) if echo.receive_any(next)? => return Ok(Instant::now()),
                Err(error) if !is_without_route(&error) => return Err(error),
                _ => std::thread::sleep(next.saturating_duration_since(Instant::now())),
            }
        }
        Err(ErrorKind::TimedOut.into())
    };
    let result = namespace
        .spawn(job)?
        .join()
        .map_err(|_| LabError::Panicked)?;
    result.map_err(|error| LabError::Traffic(format!("no echo from {target}: {error}")))
}

/// A raw socket that sends echo requests and sees the replies.
struct Echo {
    socket: Socket,
    target: SockAddr,
    /// Tells these replies from those to others.
    identifier: u16,
}

impl Echo {
    fn open(target: Ipv4Addr) -> Result<Self> {
        Ok(Self {
            socket: Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4))?,
            target: SocketAddr::from((target, 0)).into(),
            identifier: std::process::id() as u16,
        })
    }

    fn send(&self, sequence: u16) -> Result<()> {
        let [identifier_high, identifier_low] = self.identifier.to_be_bytes();
        let [sequence_high, sequence_low] = sequence.to_be_bytes();
        let head = [
            REQUEST,
            0,
            0,
            0,
            identifier_high,
            identifier_low,
            sequence_high,
            sequence_low,
        ];
        // The payload is empty, so that the checksum is over the head alone.
        let [sum_high, sum_low] = checksum(&head).to_be_bytes();
        let packet = [
            REQUEST,
            0,
            sum_high,
            sum_low,
            identifier_high,
            identifier_low,
            sequence_high,
            sequence_low,
        ];
        self.socket.send_to(&packet, &self.target).map(|_| ())
    }

    fn receive(&self, sequence: u16, deadline: Instant) -> Result<()> {
        loop {
            match self.receive_one(deadline)? {
                Some(answered) if answered == sequence => return Ok(()),
                Some(_) => {}
                None => return Err(ErrorKind::TimedOut.into()),
            }
        }
    }

    fn receive_any(&self, deadline: Instant) -> Result<bool> {
        Ok(self.receive_one(deadline)?.is_some())
    }

    /// Waits for a reply to one of our requests, and returns its sequence number.
    fn receive_one(&self, deadline: Instant) -> Result<Option<u16>> {
        let mut buffer = [0; 2048];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.socket
                .set_read_timeout(Some(left.max(Duration::from_micros(1))))?;
            let length = match (&self.socket).read(&mut buffer) {
                Ok(length) => length,
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
            let reply = buffer.get(..length).and_then(|packet| self.reply(packet));
            if reply.is_some() {
                return Ok(reply);
            }
        }
    }

    /// The sequence number, if this IPv4 packet is a reply to us.
    fn reply(&self, packet: &[u8]) -> Option<u16> {
        let header = usize::from(packet.first()? & 0x0f) * 4;
        let &[
            kind,
            _,
            _,
            _,
            identifier_high,
            identifier_low,
            sequence_high,
            sequence_low,
        ] = packet.get(header..)?.first_chunk()?;
        let identifier = u16::from_be_bytes([identifier_high, identifier_low]);
        let is_ours = kind == REPLY && identifier == self.identifier;
        is_ours.then(|| u16::from_be_bytes([sequence_high, sequence_low]))
    }
}

fn is_without_route(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::NetworkDown
    )
}

/// The Internet checksum (RFC 1071).
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| match *pair {
        [high, low] => u32::from(u16::from_be_bytes([high, low])),
        [high] => u32::from(u16::from_be_bytes([high, 0])),
        _ => 0,
    });
    let sum: u32 = words.sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) + (folded >> 16)) as u16
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_packet_with_its_checksum_sums_up_to_zero() {
        let packet = [REQUEST, 0, 0, 0, 0x12, 0x34, 0xff, 0xfe];
        let [high, low] = checksum(&packet).to_be_bytes();

        assert_eq!(
            checksum(&[REQUEST, 0, high, low, 0x12, 0x34, 0xff, 0xfe]),
            0
        );
    }
}
