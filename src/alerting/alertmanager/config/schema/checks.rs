//! What concerns more than one key.

use super::super::{Node, Reader};
use crate::alerting::Place;
use crate::alerting::yaml::Fields;

/// Whether a key is there and says anything.
pub(super) fn given(fields: &Fields<'_, '_>, key: &str) -> bool {
    fields.get(key).is_some_and(|node| node.text() != Some(""))
}

impl<'a> Reader<'a> {
    /// Of some keys one at most may say anything.
    pub(super) fn at_most_one(&mut self, fields: &Fields<'_, 'a>, keys: &[&str]) {
        let mut set = keys.iter().filter(|key| given(fields, key));
        if let (Some(first), Some(second)) = (set.next(), set.next())
            && let Some(place) = fields.key_place(second)
        {
            self.decoder.complain(place, format!("`{second}` beside `{first}`: one of them at most"));
        }
    }

    /// Of some keys one at least must say something.
    pub(super) fn at_least_one(&mut self, fields: &Fields<'_, 'a>, place: Place, what: &str, keys: &[&str]) {
        if !keys.iter().any(|key| given(fields, key)) {
            let wanted = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" or ");
            let problem = self.decoder.problem(place, format!("{what} needs {wanted}"));
            self.decoder.report(problem.accepted(keys));
        }
    }

    /// The text at a key, empty where there is none. What is wrong with it has been said.
    pub(in crate::alerting::alertmanager::config) fn said(
        &self,
        fields: &Fields<'_, 'a>,
        key: &str,
    ) -> String {
        fields.get(key).and_then(Node::text).unwrap_or_default().to_owned()
    }
}
