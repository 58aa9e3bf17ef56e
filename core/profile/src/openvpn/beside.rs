use crate::excerpt::Excerpt;

/// Finds a file beside a configuration by its name.
pub(crate) type FilesBeside<'b, 'a> = &'b dyn Fn(&str) -> Option<&'a [u8]>;

/// Returns the name of a file beside the configuration, or why it is none.
///
/// A configuration is hostile: it must not choose which file of the machine is read.
pub(super) fn base_name(name: &str) -> Result<&str, String> {
    let base = name.strip_prefix("./").unwrap_or(name);
    if base.is_empty() || base == "." || base == ".." {
        return Err("names no file".to_owned());
    }
    if base.contains(['/', '\\', ':']) {
        return Err(format!(
            "names a file in another folder, '{}'; put the file beside the configuration and write \
             its name alone",
            Excerpt::of(name)
        ));
    }
    if base.chars().any(char::is_control) {
        return Err("names a file with a control character in its name".to_owned());
    }
    Ok(base)
}
