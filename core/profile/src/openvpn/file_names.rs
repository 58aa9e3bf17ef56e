use crate::error::ImportError;
use crate::invalid_value::InvalidValue;
use crate::unique::Unique;

use super::beside::base_name;
use super::lexer::{Directive, Item, Lexer};
use super::limits::MOST_FILES_BESIDE;
use super::text::decode_configuration;

/// The options whose files become part of a profile.
const NAMING_FILES: [&str; 10] = [
    "ca",
    "cert",
    "key",
    "extra-certs",
    "pkcs12",
    "tls-auth",
    "tls-crypt",
    "tls-crypt-v2",
    "crl-verify",
    "auth-user-pass",
];

/// Returns the names of the files that an OpenVPN configuration needs beside it, each once, in order,
/// so that a host can pass them to [`import`](crate::import) together with it.
///
/// They are base names without folders, which may not exist: that of `auth-user-pass` often does not.
///
/// # Errors
///
/// [`ImportError`] for what cannot be read, for more than 100 names, and for a name with a folder, a
/// drive or `..`: a configuration must not choose which file of the machine is read.
pub fn files_beside(bytes: &[u8]) -> Result<Vec<String>, ImportError> {
    let text = decode_configuration(bytes)?;
    let mut lexer = Lexer::new(&text);
    let mut names = Unique::new();
    while let Some(item) = lexer.next()? {
        let Item::Directive(directive) = item else {
            continue;
        };
        if let Some(name) = file_of(&directive)? {
            names.insert(name.to_owned());
            if names.len() > MOST_FILES_BESIDE {
                return Err(ImportError::Syntax {
                    position: directive.position,
                    reason: format!("more than {MOST_FILES_BESIDE} files are named"),
                });
            }
        }
    }
    Ok(names.iter().cloned().collect())
}

fn file_of<'d>(directive: &'d Directive<'_>) -> Result<Option<&'d str>, ImportError> {
    let mut words = std::iter::once(&directive.name)
        .chain(&directive.arguments)
        .map(|word| &**word)
        .peekable();
    // `setenv opt` before an option says that older clients may not know it.
    if words.peek() == Some(&"setenv") {
        words.next();
        if words.next() != Some("opt") {
            return Ok(None);
        }
    }
    let option = words
        .next()
        .and_then(|name| NAMING_FILES.into_iter().find(|known| *known == name));
    let (Some(option), None, Some(file)) = (option, directive.block, words.next()) else {
        return Ok(None);
    };
    if matches!(file, "[inline]" | "username-only") {
        return Ok(None);
    }
    let name = base_name(file).map_err(|reason| ImportError::Value {
        position: directive.position,
        path: option,
        reason: InvalidValue::new(reason),
    })?;
    Ok(Some(name))
}
