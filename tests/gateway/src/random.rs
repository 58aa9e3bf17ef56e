//! Random bytes of the system.

use crate::error::GatewayError;

pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], GatewayError> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| GatewayError::NoRandomness)?;
    Ok(bytes)
}

/// A random GUID (RFC 9562 section 5.4).
pub(crate) fn guid() -> Result<String, GatewayError> {
    Ok(guid_of(&bytes::<16>()?))
}

/// The GUID that looks like a random one made of these bytes, of which the first 16 count.
pub(crate) fn guid_of(bytes: &[u8]) -> String {
    let number = u128::from_be_bytes(bytes.first_chunk().copied().unwrap_or_default());
    let number = number & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{number:032x}");
    let (a, rest) = digits.split_at(8);
    let (b, rest) = rest.split_at(4);
    let (c, rest) = rest.split_at(4);
    let (d, e) = rest.split_at(4);
    format!("{a}-{b}-{c}-{d}-{e}")
}
