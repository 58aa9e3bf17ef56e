use ipnet::IpNet;

use crate::routes::Routes;

/// Walks the networks of two lists, each with the smallest network of the *other* list that holds
/// it or equals it: `(network, whether it is of the first list, holder)`, sorted.
///
/// Networks lie inside each other or apart, so one pass over the sorted lists finds all.
pub(super) fn with_holders(
    first: &Routes,
    second: &Routes,
) -> impl Iterator<Item = (IpNet, bool, Option<IpNet>)> {
    let of_first = first.iter().map(|network| (*network, true));
    let of_second = second.iter().map(|network| (*network, false));
    let mut sorted: Vec<(IpNet, bool)> = of_first.chain(of_second).collect();
    // An outer network comes right before all that it holds, and equal ones beside each other.
    sorted.sort_by_key(|(network, is_first)| (network.network(), network.prefix_len(), !*is_first));

    let mut open_first: Vec<IpNet> = Vec::new();
    let mut open_second: Vec<IpNet> = Vec::new();
    sorted.into_iter().map(move |(network, is_first)| {
        for open in [&mut open_first, &mut open_second] {
            while open.last().is_some_and(|outer| !outer.contains(&network)) {
                open.pop();
            }
        }
        let (own, others) = match is_first {
            true => (&mut open_first, &open_second),
            false => (&mut open_second, &open_first),
        };
        own.push(network);
        // Of two equal networks the first list's comes first, so it looks for the second's itself.
        let equal = (is_first && second.contains(&network)).then_some(network);
        (network, is_first, equal.or(others.last().copied()))
    })
}
