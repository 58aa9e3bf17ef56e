#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use proptest::prelude::*;

use super::*;
use CompressionFraming::{LzoStub, None, Stub, StubV2};

const ALL: [CompressionFraming; 4] = [None, LzoStub, Stub, StubV2];

#[test]
fn stubs_are_taken_by_their_options() {
    for (option, framing) in [
        ("comp-lzo no", LzoStub),
        ("compress", Stub),
        ("compress stub", Stub),
        (" compress  stub-v2 ", StubV2),
        ("compress migrate", None),
    ] {
        assert_eq!(CompressionFraming::of_option(option), Ok(framing));
    }
}

#[test]
fn compressors_and_what_nobody_knows_are_refused_by_name() {
    for option in [
        "comp-lzo",
        "comp-lzo yes",
        "comp-lzo adaptive",
        "compress lzo",
        "compress lz4",
        "compress lz4-v2",
        "compress snappy",
        "compress stub x",
        "comp-lzo no x",
        "stub",
        "",
    ] {
        assert_eq!(
            CompressionFraming::of_option(option),
            Err(UnsupportedCompression(option.to_owned()))
        );
    }
}

#[test]
fn payloads_are_marked_as_openvpn_marks_them() {
    for (framing, framed) in [
        (None, &[0x45, 1, 2][..]),
        (LzoStub, &[0xfa, 0x45, 1, 2]),
        (Stub, &[0xfb, 1, 2, 0x45]),
        (StubV2, &[0x45, 1, 2]),
    ] {
        assert_eq!(marked(framing, &[0x45, 1, 2]).unwrap(), framed);
        assert_eq!(unmarked(framing, framed).unwrap(), [0x45, 1, 2]);
    }
    assert_eq!(marked(Stub, &[0x45]).unwrap(), [0xfb, 0x45]);
    assert_eq!(unmarked(Stub, &[0xfb, 0x45]).unwrap(), [0x45]);
}

#[test]
fn what_is_compressed_is_dropped_as_such() {
    for (framing, framed) in [
        (LzoStub, &[0x66, 1, 2][..]),
        (Stub, &[0x69, 1, 2]),
        (Stub, &[0x66, 1, 2]),
        (StubV2, &[0x50, 0x01, 2]),
    ] {
        assert_eq!(unmarked(framing, framed), Err(DropReason::Compressed));
    }
}

#[test]
fn marks_that_nobody_agreed_on_are_malformed() {
    for (framing, framed) in [
        (LzoStub, &[0x45, 1, 2][..]),
        (LzoStub, &[0xfb, 1, 2]),
        (Stub, &[0x45, 1, 2]),
        (Stub, &[0xfa, 1, 2]),
        (Stub, &[0xfb]),
        (StubV2, &[0x50, 0x02, 2]),
        (StubV2, &[0x50]),
    ] {
        assert_eq!(unmarked(framing, framed), Err(DropReason::Malformed));
    }
}

#[test]
fn an_escaped_payload_is_understood_and_never_sent() {
    assert_eq!(unmarked(StubV2, &[0x50, 0, 0x50, 7]).unwrap(), [0x50, 7]);
    assert_eq!(unmarked(StubV2, &[0x50, 0]).unwrap(), [0; 0]);
    assert_eq!(marked(StubV2, &[0x50, 7]), Err(SealError::NotIp));
}

#[test]
fn nothing_is_nothing_in_every_framing() {
    for framing in ALL {
        assert_eq!(unmarked(framing, &[]).unwrap(), [0; 0]);
    }
}

proptest! {
    #[test]
    fn any_ip_packet_comes_out_as_it_went_in(mut payload in prop::collection::vec(any::<u8>(), 1..200), six in any::<bool>()) {
        payload[0] = if six { 0x60 } else { 0x45 };
        for framing in ALL {
            prop_assert_eq!(unmarked(framing, &marked(framing, &payload).unwrap()).unwrap(), payload.clone());
        }
    }

    #[test]
    fn arbitrary_bytes_are_judged_without_a_panic_and_never_grow(framed in prop::collection::vec(any::<u8>(), 0..40)) {
        for framing in ALL {
            if let Ok(payload) = unmarked(framing, &framed) {
                prop_assert!(payload.len() <= framed.len());
            }
        }
    }
}

fn marked(framing: CompressionFraming, payload: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut framed = vec![0; framing.headroom()];
    framed.extend_from_slice(payload);
    framed.resize(framed.len() + framing.tailroom(), 0);
    framing.mark(&mut framed)?;
    Ok(framed)
}

fn unmarked(framing: CompressionFraming, framed: &[u8]) -> Result<Vec<u8>, DropReason> {
    framing
        .unmark(&mut framed.to_vec())
        .map(|payload| payload.to_vec())
}
