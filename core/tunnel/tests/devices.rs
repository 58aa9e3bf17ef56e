//! Devices on file descriptors: a host's packet sockets, and the Linux TUN device in a namespace of its own.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::future::poll_fn;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::task::{Context, Poll, Waker};

use p2svpn_tunnel::{Batch, Device, HostFdOptions, Margin, PacketHeader, TunOptions, TunnelError};
use support::namespace::{in_new_namespace, ip};

const MTU: u16 = 1400;

#[tokio::test]
async fn bare_packets_pass_both_ways() {
    let (mut device, host) = host_device(PacketHeader::None);
    let packet = ipv4_packet(100);

    host.send(&packet).unwrap();
    host.send(&ipv6_packet(200)).unwrap();
    let read = read(&mut device).await;
    write(&mut device, &[&packet]).await.unwrap();

    assert_eq!(read, [packet.clone(), ipv6_packet(200)]);
    assert_eq!(receive(&host), packet);
}

#[tokio::test]
async fn headers_are_taken_off_and_put_on() {
    for (header, ipv4, ipv6) in [
        (
            PacketHeader::LinuxProtocol,
            [0, 0, 8, 0],
            [0, 0, 0x86, 0xdd],
        ),
        (PacketHeader::DarwinFamily, [0, 0, 0, 2], [0, 0, 0, 30]),
    ] {
        let (mut device, host) = host_device(header);
        let framed = [&ipv4[..], &ipv4_packet(60)].concat();

        host.send(&framed).unwrap();
        let read = read(&mut device).await;
        write(&mut device, &[&ipv4_packet(60), &ipv6_packet(70)])
            .await
            .unwrap();

        assert_eq!(read, [ipv4_packet(60)]);
        assert_eq!(receive(&host), framed);
        assert_eq!(receive(&host), [&ipv6[..], &ipv6_packet(70)].concat());
    }
}

#[tokio::test]
async fn what_is_no_ip_packet_is_counted_and_harms_no_other() {
    let (mut device, host) = host_device(PacketHeader::None);

    let rejected = write(&mut device, &[&[0x55; 40], &ipv4_packet(50), &[0x00]])
        .await
        .unwrap();
    host.send(&[]).unwrap();
    host.send(&ipv4_packet(51)).unwrap();

    assert_eq!(rejected, 2);
    assert_eq!(receive(&host), ipv4_packet(50));
    assert_eq!(read(&mut device).await, [ipv4_packet(51)]);
}

#[tokio::test]
async fn packets_longer_than_the_mtu_are_counted_and_not_cut() {
    for (header, framing) in [
        (PacketHeader::None, &[][..]),
        (PacketHeader::LinuxProtocol, &[0, 0, 8, 0]),
    ] {
        let (mut device, host) = host_device(header);
        let longest = ipv4_packet(usize::from(MTU));
        for length in [usize::from(MTU) + 1, 9000, usize::from(MTU)] {
            host.send(&[framing, &ipv4_packet(length)].concat())
                .unwrap();
        }

        let mut batch = Batch::new(0, usize::from(MTU), Margin::default());
        poll_fn(|context| device.source.poll_read(context, &mut batch))
            .await
            .unwrap();

        assert_eq!(batch.packets().collect::<Vec<_>>(), [&longest[..]]);
        assert_eq!(batch.take_oversized(), 2);
    }
}

#[tokio::test]
async fn a_host_that_does_not_read_holds_the_tunnel_back_and_loses_nothing() {
    let (mut device, host) = host_device(PacketHeader::None);
    let mut batch = Batch::new(0, usize::from(MTU), Margin::default());
    let mut written = 0_usize;
    let mut packet = ipv4_packet(1000);

    let blocked = loop {
        if batch.is_empty() {
            packet[20..28].copy_from_slice(&written.to_be_bytes());
            assert!(batch.push(&packet));
            written += 1;
        }
        if poll_once(|context| device.sink.poll_write(context, &mut batch)).is_pending() {
            break written;
        }
        assert!(written < 100_000, "nothing ever blocks");
    };
    host.set_nonblocking(true).unwrap();
    for expected in 0..blocked - 1 {
        assert_eq!(receive(&host)[20..28], expected.to_be_bytes());
    }
    poll_fn(|context| device.sink.poll_write(context, &mut batch))
        .await
        .unwrap();

    assert_eq!(receive(&host)[20..28], (blocked - 1).to_be_bytes());
    assert_eq!(batch.take_rejected(), 0);
}

#[tokio::test]
async fn a_descriptor_that_runs_packets_together_is_refused() {
    let (stream, _other) = UnixStream::pair().unwrap();
    let (pipe, _writer) = io::pipe().unwrap();
    let file = tempfile();

    for descriptor in [OwnedFd::from(stream), OwnedFd::from(pipe), file] {
        let refused = Device::host_fd(
            descriptor,
            HostFdOptions {
                mtu: MTU,
                header: PacketHeader::None,
            },
        );
        assert!(matches!(refused, Err(TunnelError::HostFd { .. })));
    }
}

#[test]
fn without_a_runtime_a_device_is_an_error_and_no_panic() {
    let (ours, _host) = UnixDatagram::pair().unwrap();

    let refused = Device::host_fd(
        ours.into(),
        HostFdOptions {
            mtu: MTU,
            header: PacketHeader::None,
        },
    );

    assert!(matches!(refused, Err(TunnelError::HostFd { .. })));
}

#[test]
fn the_tun_device_carries_packets_and_vanishes_with_its_owner() {
    if !p2svpn_house::require_root("it makes a network namespace and a TUN device")
        || !p2svpn_house::require_path("/dev/net/tun", "it makes a TUN device")
        || !p2svpn_house::require_program("ip", "it sets the TUN device up")
    {
        return;
    }
    in_new_namespace(|| async {
        let options = TunOptions {
            name: None,
            mtu: 1300,
        };
        let mut device = Device::tun(&options).unwrap();
        let name = device.name.clone().unwrap();
        assert_eq!(name, "p2svpn0");
        assert!(ip(&["link", "show", &name]).contains("mtu 1300"));

        // Down, the interface takes no packet, which is no reason to end.
        assert_eq!(write(&mut device, &[&echo_request()]).await.unwrap(), 1);

        ip(&["address", "add", "10.8.0.1/24", "dev", &name]);
        ip(&["link", "set", &name, "up"]);
        assert_eq!(write(&mut device, &[&echo_request()]).await.unwrap(), 0);
        let reply = loop {
            let packets = read(&mut device).await;
            if let Some(reply) = packets
                .into_iter()
                .find(|packet| packet[0] >> 4 == 4 && packet[9] == 1)
            {
                break reply;
            }
        };
        assert_eq!(
            (&reply[12..16], &reply[16..20], reply[20]),
            (&[10, 8, 0, 1][..], &[10, 8, 0, 2][..], 0)
        );

        let second = Device::tun(&TunOptions {
            name: Some("second".to_owned()),
            mtu: 1400,
        })
        .unwrap();
        let taken = Device::tun(&TunOptions {
            name: Some("second".to_owned()),
            mtu: 1400,
        });
        assert!(
            matches!(taken, Err(TunnelError::DeviceOpen { .. })),
            "{taken:?}"
        );
        drop((device, second));
        assert!(!ip(&["-brief", "link"]).contains("p2svpn0"));
    });
}

#[test]
fn a_deleted_tun_device_is_an_error_for_whoever_reads() {
    if !p2svpn_house::require_root("it makes a network namespace and a TUN device")
        || !p2svpn_house::require_path("/dev/net/tun", "it makes a TUN device")
        || !p2svpn_house::require_program("ip", "it deletes the TUN device")
    {
        return;
    }
    in_new_namespace(|| async {
        let mut device = Device::tun(&TunOptions {
            name: Some("gone".to_owned()),
            mtu: 1400,
        })
        .unwrap();
        let mut batch = Batch::new(0, 1400, Margin::default());

        ip(&["link", "delete", "gone"]);

        let read = poll_fn(|context| device.source.poll_read(context, &mut batch)).await;
        assert!(read.is_err());
    });
}

fn host_device(header: PacketHeader) -> (Device, UnixDatagram) {
    let (ours, host) = UnixDatagram::pair().unwrap();
    (
        Device::host_fd(ours.into(), HostFdOptions { mtu: MTU, header }).unwrap(),
        host,
    )
}

async fn read(device: &mut Device) -> Vec<Vec<u8>> {
    let mut batch = Batch::new(0, usize::from(MTU), Margin::default());
    poll_fn(|context| device.source.poll_read(context, &mut batch))
        .await
        .unwrap();
    batch.packets().map(<[u8]>::to_vec).collect()
}

/// Writes packets; answers how many the device rejected.
async fn write(device: &mut Device, packets: &[&[u8]]) -> io::Result<u64> {
    let mut batch = Batch::new(0, usize::from(MTU), Margin::default());
    for packet in packets {
        assert!(batch.push(packet));
    }
    poll_fn(|context| device.sink.poll_write(context, &mut batch)).await?;
    assert!(batch.is_empty());
    Ok(batch.take_rejected())
}

fn receive(host: &UnixDatagram) -> Vec<u8> {
    let mut buffer = vec![0; 2000];
    let length = host.recv(&mut buffer).unwrap();
    buffer.truncate(length);
    buffer
}

fn ipv4_packet(length: usize) -> Vec<u8> {
    let mut packet = vec![7; length];
    packet[0] = 0x45;
    packet
}

fn ipv6_packet(length: usize) -> Vec<u8> {
    let mut packet = vec![8; length];
    packet[0] = 0x60;
    packet
}

/// From 10.8.0.2 to 10.8.0.1, with its checksums.
fn echo_request() -> Vec<u8> {
    let mut packet = vec![
        0x45, 0, 0, 28, 0, 1, 0x40, 0, 64, 1, 0, 0, 10, 8, 0, 2, 10, 8, 0, 1, // IPv4
        8, 0, 0, 0, 0, 1, 0, 1, // ICMP
    ];
    let header = checksum(&packet[..20]);
    packet[10..12].copy_from_slice(&header);
    let message = checksum(&packet[20..]);
    packet[22..24].copy_from_slice(&message);
    packet
}

/// RFC 1071.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    let sum: u32 = bytes
        .chunks(2)
        .map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])))
        .sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    (!(folded as u16)).to_be_bytes()
}

fn tempfile() -> OwnedFd {
    std::fs::File::open(env!("CARGO_MANIFEST_DIR"))
        .unwrap()
        .into()
}

fn poll_once<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
    poll(&mut Context::from_waker(Waker::noop()))
}
