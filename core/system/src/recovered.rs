//! What came of a recovery.

use std::fmt;

/// What was found of processes that were killed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "it says what the user must be told"]
pub struct Recovered {
    /// What was undone, each a line for people.
    pub undone: Vec<String>,
    /// What was left as it is, and why.
    pub left: Vec<String>,
}

impl Recovered {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.undone.is_empty() && self.left.is_empty()
    }
}

impl fmt::Display for Recovered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return formatter.write_str("nothing was left behind");
        }
        let undone = self.undone.iter().map(|line| format!("undone: {line}"));
        let left = self.left.iter().map(|line| format!("left: {line}"));
        let lines: Vec<String> = undone.chain(left).collect();
        formatter.write_str(&lines.join("\n"))
    }
}
