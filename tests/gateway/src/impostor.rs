//! A gateway that stops on purpose, or never was one.

use std::io;
use std::time::Duration;

use p2svpn_openvpn::{Admission, Connection, Event, Frame, Stage, next_frame};
use p2svpn_system::Clock;
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::admission::Verdict;
use crate::misbehaviour::{Answer, Stop};

/// Handshakes until the client is at `target`, and not a packet further.
///
/// `judge` is asked about the client that wants to be let in.
pub(crate) async fn handshake_until(
    target: Stage,
    mut connection: Connection,
    stream: &mut TcpStream,
    clock: Clock,
    mut judge: impl FnMut(&Admission) -> Verdict,
) -> io::Result<()> {
    let mut unread = Vec::new();
    loop {
        let mut packet = read_packet(&mut connection, stream, clock, &mut unread).await?;
        if target == Stage::Reset {
            return Ok(());
        }
        connection.receive(clock.now(), &mut packet);
        send(&mut connection, stream, clock).await?;
        while let Some(event) = connection.poll_event() {
            match event {
                Event::Admission(_) if target <= Stage::KeyExchange => {}
                Event::Admission(admission) => {
                    match judge(&admission) {
                        Verdict::Admitted(push) => connection.admit(clock.now(), *push),
                        Verdict::Refused(text) => connection.refuse(clock.now(), &text),
                    }
                    if target == Stage::Push {
                        // The gateway's part of the key exchange; the settings may wait behind it.
                        return send_one(&mut connection, stream, clock).await;
                    }
                    send(&mut connection, stream, clock).await?;
                }
                Event::Closed(reason) => {
                    tracing::debug!(?reason, "the handshake ended before it was stopped");
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
                _ => {}
            }
        }
        if connection.stage() >= target {
            return Ok(());
        }
    }
}

/// Waits for the client's first packet and answers it with something else than OpenVPN.
pub(crate) async fn answer(answer: Answer, stream: &mut TcpStream) -> io::Result<()> {
    let mut first = [0; 2048];
    if stream.read(&mut first).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let bytes = match answer {
        Answer::Http => {
            b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
        }
        Answer::EmptyFrame => vec![0, 0],
        Answer::Noise => {
            let mut noise = vec![0; 3 * 102];
            crate::network::pattern(0, &mut noise);
            for frame in noise.chunks_mut(102) {
                if let Some(length) = frame.first_chunk_mut() {
                    *length = [0, 100];
                }
            }
            noise
        }
    };
    stream.write_all(&bytes).await
}

/// Stops in this way; returns when the connection is over.
pub(crate) async fn stop(how: Stop, mut stream: TcpStream) -> io::Result<()> {
    match how {
        Stop::Resetting => return SockRef::from(&stream).set_linger(Some(Duration::ZERO)),
        Stop::Closing => stream.shutdown().await?,
        Stop::Silently => {}
    }
    let mut buffer = vec![0; 16 * 1024];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}

/// Waits for the next packet, and meanwhile sends again what is due.
async fn read_packet(
    connection: &mut Connection,
    stream: &mut TcpStream,
    clock: Clock,
    unread: &mut Vec<u8>,
) -> io::Result<Vec<u8>> {
    loop {
        match next_frame(unread) {
            Frame::Packet(range) => {
                let packet = unread.get(range.clone()).unwrap_or_default().to_vec();
                unread.drain(..range.end);
                return Ok(packet);
            }
            Frame::Invalid => return Err(io::ErrorKind::InvalidData.into()),
            Frame::Incomplete { .. } => {}
        }
        let due = connection.poll_timeout(clock.now()).map(|(due, _)| due);
        let sleep = due.map_or(Duration::from_secs(10), |due| clock.until(due));
        tokio::select! {
            read = stream.read_buf(unread) => if read? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            },
            () = tokio::time::sleep(sleep), if due.is_some() => {
                connection.handle_timeout(clock.now());
                send(connection, stream, clock).await?;
            }
        }
    }
}

async fn send(connection: &mut Connection, stream: &mut TcpStream, clock: Clock) -> io::Result<()> {
    while let Some(wire) = connection.poll_transmit(clock.now()) {
        stream.write_all(&wire).await?;
    }
    Ok(())
}

async fn send_one(
    connection: &mut Connection,
    stream: &mut TcpStream,
    clock: Clock,
) -> io::Result<()> {
    match connection.poll_transmit(clock.now()) {
        Some(wire) => stream.write_all(&wire).await,
        None => Ok(()),
    }
}
