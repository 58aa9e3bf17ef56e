use super::*;
use crate::data::compression::CompressionFraming;

const UDP: DataFormat = DataFormat {
    framing: Framing::Datagram,
    peer_id: Some(0),
    epoch: false,
    compression: CompressionFraming::None,
};
const TCP: DataFormat = DataFormat {
    framing: Framing::Stream,
    ..UDP
};

/// OpenVPN's documentation of `mssfix` and its unit test of the default.
#[test]
fn the_default_over_udp_and_ipv4_is_1400() {
    assert_eq!(
        largest(MssFix::Usual, &UDP, 1_500, IpVersion::V4),
        Some(1_400)
    );
    assert_eq!(
        largest(MssFix::Mtu(1_492), &UDP, 1_500, IpVersion::V4),
        Some(1_400)
    );
}

/// OpenVPN's unit test test_mssfix_mtu_calculation: AES-256-GCM with a peer id, `mssfix N` without `mtu`.
#[test]
fn the_published_segments_for_gcm_with_a_peer_id() {
    for packet in 900..1_200 {
        assert_eq!(
            largest(MssFix::Packet(packet), &UDP, 1_500, IpVersion::V4),
            Some(packet - 4 - 4 - 16 - 40)
        );
    }
}

/// The same test with `fixed`: the headers in the tunnel and nothing else.
#[test]
fn the_published_segments_that_are_fixed() {
    for inner in 900..1_200 {
        for format in [UDP, TCP] {
            assert_eq!(
                largest(MssFix::Fixed(inner), &format, 1_500, IpVersion::V6),
                Some(inner - 40)
            );
        }
    }
}

#[test]
fn everything_around_a_segment_counts() {
    let v1 = DataFormat {
        peer_id: None,
        ..UDP
    };
    let epoch = DataFormat { epoch: true, ..UDP };
    for (format, around) in [(UDP, 24), (TCP, 26), (v1, 21), (epoch, 28)] {
        for (carrier, ip) in [(IpVersion::V4, 20), (IpVersion::V6, 40)] {
            let transport = if format.framing == Framing::Stream {
                20
            } else {
                8
            };
            assert_eq!(
                largest(MssFix::Mtu(1_492), &format, 1_500, carrier),
                Some(1_492 - ip - transport - around - 40),
                "{format:?} {carrier:?}"
            );
        }
    }
    for (compression, bytes) in [
        (CompressionFraming::LzoStub, 1),
        (CompressionFraming::Stub, 1),
        (CompressionFraming::StubV2, 0),
    ] {
        let format = DataFormat { compression, ..UDP };
        assert_eq!(
            largest(MssFix::Usual, &format, 1_500, IpVersion::V4),
            Some(1_400 - bytes)
        );
    }
}

#[test]
fn a_tunnel_of_unusual_size_is_filled_by_what_goes_through_it() {
    assert_eq!(
        largest(MssFix::Usual, &UDP, 1_400, IpVersion::V4),
        Some(1_360)
    );
    assert_eq!(
        largest(MssFix::Usual, &UDP, 9_000, IpVersion::V6),
        Some(8_960)
    );
}

#[test]
fn nothing_is_lowered_where_that_is_switched_off_or_would_leave_nothing() {
    assert_eq!(largest(MssFix::Off, &UDP, 1_500, IpVersion::V4), None);
    for fix in [
        MssFix::Mtu(40),
        MssFix::Packet(63),
        MssFix::Fixed(39),
        MssFix::Fixed(0),
    ] {
        assert_eq!(largest(fix, &UDP, 1_500, IpVersion::V4), None, "{fix:?}");
    }
}

fn largest(fix: MssFix, format: &DataFormat, tunnel_mtu: u16, carrier: IpVersion) -> Option<u16> {
    fix.clamp(format, tunnel_mtu, carrier)
        .map(MssClamp::over_ipv4)
}
