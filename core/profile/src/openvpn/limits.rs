/// The largest OpenVPN configuration that is read, and the largest file beside one, in bytes: 1 MiB.
pub const MAXIMUM_OVPN_BYTES: usize = 1 << 20;

/// The most lines that a configuration may have, those in inline blocks included.
pub const MAXIMUM_OVPN_LINES: u32 = 20_000;

/// The smallest packet that OpenVPN lets a tunnel have.
pub(super) const SMALLEST_MTU: u16 = 100;

/// The most files beside it that a configuration may name; ten options name one.
pub(super) const MOST_FILES_BESIDE: usize = 100;

/// The largest file of a key or of the certificates that belong to it, in bytes: 256 KiB.
pub(super) const MAXIMUM_KEY_BYTES: usize = 256 << 10;
