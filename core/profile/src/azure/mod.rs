//! Reads `azurevpnconfig.xml`, whose root is `AzVpnProfile`.
//!
//! The way of the bytes: `encoding` makes text of them, `tree` makes elements with positions of the
//! text, `section` hands out elements by name and warns of what nobody asked for, `reader` and
//! `route` make typed values of them.

mod encoding;
mod reader;
mod route;
mod section;
mod tree;

use crate::content::Content;
use crate::error::ImportError;
use crate::imported::Imported;
use crate::profile::Profile;
use crate::warning::Warnings;
pub(crate) use encoding::decode;
use reader::read_profile;
pub(crate) use section::{Section, Value};
pub(crate) use tree::parse;
pub use tree::{MAXIMUM_XML_DEPTH, MAXIMUM_XML_ELEMENTS};

/// The largest `azurevpnconfig.xml` that is read, in bytes: 1 MiB.
///
/// A file from the Azure portal has 2 to 3 KiB, and one with five thousand routes stays below this.
/// An import needs less than 32 MiB of memory at its peak, whatever the file says.
pub const MAXIMUM_XML_BYTES: usize = 1 << 20;

impl Profile {
    /// Reads the bytes of an `azurevpnconfig.xml` (`AzVpnProfile`), as the Azure portal or
    /// Microsoft's client writes it.
    ///
    /// UTF-8 and UTF-16 are read, with or without a byte order mark. Names of elements are compared
    /// without regard to case and namespace; values are trimmed; elements that are nil or empty
    /// count as absent; unknown elements are ignored with a warning. Zeroizing `bytes`, which hold
    /// the server secret, is the caller's.
    ///
    /// # Errors
    ///
    /// [`ImportError`], whose variants say what the host should do. Nothing is read partly.
    pub fn from_azure_xml(bytes: &[u8]) -> Result<Imported, ImportError> {
        if let Some(found) = Content::of_bytes(bytes) {
            return Err(ImportError::NotAzureProfile { found });
        }
        if bytes.len() > MAXIMUM_XML_BYTES {
            return Err(ImportError::TooLarge {
                size: bytes.len(),
                limit: MAXIMUM_XML_BYTES,
            });
        }
        let decoded = decode(bytes)?;
        let text = decoded.trim_start_matches('\u{feff}');
        if let Some(found) = Content::of_text(text) {
            return Err(ImportError::NotAzureProfile { found });
        }
        let mut warnings = Warnings::default();
        let root = parse(text, &mut warnings)?;
        if !root.is_called("AzVpnProfile") {
            return Err(ImportError::NotAzureProfile {
                found: content_of(&root),
            });
        }
        let profile = read_profile(&root, &mut warnings)?;
        let (warnings, warnings_left_out) = warnings.finish();
        Ok(Imported {
            profile,
            warnings,
            warnings_left_out,
        })
    }
}

/// Tells apart the two other documents that administrators have, whose roots differ in nothing but
/// case.
fn content_of(root: &tree::Element<'_>) -> Content {
    let has = |name| root.children().iter().any(|child| child.is_called(name));
    if root.is_called("html") {
        return Content::WebPage;
    }
    if !root.is_called("VpnProfile") {
        return Content::OtherXml;
    }
    if has("PluginProfile") || has("NativeProfile") {
        Content::IntuneProfile
    } else {
        Content::VpnSettings
    }
}
