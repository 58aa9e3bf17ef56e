//! The user's browser.

use webbrowser::{Browser, BrowserOptions};

/// Describes why no browser was opened; the host can show the address instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrowserError {
    /// The address is none of a web page.
    #[error("the address is not that of a web page")]
    Address,

    /// There is no desktop that this process belongs to, as in a service or a session over SSH.
    #[error("this process belongs to no desktop")]
    NoDesktop,

    /// The process runs as a service or as the superuser, whose browser is nobody's. The part of the program that runs as the
    /// user has to open it.
    #[error("the process runs as the superuser, and the browser belongs to the user")]
    Superuser,

    /// The system has no browser, or it did not start.
    #[error("the browser did not start: {reason}")]
    Failed {
        /// What the system says.
        reason: String,
    },
}

/// Opens a web page, `https` or `http`, in the user's browser, and does not wait for it.
///
/// The variable `BROWSER` chooses which, as usual on Linux; where it is set neither desktop nor user are looked at. This may
/// block for as long as starting a program takes.
///
/// # Errors
///
/// [`BrowserError`].
pub fn open_browser(url: &str) -> Result<(), BrowserError> {
    let is_page = ["https://", "http://"].iter().any(|scheme| {
        let start = url.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    if !is_page || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(BrowserError::Address);
    }
    check_user()?;
    let mut options = BrowserOptions::new();
    options.with_suppress_output(true);
    webbrowser::open_browser_with_options(Browser::Default, url, &options).map_err(|error| {
        BrowserError::Failed {
            reason: error.to_string(),
        }
    })
}

#[cfg(all(unix, not(target_os = "macos")))]
fn check_user() -> Result<(), BrowserError> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("BROWSER") {
        return Ok(());
    }
    if is_superuser() {
        return Err(BrowserError::Superuser);
    }
    if !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") {
        return Err(BrowserError::NoDesktop);
    }
    Ok(())
}

#[cfg(target_os = "macos")]
fn check_user() -> Result<(), BrowserError> {
    if is_superuser() {
        return Err(BrowserError::Superuser);
    }
    Ok(())
}

/// Windows starts no browser in the session of services by itself, and says so.
#[cfg(not(unix))]
fn check_user() -> Result<(), BrowserError> {
    Ok(())
}

#[cfg(unix)]
fn is_superuser() -> bool {
    // SAFETY: the call takes nothing and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_pages_are_opened() {
        for address in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https:",
            "",
            "http://host/a b",
            "https://host/\n",
            "--new-window",
        ] {
            assert_eq!(
                open_browser(address),
                Err(BrowserError::Address),
                "{address:?}"
            );
        }
    }
}
