//! What this program prints, for as long as somebody reads it.

use std::fmt::{self, Display};
use std::io::{self, Write};

use crate::failure::Failure;

/// Nobody reads what this program prints any more, as behind `| head`: no mistake, but a reason to end.
#[derive(Debug)]
pub(crate) struct NobodyReads;

/// Prints a line, or several.
pub(crate) fn say(text: impl Display) -> Result<(), Failure> {
    print(format_args!("{text}\n"))
}

/// Prints what a line begins with, for the user to end it.
pub(crate) fn print(text: impl Display) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    let printed = write!(output, "{text}").and_then(|()| output.flush());
    printed.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => NobodyReads.into(),
        _ => error.into(),
    })
}

impl Display for NobodyReads {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("nobody reads what this program prints")
    }
}

impl std::error::Error for NobodyReads {}
