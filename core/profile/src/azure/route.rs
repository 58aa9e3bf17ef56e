use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, ipv4_mask_to_prefix};

use super::findings::Findings;
use super::section::{Section, Value};
use super::tree::Element;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;
use crate::warning::WarningKind;

/// Reads a `route` element of a list, whose `destination` is an address and whose `mask` is the length of a
/// prefix.
///
/// A destination may also carry the prefix itself (`10.0.0.0/8`), and an IPv4 mask may have the
/// dotted form. Host bits are cleared with a warning.
pub(super) fn read_route(
    list: &str,
    element: Element<'_>,
    findings: &mut Findings,
) -> Result<IpNet, ImportError> {
    let path = format!("clientconfig/{list}/route");
    let warnings = &mut findings.warnings;
    let mut section = Section::at(&path, element, warnings);
    let destination = only(section.values("route/destination", warnings), "destination")?;
    let mask = only(section.values("route/mask", warnings), "mask")?;
    let destination = destination.ok_or_else(|| section.missing("route/destination"))?;

    let (address, written) = match destination.text().split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (destination.text(), None),
    };
    let address: IpAddr = address.trim().parse().map_err(|_| {
        destination.error(InvalidValue::new(format!(
            "is '{}', which is no IP address",
            Excerpt::of(destination.text())
        )))
    })?;
    let prefix = match (&mask, written) {
        (None, None) => return Err(section.missing("route/mask")),
        (None, Some(prefix)) => read_prefix(address, prefix, &destination)?,
        (Some(mask), None) => read_prefix(address, mask.text(), mask)?,
        (Some(mask), Some(prefix)) => {
            let length = read_prefix(address, mask.text(), mask)?;
            if length != read_prefix(address, prefix, &destination)? {
                return Err(mask.error(InvalidValue::new(
                    "contradicts the prefix in the destination",
                )));
            }
            length
        }
    };
    section.finish(findings);

    let too_long = |_| destination.error(InvalidValue::new("has a prefix longer than the address"));
    let written = IpNet::new(address, prefix).map_err(too_long)?;
    let route = written.trunc();
    if route != written {
        let message = format_args!(
            "the route {written} has address bits beyond its mask; it is read as {route}"
        );
        let place = destination.position();
        findings
            .warnings
            .push(place, WarningKind::HostBits, message);
    }
    Ok(route)
}

fn only(values: Vec<Value>, element: &'static str) -> Result<Option<Value>, ImportError> {
    let mut values = values.into_iter();
    let first = values.next();
    match values.next() {
        Some(second) => Err(ImportError::AmbiguousRoute {
            position: second.position(),
            element,
        }),
        None => Ok(first),
    }
}

/// Reads the length of a prefix for an address; `value` is where it stands, for the error.
fn read_prefix(address: IpAddr, text: &str, value: &Value) -> Result<u8, ImportError> {
    let text = text.trim();
    let longest = match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    };
    if let (IpAddr::V4(_), Ok(mask)) = (address, text.parse::<Ipv4Addr>()) {
        return ipv4_mask_to_prefix(mask)
            .map_err(|_| value.error(InvalidValue::new(format!("is {mask}, a mask with holes"))));
    }
    let digits = text.strip_prefix('/').unwrap_or(text);
    let is_number = digits.chars().all(|character| character.is_ascii_digit());
    match digits.parse() {
        Ok(prefix) if is_number && prefix <= longest => Ok(prefix),
        _ => {
            let reason = format!(
                "has the mask '{}', which is no prefix length from 0 to {longest}",
                Excerpt::of(text)
            );
            Err(value.error(InvalidValue::new(reason)))
        }
    }
}
