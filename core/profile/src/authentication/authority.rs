use std::fmt;
use std::str::FromStr;

use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;
use crate::server::dns_name;

/// Where a tenant signs in: `https://<host>[:<port>]/<tenant>`, without a final slash.
///
/// A profile is hostile input, and a page that asks for a password is a good bait: so the host is
/// told apart strictly, and what could be read in two ways (a user, a backslash, a port that is no
/// number) is refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Authority {
    text: String,
    host: String,
    /// None for that of HTTPS.
    port: Option<u16>,
}

/// The port of HTTPS (RFC 9110 section 4.2.2).
const HTTPS: u16 = 443;

impl Authority {
    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the host in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(HTTPS)
    }

    /// Returns the host, and the port unless it is 443: what a host program allows it by.
    pub fn host_and_port(&self) -> String {
        written(&self.host, self.port)
    }

    /// Returns Microsoft's cloud that the host belongs to; nothing for a host that is not
    /// Microsoft's, to which nobody should be sent unless the host program allows it by name, and
    /// nothing for any other port than 443.
    pub fn cloud(&self) -> Option<Cloud> {
        match self.port {
            None => Cloud::of_login_host(&self.host),
            Some(_) => None,
        }
    }

    /// Returns whether users may be sent there: to Microsoft's, and to what the host program allows,
    /// each a host with its port unless that is 443.
    pub(crate) fn is_allowed(&self, allowed: &[String]) -> bool {
        let is_this = |allowed: &String| {
            split_port(allowed.trim()).is_ok_and(|(host, port)| {
                host.eq_ignore_ascii_case(&self.host) && port == self.port
            })
        };
        self.cloud().is_some() || allowed.iter().any(is_this)
    }
}

fn written(host: &str, port: Option<u16>) -> String {
    match port {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Tells a port from its host; there is none where it is that of HTTPS.
fn split_port(text: &str) -> Result<(&str, Option<u16>), InvalidValue> {
    let Some((host, digits)) = text.split_once(':') else {
        return Ok((text, None));
    };
    let is_plain = digits.chars().all(|digit| digit.is_ascii_digit()) && !digits.starts_with('0');
    match digits.parse() {
        Ok(HTTPS) if is_plain => Ok((host, None)),
        Ok(port) if is_plain => Ok((host, Some(port))),
        _ => Err(InvalidValue::new(format!(
            "has the port '{}', which is no number from 1 to 65535",
            Excerpt::of(digits)
        ))),
    }
}

impl FromStr for Authority {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let not_secure = || {
            InvalidValue::new(format!(
                "is '{}', which is no https:// address",
                Excerpt::of(text)
            ))
        };
        let rest = match text.split_at_checked(8) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https://") => rest,
            _ => return Err(not_secure()),
        };
        let rest = rest.trim_end_matches('/');
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let is_plain = |character: char| {
            character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '/' | '~')
        };
        if !path.chars().all(is_plain) {
            return Err(InvalidValue::new(
                "has a path with characters that no tenant's address has",
            ));
        }
        let (host, port) = split_port(host)?;
        let host = dns_name(host, "host of a sign-in")?;
        let mut text = format!("https://{}", written(&host, port));
        if !path.is_empty() {
            text = format!("{text}/{path}");
        }
        Ok(Self { text, host, port })
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.text)
    }
}

/// One of Microsoft's clouds, which have sign-in hosts of their own (Microsoft Learn, "National
/// clouds").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// The public one.
    Public,
    /// The one for the government of the United States.
    UsGovernment,
    /// The one in China, run by 21Vianet.
    China,
}

impl Cloud {
    fn of_login_host(host: &str) -> Option<Self> {
        match host {
            "login.microsoftonline.com" => Some(Self::Public),
            "login.microsoftonline.us" => Some(Self::UsGovernment),
            "login.chinacloudapi.cn" | "login.partner.microsoftonline.cn" => Some(Self::China),
            _ => None,
        }
    }

    /// Returns the stable name, such as `public`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::UsGovernment => "us_government",
            Self::China => "china",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn microsofts_login_hosts_are_known() {
        for (address, cloud) in [
            (
                "https://login.microsoftonline.com/contoso.example/",
                Cloud::Public,
            ),
            ("HTTPS://Login.MicrosoftOnline.com/0000/", Cloud::Public),
            (
                "https://login.microsoftonline.us/tenant",
                Cloud::UsGovernment,
            ),
            (
                "https://login.partner.microsoftonline.cn/tenant",
                Cloud::China,
            ),
        ] {
            assert_eq!(
                address.parse::<Authority>().unwrap().cloud(),
                Some(cloud),
                "{address}"
            );
        }
    }

    #[test]
    fn a_host_that_only_looks_like_microsofts_is_unknown() {
        for address in [
            "https://login.microsoftonline.com.example/tenant",
            "https://login-microsoftonline.com/tenant",
            "https://example.com/login.microsoftonline.com",
            "https://login.microsoftonline.com:444/tenant",
        ] {
            assert_eq!(
                address.parse::<Authority>().unwrap().cloud(),
                None,
                "{address}"
            );
        }
    }

    #[test]
    fn an_address_that_can_be_read_in_two_ways_is_refused() {
        for address in [
            "https://login.microsoftonline.com@example.com/tenant",
            "https://example.com\\@login.microsoftonline.com/tenant",
            "https://login.microsoftonline.com:444@example.com/tenant",
            "https://login.microsoftonline.com:/tenant",
            "https://login.microsoftonline.com:0/tenant",
            "https://login.microsoftonline.com:0443/tenant",
            "https://login.microsoftonline.com:+443/tenant",
            "https://login.microsoftonline.com:65536/tenant",
            "https://login.microsoftonline.com:443:444/tenant",
            "https://:443/tenant",
            "https://[::1]:443/tenant",
            "https://login.microsoftonline.com?x=/tenant",
            "https://login.microsoftonline.com/tenant#x",
            "https://login.microsoftonline.com/tenant?x=y",
            "http://login.microsoftonline.com/tenant",
            "https://",
            "https:///tenant",
            "login.microsoftonline.com",
        ] {
            assert!(address.parse::<Authority>().is_err(), "{address}");
        }
    }

    #[test]
    fn a_port_is_kept_and_that_of_https_is_left_out() {
        for (address, text, port) in [
            (
                "https://LocalHost:8443/a/",
                "https://localhost:8443/a",
                8443,
            ),
            (
                "https://login.example.com:1",
                "https://login.example.com:1",
                1,
            ),
            ("https://localhost:443/a", "https://localhost/a", 443),
            ("https://localhost/a", "https://localhost/a", 443),
        ] {
            let authority: Authority = address.parse().unwrap();

            assert_eq!((authority.as_str(), authority.port()), (text, port));
        }
    }

    #[test]
    fn a_host_is_allowed_by_name_and_port() {
        for (address, allowed, is_allowed) in [
            ("https://login.example.com/a", "Login.Example.com ", true),
            ("https://login.example.com/a", "login.example.com:443", true),
            ("https://login.example.com:443/a", "login.example.com", true),
            ("https://localhost:8443/a", "LOCALHOST:8443", true),
            ("https://localhost:8443/a", "localhost", false),
            ("https://localhost:8443/a", "localhost:8444", false),
            ("https://localhost:8443/a", "localhost:08443", false),
            ("https://localhost/a", "localhost:8443", false),
            ("https://localhost/a", "localhost:", false),
            ("https://localhost/a", "", false),
            ("https://login.microsoftonline.com/a", "localhost", true),
            (
                "https://login.microsoftonline.com:8443/a",
                "login.microsoftonline.com",
                false,
            ),
        ] {
            let authority: Authority = address.parse().unwrap();

            assert_eq!(
                authority.is_allowed(&[allowed.to_owned()]),
                is_allowed,
                "{address} by {allowed:?}"
            );
        }
    }
}
