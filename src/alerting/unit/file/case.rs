//! What is expected of alerts and queries, and when.

use super::{AlertTest, ExpectedAlert, Node, Problem, QueryTest, Reader, When, Written};
use crate::alerting::yaml::Fields;

const ALERT_TEST_KEYS: &[&str] = &["eval_time", "alertname", "exp_alerts", "from", "to", "every"];
const QUERY_TEST_KEYS: &[&str] = &["expr", "eval_time", "exp_samples", "from", "to", "every"];

impl<'a> Reader<'a> {
    pub(super) fn alert_test(&mut self, node: &Node<'a>, problems: &mut Vec<Problem>) -> AlertTest {
        let place = node.target_place();
        let fields = self.decoder.fields(node, &"an item of `alert_rule_test`", ALERT_TEST_KEYS);
        let when = self.when(&fields);
        let alertname = fields.get("alertname").and_then(|it| self.decoder.text(it, &"`alertname`"));
        let alertname = alertname.unwrap_or_default().to_owned();
        if alertname.is_empty() {
            let problem = self.decoder.problem(place, "an item of `alert_rule_test` needs `alertname`");
            problems.push(problem.accepted(&["alertname: the name of an alert"]));
        }
        let alerts = fields.get("exp_alerts").map(|it| self.decoder.items(it, &"`exp_alerts`"));
        let alerts = alerts.unwrap_or_default().into_iter();
        let exp_alerts = alerts.map(|alert| self.expected_alert(alert, &alertname)).collect();
        AlertTest { when, alertname, exp_alerts, place }
    }

    fn expected_alert(&mut self, node: &Node<'a>, alertname: &str) -> ExpectedAlert {
        let place = node.target_place();
        let keys = &["exp_labels", "exp_annotations"];
        let fields = self.decoder.fields(node, &"an item of `exp_alerts`", keys);
        let mut map = |key| {
            let pairs = fields.get(key).map(|it| self.decoder.pairs(it, &format_args!("`{key}`")));
            pairs.unwrap_or_default().into_iter().map(|pair| (pair.name, pair.value)).collect()
        };
        let mut alert =
            ExpectedAlert { labels: map("exp_labels"), annotations: map("exp_annotations"), place };
        alert.labels.insert("alertname".to_owned(), alertname.to_owned());
        alert
    }

    pub(super) fn query_test(&mut self, node: &Node<'a>) -> QueryTest {
        let place = node.target_place();
        let fields = self.decoder.fields(node, &"an item of `promql_expr_test`", QUERY_TEST_KEYS);
        let when = self.when(&fields);
        let expr = match fields.get("expr") {
            Some(expr) if self.decoder.text(expr, &"`expr`").is_some() => Written::new(expr),
            _ => Written::absent(place),
        };
        let samples = fields.get("exp_samples").map(|it| self.decoder.items(it, &"`exp_samples`"));
        let samples = samples.unwrap_or_default().into_iter();
        let exp_samples = samples.map(|sample| self.expected_sample(sample)).collect();
        QueryTest { expr, when, exp_samples, place }
    }

    /// When an expectation must hold: `eval_time`, or our own `from`, `to` and `every`.
    fn when(&mut self, fields: &Fields<'_, 'a>) -> When {
        let mut duration = |key| {
            fields.get_even_null(key).and_then(|it| self.decoder.duration(it, &format_args!("`{key}`")))
        };
        let [at, from, to, every] = ["eval_time", "from", "to", "every"].map(&mut duration);
        let place = ["from", "to", "every"].into_iter().find_map(|key| fields.key_place(key));
        let Some(place) = place else { return When::At(at.unwrap_or(0)) };
        let accepted: &[&str] = &["eval_time: 5m", "from: 5m with to: 10m, and every: 1m if need be"];
        let message = if fields.get("eval_time").is_some() {
            "either `eval_time` or `from` and `to`, not both"
        } else if fields.get("from").is_none() || fields.get("to").is_none() {
            "`from` and `to` stand together"
        } else if to < from {
            "`to` is before `from`"
        } else if every == Some(0) {
            "`every` must be longer than 0"
        } else {
            let (from_ms, to_ms) = (from.unwrap_or(0), to.unwrap_or(0));
            return When::Each { from_ms, to_ms, every_ms: every };
        };
        let problem = self.decoder.problem(place, message);
        self.decoder.report(problem.accepted(accepted));
        When::At(0)
    }
}
