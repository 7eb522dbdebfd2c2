//! Receivers and their integrations.

use std::collections::BTreeSet;

use super::integration::Inherited;
use super::schema::{KINDS, Kind};
use super::{Integration, IntegrationKind, Node, Reader, Receiver, schema};
use crate::alerting::Place;
use crate::alerting::yaml::Fields;

impl<'a> Reader<'a> {
    pub(super) fn receivers(&mut self, node: &Node<'a>, global: Option<&Fields<'_, 'a>>) -> Vec<Receiver> {
        let inherited = self.inherited(global);
        let mut seen = BTreeSet::new();
        let mut receivers = Vec::new();
        for item in self.decoder.items(node, &"`receivers`") {
            if !self.is_there(item, "a receiver") {
                continue;
            }
            let receiver = self.receiver(item, global, &inherited);
            if !receiver.name.is_empty() && !seen.insert(receiver.name.clone()) {
                let place = item.get("name").map_or(receiver.place, Node::target_place);
                self.decoder.complain(place, format!("the receiver `{}` is there twice", receiver.name));
            }
            receivers.push(receiver);
        }
        receivers
    }

    fn receiver(
        &mut self,
        node: &Node<'a>,
        global: Option<&Fields<'_, 'a>>,
        inherited: &Inherited,
    ) -> Receiver {
        let place = node.target_place();
        let fields = self.table(node, &schema::RECEIVER);
        let name = self.said(&fields, "name");
        if name.is_empty() {
            let problem = self.decoder.problem(place, "a receiver needs `name`");
            self.decoder.report(problem.accepted(&["name: a name for routes to refer to"]));
        }
        let mut integrations = Vec::new();
        for kind in KINDS {
            let Some(list) = fields.get(kind.key) else { continue };
            let items = self.decoder.items(list, &format_args!("`{}`", kind.key));
            for (index, item) in items.into_iter().enumerate() {
                if self.is_there(item, &format!("an item of `{}`", kind.key)) {
                    integrations.push(self.integration(item, index, kind, global, inherited));
                }
            }
        }
        Receiver { name, integrations, place }
    }

    fn integration(
        &mut self,
        node: &Node<'a>,
        index: usize,
        kind: &Kind,
        global: Option<&Fields<'_, 'a>>,
        inherited: &Inherited,
    ) -> Integration {
        let place = node.target_place();
        let fields = self.table(node, kind.table);
        let given = |fields: &Fields<'_, 'a>, keys: &[&str]| {
            keys.iter().any(|key| fields.get(key).is_some_and(|node| node.text() != Some("")))
        };
        for (own, shared) in kind.inherits {
            if !given(&fields, own) && !global.is_some_and(|global| given(global, shared)) {
                let known = own.iter().copied().filter(|key| kind.table.has(key, self.release));
                let shared: Vec<String> = shared.iter().map(|key| format!("{key} in global")).collect();
                let accepted: Vec<&str> = known.chain(shared.iter().map(String::as_str)).collect();
                let message = format!("an item of `{}` needs `{}`", kind.key, own[0]);
                let problem = self.decoder.problem(place, message);
                self.decoder.report(problem.accepted(&accepted));
            }
        }
        self.nulled_url(&fields, kind, global, place);
        let send_resolved = fields.get("send_resolved");
        let send_resolved = send_resolved.and_then(|it| self.decoder.boolean(it, &"`send_resolved`"));
        let spoken = match kind.name {
            "webhook" => self.webhook(&fields),
            "slack" => self.slack(&fields, inherited),
            "pagerduty" => self.pagerduty(&fields, inherited),
            name => IntegrationKind::Unspoken(name),
        };
        if let IntegrationKind::Unspoken(name) = spoken {
            let why =
                if matches!(name, "webhook" | "slack" | "pagerduty") { " with what it has here" } else { "" };
            self.note(
                place,
                format!("`{name}`{why} is not spoken here: its notifications are made and never sent"),
            );
        }
        let send_resolved = send_resolved.unwrap_or(kind.send_resolved);
        Integration { index, send_resolved, kind: spoken, place }
    }

    /// Complains where a null in `global` took the default of a URL away and the integration has none of its own.
    fn nulled_url(
        &mut self,
        fields: &Fields<'_, 'a>,
        kind: &Kind,
        global: Option<&Fields<'_, 'a>>,
        place: Place,
    ) {
        let (own, shared) = match kind.name {
            "pagerduty" => ("url", "pagerduty_url"),
            "opsgenie" => ("api_url", "opsgenie_api_url"),
            "wechat" => ("api_url", "wechat_api_url"),
            "victorops" => ("api_url", "victorops_api_url"),
            "webex" => ("api_url", "webex_api_url"),
            _ => return,
        };
        let null =
            |global: &Fields<'_, 'a>| global.get_even_null(shared).is_some() && global.get(shared).is_none();
        if fields.get(own).is_none() && global.is_some_and(null) {
            let message = format!("an item of `{}` needs `{own}`: `{shared}` in `global` is empty", kind.key);
            self.decoder.complain(place, message);
        }
    }
}
