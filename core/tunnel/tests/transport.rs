//! TCP connections over the loopback interface.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use p2svpn_tunnel::{TcpOptions, TcpTransport, TunnelError};
use tokio::net::{TcpListener, TcpSocket};

#[tokio::test]
async fn an_address_is_dialled_as_it_stands() {
    for host in ["127.0.0.1", "::1", "[::1]"] {
        let Ok(listener) = TcpListener::bind((host.trim_matches(['[', ']']), 0)).await else {
            continue;
        };
        let port = listener.local_addr().unwrap().port();

        let transport = TcpTransport::connect(host, port, &TcpOptions::default())
            .await
            .unwrap();

        let (_, client) = listener.accept().await.unwrap();
        assert_eq!(transport.peer_addr(), listener.local_addr().unwrap());
        assert_eq!(transport.local_addr(), client);
    }
}

#[tokio::test]
async fn every_address_of_a_name_is_tried() {
    // "localhost" is ::1 and 127.0.0.1 on most machines; the listener has only one of them.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();

    let transport = TcpTransport::connect("localhost", port, &TcpOptions::default())
        .await
        .unwrap();

    assert_eq!(transport.peer_addr(), listener.local_addr().unwrap());
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    let socket = TcpSocket::new_v4().unwrap();
    // Bound and not listening: nobody else can take the port meanwhile.
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();

    let refused = TcpTransport::connect("127.0.0.1", port, &TcpOptions::default()).await;

    let Err(TunnelError::Connect { address, source }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(
        (address.port(), source.kind()),
        (port, io::ErrorKind::ConnectionRefused)
    );
}

#[tokio::test]
async fn silence_ends_within_the_time_allowed() {
    // A full backlog drops the next handshake: silence without leaving the machine.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let _listener = socket.listen(1).unwrap();
    let options = TcpOptions {
        timeout: Duration::from_millis(200),
        ..TcpOptions::default()
    };

    let mut held = Vec::new();
    let started = std::time::Instant::now();
    let silent = loop {
        match TcpTransport::connect("127.0.0.1", address.port(), &options).await {
            Ok(transport) => held.push(transport),
            Err(error) => break error,
        }
        assert!(held.len() < 64, "the backlog never fills");
    };

    assert!(matches!(silent, TunnelError::TimedOut), "{silent:?}");
    assert!(started.elapsed() >= options.timeout);
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_told_as_such() {
    for name in ["no such name", "", "name.invalid"] {
        let options = TcpOptions {
            timeout: Duration::from_secs(60),
            ..TcpOptions::default()
        };

        let unknown = TcpTransport::connect(name, 443, &options).await;

        assert!(
            matches!(unknown, Err(TunnelError::NameNotResolved { ref host, .. }) if host == name),
            "{unknown:?}"
        );
    }
}

#[tokio::test]
async fn the_host_protects_each_socket_and_may_refuse() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let protected = Arc::new(AtomicI32::new(-1));
    let seen = Arc::clone(&protected);
    let protect = TcpOptions {
        protect: Some(Arc::new(move |socket| {
            seen.store(socket, Ordering::Relaxed);
            Ok(())
        })),
        ..TcpOptions::default()
    };
    let refuse = TcpOptions {
        protect: Some(Arc::new(|_| Err(io::ErrorKind::PermissionDenied.into()))),
        ..TcpOptions::default()
    };

    assert!(
        TcpTransport::connect("127.0.0.1", port, &protect)
            .await
            .is_ok()
    );
    let refused = TcpTransport::connect("127.0.0.1", port, &refuse).await;

    assert!(protected.load(Ordering::Relaxed) > 0);
    assert!(
        matches!(refused, Err(TunnelError::Connect { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied)
    );
}
