//! Reads OpenVPN's configurations (`.ovpn`), those of Azure's gateways and those of others.
//!
//! The way of the bytes: `text` makes text of them, `lexer` cuts it into options, `catalogue` says what
//! each of them does here, `reader` hands it to the part of a profile that it is about (`servers`,
//! `gateway`, `wrapping`, `credentials`, `routes`, `names`, `tuning`, `mode`). The names of options and
//! their meaning are those of OpenVPN's manual for 2.4 to 2.7.

mod beside;
mod catalogue;
mod credentials;
mod effect;
mod file_names;
mod gateway;
mod lexer;
mod mode;
mod names;
mod pem;
mod reader;
mod routes;
mod servers;
mod setting;
mod text;
mod tuning;
mod wrapping;

pub use file_names::files_beside;
pub use lexer::MAXIMUM_OVPN_LINES;
pub use text::MAXIMUM_OVPN_BYTES;

use crate::error::ImportError;
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
}
