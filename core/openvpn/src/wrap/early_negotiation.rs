/// The setting that holds the flags: a type of 16 bits, then a length of 16 bits.
const FLAGS: [u8; 4] = [0, 1, 0, 2];

/// The flag by which the gateway asks for the client's key once more.
const RESEND_CLIENT_KEY: u16 = 1;

/// Whether a gateway's first answer asks the client to send its wrapped key again with its next packet.
///
/// A gateway that keeps no state before the third packet does so. The answer's payload is a list of settings, each with
/// type and length; unknown ones are passed over, and a list that makes no sense asks for nothing.
pub(crate) fn asks_for_client_key(payload: &[u8]) -> bool {
    let mut rest = payload;
    while let Some((head, after)) = rest.split_first_chunk::<4>() {
        let [_, _, high, low] = *head;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some((value, next)) = after.split_at_checked(length) else {
            return false;
        };
        if *head == FLAGS
            && let Ok(flags) = <[u8; 2]>::try_from(value)
            && u16::from_be_bytes(flags) & RESEND_CLIENT_KEY != 0
        {
            return true;
        }
        rest = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_is_found_among_other_settings() {
        assert!(asks_for_client_key(&[0, 1, 0, 2, 0, 1]));
        assert!(asks_for_client_key(&[0, 9, 0, 1, 7, 0, 1, 0, 2, 0, 3]));
    }

    #[test]
    fn what_lacks_the_flag_or_makes_no_sense_asks_for_nothing() {
        for payload in [
            &[][..],
            &[0, 1, 0, 2, 0, 2],
            &[0, 2, 0, 2, 0, 1],
            &[0, 1, 0, 9, 0, 1],
            &[0, 1, 0],
        ] {
            assert!(!asks_for_client_key(payload), "{payload:?}");
        }
    }
}
