//! The pseudo-random function of TLS 1.0 (RFC 2246 section 5), which keys are derived with unless TLS exports them.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use zeroize::Zeroizing;

/// The block of both hash functions in bytes. HMAC pads shorter keys to it with zeros (RFC 2104 section 2).
const BLOCK: usize = 64;

/// The longest output of both hash functions in bytes.
const LONGEST_HASH: usize = 20;

/// Fills `out` with `PRF(secret, seed)`, where the seed is given in parts.
pub(super) fn prf<const N: usize>(secret: &[u8; N], seed: &[&[u8]], out: &mut [u8]) {
    const {
        assert!(
            N.div_ceil(2) <= BLOCK,
            "longer halves would have to be hashed first"
        )
    };
    let half = N.div_ceil(2);
    let (first, last) = (
        padded(secret.iter().take(half)),
        padded(secret.iter().skip(N - half)),
    );
    out.fill(0);
    xor_expansion(&Hmac::<Md5>::new((&*first).into()), seed, out);
    xor_expansion(&Hmac::<Sha1>::new((&*last).into()), seed, out);
}

fn padded<'a>(half: impl Iterator<Item = &'a u8>) -> Zeroizing<[u8; BLOCK]> {
    let mut block = Zeroizing::new([0; BLOCK]);
    for (place, byte) in block.iter_mut().zip(half) {
        *place = *byte;
    }
    block
}

/// XORs `P_hash(secret, seed)` into `out`, given the HMAC that is keyed with the secret.
fn xor_expansion<M: Mac + Clone>(keyed: &M, seed: &[&[u8]], out: &mut [u8]) {
    let mut link = hash(keyed, &[], seed);
    for chunk in out.chunks_mut(M::output_size()) {
        for (byte, mask) in chunk
            .iter_mut()
            .zip(hash(keyed, link.as_slice(), seed).as_slice())
        {
            *byte ^= mask;
        }
        link = hash(keyed, link.as_slice(), &[]);
    }
}

fn hash<M: Mac + Clone>(keyed: &M, start: &[u8], seed: &[&[u8]]) -> Hash {
    let mut mac = keyed.clone();
    mac.update(start);
    for part in seed {
        mac.update(part);
    }
    let output = mac.finalize().into_bytes();
    let mut hash = Hash {
        bytes: Zeroizing::new([0; LONGEST_HASH]),
        len: output.len(),
    };
    for (place, byte) in hash.bytes.iter_mut().zip(&output) {
        *place = *byte;
    }
    hash
}

struct Hash {
    bytes: Zeroizing<[u8; LONGEST_HASH]>,
    len: usize,
}

impl Hash {
    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
