//! Reads a list that a person or a program wrote as text: lines, commas, `#` comments.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, ipv4_mask_to_prefix};

use super::error::EditError;
use super::field::Field;
use crate::dns_suffix::DnsSuffix;
use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;

/// Reads each entry of a list; `most` bounds how many there may be.
pub(super) fn read_list<T>(
    field: Field,
    text: &str,
    most: usize,
    read: impl Fn(&str) -> Result<T, InvalidValue>,
) -> Result<Vec<T>, EditError> {
    let text = text.trim_start_matches('\u{feff}');
    let has_lines = text.trim_end().contains('\n');
    let mut elements = Vec::new();
    for (line, number) in text.lines().zip(1usize..) {
        let written = line.split_once('#').map_or(line, |(written, _)| written);
        for entry in written.split([',', ';']).map(str::trim) {
            if entry.is_empty() {
                continue;
            }
            if elements.len() >= most {
                return Err(EditError::TooMany { field, limit: most });
            }
            let line = has_lines.then_some(number);
            elements.push(read(entry).map_err(|reason| refused(field, line, entry, reason))?);
        }
    }
    Ok(elements)
}

pub(super) fn refused(
    field: Field,
    line: Option<usize>,
    text: &str,
    reason: InvalidValue,
) -> EditError {
    EditError::Value {
        field,
        line,
        text: Excerpt::of(text).to_string(),
        reason,
    }
}

/// Reads `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10.0.0.0 255.0.0.0` or a single address; host bits
/// stay.
pub(super) fn read_network(text: &str) -> Result<IpNet, InvalidValue> {
    let (address, mask) = match text.split_once('/') {
        Some((address, mask)) => (address.trim(), Some(mask.trim())),
        None => match text.split_once(char::is_whitespace) {
            Some((address, mask)) => (address, Some(mask.trim())),
            None => (text, None),
        },
    };
    let address: IpAddr = address
        .parse()
        .map_err(|_| InvalidValue::new("is no network and no IP address"))?;
    match mask {
        Some(mask) => {
            let prefix = read_mask(address, mask)?;
            IpNet::new(address, prefix)
                .map_err(|_| InvalidValue::new("has a prefix longer than the address"))
        }
        None if address.is_unspecified() => Err(InvalidValue::new(
            "is no address of a machine; all addresses are written 0.0.0.0/0 or ::/0",
        )),
        None => Ok(IpNet::from(address)),
    }
}

fn read_mask(address: IpAddr, text: &str) -> Result<u8, InvalidValue> {
    if let (IpAddr::V4(_), Ok(mask)) = (address, text.parse::<Ipv4Addr>()) {
        return ipv4_mask_to_prefix(mask)
            .map_err(|_| InvalidValue::new("has an address that is no mask after it"));
    }
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let is_number = text.chars().all(|character| character.is_ascii_digit());
    match text.parse() {
        Ok(prefix) if is_number && prefix <= longest => Ok(prefix),
        _ => Err(InvalidValue::new(format!(
            "has no prefix length from 0 to {longest} after the address"
        ))),
    }
}

/// Reads the address of a DNS server.
pub(super) fn read_dns_server(text: &str) -> Result<IpAddr, InvalidValue> {
    let address: IpAddr = text
        .parse()
        .map_err(|_| InvalidValue::new("is no IP address"))?;
    let is_broadcast = address == IpAddr::V4(Ipv4Addr::BROADCAST);
    if address.is_unspecified() || address.is_multicast() || is_broadcast {
        return Err(InvalidValue::new("is not the address of one machine"));
    }
    Ok(address)
}

/// Reads a domain.
pub(super) fn read_suffix(text: &str) -> Result<DnsSuffix, InvalidValue> {
    text.parse()
}
