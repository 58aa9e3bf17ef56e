//! Keys on smart cards, USB tokens and HSMs, through the PKCS#11 module of their maker.
//!
//! A [`Pkcs11Module`] lists the [`TokenCertificate`]s of every token that is inserted, without asking for a PIN. Opening
//! one gives an [`Identity`](crate::Identity) whose key stays on the token. Everything here blocks for as long as the token
//! takes.
//!
//! PINs: wrong ones count on the token, and the last one locks it. So a PIN is handed to the token exactly once for each
//! time that the caller gives one, never kept and never tried again.

mod certificate;
mod failure;
mod key;
mod module;
mod signature;

pub use certificate::TokenCertificate;
pub use module::Pkcs11Module;
