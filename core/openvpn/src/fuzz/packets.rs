use std::time::Instant;

use crate::frame::{Frame, Framing, next_frame};
use crate::packet::{ControlPacket, opcode_and_key};

/// A control packet in clear: what is read is written alike.
pub(super) fn packet(_: Instant, bytes: &[u8]) {
    let Ok(packet) = ControlPacket::parse(bytes) else {
        return;
    };

    let (opcode, key_id) = opcode_and_key(bytes[0]).unwrap();
    assert!(!opcode.is_data());
    assert_eq!((packet.opcode, packet.key_id), (opcode, key_id));
    packet.check().expect("what was read follows its own rules");
    let mut written = Vec::new();
    packet.write(&mut written).unwrap();
    assert_eq!(ControlPacket::parse(&written).unwrap(), packet);
    assert!(written.len() <= bytes.len());
}

/// A byte stream: its frames follow each other without gaps, wherever the reads end.
pub(super) fn frame(_: Instant, bytes: &[u8]) {
    let mut rest = bytes;
    loop {
        let frame = next_frame(rest);
        match &frame {
            Frame::Incomplete { needed } => {
                assert!((1..=usize::from(u16::MAX)).contains(needed));
                return;
            }
            Frame::Invalid => {
                assert_eq!(rest[..2], [0, 0]);
                return;
            }
            Frame::Packet(range) => {
                assert!(!range.is_empty());
                assert_eq!(range.start, Framing::Stream.header_len());
                let whole = &rest[..range.end];
                assert_eq!(next_frame(whole), frame);
                for end in [0, 1, 2, range.end - 1] {
                    assert!(matches!(
                        next_frame(&whole[..end]),
                        Frame::Incomplete { needed } if end + needed <= range.end
                    ));
                }
                let mut again = whole.to_vec();
                Framing::Stream.write_header(&mut again).unwrap();
                assert_eq!(again, whole);
                rest = &rest[range.end..];
            }
        }
    }
}
