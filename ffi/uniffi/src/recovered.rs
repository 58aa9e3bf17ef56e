use crate::error::VpnError;

/// What was found of processes that were killed.
#[derive(uniffi::Record)]
pub struct Recovered {
    /// What was undone, each a line for people.
    pub undone: Vec<String>,
    /// What was left as it is, and why.
    pub left: Vec<String>,
}

/// Undoes what killed processes have left on the machine; the machine's own journal if no folder is given.
#[uniffi::export]
pub async fn recover(journal_folder: Option<String>) -> Result<Recovered, VpnError> {
    let recovered = p2svpn_client::recover(journal_folder.map(Into::into)).await?;
    Ok(Recovered {
        undone: recovered.undone,
        left: recovered.left,
    })
}
