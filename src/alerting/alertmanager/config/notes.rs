//! What Alertmanager takes and nobody can mean.

use std::collections::BTreeSet;

use super::{Config, Reader, Route};

impl Reader<'_> {
    pub(super) fn note_oddities(&mut self, config: &Config) {
        let mut used = BTreeSet::new();
        self.note_route(&config.route, &mut used);
        for receiver in &config.receivers {
            if !receiver.name.is_empty() && !used.contains(receiver.name.as_str()) {
                self.note(receiver.place, format!("no route uses the receiver `{}`", receiver.name));
            }
        }
        for rule in &config.inhibit_rules {
            if rule.source.0.is_empty() || rule.target.0.is_empty() {
                let side = if rule.target.0.is_empty() { "target" } else { "source" };
                self.note(
                    rule.place,
                    format!("this inhibition says nothing of its {side}: any alert is one"),
                );
            }
        }
    }

    fn note_route<'r>(&mut self, route: &'r Route, used: &mut BTreeSet<&'r str>) {
        used.insert(&route.receiver);
        let mut taken: Option<usize> = None;
        for child in &route.routes {
            if let Some(line) = taken {
                let message =
                    format!("no alert comes so far: the route of line {line} takes all, without `continue`");
                self.note(child.place, message);
            } else if child.matchers.0.is_empty() && !child.goes_on {
                taken = Some(child.place.line);
            }
            self.note_route(child, used);
        }
    }
}
