use serde::{Deserialize, Serialize};

use super::profile_id::ProfileId;

/// The file with the order of the profiles.
///
/// It may be ahead of the profiles, because a new one is named before it is written, or lag behind them: ids without a
/// profile are passed over, and profiles that it does not name come after those it does.
#[derive(Serialize, Deserialize)]
struct OrderFile {
    version: u32,
    profiles: Vec<String>,
}

const VERSION: u32 = 1;

pub(super) fn to_json(order: &[ProfileId]) -> Vec<u8> {
    let file = OrderFile {
        version: VERSION,
        profiles: order.iter().map(ProfileId::to_string).collect(),
    };
    serde_json::to_vec(&file).unwrap_or_default()
}

/// Reads the file; nothing if it is damaged or of a newer version.
pub(super) fn parse(file: &[u8]) -> Option<Vec<ProfileId>> {
    let file: OrderFile = serde_json::from_slice(file).ok()?;
    if file.version > VERSION {
        return None;
    }
    let ids = file.profiles.iter().filter_map(|id| id.parse().ok());
    Some(ids.collect())
}
