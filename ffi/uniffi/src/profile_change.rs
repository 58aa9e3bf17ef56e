use p2svpn_client::ProfileChange as Change;

/// Something that became different among the profiles.
#[derive(uniffi::Record)]
pub struct ProfileChange {
    /// `added`, `changed`, `removed` or `reordered`.
    pub kind: String,
    /// The profile it is about; absent for a new order.
    pub profile: Option<String>,
}

impl From<Change> for ProfileChange {
    fn from(change: Change) -> Self {
        let (kind, id) = match change {
            Change::Added(id) => ("added", Some(id)),
            Change::Changed(id) => ("changed", Some(id)),
            Change::Removed(id) => ("removed", Some(id)),
            Change::Reordered => ("reordered", None),
            _ => ("unknown", None),
        };
        Self {
            kind: kind.to_owned(),
            profile: id.map(|id| id.to_string()),
        }
    }
}
