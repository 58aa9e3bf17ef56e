//! What this program can fail with, and how it says so.

/// Any failure; those of the library say what to do.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Says what went wrong, why, and what to do about it.
pub(crate) fn explain(error: &(dyn std::error::Error + 'static)) {
    let Some(error) = error.downcast_ref::<p2svpn_client::Error>() else {
        eprintln!("{error}");
        return;
    };
    eprintln!("Error {}: {error}", error.number());
    for cause in error.causes() {
        eprintln!("  because: {cause}");
    }
    eprintln!("  usually: {}", error.cause());
    eprintln!("  to do:   {}", error.remedy());
}
