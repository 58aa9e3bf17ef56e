use std::io::{self, Write};

use serde::Serialize;
use zeroize::Zeroizing;

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Without any white space.
    Compact,
    /// A line a value, for people, and a line end at the end.
    Lines,
}

/// Writes a value as JSON.
///
/// It is written twice, at first to nowhere, so that the buffer has its size from the start: one that
/// grows would leave copies of the secrets behind.
pub(super) fn write(value: &impl Serialize, layout: Layout) -> Zeroizing<String> {
    let mut size = Size(0);
    // Memory takes every write, and the types of this module have no maps with keys that are no
    // text, so neither pass can fail.
    let _ = write_to(&mut size, value, layout);
    let mut buffer = Zeroizing::new(Vec::with_capacity(size.0));
    let _ = write_to(&mut *buffer, value, layout);
    debug_assert_eq!(buffer.len(), size.0);
    Zeroizing::new(String::from_utf8(std::mem::take(&mut *buffer)).unwrap_or_default())
}

fn write_to(
    mut writer: impl Write,
    value: &impl Serialize,
    layout: Layout,
) -> serde_json::Result<()> {
    match layout {
        Layout::Compact => serde_json::to_writer(writer, value),
        Layout::Lines => {
            serde_json::to_writer_pretty(&mut writer, value)?;
            writer.write_all(b"\n").map_err(serde_json::Error::io)
        }
    }
}

/// Counts what is written.
struct Size(usize);

impl Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_has_its_size_from_the_start() {
        let values = vec!["a secret with \"quotation marks\"\n"; 100];

        for layout in [Layout::Compact, Layout::Lines] {
            let text = write(&values, layout);

            assert_eq!(text.capacity(), text.len());
        }
    }
}
