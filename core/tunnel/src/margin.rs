/// The bytes kept free around every packet of a [`Batch`](crate::Batch), so that it can be sealed where it lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Margin {
    /// Bytes before the packet: the data channel's header, packet id and tag.
    pub before: usize,
    /// Bytes after the packet: the tag, in formats that put it there.
    pub after: usize,
}

impl Margin {
    /// Both sides together: what a packet grows by when it is sealed.
    pub fn total(self) -> usize {
        self.before + self.after
    }
}
