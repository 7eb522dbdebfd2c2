//! Which routes take an alert.

use super::config::Route;
use crate::promql::Labels;

/// A route that takes an alert.
#[derive(Debug, Clone, Copy)]
pub struct Matched<'a> {
    /// The route.
    pub route: &'a Route,
    /// Its place in the tree: all routes are counted depth first, parents before children, from 0 for the root. It is
    /// an index into what [`numbered`] gives.
    pub number: usize,
}

/// The routes that take an alert of these labels, in the order in which Alertmanager goes through them. What the root
/// says an alert must have counts too, though no file that loads says anything there.
#[must_use]
pub fn routed<'a>(root: &'a Route, labels: &Labels) -> Vec<Matched<'a>> {
    let mut found = Vec::new();
    take(root, labels, &mut 0, &mut found);
    found
}

/// Adds what a route and those below it take. `next` is the number of the route, and after it of the next that is not
/// below it.
fn take<'a>(route: &'a Route, labels: &Labels, next: &mut usize, found: &mut Vec<Matched<'a>>) -> bool {
    let number = *next;
    if !route.matchers.matches(labels) {
        *next += size(route);
        return false;
    }
    *next += 1;
    let before = found.len();
    for child in &route.routes {
        if take(child, labels, next, found) && !child.goes_on {
            break;
        }
    }
    // Whatever was not looked at has numbers too.
    *next = number + size(route);
    if found.len() == before {
        found.push(Matched { route, number });
    }
    true
}

/// How many routes there are, itself included.
fn size(route: &Route) -> usize {
    1 + route.routes.iter().map(size).sum::<usize>()
}

/// Every route of a tree with its number, by number.
#[must_use]
pub fn numbered(root: &Route) -> Vec<Matched<'_>> {
    let mut found = vec![Matched { route: root, number: 0 }];
    let mut at = 0;
    // A stack instead of recursion would do as well; trees are as deep as their file, which is limited.
    add_children(root, &mut at, &mut found);
    found
}

fn add_children<'a>(route: &'a Route, at: &mut usize, found: &mut Vec<Matched<'a>>) {
    for child in &route.routes {
        *at += 1;
        found.push(Matched { route: child, number: *at });
        add_children(child, at, found);
    }
}

/// What Alertmanager calls the route of a number in the keys of groups: the conditions of all routes from the root down
/// to it, each sorted and in braces: `{}/{severity="critical"}`. Routes with the same conditions have the same key.
#[must_use]
pub fn key(root: &Route, number: usize) -> String {
    path(root, number).iter().map(|(_, route)| route.matchers.to_string()).collect::<Vec<_>>().join("/")
}

/// What Alertmanager calls the route of a number in its HTTP interface and logs: [`key`] with the place among its
/// siblings after each route: `{}/{severity="critical"}/0`.
#[must_use]
pub fn id(root: &Route, number: usize) -> String {
    let mut id = root.matchers.to_string();
    for (place, route) in path(root, number).iter().skip(1) {
        id.push_str(&format!("/{}/{place}", route.matchers));
    }
    id
}

/// The routes from the root down to a number, each with its place among its siblings; the root alone if there is none
/// of that number.
fn path(root: &Route, number: usize) -> Vec<(usize, &Route)> {
    let mut path = vec![(0, root)];
    let mut rest = number;
    let mut route = root;
    while rest > 0 {
        rest -= 1;
        let mut below = route.routes.iter().enumerate();
        let found = below.find(|(_, child)| {
            let size = size(child);
            let here = rest < size;
            if !here {
                rest -= size;
            }
            here
        });
        let Some((place, child)) = found else { return vec![(0, root)] };
        path.push((place, child));
        route = child;
    }
    path
}
