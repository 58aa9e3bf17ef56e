use std::sync::Arc;

/// A file among others that belong to it.
pub(crate) struct File<'a> {
    /// Its name, with the folders in the package.
    pub(crate) name: Arc<str>,
    /// What it holds.
    pub(crate) bytes: &'a [u8],
}
