//! Taking alerts in: what is filled in, what is refused.

use std::collections::BTreeMap;

use super::super::{PostedAlert, Release};
use super::alert::{Alert, fingerprint};
use crate::alerting::matchers::{is_label_name, quote};

/// The alert that a report means.
///
/// # Errors
///
/// Why it is refused, in Alertmanager's words.
pub(super) fn alert(
    posted: PostedAlert,
    now_ms: i64,
    resolve_timeout_ms: i64,
    release: Release,
) -> Result<Alert, String> {
    let starts_at_ms = posted.starts_at_ms.or(posted.ends_at_ms).unwrap_or(now_ms);
    let timeout = posted.ends_at_ms.is_none();
    let ends_at_ms = posted.ends_at_ms.unwrap_or(now_ms + resolve_timeout_ms);
    let labels = posted.labels.keep(|name| !posted.labels.value(name).is_empty());
    if ends_at_ms < starts_at_ms {
        return Err("start time must be before end time".to_owned());
    }
    if let Some((name, _)) = labels.iter().find(|(name, _)| !is_label_name(name, release)) {
        return Err(format!("invalid label set: invalid name {}", quote(name)));
    }
    if labels.is_empty() {
        return Err("at least one label pair required".to_owned());
    }
    check_annotations(&posted.annotations, release)?;
    Ok(Alert {
        fingerprint: fingerprint(&labels),
        labels,
        annotations: posted.annotations,
        starts_at_ms,
        ends_at_ms,
        updated_at_ms: now_ms,
        generator_url: posted.generator_url,
        timeout,
        revision: 0,
    })
}

fn check_annotations(annotations: &BTreeMap<String, String>, release: Release) -> Result<(), String> {
    match annotations.keys().find(|name| !is_label_name(name, release)) {
        Some(name) => Err(format!("invalid annotations: invalid name {}", quote(name))),
        None => Ok(()),
    }
}
