//! Reads `azurevpnconfig.xml`, whose root is `AzVpnProfile`, alone or inside an Intune policy, and
//! writes it.
//!
//! The way of the bytes: `encoding` makes text of them, `tree` makes elements with positions of the
//! text, `section` hands out elements by name, `reader`, `authentication`, `route` and `intune` make
//! typed values of them. What nobody asked for becomes a warning and is kept in
//! `extensions`. The way back is `writer`, which makes `member`s of the values.

mod authentication;
mod encoding;
mod extensions;
mod findings;
mod intune;
mod member;
mod reader;
mod route;
mod section;
mod text;
mod tree;
mod values;
mod writer;

use crate::content::Content;
use crate::error::ImportError;
use crate::imported::Imported;
use crate::profile::Profile;
pub(crate) use encoding::{Text, decode, decode_any};
use findings::Findings;
use intune::read_policy;
use reader::read_profile;
pub(crate) use section::{Section, Value};
pub(crate) use tree::parse;
pub use tree::{MAXIMUM_XML_BYTES, MAXIMUM_XML_DEPTH, MAXIMUM_XML_ELEMENTS};

impl Profile {
    /// Reads the bytes of an `azurevpnconfig.xml` (`AzVpnProfile`), as the Azure portal or
    /// Microsoft's client writes it, or of an Intune policy (`VPNProfile`) that has one inside.
    ///
    /// UTF-8 and UTF-16 are read, with or without a byte order mark. Names of elements are compared
    /// without regard to case and namespace; values are trimmed; elements that are nil or empty
    /// count as absent; unknown elements are ignored with a warning. Zeroizing `bytes`, which hold
    /// the server secret, is the caller's.
    ///
    /// Whom a profile sends its users to for their sign-in is not judged here: only
    /// [`import`](crate::import) refuses unknown hosts.
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
        let mut findings = Findings::default();
        let document = parse(text, &mut findings.warnings)?;
        let root = document.root();
        let mut profile = if root.is_called("AzVpnProfile") {
            read_profile(root, &mut findings)?
        } else {
            match content_of(root) {
                Content::IntuneProfile => read_policy(root, &mut findings)?,
                found => return Err(ImportError::NotAzureProfile { found }),
            }
        };
        profile.unknown_elements = findings.extensions.finish();
        let (warnings, warnings_left_out) = findings.warnings.finish();
        Ok(Imported {
            profile,
            warnings,
            warnings_left_out,
        })
    }
}

/// Tells apart the two other documents that administrators have, whose roots differ in nothing but
/// case.
fn content_of(root: tree::Element<'_>) -> Content {
    let has = |name| root.children().any(|child| child.is_called(name));
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
