/// Something odd that was ignored or repaired. It ends nothing.
#[derive(uniffi::Record)]
pub struct Warning {
    /// What it is about: `profile`, `push`, `device`, `machine` or `gateway`.
    pub kind: String,
    /// What it is, in a sentence without a full stop.
    pub message: String,
    /// The profile's file, or the file in its package, where it is about one that has a name.
    pub file: Option<String>,
    /// Line in the profile's file, counted from 1, where it is about one.
    pub line: Option<u32>,
    /// Column in that line, counted from 1.
    pub column: Option<u32>,
}

impl From<p2svpn_client::Warning> for Warning {
    fn from(warning: p2svpn_client::Warning) -> Self {
        Self {
            kind: warning.kind.name().to_owned(),
            message: warning.message,
            file: warning.file,
            line: warning.position.map(|(line, _)| line),
            column: warning.position.map(|(_, column)| column),
        }
    }
}
