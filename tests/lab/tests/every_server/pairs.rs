//! Few combinations in which every two values of different columns meet.

use std::collections::HashSet;

/// A combination: for each column the index of its value.
pub(crate) type Combination = Vec<usize>;

/// Two values, each as column and index.
type Pair = [(usize, usize); 2];

/// Begins with every combination of the first `whole` columns, and completes each with the values of the other columns
/// that bring the most pairs together that have not met, and of those the ones that were used least.
///
/// `sizes` says how many values each column has. The result depends on nothing else.
pub(crate) fn combinations(sizes: &[usize], whole: usize) -> Vec<Combination> {
    let (first, rest) = sizes.split_at(whole);
    let completions = product(rest);
    let mut met = HashSet::new();
    let mut uses: Vec<Vec<usize>> = sizes.iter().map(|size| vec![0; *size]).collect();
    let mut chosen: Vec<Combination> = Vec::new();
    for beginning in product(first) {
        let best = completions
            .iter()
            .map(|completion| [beginning.as_slice(), completion].concat())
            .max_by_key(|candidate| {
                let new = pairs(candidate).filter(|pair| !met.contains(pair)).count();
                let used: usize = candidate
                    .iter()
                    .zip(&uses)
                    .map(|(value, uses)| uses[*value])
                    .sum();
                (new, usize::MAX - used)
            })
            .expect("every column has a value");
        met.extend(pairs(&best));
        for (value, uses) in best.iter().zip(&mut uses) {
            uses[*value] += 1;
        }
        chosen.push(best);
    }
    chosen
}

/// All combinations of columns of these sizes, the last column changing fastest.
fn product(sizes: &[usize]) -> Vec<Combination> {
    sizes.iter().fold(vec![Vec::new()], |beginnings, size| {
        beginnings
            .iter()
            .flat_map(|beginning| {
                (0..*size).map(move |value| [beginning.as_slice(), &[value]].concat())
            })
            .collect()
    })
}

fn pairs(combination: &[usize]) -> impl Iterator<Item = Pair> {
    let values: Vec<(usize, usize)> = combination.iter().copied().enumerate().collect();
    let all: Vec<Pair> = values
        .iter()
        .flat_map(|one| values.iter().map(move |other| [*one, *other]))
        .filter(|[one, other]| one.0 < other.0)
        .collect();
    all.into_iter()
}

/// The pairs of values of different columns that meet in none of these combinations.
pub(crate) fn strangers(sizes: &[usize], combinations: &[Combination]) -> Vec<Pair> {
    let met: HashSet<Pair> = combinations
        .iter()
        .flat_map(|combination| pairs(combination))
        .collect();
    let mut missing: Vec<Pair> = product(sizes)
        .iter()
        .flat_map(|combination| pairs(combination))
        .filter(|pair| !met.contains(pair))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}

#[test]
fn the_first_columns_meet_in_every_way_and_all_others_in_pairs() {
    let sizes = [3, 4, 2, 2];

    let chosen = combinations(&sizes, 2);

    let beginnings: HashSet<&[usize]> = chosen.iter().map(|chosen| &chosen[..2]).collect();
    assert_eq!((chosen.len(), beginnings.len()), (12, 12));
    assert_eq!(strangers(&sizes, &chosen), Vec::<Pair>::new());
    assert_eq!(strangers(&[2, 2], &[vec![0, 0], vec![1, 1]]).len(), 2);
}
