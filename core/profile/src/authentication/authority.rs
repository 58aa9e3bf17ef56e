use std::fmt;
use std::str::FromStr;

use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;
use crate::server::dns_name;

/// Where a tenant signs in: `https://<host>/<tenant>`, without a final slash.
///
/// A profile is hostile input, and a page that asks for a password is a good bait: so the host is
/// told apart strictly, and what could be read in two ways (a user, a port, a backslash) is refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Authority {
    text: String,
    host: String,
}

impl Authority {
    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the host in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns Microsoft's cloud that the host belongs to; nothing for a host that is not
    /// Microsoft's, to which nobody should be sent unless the host program allows it by name.
    pub fn cloud(&self) -> Option<Cloud> {
        Cloud::of_login_host(&self.host)
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
        let host = dns_name(host, "host of a sign-in")?;
        let text = if path.is_empty() {
            format!("https://{host}")
        } else {
            format!("https://{host}/{path}")
        };
        Ok(Self { text, host })
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
            "https://login.microsoftonline.com:444/tenant",
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
}
