//! Keys on smart cards, USB tokens and HSMs, through the PKCS#11 module of their maker.
//!
//! A [`Pkcs11Module`] lists the [`TokenCertificate`]s of every token that is inserted, without asking for a PIN. Opening
//! one gives an [`Identity`](crate::Identity) whose key stays on the token. A PFX is put on a
//! [`Token`] with [`Token::import_pfx`]. Everything here blocks for as long as the token takes.
//!
//! PINs: wrong ones count on the token, and the last one locks it. So a PIN is handed to the token exactly once for each
//! time that the caller gives one, never kept and never tried again.

mod certificate;
mod contents;
mod failure;
mod import;
mod key;
mod module;
mod objects;
mod signature;
mod token;

pub use certificate::TokenCertificate;
pub use module::Pkcs11Module;
pub use token::Token;
