//! Promises of the gateway to a client that does everything right.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use p2svpn_gateway::{
    Cipher, DataKeys, DataPackets, Gateway, GatewayEvent, IdentityRequest, KeyKind, TlsVersions,
    pattern,
};
use p2svpn_openvpn::{Error, Route, RouteGateway};
use p2svpn_tunnel::TunnelEnd;
use support::{Client, LONG, Plan, address, body, identity_of};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn a_megabyte_arrives_unharmed_with_every_tls_version_key_and_packet_format() {
    for (tls, version) in [
        (TlsVersions::Only12, "TLSv1.2"),
        (TlsVersions::Only13, "TLSv1.3"),
    ] {
        for (keys, packets) in [
            (DataKeys::Classic, DataPackets::V1),
            (DataKeys::Classic, DataPackets::V2),
            (DataKeys::TlsExporter, DataPackets::V1),
            (DataKeys::TlsExporter, DataPackets::V2),
        ] {
            let gateway = Gateway::builder()
                .tls(tls)
                .keys(keys)
                .packets(packets)
                .start()
                .await
                .unwrap();
            let client = Client::connect(&gateway).await;
            assert!(
                client
                    .settings
                    .tls
                    .version
                    .contains(version.trim_start_matches("TLSv")),
                "{:?}",
                client.settings.tls
            );
            assert_eq!(
                client.settings.push.peer_id.is_some(),
                packets == DataPackets::V2
            );
            assert_eq!(
                client.settings.push.uses_tls_exporter(),
                keys == DataKeys::TlsExporter
            );

            let bytes = client.fetch(&gateway, "/bytes/1000000").await;
            let hash = client.fetch(&gateway, "/hash/1000000").await;

            assert_eq!(bytes.len(), 1_000_000);
            assert_eq!(format!("{}\n", hexadecimal(&bytes)).into_bytes(), hash);
        }
    }
}

#[tokio::test]
async fn every_cipher_carries_data_in_both_directions() {
    for cipher in [Cipher::Aes256Gcm, Cipher::ChaCha20Poly1305] {
        let gateway = Gateway::builder().cipher(cipher).start().await.unwrap();
        let client = Client::connect(&gateway).await;
        assert_eq!(client.settings.cipher, cipher.name());
        let mut sent = vec![0; 300_000];
        pattern(3, &mut sent);

        let mut stream = client.dial(&gateway, 80).await;
        let head = format!(
            "POST /upload HTTP/1.1\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            sent.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&sent).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();

        assert_eq!(
            String::from_utf8(body(&answer)).unwrap(),
            format!("300000 {}\n", hexadecimal(&sent))
        );
    }
}

#[tokio::test]
async fn the_small_services_answer_and_so_does_ping() {
    let gateway = Gateway::builder().start().await.unwrap();
    let client = Client::connect(&gateway).await;

    let mut echo = client.dial(&gateway, 7).await;
    echo.write_all(b"to and fro").await.unwrap();
    echo.shutdown().await.unwrap();
    let mut echoed = Vec::new();
    echo.read_to_end(&mut echoed).await.unwrap();

    let mut source = client.dial(&gateway, 19).await;
    let (mut received, mut expected) = (vec![0; 50_000], vec![0; 50_000]);
    source.read_exact(&mut received).await.unwrap();
    pattern(0, &mut expected);

    let mut discard = client.dial(&gateway, 9).await;
    discard.write_all(&[1; 50_000]).await.unwrap();
    discard.shutdown().await.unwrap();
    let silence = discard.read(&mut [0; 1]).await.unwrap();

    let ping = client.stack.ping(gateway.services().into(), LONG).await;

    assert_eq!(echoed, b"to and fro");
    assert!(received == expected);
    assert_eq!(silence, 0);
    assert!(ping.unwrap() < LONG);
}

#[tokio::test]
async fn clients_get_what_azure_pushes_and_their_own_addresses() {
    let gateway = Gateway::builder().start().await.unwrap();

    let first = Client::connect(&gateway).await;
    let second = Client::connect(&gateway).await;

    let push = &first.settings.push;
    let route = Route {
        destination: "10.1.0.0/16".parse().unwrap(),
        gateway: RouteGateway::Tunnel,
        metric: None,
    };
    assert_eq!(push.addresses, ["172.16.201.2/24".parse().unwrap()]);
    assert_eq!(push.routes, [route]);
    assert_eq!(
        (push.ping, push.ping_restart, push.peer_id, &push.cipher),
        (None, None, None, &None)
    );
    assert_eq!(address(&second.settings), Ipv4Addr::new(172, 16, 201, 3));
    let page = second.fetch(&gateway, "/").await;
    assert!(
        String::from_utf8(page)
            .unwrap()
            .contains("Hello, 172.16.201.3.")
    );
}

#[tokio::test]
async fn what_the_builder_changes_is_pushed() {
    let gateway = Gateway::builder()
        .pool("10.99.0.0/24".parse().unwrap())
        .network(
            "192.168.44.0/24".parse().unwrap(),
            Ipv4Addr::new(192, 168, 44, 9),
        )
        .push(|push| {
            push.resolvers = vec![Ipv4Addr::new(192, 168, 44, 53).into()];
            push.tun_mtu = Some(1300);
            push.ping = Some(Duration::from_secs(10));
        })
        .start()
        .await
        .unwrap();

    let client = Client::connect(&gateway).await;

    let push = &client.settings.push;
    assert_eq!(push.addresses, ["10.99.0.2/24".parse().unwrap()]);
    assert_eq!(
        push.routes[0].destination,
        "192.168.44.0/24".parse().unwrap()
    );
    assert_eq!(push.resolvers, [Ipv4Addr::new(192, 168, 44, 53)]);
    assert_eq!(
        (push.tun_mtu, push.ping),
        (Some(1300), Some(Duration::from_secs(10)))
    );
    assert_eq!(client.fetch(&gateway, "/bytes/100000").await.len(), 100_000);
}

#[tokio::test]
async fn an_rsa_certificate_is_accepted_with_every_tls_version() {
    for tls in [TlsVersions::Only12, TlsVersions::Only13] {
        let gateway = Gateway::builder().start().await.unwrap();
        let issued = gateway
            .issue(&IdentityRequest::new("bob").key(KeyKind::Rsa2048))
            .unwrap();
        let plan = Plan {
            tls,
            ..Plan::default()
        };

        let client = Client::try_connect(&gateway.profile_xml(), &identity_of(&issued), plan).await;

        assert!(client.is_ok());
    }
}

#[tokio::test]
async fn sessions_are_listed_while_they_last_and_told_of() {
    let gateway = Gateway::builder().start().await.unwrap();
    let mut events = gateway.events();
    let client = Client::connect(&gateway).await;
    client.fetch(&gateway, "/bytes/10000").await;

    let sessions = gateway.sessions();
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].common_name.as_deref(), Some("alice"));
    assert_eq!(sessions[0].address, Some(address(&client.settings)));
    assert!(sessions[0].established && sessions[0].statistics.sent_bytes > 10_000);
    client.tunnel.close().await;

    let mut names = Vec::new();
    while let Some(event) = events.next().await {
        let is_end = matches!(event, GatewayEvent::Ended { .. });
        names.push(event.to_string().split(' ').next().unwrap().to_owned());
        if is_end {
            break;
        }
    }
    assert_eq!(names, ["accepted", "admitted", "established", "ended"]);
    assert!(gateway.sessions().is_empty());
    let counted = gateway.statistics();
    assert_eq!(
        (counted.accepted, counted.established, counted.ended),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn whoever_is_cut_off_can_connect_again_and_gets_an_address_back() {
    let gateway = Gateway::builder().start().await.unwrap();
    let mut events = gateway.events();
    let mut client = Client::connect(&gateway).await;

    gateway.disconnect_all();

    assert!(matches!(
        client.end().await,
        TunnelEnd::Connection(Error::TransportClosed(_))
    ));
    while !matches!(events.next().await, Some(GatewayEvent::Ended { .. })) {}
    let again = Client::connect(&gateway).await;
    assert_eq!(address(&again.settings), address(&client.settings));
    assert_eq!(again.fetch(&gateway, "/bytes/1000").await.len(), 1000);
}

#[tokio::test]
async fn after_stop_and_after_drop_nothing_is_left() {
    for politely in [true, false] {
        let gateway = Gateway::builder().start().await.unwrap();
        let address = gateway.address();
        let mut events = gateway.events();
        let mut client = Client::connect(&gateway).await;

        if politely {
            gateway.stop().await;
        } else {
            drop(gateway);
        }

        let end = client.end().await;
        assert!(matches!(end, TunnelEnd::Connection(_)), "{end:?}");
        while events.next().await.is_some() {}
        assert!(TcpListener::bind(address).is_ok(), "somebody still listens");
    }
}

#[tokio::test]
async fn a_full_pool_turns_clients_away_with_a_reason() {
    let gateway = Gateway::builder()
        .pool("10.9.0.0/30".parse().unwrap())
        .start()
        .await
        .unwrap();
    let _first = Client::connect(&gateway).await;

    let error = support::failure(&gateway, Plan::default()).await;

    assert_eq!(
        error,
        Error::AuthenticationFailed("all addresses are in use".to_owned())
    );
    assert_eq!(gateway.statistics().refused, 1);
}

#[tokio::test]
async fn twenty_clients_at_once_are_served() {
    let gateway = Gateway::builder().start().await.unwrap();
    let visits = (0..20).map(|_| async {
        let client = Client::connect(&gateway).await;
        client.fetch(&gateway, "/bytes/20000").await.len()
    });

    let lengths = futures_util::future::join_all(visits).await;

    assert_eq!(lengths, [20_000; 20]);
    assert_eq!(gateway.statistics().established, 20);
}

fn hexadecimal(bytes: &[u8]) -> String {
    digest(&SHA256, bytes)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
