use std::collections::BTreeSet;

use super::file::File;
use super::kind::Kind;
use crate::error::ImportError;
use crate::openvpn::files_beside;

/// The files that stand beside each other, among which an OpenVPN configuration finds those that it
/// names.
pub(super) struct Beside<'f, 'a> {
    files: &'f [File<'a>],
    kinds: &'f [Kind],
}

impl<'f, 'a> Beside<'f, 'a> {
    /// Takes files and what each of them is.
    pub(super) fn new(files: &'f [File<'a>], kinds: &'f [Kind]) -> Self {
        Self { files, kinds }
    }

    /// Returns the file of a name, in the folder of a configuration or else in another one.
    ///
    /// Names are compared without regard to case. A profile is never such a file: a configuration must
    /// not make another one disappear.
    pub(super) fn find(&self, configuration: &File<'_>, name: &str) -> Option<&'a [u8]> {
        let found = self.files.get(self.place(configuration, name)?)?;
        Some(found.bytes)
    }

    /// Returns the places of the files that a configuration names.
    pub(super) fn named_by(
        &self,
        configuration: &File<'_>,
    ) -> Result<BTreeSet<usize>, ImportError> {
        let names = files_beside(configuration.bytes)?;
        Ok(names
            .iter()
            .filter_map(|name| self.place(configuration, name))
            .collect())
    }

    fn place(&self, configuration: &File<'_>, name: &str) -> Option<usize> {
        let (folder, _) = split(&configuration.name);
        let mut elsewhere = None;
        for (place, (file, kind)) in self.files.iter().zip(self.kinds).enumerate() {
            let (its_folder, its_name) = split(&file.name);
            if !kind.may_belong_to_another() || its_name.to_lowercase() != name.to_lowercase() {
                continue;
            }
            if its_folder.eq_ignore_ascii_case(folder) {
                return Some(place);
            }
            elsewhere = elsewhere.or(Some(place));
        }
        elsewhere
    }
}

/// Splits a name into its folder and the rest.
fn split(name: &str) -> (&str, &str) {
    name.rsplit_once(['/', '\\']).unwrap_or(("", name))
}
