use std::time::{Duration, Instant};

use serde_json::Value;

use crate::error::LabError;
use crate::namespace::Namespace;
use crate::patience::PATIENCE;

/// The devices, addresses, routes and rules of a namespace at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    entries: Vec<String>,
}

impl Snapshot {
    /// Takes it with `ip -json`.
    ///
    /// # Errors
    /// [`LabError::Program`] if `ip` fails.
    pub fn take(namespace: &Namespace) -> Result<Self, LabError> {
        let questions = [
            "address show",
            "-4 route show table all",
            "-6 route show table all",
            "-4 rule show",
            "-6 rule show",
        ];
        let mut entries = Vec::new();
        for question in questions {
            let answer = namespace.ip(&format!("-json {question}"))?;
            let unreadable = |_| LabError::Traffic(format!("ip {question} printed {answer}"));
            // ip prints nothing at all for an empty table.
            let mut listed: Vec<Value> = match answer.trim() {
                "" => Vec::new(),
                text => serde_json::from_str(text).map_err(unreadable)?,
            };
            listed.iter_mut().for_each(forget_the_cable);
            entries.extend(listed.iter().map(|entry| format!("{question}: {entry}")));
        }
        entries.sort();
        Ok(Self { entries })
    }

    /// What is different in the namespace now, once nothing is or the test's patience is over.
    ///
    /// For a client within this process: a program that another test is about to start beside it holds its device for a
    /// moment too, from the fork until it runs.
    ///
    /// # Errors
    /// As [`Snapshot::take`].
    pub fn differences_left(&self, namespace: &Namespace) -> Result<Vec<String>, LabError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let changes = Self::take(namespace)?.changes_since(self);
            if changes.is_empty() || Instant::now() >= deadline {
                return Ok(changes);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What is in this snapshot and was not in an earlier one (`+`), and what was and is no more (`-`).
    pub fn changes_since(&self, earlier: &Self) -> Vec<String> {
        let only_in = |these: &Self, those: &Self, sign: char| -> Vec<String> {
            let own = these
                .entries
                .iter()
                .filter(|entry| !those.entries.contains(entry));
            own.map(|entry| format!("{sign} {entry}")).collect()
        };
        [only_in(self, earlier, '+'), only_in(earlier, self, '-')].concat()
    }
}

/// Leaves out what the kernel brings about by itself some time after a cable is plugged in.
fn forget_the_cable(entry: &mut Value) {
    if let Some(fields) = entry.as_object_mut() {
        fields.remove("operstate");
    }
    if let Some(flags) = entry.get_mut("flags").and_then(Value::as_array_mut) {
        flags.retain(|flag| flag != "NO-CARRIER" && flag != "LOWER_UP");
    }
}
