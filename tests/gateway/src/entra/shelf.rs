use std::collections::VecDeque;

/// Things by name, of which the oldest go when there is no room for more.
pub(super) struct Shelf<T> {
    things: VecDeque<(String, T)>,
}

/// More than any test has at once.
const MOST: usize = 4096;

impl<T> Shelf<T> {
    pub(super) fn put(&mut self, name: String, thing: T) {
        if self.things.len() >= MOST {
            self.things.pop_front();
        }
        self.things.push_back((name, thing));
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        let mut things = self.things.iter();
        let found = things.find(|(known, _)| known == name);
        found.map(|(_, thing)| thing)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        let mut things = self.things.iter_mut();
        let found = things.find(|(known, _)| known == name);
        found.map(|(_, thing)| thing)
    }

    pub(super) fn take(&mut self, name: &str) -> Option<T> {
        let place = self.things.iter().position(|(known, _)| known == name)?;
        self.things.remove(place).map(|(_, thing)| thing)
    }

    pub(super) fn for_each(&mut self, change: impl FnMut(&mut T)) {
        self.things
            .iter_mut()
            .map(|(_, thing)| thing)
            .for_each(change);
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.things.retain(|(_, thing)| keep(thing));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.things
            .iter()
            .map(|(name, thing)| (name.as_str(), thing))
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            things: VecDeque::new(),
        }
    }
}
