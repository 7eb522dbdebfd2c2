//! Rules in Kubernetes manifests: `kind: PrometheusRule` of the Prometheus operator.

use super::Reader;
use crate::alerting::yaml::{Node, Value};

const KIND: &str = "PrometheusRule";

/// Whether a document is one of Kubernetes rather than a rule file.
pub(super) fn is_manifest(document: &Node<'_>) -> bool {
    document.get("kind").is_some() && document.get("groups").is_none()
}

impl<'a> Reader<'a> {
    /// Reads the rules of a manifest, or of those in a list; whether there was any.
    pub(super) fn manifest(&mut self, document: &Node<'a>) -> bool {
        let Some(kind) = document.get("kind").and_then(Node::text) else { return false };
        if kind == "List" || kind == "PrometheusRuleList" {
            let Some(Value::Seq(items)) = document.get("items").map(|items| &items.target().value) else {
                return false;
            };
            // A list within a list is none of Kubernetes'.
            let rules = items.iter().filter(|item| item.get("kind").and_then(Node::text) == Some(KIND));
            return rules.fold(false, |_, item| {
                self.rule_manifest(item);
                true
            });
        }
        if kind == KIND {
            self.rule_manifest(document);
        }
        kind == KIND
    }

    fn rule_manifest(&mut self, manifest: &Node<'a>) {
        let keys = &["apiVersion", "kind", "metadata", "spec", "status"];
        let fields = self.decoder.fields(manifest, &"a PrometheusRule", keys);
        if let Some(spec) = fields.get("spec") {
            let fields = self.decoder.fields(spec, &"`spec`", &["groups"]);
            if let Some(groups) = fields.get("groups") {
                self.groups(groups);
            }
        } else {
            let problem = self.decoder.problem(manifest.target_place(), "a PrometheusRule needs `spec`");
            self.decoder.report(problem.accepted(&["spec: a mapping with `groups`"]));
        }
        self.document += 1;
    }
}
