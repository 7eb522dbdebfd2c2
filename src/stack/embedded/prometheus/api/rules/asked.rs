//! What is asked for of rules.

use crate::alerting::rules::{GroupView, RuleView};
use crate::promql::{Dialect, Labels, Selection};
use crate::stack::embedded::prometheus::Look;
use crate::stack::embedded::prometheus::api::answer::Answer;
use crate::stack::embedded::prometheus::api::numbers::integer;
use crate::stack::embedded::prometheus::api::params::Params;

#[derive(Default)]
pub(super) struct Asked<'a> {
    kind: Option<String>,
    names: Vec<&'a str>,
    groups: Vec<&'a str>,
    files: Vec<&'a str>,
    selections: Vec<Selection>,
    pub(super) without_alerts: bool,
    /// The most groups.
    pub(super) most: Option<usize>,
    /// The token of the first group.
    pub(super) from: Option<&'a str>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(look: &Look<'_>, params: &'a Params) -> Result<Asked<'a>, Answer> {
        let kind = params.get("type").map(str::to_ascii_lowercase);
        // 2.42 knows of no more.
        let newer = look.dialect == Dialect::V3;
        if newer {
            params.read()?;
        }
        let selections =
            if newer { params.selections(look.dialect).map_err(Answer::bad)? } else { Vec::new() };
        if let Some(kind) = kind.as_ref().filter(|kind| !["alert", "record"].contains(&kind.as_str())) {
            return Err(Answer::wrong("type", format!("not supported value {kind:?}")));
        }
        if !newer {
            return Ok(Asked { kind, ..Asked::default() });
        }
        let without_alerts = params.get("exclude_alerts").map_or(Ok(false), truth).map_err(|why| {
            Answer::wrong("exclude_alerts", format!("error converting exclude_alerts: {why}"))
        })?;
        let most = params.get("group_limit").map(most).transpose()?;
        let from = params.get("group_next_token");
        if from.is_some() && most.is_none() {
            let why = "group_limit needs to be present in order to paginate over the groups";
            return Err(Answer::wrong("group_next_token", why));
        }
        Ok(Asked {
            kind,
            names: params.all("rule_name[]").collect(),
            groups: params.all("rule_group[]").collect(),
            files: params.all("file[]").collect(),
            selections,
            without_alerts,
            most,
            from,
        })
    }

    pub(super) fn wants_group(&self, group: &GroupView) -> bool {
        let among = |wanted: &[&str], name: &str| wanted.is_empty() || wanted.contains(&name);
        among(&self.groups, &group.name) && among(&self.files, &group.file)
    }

    pub(super) fn wants(&self, rule: &RuleView) -> bool {
        let kind = if rule.alert { "alert" } else { "record" };
        let labels = || Labels::new(rule.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        self.kind.as_ref().is_none_or(|wanted| wanted == kind)
            && (self.names.is_empty() || self.names.contains(&rule.name.as_str()))
            && (self.selections.is_empty() || self.selections.iter().any(|one| one.matches(&labels())))
    }
}

fn most(text: &str) -> Result<usize, Answer> {
    let most = integer(text, "strconv.ParseInt").map_err(|why| {
        Answer::wrong("group_limit", format!("group_limit needs to be a valid number: {why}"))
    })?;
    match usize::try_from(most) {
        Ok(most) if most > 0 => Ok(most),
        _ => Err(Answer::wrong("group_limit", "group_limit needs to be greater than 0")),
    }
}

/// What Go's `ParseBool` takes.
fn truth(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {text:?}: invalid syntax")),
    }
}
