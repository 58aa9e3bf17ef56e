//! Makes profiles of files that belong together, above all of the zip archive that the Azure portal
//! hands out.
//!
//! The way of the bytes: `directory` judges an archive's list of entries before anything is made of
//! it, `archive` inflates those that are of use, `kind` tells what each file is, `contents` lets them
//! explain each other with the help of `beside`, `vpn_settings` and `naming`, and `merge` makes one
//! profile of the files of a gateway. `budget` bounds what is kept of all of them, by its `weight`.

mod archive;
mod beside;
mod budget;
mod contents;
mod directory;
mod file;
mod found;
mod kind;
mod merge;
mod naming;
mod roots;
mod vpn_settings;
mod weight;

pub use archive::MAXIMUM_PACKAGE_BYTES;
pub(crate) use archive::{Archive, MAXIMUM_IMPORT_BYTES};
pub(crate) use budget::Budget;
pub(crate) use contents::{Contents, is_of_use};
pub(crate) use file::File;
pub(crate) use found::Found;
pub(crate) use merge::merge;
