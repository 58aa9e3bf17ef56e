use std::iter::{Chain, Once, once};
use std::slice;

/// A list that is never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOrMore<T> {
    first: T,
    rest: Vec<T>,
}

impl<T> OneOrMore<T> {
    /// Makes a list of one.
    pub fn new(first: T) -> Self {
        Self {
            first,
            rest: Vec::new(),
        }
    }

    /// Makes a list of the elements in order, or nothing when there are none.
    pub fn from_vec(elements: Vec<T>) -> Option<Self> {
        let mut elements = elements.into_iter();
        let first = elements.next()?;
        Some(Self {
            first,
            rest: elements.collect(),
        })
    }

    /// Adds an element at the end.
    pub fn push(&mut self, element: T) {
        self.rest.push(element);
    }

    /// Returns the first element, which always exists.
    pub fn first(&self) -> &T {
        &self.first
    }

    /// Walks the elements in order.
    pub fn iter(&self) -> Chain<Once<&T>, slice::Iter<'_, T>> {
        once(&self.first).chain(&self.rest)
    }

    /// Walks the elements in order, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        once(&mut self.first).chain(&mut self.rest)
    }
}

impl<'a, T> IntoIterator for &'a OneOrMore<T> {
    type Item = &'a T;
    type IntoIter = Chain<Once<&'a T>, slice::Iter<'a, T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
