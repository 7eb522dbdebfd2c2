//! Decodes a file pass by pass until no error is left.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::{pass::Pass, problem::Problem, read, reader::descend, tree::Node};

/// More would not be read, and each costs a pass.
const MAX_PROBLEMS: usize = 100;

/// Each problem may cost some silent passes: one for each level it spreads through, one for each made-up value.
const MAX_PASSES: usize = 1_000;

/// What a file says, and what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded<T> {
    /// The value without the parts that are wrong; `None` when too little is left to make one.
    ///
    /// A name that is defined in such a part looks undefined here, so validation that resolves names should not
    /// add to a list of problems that already is not empty.
    pub value: Option<T>,
    /// What is wrong, in the order of the file; empty when nothing is.
    pub problems: Vec<Problem>,
}

/// Decodes a file's text; `file` is what problems call it.
///
/// Never fails early: every independent problem is in [`Decoded::problems`], up to 100 and one that says so.
pub fn decode<T: DeserializeOwned>(text: &str, file: &str) -> Decoded<T> {
    let tree = read::read(text, file);
    let mut problems = tree.problems;
    let value = tree.root.and_then(|root| passes(&root, Pass::new(tree.refused), file, &mut problems));
    // Stable, so that problems of one place stay in the order in which they were found.
    problems.sort_by_key(|problem| (problem.line, problem.column));
    if problems.len() > MAX_PROBLEMS {
        let (line, column) = (problems[MAX_PROBLEMS].line, problems[MAX_PROBLEMS].column);
        problems.truncate(MAX_PROBLEMS);
        problems.push(Problem::new(file, line, column, "more problems from here on are not shown"));
    }
    Decoded { value, problems }
}

/// The last pass's value, if the tree can be decoded at all with some of its parts left out.
fn passes<T: DeserializeOwned>(
    root: &Node,
    mut pass: Pass,
    file: &str,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    for _ in 0..MAX_PASSES {
        if pass.leaves_out(root) || problems.len() > MAX_PROBLEMS {
            return None;
        }
        let fault = match descend(root, &pass, PhantomData::<T>) {
            Ok(value) => return Some(value),
            Err(fault) => fault,
        };
        let (problem, remedy) = fault.outcome(file);
        problems.extend(problem);
        if !remedy.is_some_and(|remedy| pass.apply(remedy)) {
            return None;
        }
    }
    let place = root.place;
    problems.push(Problem::new(
        file,
        place.line,
        place.column,
        "gave up looking for more problems; mend these first",
    ));
    None
}
