//! What receivers must get.

use super::super::{Node, Reader, Written};
use super::{ExpectedNotification, ExpectedNotified, NotificationTest};
use crate::alerting::Place;
use crate::alerting::yaml::Fields;

const TEST_KEYS: &[&str] = &["receiver", "from", "to", "exp_notifications"];
const NOTIFICATION_KEYS: &[&str] =
    &["at", "from", "to", "status", "group_labels", "alerts", "contains", "lacks", "kind", "lost"];
const ALERT_KEYS: &[&str] = &["labels", "annotations", "status"];

impl<'a> Reader<'a> {
    pub(in super::super) fn notification_tests(&mut self, fields: &Fields<'_, 'a>) -> Vec<NotificationTest> {
        let Some(node) = fields.get("notification_test") else { return Vec::new() };
        let items = self.decoder.items(node, &"`notification_test`");
        items.into_iter().map(|item| self.notification_test(item)).collect()
    }

    fn notification_test(&mut self, node: &Node<'a>) -> NotificationTest {
        let place = node.target_place();
        let fields = self.decoder.fields(node, &"an item of `notification_test`", TEST_KEYS);
        let receiver = self.written(&fields, "receiver").filter(|receiver| !receiver.is_empty());
        if receiver.is_none() {
            let problem = self.decoder.problem(place, "an item of `notification_test` needs `receiver`");
            self.decoder.report(problem.accepted(&["receiver: the name of a receiver of Alertmanager's"]));
        }
        let from_ms = self.moment(&fields, "from").unwrap_or(0);
        let to_ms = self.moment(&fields, "to");
        if to_ms.is_some_and(|to_ms| to_ms < from_ms) {
            let place = fields.key_place("to").unwrap_or(place);
            let problem = self.decoder.problem(place, "`to` is before `from`");
            self.decoder.report(problem.accepted(&["from: 2m with to: 20m"]));
        }
        let expected = fields.get("exp_notifications");
        let expected = expected.map(|it| self.decoder.items(it, &"`exp_notifications`")).unwrap_or_default();
        let exp_notifications: Vec<_> =
            expected.into_iter().map(|item| self.expected_notification(item)).collect();
        for expected in &exp_notifications {
            let Some((first, last)) = expected.between_ms else { continue };
            if last < from_ms || to_ms.is_some_and(|to_ms| first > to_ms) {
                let message = "the receiver is not looked at then: it is expected outside `from` and `to`";
                self.decoder.complain(expected.place, message);
            }
        }
        let receiver = receiver.unwrap_or_else(|| Written::absent(place));
        NotificationTest { receiver, from_ms, to_ms, exp_notifications, place }
    }

    fn expected_notification(&mut self, node: &Node<'a>) -> ExpectedNotification {
        let place = node.target_place();
        let fields = self.decoder.fields(node, &"an item of `exp_notifications`", NOTIFICATION_KEYS);
        let between_ms = self.between(&fields, place);
        let alerts = fields.get("alerts").map(|it| self.decoder.items(it, &"`alerts`"));
        let alerts = alerts.map(|items| items.into_iter().map(|item| self.expected_notified(item)).collect());
        let [contains, lacks] = ["contains", "lacks"].map(|key| self.texts(&fields, key));
        let lost = self.written(&fields, "lost").map(|lost| lost.text);
        let bodied = ["contains", "lacks"].into_iter().find_map(|key| fields.key_place(key));
        if let Some(at) = bodied.filter(|_| lost.is_some()) {
            let problem = self.decoder.problem(at, "what is lost has no body");
            self.decoder
                .report(problem.accepted(&["contains: [text of the body]", "lost: text of the reason"]));
        }
        ExpectedNotification {
            between_ms,
            firing: self.status(&fields),
            group_labels: self.map(&fields, "group_labels"),
            alerts,
            contains,
            lacks,
            kind: self.written(&fields, "kind"),
            lost,
            place,
        }
    }

    fn expected_notified(&mut self, node: &Node<'a>) -> ExpectedNotified {
        let place = node.target_place();
        let fields = self.decoder.fields(node, &"an item of `alerts`", ALERT_KEYS);
        ExpectedNotified {
            labels: self.map(&fields, "labels").unwrap_or_default(),
            annotations: self.map(&fields, "annotations").unwrap_or_default(),
            firing: self.status(&fields),
            place,
        }
    }

    /// When a notification must come: `at`, or `from` and `to`.
    fn between(&mut self, fields: &Fields<'_, 'a>, place: Place) -> Option<(i64, i64)> {
        let [at, from, to] = ["at", "from", "to"].map(|key| self.moment(fields, key));
        let given = |key| fields.get(key).is_some();
        let message = match (given("at"), given("from"), given("to")) {
            (false, false, false) => return None,
            (true, false, false) => return at.map(|at| (at, at)),
            (false, true, true) if to >= from => return from.zip(to),
            (false, true, true) => "`to` is before `from`",
            (true, ..) => "either `at` or `from` and `to`, not both",
            (false, ..) => "`from` and `to` stand together",
        };
        let place = ["from", "to"].into_iter().find_map(|key| fields.key_place(key)).unwrap_or(place);
        let problem = self.decoder.problem(place, message);
        self.decoder.report(problem.accepted(&["at: 2m30s", "from: 2m with to: 3m"]));
        None
    }

    /// Whether `status` says `firing`, if it is there.
    fn status(&mut self, fields: &Fields<'_, 'a>) -> Option<bool> {
        let status = self.written(fields, "status")?;
        match status.text.as_str() {
            "firing" => Some(true),
            "resolved" => Some(false),
            other => {
                let problem = self.decoder.problem(status.place, format!("`{other}` is no status"));
                self.decoder.report(problem.accepted(&["firing", "resolved"]));
                None
            }
        }
    }

    /// A list of texts.
    fn texts(&mut self, fields: &Fields<'_, 'a>, key: &str) -> Vec<String> {
        let items = fields.get(key).map(|it| self.decoder.items(it, &format_args!("`{key}`")));
        let what = format!("an item of `{key}`");
        let texts = items.unwrap_or_default().into_iter();
        texts.filter_map(|item| self.decoder.text(item, &what).map(str::to_owned)).collect()
    }

    /// A text that knows its place, if it is there.
    pub(in super::super) fn written(&mut self, fields: &Fields<'_, 'a>, key: &str) -> Option<Written> {
        let node = fields.get(key)?;
        self.decoder.text(node, &format_args!("`{key}`")).is_some().then(|| Written::new(node))
    }
}
