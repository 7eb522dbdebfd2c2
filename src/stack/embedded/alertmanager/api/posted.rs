//! What clients post, read as Alertmanager reads it: pure, so that anything can be thrown at it.
//!
//! First the form of the JSON is judged, then its types, then what is missing, each with the status, the code and the
//! words of Alertmanager; of several mistakes it tells the first.
//!
//! # Decisions
//!
//! * A null among alerts or matchers breaks Alertmanager's connection off; here it is refused with a reason.
//! * 0.25 shows an instant in the zone in which it was posted; here all are UTC.

use std::collections::BTreeMap;

use super::json::{self, Json};
use super::shape::{self, TypeError};
use super::uri;
use crate::alerting::alertmanager::{PostedAlert, Release};
use crate::promql::Labels;

/// Go's zero time in milliseconds since 1970, which stands for none.
pub(super) const ZERO_MS: i64 = -62_135_596_800_000;

/// Why a body is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The status of the answer.
    pub status: u16,
    /// The code in its body.
    pub code: u16,
    /// What is wrong.
    pub message: String,
}

impl Refused {
    fn unreadable(what: &str, why: &str) -> Refused {
        Refused {
            status: 400,
            code: 400,
            message: format!("parsing {what} body from \"\" failed, because {why}"),
        }
    }

    pub(super) fn invalid(code: u16, message: String) -> Refused {
        Refused { status: 422, code, message }
    }

    fn required(name: &str) -> Refused {
        Refused::invalid(602, format!("{name} in body is required"))
    }
}

/// A silence as it is posted. Its matchers are not looked at yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedSilence {
    /// The id of the one that is to be changed, or empty.
    pub id: String,
    /// What it silences.
    pub matchers: Vec<PostedMatcher>,
    /// From when on, in milliseconds since 1970.
    pub starts_at_ms: i64,
    /// Until when.
    pub ends_at_ms: i64,
    /// Who makes it.
    pub created_by: String,
    /// Why.
    pub comment: String,
}

/// A matcher as it is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedMatcher {
    /// The label.
    pub name: String,
    /// A text or a pattern.
    pub value: String,
    /// Which of them.
    pub is_regex: bool,
    /// Whether it is to match.
    pub is_equal: bool,
}

/// The alerts in a body.
///
/// # Errors
///
/// It is no list of alerts.
pub fn alerts(body: &[u8], release: Release) -> Result<Vec<PostedAlert>, Refused> {
    let read = json::read(body, release).map_err(|why| Refused::unreadable("alerts", &why))?;
    let Some(read) = read else { return Err(Refused::required("alerts")) };
    let items = match &read {
        Json::Null => return Ok(Vec::new()),
        Json::List(items) => items,
        other => {
            let error = TypeError::value(other, "models.PostableAlerts");
            return Err(Refused::unreadable("alerts", &error.text(release)));
        }
    };
    let typed: Result<Vec<Alert>, String> = items.iter().map(|item| Alert::read(item, release)).collect();
    let typed = typed.map_err(|why| Refused::unreadable("alerts", &why))?;
    let posted = typed.into_iter().enumerate().map(|(place, alert)| alert.check(place));
    posted.collect()
}

/// An alert whose types are right.
enum Alert {
    Null,
    Read { alert: PostedAlert, labelled: bool },
}

impl Alert {
    fn read(json: &Json, release: Release) -> Result<Alert, String> {
        const SHAPE: &str = "struct { Annotations models.LabelSet \"json:\\\"annotations,omitempty\\\"\"; \
            EndsAt strfmt.DateTime \"json:\\\"endsAt,omitempty\\\"\"; \
            StartsAt strfmt.DateTime \"json:\\\"startsAt,omitempty\\\"\" }";
        match json {
            Json::Null => return Ok(Alert::Null),
            Json::Object(_) => {}
            other => return Err(TypeError::value(other, SHAPE).text(release)),
        }
        let words = |error: TypeError| error.text(release);
        let instant =
            |key: &str| shape::instant(json, ("", key), release).map(|at| at.filter(|ms| *ms != ZERO_MS));
        let annotations = shape::texts(json, ("", "annotations")).map_err(words)?;
        let (ends_at_ms, starts_at_ms) = (instant("endsAt")?, instant("startsAt")?);
        let generator_url = shape::plain(json, ("Alert", "generatorURL")).map_err(words)?;
        let labels = shape::texts(json, ("Alert", "labels")).map_err(words)?;
        let labelled = labels.is_some();
        let alert = PostedAlert {
            labels: Labels::new(labels.unwrap_or_default()),
            annotations: annotations.unwrap_or_default(),
            starts_at_ms,
            ends_at_ms,
            generator_url: generator_url.unwrap_or_default(),
        };
        Ok(Alert::Read { alert, labelled })
    }

    fn check(self, place: usize) -> Result<PostedAlert, Refused> {
        let Alert::Read { alert, labelled } = self else {
            return Err(Refused { status: 400, code: 400, message: format!("alert {place} is null") });
        };
        let url = &alert.generator_url;
        if !url.is_empty() && !uri::is_request_uri(url) {
            let message = format!("{place}.generatorURL in body must be of type uri: {}", shape::quote(url));
            return Err(Refused::invalid(601, message));
        }
        if labelled { Ok(alert) } else { Err(Refused::required(&format!("{place}.labels"))) }
    }
}

/// The silence in a body.
///
/// # Errors
///
/// It is none.
pub fn silence(body: &[u8], release: Release) -> Result<PostedSilence, Refused> {
    const SHAPE: &str = "struct { ID string \"json:\\\"id,omitempty\\\"\" }";
    let unreadable = |why: String| Refused::unreadable("silence", &why);
    let read = json::read(body, release).map_err(unreadable)?;
    let Some(json) = read else { return Err(Refused::required("silence")) };
    if !matches!(json, Json::Object(_) | Json::Null) {
        return Err(unreadable(TypeError::value(&json, SHAPE).text(release)));
    }
    let text =
        |of: &str, key: &str| shape::plain(&json, (of, key)).map_err(|error| unreadable(error.text(release)));
    let instant = |key: &str| shape::instant(&json, ("Silence", key), release).map_err(unreadable);
    let id = text("", "id")?;
    let (comment, created_by) = (text("Silence", "comment")?, text("Silence", "createdBy")?);
    let (ends_at_ms, starts_at_ms) = (instant("endsAt")?, instant("startsAt")?);
    let matchers = matchers(&json, release)?;
    let comment = comment.ok_or_else(|| Refused::required("comment"))?;
    let created_by = created_by.ok_or_else(|| Refused::required("createdBy"))?;
    let ends_at_ms = ends_at_ms.ok_or_else(|| Refused::required("endsAt"))?;
    let Some(matchers) = matchers else { return Err(Refused::required("matchers")) };
    if matchers.is_empty() {
        return Err(Refused::invalid(612, "matchers in body should have at least 1 items".to_owned()));
    }
    let checked: Result<Vec<PostedMatcher>, Refused> =
        matchers.into_iter().enumerate().map(|(place, matcher)| matcher.check(place)).collect();
    let matchers = checked?;
    let starts_at_ms = starts_at_ms.ok_or_else(|| Refused::required("startsAt"))?;
    Ok(PostedSilence { id: id.unwrap_or_default(), matchers, starts_at_ms, ends_at_ms, created_by, comment })
}

/// A matcher whose types are right.
struct Typed {
    null: bool,
    name: Option<String>,
    value: Option<String>,
    is_regex: Option<bool>,
    is_equal: Option<bool>,
}

fn matchers(json: &Json, release: Release) -> Result<Option<Vec<Typed>>, Refused> {
    let unreadable = |error: TypeError| Refused::unreadable("silence", &error.text(release));
    let items = match json.field("matchers") {
        Json::Null => return Ok(None),
        Json::List(items) => items,
        other => return Err(unreadable(TypeError::field(other, ("Silence", "matchers"), "models.Matchers"))),
    };
    let mut typed = Vec::new();
    for (place, item) in items.iter().enumerate() {
        if !matches!(item, Json::Object(_) | Json::Null) {
            return Err(unreadable(TypeError::item(item, place, "models.Matcher")));
        }
        let of = |key: &'static str| (place, key);
        typed.push(Typed {
            null: *item == Json::Null,
            is_equal: shape::truth(item, of("isEqual")).map_err(unreadable)?,
            is_regex: shape::truth(item, of("isRegex")).map_err(unreadable)?,
            name: shape::inner(item, of("name")).map_err(unreadable)?,
            value: shape::inner(item, of("value")).map_err(unreadable)?,
        });
    }
    Ok(Some(typed))
}

impl Typed {
    fn check(self, place: usize) -> Result<PostedMatcher, Refused> {
        if self.null {
            return Err(Refused { status: 400, code: 400, message: format!("matcher {place} is null") });
        }
        let required = |key: &str| Refused::required(&format!("matchers.{place}.{key}"));
        Ok(PostedMatcher {
            is_regex: self.is_regex.ok_or_else(|| required("isRegex"))?,
            name: self.name.ok_or_else(|| required("name"))?,
            value: self.value.ok_or_else(|| required("value"))?,
            is_equal: self.is_equal.unwrap_or(true),
        })
    }
}

/// The texts by name, as [`shape::texts`] gives them.
pub(super) type Texts = BTreeMap<String, String>;
