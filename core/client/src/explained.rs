use p2svpn_profile::Plan;

use crate::warning::Warning;

/// A profile in a file that was looked at without being kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedProfile {
    /// What it needs, and what it would change on this machine.
    pub plan: Plan,
    /// What was ignored or repaired to read it; at most 200.
    pub warnings: Vec<Warning>,
    /// How many warnings there were beyond those kept.
    pub warnings_left_out: usize,
}
