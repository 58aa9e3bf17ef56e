//! The protocol against every server that the lab can start: one table of what was negotiated and what it carried.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod pairs;
mod row;
mod trial;

use std::io::{Write, stdout};
use std::sync::Mutex;
use std::time::Instant;

use p2svpn_lab::{KeyKind, LabError, Site, Table, at_once, can_run_every_server};

use crate::row::{Row, rows};
use crate::trial::{Outcome, run};

/// How many rows run at once.
const AT_ONCE: usize = 4;

#[test]
fn every_server_speaks_with_this_client_however_it_is_set_up() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    let started = Instant::now();
    let rows = rows();
    let waiting = Mutex::new(rows.iter().enumerate());
    let done = Mutex::new(Vec::new());

    at_once(0..AT_ONCE, |_| {
        let site = Site::new()?;
        let identity = site.client_identity("client", KeyKind::P256)?;
        loop {
            let next = waiting.lock().unwrap().next();
            let Some((number, row)) = next else {
                return Ok(());
            };
            let outcome = run(row, &site, &identity);
            done.lock().unwrap().push((number, outcome));
        }
    })?;

    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(number, _)| *number);
    let table = table(&rows, &done);
    let failures: Vec<String> = done
        .iter()
        .filter_map(|(number, outcome)| {
            let failure = outcome.as_ref().err()?;
            Some(format!("{:?}\n{failure}\n", rows[*number]))
        })
        .collect();
    // Past the capture of the test runner: the table is for people.
    let _ = writeln!(
        stdout(),
        "\n{table}{} rows in {} s",
        rows.len(),
        started.elapsed().as_secs()
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

fn table(rows: &[Row], done: &[(usize, Result<Outcome, LabError>)]) -> Table {
    let mut table = Table::new(
        Row::HEADINGS
            .into_iter()
            .chain(Outcome::HEADINGS)
            .chain(["result"]),
    );
    for (number, outcome) in done {
        let (cells, result) = match outcome {
            Ok(outcome) => (outcome.cells(), "ok"),
            Err(_) => (Outcome::HEADINGS.map(|_| "-".to_owned()).to_vec(), "FAILED"),
        };
        let row = rows[*number].cells();
        table.add(row.into_iter().chain(cells).chain([result.to_owned()]));
    }
    table
}
