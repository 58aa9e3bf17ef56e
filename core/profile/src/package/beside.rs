use std::collections::{BTreeSet, HashMap};

use super::file::File;
use super::kind::Kind;
use crate::error::ImportError;
use crate::openvpn::files_beside;

/// The files that stand beside each other, among which an OpenVPN configuration finds those that it
/// names.
pub(super) struct Beside<'f, 'a> {
    files: &'f [File<'a>],
    /// The places of the files that a configuration may name, by their names in lower case with `/`
    /// between the parts.
    places: HashMap<String, usize>,
}

impl<'f, 'a> Beside<'f, 'a> {
    /// Takes files and what each of them is.
    ///
    /// A profile is left out: a configuration must not make another one disappear.
    pub(super) fn new(files: &'f [File<'a>], kinds: &[Kind]) -> Self {
        let mut places = HashMap::new();
        let of_use = files.iter().zip(kinds).enumerate();
        for (place, (file, _)) in of_use.filter(|(_, (_, kind))| kind.may_belong_to_another()) {
            places.entry(key(&file.name)).or_insert(place);
        }
        Self { files, places }
    }

    /// Returns the file of a name in the folder of a configuration, without regard to case.
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
        let folder = configuration.name.rfind(['/', '\\']);
        let folder = folder.and_then(|end| configuration.name.get(..=end));
        let wanted = key(&[folder.unwrap_or_default(), name].concat());
        self.places.get(&wanted).copied()
    }
}

/// Returns what two names have in common that are one file's.
fn key(name: &str) -> String {
    let name = name.replace('\\', "/").to_lowercase();
    name.trim_start_matches("./").to_owned()
}
