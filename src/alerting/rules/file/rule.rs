//! Rules.

use super::{Place, Problem, Reader, Rule, RuleKind, Written, name};
use crate::alerting::yaml::{Fields, Library, Node, Pair, Value};
use crate::promql::{Dialect, Expr, parse_as};

const KEYS: &[&str] = &["record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"];

impl<'a> Reader<'a> {
    pub(super) fn rules(&mut self, node: &Node<'a>) -> Vec<Rule> {
        let rules = self.decoder.items(node, &"`rules`");
        rules.into_iter().filter_map(|rule| self.rule(rule)).collect()
    }

    fn rule(&mut self, node: &Node<'a>) -> Option<Rule> {
        let before = self.decoder.count();
        let fields = self.decoder.fields(node, &"a rule", KEYS);
        if !matches!(node.target().value, Value::Map(_)) && !node.is_null(Library::V3) {
            return None;
        }
        let place = node.target_place();
        let (record, alert) = (self.word(&fields, "record"), self.word(&fields, "alert"));
        self.check_kind(record.as_ref(), alert.as_ref(), place);
        let text = self.word(&fields, "expr");
        let expr = self.expression(text.as_ref(), fields.get("expr").map_or(place, |it| it.target_place()));
        let for_ms = self.duration(&fields, "for");
        let keep_firing_for_ms = self.duration(&fields, "keep_firing_for");
        let labels = self.label_pairs(fields.get("labels"), false);
        let annotations = self.label_pairs(fields.get("annotations"), true);
        if let Some(record) = &record {
            self.check_record(record, &fields, [for_ms, keep_firing_for_ms], !annotations.is_empty());
        }
        if alert.is_some() {
            self.check_templates(&labels, "label");
            self.check_templates(&annotations, "annotation");
        }
        let collect = |pairs: Vec<Pair>| pairs.into_iter().map(|pair| (pair.name, pair.value)).collect();
        let kind = match (record, alert) {
            (Some(name), _) => RuleKind::Record { name: name.text },
            (None, alert) => {
                let (name, annotations) = (alert.unwrap_or_default().text, collect(annotations));
                RuleKind::Alert { name, for_ms, keep_firing_for_ms, annotations }
            }
        };
        let rule = Rule { kind, expr_text: text?, expr: expr?, labels: collect(labels), place };
        (self.decoder.count() == before).then_some(rule)
    }

    /// A text that 2.42 takes from the YAML node itself: null is the word it is written as, lists and mappings are
    /// empty, and an alias is its own name. An empty one counts as absent.
    fn word(&mut self, fields: &Fields<'_, 'a>, key: &'static str) -> Option<Written> {
        let node = fields.get_even_null(key)?;
        if self.dialect == Dialect::V3 || self.decoder.kubernetes {
            let any = key == "expr" && matches!(node.target().value, Value::Scalar { .. });
            let strict = self.decoder.kubernetes;
            // Kubernetes takes numbers there.
            self.decoder.kubernetes &= !any;
            let text = self.decoder.text(node, &format_args!("`{key}`"));
            self.decoder.kubernetes = strict;
            return text.filter(|text| !text.is_empty()).map(|_| Written::new(node));
        }
        let written = match &node.value {
            Value::Alias { name, .. } => {
                let note =
                    self.decoder.problem(node.place(), format!("Prometheus 2 reads `{key}: {name}` here"));
                self.notes
                    .push(note.help("it takes the name of the alias for what it stands for: write it out"));
                Written::instead(node, name)
            }
            _ => Written::new(node),
        };
        Some(written).filter(|written| !written.text.is_empty())
    }

    fn duration(&mut self, fields: &Fields<'_, 'a>, key: &str) -> i64 {
        fields.get(key).and_then(|it| self.decoder.duration(it, &format_args!("`{key}`"))).unwrap_or(0)
    }

    fn check_kind(&mut self, record: Option<&Written>, alert: Option<&Written>, place: Place) {
        let (message, place) = match (record, alert) {
            (Some(_), Some(alert)) => ("a rule has either `record` or `alert`, not both", alert.place),
            (None, None) => ("a rule needs `record` or `alert`", place),
            _ => return,
        };
        let problem = self.decoder.problem(place, message);
        self.decoder
            .report(problem.accepted(&["record: the name of a metric", "alert: the name of an alert"]));
    }

    fn expression(&mut self, text: Option<&Written>, place: Place) -> Option<Expr> {
        let Some(text) = text else {
            let problem = self.decoder.problem(place, "a rule needs `expr`");
            self.decoder.report(problem.accepted(&["expr: a PromQL expression"]));
            return None;
        };
        match parse_as(text, self.dialect) {
            Ok(expr) => Some(expr),
            Err(error) => {
                let place = text.place_of(error.span.start, self.text);
                let problem = self.decoder.problem(place, format!("in `expr`: {}", error.message));
                self.decoder.report(Problem { help: error.help, ..problem });
                None
            }
        }
    }

    /// What only alerting rules may have, and the name.
    fn check_record(
        &mut self,
        record: &Written,
        fields: &Fields<'_, 'a>,
        durations: [i64; 2],
        annotated: bool,
    ) {
        let present =
            [("for", durations[0] != 0), ("keep_firing_for", durations[1] != 0), ("annotations", annotated)];
        for (key, _) in present.into_iter().filter(|(_, present)| *present) {
            let place = fields.key_place(key).unwrap_or(record.place);
            let problem = self.decoder.problem(place, format!("`{key}` in a recording rule"));
            self.decoder.report(problem.accepted(&["record", "expr", "labels"]));
        }
        if let Some((message, accepted)) = name::metric(record, self.dialect) {
            let problem = self.decoder.problem(record.place, message);
            self.decoder.report(problem.accepted(&[accepted]));
        }
    }

    fn check_templates(&mut self, pairs: &[Pair], what: &str) {
        for pair in pairs {
            if !pair.value.contains("{{") {
                continue;
            }
            if let Err(why) = (self.check)(&pair.value) {
                let message = format!("the template of the {what} `{}`: {why}", pair.name);
                self.decoder.complain(pair.value_place, message);
            }
        }
    }
}
