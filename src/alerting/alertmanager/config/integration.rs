//! The integrations that the twin speaks, with Alertmanager's defaults.

use std::collections::BTreeMap;

use super::model::{PagerDuty, Slack, SlackAction, SlackField, Webhook};
use super::schema::{ACTION, CONFIRM, FIELD, IMAGE, LINK};
use super::{IntegrationKind, Node, Reader};
use crate::alerting::alertmanager::Release;
use crate::alerting::yaml::{Fields, Value};

/// What integrations take from `global`.
#[derive(Debug, Clone, Default)]
pub(super) struct Inherited {
    slack_api_url: String,
    slack_api_url_file: String,
    slack_app: bool,
    pagerduty_url: String,
}

/// Where PagerDuty's Events API of version 2 is.
const PAGERDUTY_URL: &str = "https://events.pagerduty.com/v2/enqueue";

/// The texts of Slack's messages that have defaults, each the name of a template.
const SLACK_TEXTS: &[(&str, &str)] = &[
    ("username", "slack.default.username"),
    ("title", "slack.default.title"),
    ("title_link", "slack.default.titlelink"),
    ("pretext", "slack.default.pretext"),
    ("text", "slack.default.text"),
    ("footer", "slack.default.footer"),
    ("fallback", "slack.default.fallback"),
    ("callback_id", "slack.default.callbackid"),
    ("icon_emoji", "slack.default.iconemoji"),
    ("icon_url", "slack.default.iconurl"),
];

impl<'a> Reader<'a> {
    pub(super) fn inherited(&self, global: Option<&Fields<'_, 'a>>) -> Inherited {
        let said = |key: &str| global.map(|global| self.said(global, key)).unwrap_or_default();
        let url = said("pagerduty_url");
        Inherited {
            slack_api_url: said("slack_api_url"),
            slack_api_url_file: said("slack_api_url_file"),
            slack_app: !(said("slack_app_token") + &said("slack_app_token_file")).is_empty(),
            pagerduty_url: if url.is_empty() { PAGERDUTY_URL.to_owned() } else { url },
        }
    }

    pub(super) fn webhook(&mut self, fields: &Fields<'_, 'a>) -> IntegrationKind {
        if fields.get("payload").is_some() {
            return IntegrationKind::Unspoken("webhook");
        }
        let max = fields.get("max_alerts").and_then(|it| self.decoder.integer(it, &"`max_alerts`"));
        IntegrationKind::Webhook(Webhook {
            url: self.said(fields, "url"),
            url_file: self.some(fields, "url_file"),
            max_alerts: max.and_then(|max| u64::try_from(max).ok()).unwrap_or_default(),
            timeout_ms: self.timeout(fields),
        })
    }

    /// A text that says something.
    fn some(&self, fields: &Fields<'_, 'a>, key: &str) -> Option<String> {
        Some(self.said(fields, key)).filter(|text| !text.is_empty())
    }

    fn timeout(&mut self, fields: &Fields<'_, 'a>) -> i64 {
        let nanos =
            fields.get("timeout").and_then(|it| self.go_duration(it, "`timeout`")).unwrap_or_default();
        // No time at all is as good as none.
        if nanos > 0 { (nanos / 1_000_000).max(1) } else { 0 }
    }

    fn flag(&mut self, fields: &Fields<'_, 'a>, key: &str) -> bool {
        let node = fields.get(key);
        node.and_then(|it| self.decoder.boolean(it, &format_args!("`{key}`"))).unwrap_or(false)
    }

    /// Those of some texts that are there; what is there and null is not.
    fn some_texts(&self, fields: &Fields<'_, 'a>, keys: &[&'static str]) -> BTreeMap<&'static str, String> {
        let there = keys.iter().filter(|key| fields.get(key).is_some());
        there.map(|key| (*key, self.said(fields, key))).collect()
    }

    pub(super) fn slack(&mut self, fields: &Fields<'_, 'a>, inherited: &Inherited) -> IntegrationKind {
        let (url, file) = (self.said(fields, "api_url"), self.some(fields, "api_url_file"));
        let app = !(self.said(fields, "app_token") + &self.said(fields, "app_token_file")).is_empty();
        let own = !url.is_empty() || file.is_some();
        if app || !own && inherited.slack_app || self.flag(fields, "update_message") {
            return IntegrationKind::Unspoken("slack");
        }
        let (api_url, api_url_file) = if own {
            (url, file)
        } else {
            let file = &inherited.slack_api_url_file;
            (inherited.slack_api_url.clone(), Some(file.clone()).filter(|file| !file.is_empty()))
        };
        let color = match self.release {
            Release::V0_25 => r#"{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}"#,
            Release::V0_33 => r#"{{ template "slack.default.color" . }}"#,
        };
        let mut texts: BTreeMap<&'static str, String> = SLACK_TEXTS
            .iter()
            .map(|(key, name)| (*key, format!(r#"{{{{ template "{name}" . }}}}"#)))
            .collect();
        texts.insert("color", color.to_owned());
        let keys: Vec<&'static str> = texts.keys().copied().collect();
        texts.extend(self.some_texts(fields, &keys));
        texts.extend(self.some_texts(fields, &["image_url", "thumb_url", "message_text"]));
        let mrkdwn_in = fields.get("mrkdwn_in").map(|it| self.texts(it, "`mrkdwn_in`")).unwrap_or_default();
        IntegrationKind::Slack(Box::new(Slack {
            api_url,
            api_url_file,
            channel: self.said(fields, "channel"),
            texts,
            short_fields: self.flag(fields, "short_fields"),
            link_names: self.flag(fields, "link_names"),
            mrkdwn_in: mrkdwn_in.into_iter().map(|(text, _)| text).collect(),
            fields: self.slack_fields(fields),
            actions: self.slack_actions(fields),
            timeout_ms: self.timeout(fields),
        }))
    }

    fn listed<'t>(&mut self, fields: &Fields<'t, 'a>, key: &str) -> Vec<&'t Node<'a>> {
        fields.get(key).map(|it| self.decoder.items(it, &format_args!("`{key}`"))).unwrap_or_default()
    }

    fn slack_fields(&mut self, fields: &Fields<'_, 'a>) -> Vec<SlackField> {
        let mut found = Vec::new();
        for item in self.listed(fields, "fields") {
            let inner = self.table(item, &FIELD);
            let short = inner.get("short").and_then(|it| self.decoder.boolean(it, &"`short`"));
            found.push(SlackField {
                title: self.said(&inner, "title"),
                value: self.said(&inner, "value"),
                short,
            });
        }
        found
    }

    fn slack_actions(&mut self, fields: &Fields<'_, 'a>) -> Vec<SlackAction> {
        let mut found = Vec::new();
        for item in self.listed(fields, "actions") {
            let inner = self.table(item, &ACTION);
            let texts = self.some_texts(&inner, &["type", "text", "url", "style", "name", "value"]);
            let confirm = inner.get("confirm").map(|it| {
                let inner = self.table(it, &CONFIRM);
                self.some_texts(&inner, &["title", "text", "ok_text", "dismiss_text"])
            });
            found.push(SlackAction { texts, confirm });
        }
        found
    }

    pub(super) fn pagerduty(&mut self, fields: &Fields<'_, 'a>, inherited: &Inherited) -> IntegrationKind {
        let details = fields.get("details");
        if let Some(Value::Map(entries)) = details.map(|it| &it.target().value)
            && entries.iter().any(|(_, value)| value.text().is_none())
        {
            return IntegrationKind::Unspoken("pagerduty");
        }
        let keys = ["service_key_file", "routing_key_file"];
        let mut texts = BTreeMap::from([
            ("client", r#"{{ template "pagerduty.default.client" . }}"#.to_owned()),
            ("client_url", r#"{{ template "pagerduty.default.clientURL" . }}"#.to_owned()),
            ("description", r#"{{ template "pagerduty.default.description" .}}"#.to_owned()),
        ]);
        let own =
            ["client", "client_url", "description", "severity", "class", "component", "group", "source"];
        texts.extend(self.some_texts(fields, &own));
        if texts.get("source").is_none_or(String::is_empty) {
            let client = texts.get("client").cloned().unwrap_or_default();
            texts.insert("source", client);
        }
        let mut all = self.default_details();
        if let Some(node) = details {
            all.extend(
                self.decoder.pairs(node, &"`details`").into_iter().map(|pair| (pair.name, pair.value)),
            );
        }
        let url = self.some(fields, "url");
        let mut lists = |key: &str, table, keys: &[&'static str]| {
            let mut found = Vec::new();
            for item in self.listed(fields, key) {
                let inner = self.table(item, table);
                found.push(self.some_texts(&inner, keys));
            }
            found
        };
        let images = lists("images", &IMAGE, &["src", "alt", "href"]);
        let links = lists("links", &LINK, &["href", "text"]);
        IntegrationKind::PagerDuty(Box::new(PagerDuty {
            service_key: self.some(fields, "service_key"),
            routing_key: self.some(fields, "routing_key"),
            key_file: keys.into_iter().find_map(|key| self.some(fields, key)),
            url: url.unwrap_or_else(|| inherited.pagerduty_url.clone()),
            texts,
            details: all,
            images,
            links,
            timeout_ms: self.timeout(fields),
        }))
    }

    /// What is sent with every message unless a detail of the same name is given.
    fn default_details(&self) -> BTreeMap<String, String> {
        let alerts = |which: &str| match self.release {
            Release::V0_25 => format!(r#"{{{{ template "pagerduty.default.instances" .Alerts.{which} }}}}"#),
            Release::V0_33 => format!("{{{{ .Alerts.{which} | toJson }}}}"),
        };
        BTreeMap::from([
            ("firing".to_owned(), alerts("Firing")),
            ("resolved".to_owned(), alerts("Resolved")),
            ("num_firing".to_owned(), "{{ .Alerts.Firing | len }}".to_owned()),
            ("num_resolved".to_owned(), "{{ .Alerts.Resolved | len }}".to_owned()),
        ])
    }
}
