use std::fmt;

/// The message ids that one packet acknowledges, at most eight.
#[derive(Clone, Copy, Default)]
pub(crate) struct AckList {
    ids: [u32; Self::MAX],
    len: u8,
}

impl AckList {
    /// The most acknowledgements that a receiver accepts in one packet.
    pub(crate) const MAX: usize = 8;

    /// Appends an id; false when the list is full and was left as it was.
    pub(crate) fn push(&mut self, id: u32) -> bool {
        let Some(free) = self.ids.get_mut(usize::from(self.len)) else {
            return false;
        };
        *free = id;
        self.len += 1;
        true
    }

    pub(crate) fn as_slice(&self) -> &[u32] {
        self.ids.get(..self.len()).unwrap_or_default()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.as_slice().iter().copied()
    }

    pub(crate) const fn len(&self) -> usize {
        self.len as usize
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl PartialEq for AckList {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for AckList {}

impl fmt::Debug for AckList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}
