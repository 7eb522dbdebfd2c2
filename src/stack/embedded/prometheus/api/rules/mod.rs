//! Rules, their alerts, and who is sent those.

mod asked;
mod shown;

use serde::Serialize;

use self::asked::Asked;
use self::shown::{Alert, Group, alert, group};
use super::Question;
use super::answer::Answer;
use super::params::Params;
use crate::alerting::rules::GroupView;
use crate::promql::Dialect;
use crate::stack::embedded::prometheus::Look;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Groups {
    groups: Vec<Group>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_next_token: Option<String>,
}

pub(super) fn rules(look: &Look<'_>, params: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    let asked = Asked::new(look, params)?;
    let mut views: Vec<&GroupView> = look.groups.iter().collect();
    views.sort_by(|one, other| (&one.file, &one.name).cmp(&(&other.file, &other.name)));
    if let Some(wanted) = &asked.from {
        let Some(place) = views.iter().position(|view| token(view) == *wanted) else {
            let why = format!("invalid group_next_token '{wanted}'. were rule groups changed?");
            return Err(Answer::wrong("group_next_token", why));
        };
        views.drain(..place);
    }
    let mut shown = Groups { groups: Vec::new(), group_next_token: None };
    for view in views.into_iter().filter(|view| asked.wants_group(view)) {
        let group = group(view, &asked, look.dialect);
        if group.is_empty() && look.dialect == Dialect::V3 {
            continue;
        }
        if asked.most.is_some_and(|most| shown.groups.len() == most) {
            shown.group_next_token = Some(token(view));
            break;
        }
        shown.groups.push(group);
    }
    Ok(Answer::data(&shown, look.dialect))
}

/// How a page that begins with the group is asked for: FNV-1a of its file and name.
fn token(view: &GroupView) -> String {
    let bytes = view.file.bytes().chain([b';']).chain(view.name.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

pub(super) fn alerts(look: &Look<'_>, _: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    #[derive(Serialize)]
    struct Alerts {
        alerts: Vec<Alert>,
    }
    let rules = look.groups.iter().flat_map(|group| &group.rules);
    let alerts = rules.flat_map(|rule| &rule.alerts).map(alert).collect();
    Ok(Answer::data(&Alerts { alerts }, look.dialect))
}

pub(super) fn alertmanagers(look: &Look<'_>, _: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    #[derive(Serialize)]
    struct One {
        url: String,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct All {
        active_alertmanagers: Vec<One>,
        dropped_alertmanagers: Vec<One>,
    }
    let active_alertmanagers = look.alertmanagers.iter().map(|url| One { url: url.clone() }).collect();
    Ok(Answer::data(&All { active_alertmanagers, dropped_alertmanagers: Vec::new() }, look.dialect))
}
