/// How patiently a session gets a lost connection back.
///
/// Whatever it says, credentials that the gateway refused are never shown again by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reconnect {
    /// For as long as it takes.
    #[default]
    Always,
    /// Each server of the profile is called this often, then the session ends.
    Rounds(u32),
    /// Not at all: the session ends when its connection does.
    Never,
}
