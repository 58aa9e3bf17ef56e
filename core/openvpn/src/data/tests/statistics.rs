use std::time::Duration;

use super::*;

#[test]
fn everything_is_counted() {
    let (mut client, mut gateway) = pair(CLASSIC);
    let packet = client.seal(PACKET);
    gateway.open(&mut packet.clone()).unwrap();
    gateway.open(&mut packet.clone()).unwrap_err();
    let mut forged = packet.clone();
    forged[20] ^= 1;
    gateway.open(&mut forged).unwrap_err();
    gateway.open(&mut [0x4f; 100]).unwrap_err();
    gateway.open(&mut []).unwrap_err();
    client.try_seal(&[]).unwrap_err();

    let expected = DataStatistics {
        sent_packets: 1,
        sent_bytes: 14,
        unsealed_packets: 1,
        ..Default::default()
    };
    assert_eq!(client.channel.statistics(), expected);
    let expected = DataStatistics {
        received_packets: 1,
        received_bytes: 14,
        dropped_replayed: 1,
        dropped_not_authentic: 1,
        dropped_unknown_key: 1,
        dropped_malformed: 1,
        ..Default::default()
    };
    assert_eq!(gateway.channel.statistics(), expected);
}

#[test]
fn the_last_times_are_those_of_sealed_and_authentic_packets() {
    let (mut client, mut gateway) = pair(CLASSIC);
    assert_eq!(
        (client.channel.last_sent(), gateway.channel.last_received()),
        (None, None)
    );

    let (sent, received) = (
        client.now + Duration::from_secs(3),
        client.now + Duration::from_secs(4),
    );
    client.now = sent;
    let mut packet = client.seal(PACKET);
    gateway.now = received;
    gateway.open(&mut packet).unwrap();
    gateway.now += Duration::from_secs(5);
    gateway.open(&mut packet).unwrap_err();

    assert_eq!(client.channel.last_sent(), Some(sent));
    assert_eq!(gateway.channel.last_received(), Some(received));
}
