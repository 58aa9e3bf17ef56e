use std::hash::Hash;

use indexmap::IndexSet;
use indexmap::set::Iter;

/// A list in order in which nothing stands twice.
///
/// Two lists are equal when they hold the same in the same order. Looking something up takes as
/// long in a long list as in a short one.
#[derive(Clone, Debug)]
pub struct Unique<T>(IndexSet<T>);

impl<T: Eq + Hash> Unique<T> {
    /// Makes an empty list.
    pub fn new() -> Self {
        Self(IndexSet::new())
    }

    /// Adds an element at the end, and returns whether it was new.
    pub fn insert(&mut self, element: T) -> bool {
        self.0.insert(element)
    }

    /// Takes an element out, the others keeping their order, and returns whether it was there.
    pub fn remove(&mut self, element: &T) -> bool {
        self.0.shift_remove(element)
    }

    /// Keeps the elements that fulfil a condition.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.0.retain(keep);
    }

    /// Gives back memory that no element needs.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.0.shrink_to_fit();
    }

    /// Says whether an element is in the list.
    pub fn contains(&self, element: &T) -> bool {
        self.0.contains(element)
    }
}

impl<T> Unique<T> {
    /// Returns how many elements there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Says whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the first element.
    pub fn first(&self) -> Option<&T> {
        self.0.first()
    }

    /// Walks the elements in order.
    pub fn iter(&self) -> Iter<'_, T> {
        self.0.iter()
    }
}

impl<T: Eq + Hash> Default for Unique<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: PartialEq> PartialEq for Unique<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Eq> Eq for Unique<T> {}

impl<T: Eq + Hash> FromIterator<T> for Unique<T> {
    /// Keeps the first of those that are equal.
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self(elements.into_iter().collect())
    }
}

impl<T: Eq + Hash> Extend<T> for Unique<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        self.0.extend(elements);
    }
}

impl<'a, T> IntoIterator for &'a Unique<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_two_equal_elements_keeps_its_place() {
        let list: Unique<u8> = [3, 1, 3, 2, 1].into_iter().collect();

        assert!(list.iter().eq(&[3, 1, 2]));
    }

    #[test]
    fn lists_in_another_order_differ() {
        let list: Unique<u8> = [1, 2].into_iter().collect();
        let other: Unique<u8> = [2, 1].into_iter().collect();

        assert_ne!(list, other);
    }

    #[test]
    fn what_is_left_keeps_its_order() {
        let mut list: Unique<u8> = [1, 2, 3, 4].into_iter().collect();

        assert!(list.remove(&2));
        assert!(!list.remove(&2));

        assert!(list.iter().eq(&[1, 3, 4]));
    }
}
