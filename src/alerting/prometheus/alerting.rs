//! `alerting`: who is sent alerts.

use super::file::Reader;
use super::schema::{ALERTING, ALERTMANAGER};
use super::{Alertmanagers, Config};
use crate::alerting::yaml::{Library, Node, Value};

const TIMEOUT_MS: i64 = 10_000;

impl<'a> Reader<'a> {
    pub(super) fn alerting(&mut self, node: Option<&Node<'a>>, config: &mut Config) {
        let Some(node) = node else { return };
        let fields = self.fields(node, &ALERTING);
        config.alert_relabel = self.relabelling(fields.get("alert_relabel_configs"));
        let Some(list) = fields.get("alertmanagers") else { return };
        for item in self.decoder.items(list, &"`alertmanagers`") {
            if item.is_null(Library::V2) {
                self.refuse(item.place(), "an empty entry of `alertmanagers`", &["a mapping"]);
            } else if matches!(item.target().value, Value::Map(_)) {
                let alertmanagers = self.alertmanagers(item);
                config.alertmanagers.push(alertmanagers);
            }
        }
    }

    fn alertmanagers(&mut self, node: &Node<'a>) -> Alertmanagers {
        let (fields, place) = (self.fields(node, &ALERTMANAGER), node.target_place());
        self.client(&fields, place);
        let relabel = self.relabelling(fields.get("relabel_configs"));
        let undiscovered = self.discovery(&fields);
        for kind in undiscovered {
            let place = Self::place(&fields, kind, place);
            self.note(place, format!("nobody here discovers Alertmanagers by `{kind}`"));
        }
        let timeout =
            fields.get_even_null("timeout").map_or(TIMEOUT_MS, |_| self.duration(&fields, "timeout"));
        Alertmanagers {
            scheme: self.text_or(&fields, "scheme", "http"),
            path_prefix: self.text(&fields, "path_prefix"),
            timeout_ms: timeout,
            targets: self.static_targets(&fields, relabel.is_empty()),
            relabel,
            alert_relabel: self.relabelling(fields.get("alert_relabel_configs")),
        }
    }
}
