//! Which of several client certificates a profile can be connected with.

use std::collections::HashSet;
use std::fmt;

use crate::AuthError;
use crate::candidate::Candidate;
use crate::certificate::{Certificate, CertificateSummary};
use crate::chain::Chain;
use crate::criteria::IdentityCriteria;

/// Names and places longer than this are shortened in the table of [`NoneFits`].
const WIDEST_COLUMN: usize = 48;

/// Says which of the candidates can be connected with, by their place in the list that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// This one: no other fits.
    One(usize),
    /// Any of these, two or more, in the order they were given; a person or the host has to choose.
    Several(Vec<usize>),
}

/// Says of each candidate why it cannot be connected with. `Display` writes a table of them, one or more lines each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoneFits {
    /// The candidates, in the order they were given.
    pub rejected: Vec<Rejected>,
}

/// A candidate that cannot be connected with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The certificate.
    pub summary: CertificateSummary,
    /// Where it was found.
    pub source: String,
    /// Everything that stands against it, what weighs most first; never empty.
    pub reasons: Vec<AuthError>,
}

/// Chooses by what the profile asks ([`IdentityCriteria`]), purpose, validity at `now` in Unix seconds, and whether the
/// private key can be used.
///
/// The issuers of every candidate serve to complete the chains of all. Where some chains reach the root that the profile
/// names, those whose end is not known are not offered beside them. The same certificate found in several places counts
/// once, where it was found first with a usable key. Of several that fit none is preferred: a choice by date or name could
/// sign a person in as someone else.
pub fn choose(
    candidates: &[Candidate],
    criteria: &IdentityCriteria,
    now: i64,
) -> Result<Choice, NoneFits> {
    let issuers: Vec<Certificate> = candidates
        .iter()
        .flat_map(|candidate| candidate.chain.certificates())
        .cloned()
        .collect();
    let chains: Vec<Chain> = candidates
        .iter()
        .map(|candidate| {
            let mut chain = candidate.chain.clone();
            chain.extend(&issuers);
            chain
        })
        .collect();

    let mut fitting = Vec::new();
    let mut rejected = Vec::new();
    let mut seen = HashSet::new();
    for (place, (candidate, chain)) in candidates.iter().zip(&chains).enumerate() {
        let mut reasons = criteria.obstacles(chain, now);
        reasons.extend(candidate.key_problem().cloned());
        if reasons.is_empty() {
            if seen.insert(candidate.summary().sha256) {
                fitting.push((place, criteria.reaches_root(chain)));
            }
            continue;
        }
        rejected.push(Rejected {
            summary: candidate.summary().clone(),
            source: candidate.source().to_owned(),
            reasons,
        });
    }

    let any_reaches = fitting.iter().any(|(_, reaches)| *reaches);
    let places: Vec<usize> = fitting
        .into_iter()
        .filter(|(_, reaches)| *reaches || !any_reaches)
        .map(|(place, _)| place)
        .collect();
    match places.as_slice() {
        [] => Err(NoneFits { rejected }),
        [place] => Ok(Choice::One(*place)),
        _ => Ok(Choice::Several(places)),
    }
}

impl fmt::Display for NoneFits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rejected.is_empty() {
            return formatter.write_str("no client certificate was found");
        }
        formatter.write_str("no client certificate fits:")?;
        let rows = self.rows();
        let width = |column: fn(&Row) -> &str| {
            let widths = rows.iter().map(|row| column(row).chars().count());
            widths.max().unwrap_or_default()
        };
        let (subject, thumbprint, source) = (
            width(|row| &row.subject),
            width(|row| &row.thumbprint),
            width(|row| &row.source),
        );
        for row in &rows {
            write!(
                formatter,
                "\n  {:subject$}  {:thumbprint$}  {:source$}  {}",
                row.subject, row.thumbprint, row.source, row.reason
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for NoneFits {}

/// A line of the table.
struct Row {
    subject: String,
    thumbprint: String,
    source: String,
    reason: String,
}

impl NoneFits {
    fn rows(&self) -> Vec<Row> {
        let mut rows = vec![Row {
            subject: "subject".to_owned(),
            thumbprint: "thumbprint".to_owned(),
            source: "found in".to_owned(),
            reason: "why not".to_owned(),
        }];
        for rejected in &self.rejected {
            for (line, reason) in rejected.reasons.iter().enumerate() {
                let first = |text: String| if line == 0 { text } else { String::new() };
                rows.push(Row {
                    subject: first(shortened(&rejected.summary.subject)),
                    thumbprint: first(rejected.summary.sha1_text()),
                    source: first(shortened(&rejected.source)),
                    reason: reason.to_string(),
                });
            }
        }
        rows
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= WIDEST_COLUMN {
        return text.to_owned();
    }
    let kept = text.chars().take(WIDEST_COLUMN - 1);
    kept.chain(std::iter::once('…')).collect()
}
