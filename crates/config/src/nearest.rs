//! The key an operator probably meant.

/// The candidate with the smallest edit distance to `word`; the first of equals.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<(&'a str, usize)> {
    candidates
        .map(|candidate| (candidate, distance(&word.to_lowercase(), candidate)))
        .min_by_key(|&(_, distance)| distance)
}

/// Edits (insert, remove, replace, swap neighbours) from one text to the other: the optimal string alignment distance.
pub(crate) fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().take(100).collect(), to.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (row, &a) in from.iter().enumerate() {
        let mut next = Vec::with_capacity(last.len());
        next.push(row + 1);
        let mut left = row + 1;
        for (column, &b) in to.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let mut cost =
                (at(&last, column) + usize::from(a != b)).min(at(&last, column + 1) + 1).min(left + 1);
            let swapped = column > 0 && previous == Some(b) && to.get(column - 1) == Some(&a);
            if swapped && row > 0 {
                cost = cost.min(at(&before, column - 1) + 1);
            }
            next.push(cost);
            left = cost;
        }
        before = std::mem::replace(&mut last, next);
        previous = Some(a);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_of_known_pairs() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("url", "url", 0),
            ("ulr", "url", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn a_slip_of_the_keyboard_finds_its_key() {
        let keys = ["url", "sqlite_readers", "busy_timeout_ms"];
        assert_eq!(nearest("sqlite_reader", keys.into_iter()), Some(("sqlite_readers", 1)));
        assert_eq!(nearest("Busy_Timeout", keys.into_iter()).unwrap().0, "busy_timeout_ms");
    }
}
