/// What a request to the stand-in is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EntraStep {
    /// A browser opens the page to sign in at (`authorize`).
    Authorize,
    /// A user sends a form of a page.
    Page,
    /// A client redeems a code (`token`).
    Code,
    /// A client refreshes its tokens (`token`).
    Refresh,
    /// A client asks for a device code (`devicecode`).
    DeviceStart,
    /// A client asks whether the user has approved a device code (`token`).
    DevicePoll,
    /// A browser opens the page where device codes are entered, or sends it.
    DevicePage,
    /// Anything else, which is refused.
    Unknown,
}

impl EntraStep {
    /// The stable name, such as `device-poll`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Page => "page",
            Self::Code => "code",
            Self::Refresh => "refresh",
            Self::DeviceStart => "device-start",
            Self::DevicePoll => "device-poll",
            Self::DevicePage => "device-page",
            Self::Unknown => "unknown",
        }
    }
}
