use super::profile_id::ProfileId;

/// What became different in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A profile was imported or duplicated, or can be used again.
    Added(ProfileId),
    /// A profile was edited or updated.
    Changed(ProfileId),
    /// A profile was removed, or can no longer be used.
    Removed(ProfileId),
    /// The profiles that remained are in another order.
    Reordered,
}

/// The profiles in their order, each with a number that is another one when its content is.
pub(super) type Snapshot = Vec<(ProfileId, u64)>;

/// Tells what is different between two looks at a store.
pub(super) fn changes(before: &Snapshot, after: &Snapshot) -> Vec<Change> {
    use std::collections::BTreeMap;

    let old: BTreeMap<ProfileId, u64> = before.iter().copied().collect();
    let new: BTreeMap<ProfileId, u64> = after.iter().copied().collect();
    let mut changes = Vec::new();
    for (id, _) in before.iter().filter(|(id, _)| !new.contains_key(id)) {
        changes.push(Change::Removed(*id));
    }
    for (id, content) in after {
        match old.get(id) {
            None => changes.push(Change::Added(*id)),
            Some(former) if former != content => changes.push(Change::Changed(*id)),
            Some(_) => {}
        }
    }
    let stayed_before = before.iter().filter(|(id, _)| new.contains_key(id));
    let stayed_after = after.iter().filter(|(id, _)| old.contains_key(id));
    if !stayed_before
        .map(|(id, _)| id)
        .eq(stayed_after.map(|(id, _)| id))
    {
        changes.push(Change::Reordered);
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_change_is_told_once() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|text| ProfileId::of(text.as_bytes()));
        let before = vec![(a, 1), (b, 2), (c, 3)];

        assert_eq!(changes(&before, &before), []);
        assert_eq!(
            changes(&before, &vec![(a, 1), (c, 4), (d, 5)]),
            [Change::Removed(b), Change::Changed(c), Change::Added(d)]
        );
        assert_eq!(
            changes(&before, &vec![(d, 5), (c, 3), (a, 1)]),
            [Change::Removed(b), Change::Added(d), Change::Reordered]
        );
        assert_eq!(
            changes(&before, &vec![(d, 5), (a, 1), (b, 2), (c, 3)]),
            [Change::Added(d)]
        );
    }
}
