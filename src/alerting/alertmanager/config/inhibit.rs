//! `inhibit_rules`.

use super::{InhibitRule, Node, Reader, schema};

impl<'a> Reader<'a> {
    pub(super) fn inhibit_rules(&mut self, node: &Node<'a>) -> Vec<InhibitRule> {
        let items = self.decoder.items(node, &"`inhibit_rules`");
        items.into_iter().map(|item| self.inhibit_rule(item)).collect()
    }

    fn inhibit_rule(&mut self, node: &Node<'a>) -> InhibitRule {
        let fields = self.table(node, &schema::INHIBIT_RULE);
        let name = self.said(&fields, "name");
        let source = self.conditions(&fields, ["source_match", "source_match_re", "source_matchers"]);
        let target = self.conditions(&fields, ["target_match", "target_match_re", "target_matchers"]);
        let equal = fields.get("equal").map(|it| self.texts(it, "`equal`")).unwrap_or_default();
        for (name, place) in &equal {
            self.label_name(name, *place, "`equal`", self.release);
        }
        let equal = equal.into_iter().map(|(name, _)| name).collect();
        InhibitRule { name, source, target, equal, place: node.target_place() }
    }
}
