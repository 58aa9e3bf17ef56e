//! The signature schemes of a key, by the numbers of RFC 8446 section 4.2.3, the preferred one first.

const RSA: [u16; 6] = [0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601];
const RSA_PKCS1: [u16; 3] = [0x0401, 0x0501, 0x0601];

/// Those of an RSA key; many smart cards have no RSA-PSS.
pub(super) fn of_rsa(has_pss: bool) -> &'static [u16] {
    if has_pss { &RSA } else { &RSA_PKCS1 }
}

/// Those of a key on a NIST curve of this size, whose hash TLS 1.3 fixes.
pub(super) fn of_curve(bits: u32) -> &'static [u16] {
    match bits {
        256 => &[0x0403],
        384 => &[0x0503],
        521 => &[0x0603],
        _ => &[],
    }
}

/// Those of the key that belongs to a public key: PKCS#1 for RSA, and both coordinates of the point after a 4 for elliptic
/// curves (SEC 1 section 2.3.3).
#[cfg(any(test, target_os = "macos"))]
pub(super) fn of_public_key(public_key: &[u8]) -> &'static [u16] {
    match (public_key.first(), public_key.len()) {
        (Some(0x30), _) => of_rsa(true),
        (Some(0x04), 65) => of_curve(256),
        (Some(0x04), 97) => of_curve(384),
        (Some(0x04), 133) => of_curve(521),
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_rsa_key_prefers_pss_and_never_loses_pkcs1() {
        assert_eq!(of_rsa(true).first(), Some(&0x0804));
        assert!(of_rsa(true).ends_with(of_rsa(false)));
    }

    #[test]
    fn a_key_without_pss_offers_none_of_it() {
        let is_pss = |scheme: &u16| (0x0804..=0x0806).contains(scheme);
        assert!(!of_rsa(false).iter().any(is_pss));
    }

    #[test]
    fn a_curve_has_the_one_scheme_that_tls_names_for_it() {
        for (bits, scheme) in [(256, 0x0403), (384, 0x0503), (521, 0x0603)] {
            assert_eq!(of_curve(bits), [scheme]);
        }
        assert!(of_curve(224).is_empty());
    }

    #[test]
    fn a_public_key_tells_its_kind_and_curve() {
        let point = |coordinate: usize| [vec![0x04], vec![1; 2 * coordinate]].concat();

        assert_eq!(of_public_key(&[0x30, 0x82, 0x01, 0x0a]), of_rsa(true));
        for (coordinate, bits) in [(32, 256), (48, 384), (66, 521)] {
            assert_eq!(of_public_key(&point(coordinate)), of_curve(bits));
        }
    }

    #[test]
    fn an_unknown_public_key_signs_by_nothing() {
        for unknown in [vec![], vec![0x04; 64], vec![0x02; 33], vec![0x05; 65]] {
            assert!(of_public_key(&unknown).is_empty());
        }
    }
}
