use std::fmt;

/// What a file that is no Azure profile looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Content {
    /// Nothing, or nothing but white space.
    Empty,
    /// A zip archive, such as the package that the Azure portal hands out.
    ZipArchive,
    /// An OpenVPN configuration, such as `vpnconfig.ovpn`.
    OpenVpnConfiguration,
    /// `Generic/VpnSettings.xml` of the portal's package, which has no server secret.
    VpnSettings,
    /// An Intune VPN profile, which may carry an Azure profile inside.
    IntuneProfile,
    /// A certificate or key, in DER or PEM.
    Certificate,
    /// A web page, such as a sign-in page saved in place of a download.
    WebPage,
    /// A program.
    Executable,
    /// Another XML document.
    OtherXml,
    /// A JSON document that is no profile of this library.
    Json,
    /// Other text.
    OtherText,
    /// Other bytes.
    OtherBinary,
}

impl Content {
    /// Recognizes files by their first bytes; nothing when they may be text.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => {
                Some(Self::ZipArchive)
            }
            // A DER sequence with a length of one, two or three bytes: an X.509 certificate or a
            // PKCS #12 file.
            [0x30, 0x81..=0x83, ..] => Some(Self::Certificate),
            [b'M', b'Z', ..] | [0x7f, b'E', b'L', b'F', ..] => Some(Self::Executable),
            [0x1f, 0x8b, ..] | [b'%', b'P', b'D', b'F', ..] | [0x89, b'P', b'N', b'G', ..] => {
                Some(Self::OtherBinary)
            }
            _ => None,
        }
    }

    /// Recognizes text that is no XML document, or a web page; nothing when it may be a profile.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let text = text.trim_start();
        if text.is_empty() {
            return Some(Self::Empty);
        }
        if starts_with(text, "<!doctype html") || starts_with(text, "<html") {
            return Some(Self::WebPage);
        }
        // The blocks with which an OpenVPN configuration may begin.
        if INLINE_BLOCKS.iter().any(|block| starts_with(text, block)) {
            return Some(Self::OpenVpnConfiguration);
        }
        if text.starts_with('<') {
            return None;
        }
        if text.starts_with('{') {
            return Some(Self::Json);
        }
        if text.starts_with("-----BEGIN ") {
            return Some(Self::Certificate);
        }
        let is_openvpn = |line: &str| {
            let mut words = line.split_whitespace();
            matches!(
                (words.next(), words.next()),
                (Some("remote" | "dev" | "proto"), Some(_)) | (Some("client" | "tls-client"), None)
            ) || INLINE_BLOCKS.contains(&line.trim())
        };
        if text.lines().take(200).any(is_openvpn) {
            return Some(Self::OpenVpnConfiguration);
        }
        if text
            .lines()
            .take(200)
            .any(|line| line.starts_with("-----BEGIN "))
        {
            return Some(Self::Certificate);
        }
        Some(if text.contains('\0') {
            Self::OtherBinary
        } else {
            Self::OtherText
        })
    }
}

/// The blocks of an OpenVPN configuration that may be its first line.
const INLINE_BLOCKS: [&str; 12] = [
    "<auth-user-pass>",
    "<ca>",
    "<cert>",
    "<connection>",
    "<crl-verify>",
    "<extra-certs>",
    "<key>",
    "<peer-fingerprint>",
    "<pkcs12>",
    "<tls-auth>",
    "<tls-crypt>",
    "<tls-crypt-v2>",
];

impl fmt::Display for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "an empty file",
            Self::ZipArchive => "a zip archive",
            Self::OpenVpnConfiguration => "an OpenVPN configuration",
            Self::VpnSettings => "VpnSettings.xml, which lacks the server secret",
            Self::IntuneProfile => "an Intune VPN profile",
            Self::Certificate => "a certificate or key",
            Self::WebPage => "a web page",
            Self::Executable => "a program",
            Self::OtherXml => "an XML document of another kind",
            Self::Json => "a JSON document",
            Self::OtherText => "text that is not XML",
            Self::OtherBinary => "binary data",
        })
    }
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
