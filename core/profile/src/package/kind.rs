use crate::azure::decode_any;
use crate::content::Content;

/// What has to be done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is read by its root element.
    Xml,
    /// It is a profile in this library's own format, or a document of another kind.
    Json,
    /// It is an OpenVPN configuration.
    OpenVpn,
    /// It may be a root of a gateway, or belong to a configuration.
    Certificate,
    /// It is of no use by itself.
    Other(Content),
}

impl Kind {
    /// Tells what a file is by what it holds.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let content = match Content::of_bytes(bytes) {
            Some(content) => Some(content),
            None => match decode_any(bytes) {
                Ok(text) => Content::of_text(text.trim_start_matches('\u{feff}')),
                Err(_) => of_damaged_text(bytes),
            },
        };
        match content {
            None => Self::Xml,
            Some(Content::Json) => Self::Json,
            Some(Content::OpenVpnConfiguration) => Self::OpenVpn,
            Some(Content::Certificate) => Self::Certificate,
            Some(content) => Self::Other(content),
        }
    }

    /// Says whether a file may be one that an OpenVPN configuration names, such as a key.
    pub(super) fn may_belong_to_another(self) -> bool {
        match self {
            Self::Certificate => true,
            Self::Other(content) => matches!(
                content,
                Content::OtherText | Content::OtherBinary | Content::Empty
            ),
            Self::Xml | Self::Json | Self::OpenVpn => false,
        }
    }
}

/// Tells what a file was meant to be that cannot be read as text, so that its reader can say where the
/// damage is.
fn of_damaged_text(bytes: &[u8]) -> Option<Content> {
    const ENOUGH: usize = 4096;
    let has_mark = matches!(
        bytes,
        [0xEF, 0xBB, 0xBF, ..] | [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, 0, 0xFE, 0xFF, ..]
    );
    if has_mark {
        return None;
    }
    let start = String::from_utf8_lossy(bytes.get(..ENOUGH).unwrap_or(bytes));
    match Content::of_text(&start) {
        Some(Content::OtherText) => Some(Content::OtherBinary),
        content => content,
    }
}
