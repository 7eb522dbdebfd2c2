//! Which of two lists belong together.

/// As many pairs as there can be: for each place of the left list the place in the right one, each used once. `fits` says
/// which go together.
pub(super) fn pairs(left: usize, right: usize, fits: impl Fn(usize, usize) -> bool) -> Vec<Option<usize>> {
    let mut held: Vec<Option<usize>> = vec![None; right];
    for place in 0..left {
        place_one(place, &fits, &mut held, &mut vec![false; right]);
    }
    let mut pairs = vec![None; left];
    for (right, left) in held.into_iter().enumerate() {
        if let Some(left) = left {
            pairs[left] = Some(right);
        }
    }
    pairs
}

/// Finds a place for one, moving others if need be.
fn place_one(
    left: usize,
    fits: &impl Fn(usize, usize) -> bool,
    held: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for right in 0..held.len() {
        if tried[right] || !fits(left, right) {
            continue;
        }
        tried[right] = true;
        if held[right].is_none_or(|other| place_one(other, fits, held, tried)) {
            held[right] = Some(left);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn the_first_gives_way_to_one_that_fits_nowhere_else() {
        let fits = |left: usize, right: usize| [[true, true], [true, false]][left][right];
        assert_eq!(pairs(2, 2, fits), [Some(1), Some(0)]);
    }

    #[test]
    fn what_fits_nowhere_stays_alone() {
        assert_eq!(pairs(2, 1, |_, _| true), [Some(0), None]);
        assert_eq!(pairs(1, 1, |_, _| false), [None]);
    }
}
