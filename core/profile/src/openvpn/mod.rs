//! Reads and writes OpenVPN's configurations (`.ovpn`), those of Azure's gateways and those of others.
//!
//! The way of the bytes: `text` makes text of them, `lexer` cuts it into options, `catalogue` says what
//! each of them does here, `reader` hands it to the part of a profile that it is about. `writer` goes
//! the way back. The names of options and their meaning are those of OpenVPN's manual for 2.4 to 2.7.

mod beside;
mod catalogue;
mod effect;
mod file_names;
mod lexer;
mod limits;
mod reader;
mod setting;
mod text;
mod writer;

pub use file_names::files_beside;
pub use limits::{MAXIMUM_OVPN_BYTES, MAXIMUM_OVPN_LINES};

use crate::certificate::Certificate;
use crate::error::ImportError;
use crate::export::{Exported, SecretsInExport};
use crate::imported::Imported;
use crate::profile::Profile;

impl Profile {
    /// Reads the bytes of an OpenVPN configuration (`.ovpn`), with the files beside it that `beside`
    /// finds by name; [`files_beside`] says which they are.
    ///
    /// The profile is called as the configuration says (`setenv FRIENDLY_NAME`), or like the first
    /// server's host. Options that a profile has no place for are warnings; those without which a
    /// session would be less safe are errors. Zeroizing `bytes` is the caller's.
    ///
    /// # Errors
    ///
    /// [`ImportError`], whose variants say what the host should do. Nothing is read partly.
    pub fn from_openvpn<'a>(
        bytes: &'a [u8],
        beside: &dyn Fn(&str) -> Option<&'a [u8]>,
    ) -> Result<Imported, ImportError> {
        let text = text::decode_configuration(bytes)?;
        reader::read(&text, &|name| beside(name))
    }

    /// Writes the profile as an OpenVPN configuration (`.ovpn`) with everything inline, which OpenVPN
    /// 2.6 and later reads too.
    ///
    /// A root that the profile names by its hash alone is looked for among `roots`: OpenVPN needs the
    /// certificate. What the format cannot say, and what has to be filled in before OpenVPN can use the
    /// file, is told in [`Exported::notes`]; where there are none, [`Profile::from_openvpn`] makes the
    /// same profile of the text. Without secrets there is no server secret in it either, so it connects
    /// to nobody until that is put in.
    pub fn to_openvpn(&self, secrets: SecretsInExport, roots: &[Certificate]) -> Exported {
        writer::write(self, secrets, roots)
    }
}
