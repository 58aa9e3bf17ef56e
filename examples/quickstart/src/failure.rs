//! What this program can fail with, and how it says so.

use std::io::{self, Write};

/// Any failure; those of the library say what to do.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Says what went wrong, why, and what to do about it.
pub(crate) fn explain(error: &(dyn std::error::Error + 'static)) {
    // If that cannot be said, nothing can.
    let _ = write_to(&mut io::stderr().lock(), error);
}

fn write_to(output: &mut impl Write, error: &(dyn std::error::Error + 'static)) -> io::Result<()> {
    let Some(error) = error.downcast_ref::<p2svpn_client::Error>() else {
        return writeln!(output, "{error}");
    };
    writeln!(output, "Error {}: {error}", error.number())?;
    for cause in error.causes() {
        writeln!(output, "  because: {cause}")?;
    }
    writeln!(output, "  usually: {}", error.cause())?;
    writeln!(output, "  to do:   {}", error.remedy())
}
