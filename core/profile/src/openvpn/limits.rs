/// The largest OpenVPN configuration that is read, and the largest file beside one, in bytes: 1 MiB.
pub const MAXIMUM_OVPN_BYTES: usize = 1 << 20;

/// The most lines that a configuration may have, those in inline blocks included.
pub const MAXIMUM_OVPN_LINES: u32 = 20_000;

/// The smallest packet that OpenVPN lets a tunnel have.
pub(super) const SMALLEST_MTU: u16 = 100;

/// The most servers, DNS servers, suffixes or silenced options of a profile.
pub(super) const MOST_OF_A_LIST: usize = 1_000;

/// The most files beside it that a configuration may name; ten options name one.
pub(super) const MOST_FILES_BESIDE: usize = 100;

/// The most certificates or fingerprints that a gateway is told by.
pub(super) const MOST_TRUSTED: usize = 200;

/// The most characters of a text for people, such as a user name or a question.
const LONGEST_TEXT: usize = 256;

/// Says whether a text is fit to be shown: a line that is not too long.
pub(super) fn is_a_short_line(text: &str) -> bool {
    !text.chars().any(char::is_control) && text.chars().nth(LONGEST_TEXT).is_none()
}
