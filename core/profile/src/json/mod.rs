//! The profile as JSON: what a store keeps, and an export for programs.
//!
//! `document` has the names of the format and `writer` fills them in. `value` walks a text and knows
//! where it is; `reader`, `authentication` and `validation` make a profile of it through the
//! constructors of the model, so that nothing gets in by this way that could not by another.

mod authentication;
mod buffer;
mod document;
mod free_text;
mod reader;
mod secret_bundle;
mod stored;
#[cfg(test)]
mod tests;
mod text;
mod validation;
mod value;
mod writer;

use crate::azure::decode_any;
use crate::content::Content;
use crate::error::ImportError;
use crate::export::{Exported, SecretsInExport};
use crate::imported::Imported;
use crate::limits;
use crate::profile::Profile;
use crate::warning::Warnings;
use buffer::{Layout, write};
use document::FORMAT;
use reader::read_profile;
pub(crate) use secret_bundle::SecretBundle;
pub(crate) use stored::{Document, from_document_alone, from_parts, to_parts};
use value::{Origin, Source};
use writer::{Secrets, Writer};

/// The largest profile in JSON that is read, in bytes: 2 MiB.
pub const MAXIMUM_JSON_BYTES: usize = 2 << 20;

/// The most levels of objects and lists in a profile in JSON.
pub const MAXIMUM_JSON_DEPTH: usize = value::MAXIMUM_DEPTH;

impl Profile {
    /// Writes the profile as JSON in this library's own format, which has a place for everything.
    ///
    /// Without its secrets the profile cannot be imported again, unless it needs none: it is for
    /// people and programs that look at it. The notes say what was left out. It is laid out for people,
    /// unless it would be too large to be imported then.
    pub fn to_json(&self, secrets: SecretsInExport) -> Exported {
        let mut writer = Writer::new(match secrets {
            SecretsInExport::Included => Secrets::Included,
            SecretsInExport::LeftOut => Secrets::LeftOut,
        });
        let document = writer.document(self);
        let mut text = write(&document, Layout::Lines);
        if text.len() > MAXIMUM_JSON_BYTES {
            text = write(&document, Layout::Compact);
        }
        let mut notes = writer.notes;
        let before = notes.len();
        notes.extend(limits::notes(self));
        if notes.len() == before && text.len() > MAXIMUM_JSON_BYTES {
            notes.push("The file is too large to be imported again.".to_owned());
        }
        Exported { text, notes }
    }

    /// Reads what [`Self::to_json`] wrote, in UTF-8 or, as Windows PowerShell saves it, in UTF-16 with a
    /// byte order mark.
    ///
    /// Fields that are not known, as a newer version of this library may write them, are ignored with
    /// a warning. Zeroizing `bytes`, which hold secrets, is the caller's.
    ///
    /// Whom a profile sends its users to for their sign-in is not judged here: only
    /// [`import`](crate::import) refuses unknown hosts.
    ///
    /// # Errors
    ///
    /// [`ImportError`], whose variants say what the host should do. Nothing is read partly.
    pub fn from_json(bytes: &[u8]) -> Result<Imported, ImportError> {
        if bytes.len() > MAXIMUM_JSON_BYTES {
            return Err(ImportError::TooLarge {
                size: bytes.len(),
                limit: MAXIMUM_JSON_BYTES,
            });
        }
        let decoded = decode_any(bytes)?;
        let text = decoded.trim_start_matches('\u{feff}');
        // Anything else that begins with a brace has nothing to say but that it is something else.
        if !text.contains(FORMAT) {
            let found = Content::of_bytes(bytes).or_else(|| Content::of_text(text));
            return Err(ImportError::NotAzureProfile {
                found: found.unwrap_or(Content::OtherXml),
            });
        }
        let source = Source::new(text, Origin::File);
        let profile = read_profile(source.root()?)?;
        let mut warnings = Warnings::default();
        source.finish(&mut warnings);
        let (warnings, warnings_left_out) = warnings.finish();
        Ok(Imported {
            profile,
            warnings,
            warnings_left_out,
        })
    }
}
