//! Which of the accepted names a misspelt name was meant to be.

/// The candidate that `name` was probably meant to be, the first of several equally near ones; `None` when none is
/// near enough to be worth suggesting.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let Some(distance) = near(name, candidate) else { continue };
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether one name looks like a misspelling of the other.
pub(super) fn looks_like(left: &str, right: &str) -> bool {
    near(left, right).is_some()
}

/// The distance of two names if it is at most one edit in three letters, the share at which unrelated short names
/// such as `rate` and `name` start to look alike.
fn near(left: &str, right: &str) -> Option<usize> {
    let (left, right) = (fold(left), fold(right));
    let allowed = (left.len().max(right.len()) / 3).max(1);
    // A pasted paragraph is no misspelling, and the table below is quadratic.
    if left.len().abs_diff(right.len()) > allowed {
        return None;
    }
    let distance = distance(&left, &right);
    (distance <= allowed).then_some(distance)
}

/// `Max-Rate` and `max_rate` are the same name to the person who typed them.
fn fold(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).map(|c| if c == '-' || c == ' ' { '_' } else { c }).collect()
}

/// Edits from one name to the other, where swapping two neighbours is one edit (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let replaced = above[column] + usize::from(a != b);
            let mut least = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && *a == right[column - 1] && left[row - 1] == *b;
            if swapped {
                least = least.min(before[column - 1] + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[right.len()]
}
