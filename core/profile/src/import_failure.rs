use crate::error::ImportError;
use crate::excerpt::Excerpt;

/// Why files could not be imported, and in which of them it shows.
///
/// It displays as `azurevpnconfig.xml: line 3, column 5: ...`. What to do about it is
/// [`ImportError::remedy`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{error}", prefix(file.as_deref()))]
#[non_exhaustive]
pub struct ImportFailure {
    /// The name of the file that was given, or of the one inside the package; nothing when no file was
    /// given. It is shortened and escaped.
    pub file: Option<String>,
    /// What is wrong with it.
    pub error: ImportError,
}

impl ImportFailure {
    pub(crate) fn new(file: &str, error: ImportError) -> Self {
        Self {
            file: Some(Excerpt::of_sentence(file).to_string()),
            error,
        }
    }
}

fn prefix(file: Option<&str>) -> String {
    file.map_or_else(String::new, |file| format!("{file}: "))
}
