//! Dashboards. Panels belong to plugins, each with keys of its own: of those only likely misspellings are reported.

use std::collections::BTreeMap;

use super::super::checker::Checker;
use super::super::shape::Shape::{Any, AnyOf, Bool, Integer, List, Map, Number, Text};
use super::super::shape::{
    ANY_LIST, ANY_MAP, ANY_MAPS, COUNT, Key, Mapping, Shape, TEXTS, WHOLE_NUMBER, mapping, old, opt, req,
};
use crate::contract::yaml::Node;

/// A dashboard.
pub(in super::super) static DASHBOARD: Mapping = mapping(
    "a dashboard",
    &[
        req("title", Text),
        opt("panels", List(&Map(&PANEL))),
        opt("id", WHOLE_NUMBER),
        opt("uid", super::UID),
        opt("description", Text),
        opt("tags", TEXTS),
        opt("schemaVersion", COUNT),
        opt("version", COUNT),
        opt("revision", COUNT),
        opt("iteration", COUNT),
        opt("gnetId", AnyOf(&[COUNT, Text])),
        opt("editable", Bool),
        opt("graphTooltip", Integer(0, 2)),
        opt("timezone", Text),
        opt("weekStart", Text),
        opt("fiscalYearStartMonth", Integer(0, 11)),
        opt("refresh", AnyOf(&[Text, Bool])),
        opt("time", Map(&TIME)),
        opt("timepicker", ANY_MAP),
        opt("links", ANY_MAPS),
        opt("annotations", Map(&ANNOTATIONS)),
        opt("templating", Map(&TEMPLATING)),
        opt("liveNow", Bool),
        opt("preload", Bool),
        opt("scopeMeta", ANY_MAP),
        opt("snapshot", ANY_MAP),
        opt("meta", ANY_MAP),
        opt("__inputs", ANY_MAPS),
        opt("__requires", ANY_MAPS),
        opt("__elements", AnyOf(&[ANY_MAP, ANY_LIST])),
        old("rows", List(&Map(&ROW))),
        old("style", Text),
        old("hideControls", Bool),
        old("sharedCrosshair", Bool),
        old("originalTitle", Text),
        old("nav", ANY_LIST),
        old("refresh_intervals", ANY_LIST),
    ],
)
.ruled(ids);

static TIME: Mapping = mapping("the time range", &[req("from", Text), req("to", Text)]);

static ANNOTATIONS: Mapping =
    mapping("annotations", &[opt("list", List(&Map(&ANNOTATION))), old("enable", Bool)]);

static ANNOTATION: Mapping = mapping(
    "an annotation",
    &[opt("name", Text), opt("datasource", SOURCE), opt("enable", Bool), opt("expr", Text)],
)
.open();

static TEMPLATING: Mapping =
    mapping("templating", &[opt("list", List(&Map(&VARIABLE))), old("enable", Bool)]);

static VARIABLE: Mapping = mapping(
    "a variable",
    &[
        req("name", Text),
        req("type", Text),
        opt("label", Text),
        opt("query", AnyOf(&[Text, ANY_MAP])),
        opt("datasource", SOURCE),
        opt("multi", Bool),
        opt("includeAll", Bool),
        opt("hide", Integer(0, 3)),
    ],
)
.open();

/// A data source: an object since Grafana 8.3, its name before.
const SOURCE: Shape = AnyOf(&[Text, ANY_MAP]);

/// A row of dashboards before Grafana 5.
static ROW: Mapping =
    mapping("a row", &[opt("title", Text), opt("panels", List(&Map(&PANEL))), opt("collapse", Bool)]).open();

static PANEL: Mapping =
    mapping("a panel", &[opt("type", Text)]).sharing(&[&PANEL_KEYS, &LEGACY]).open().ruled(panel);

static PANEL_KEYS: [Key; 27] = [
    opt("title", Text),
    opt("id", WHOLE_NUMBER),
    opt("description", Text),
    opt("gridPos", Map(&GRID)),
    opt("targets", List(&Map(&TARGET))),
    opt("datasource", SOURCE),
    opt("fieldConfig", Map(&FIELDS)),
    opt("options", ANY_MAP),
    opt("transformations", ANY_MAPS),
    opt("transparent", Bool),
    opt("links", ANY_MAPS),
    opt("repeat", Text),
    opt("repeatDirection", Text),
    opt("maxPerRow", Number),
    opt("maxDataPoints", AnyOf(&[Number, Text])),
    opt("interval", Text),
    opt("timeFrom", Text),
    opt("timeShift", Text),
    opt("hideTimeOverride", Bool),
    opt("pluginVersion", Text),
    opt("libraryPanel", ANY_MAP),
    opt("collapsed", Bool),
    opt("panels", List(&Map(&PANEL))),
    opt("cacheTimeout", Text),
    opt("queryCachingTTL", Number),
    opt("alert", ANY_MAP),
    opt("span", Number),
];

/// Keys of panels before Grafana 8 that look like misspellings of newer ones.
static LEGACY: [Key; 10] = [
    old("lines", Any),
    old("grid", Any),
    old("tooltip", Any),
    old("legend", Any),
    old("format", Any),
    old("transform", Any),
    old("thresholds", Any),
    old("repeatIteration", Any),
    old("repeatPanelId", Any),
    old("minSpan", Any),
];

static GRID: Mapping = mapping(
    "gridPos",
    &[
        req("h", Integer(1, i64::MAX)),
        req("w", Integer(1, 24)),
        req("x", Integer(0, 23)),
        req("y", COUNT),
        opt("static", Bool),
    ],
);

static TARGET: Mapping = mapping(
    "a query",
    &[
        opt("refId", Text),
        opt("expr", Text),
        opt("legendFormat", Text),
        opt("datasource", SOURCE),
        opt("format", Text),
        opt("instant", Bool),
        opt("range", Bool),
        opt("exemplar", Bool),
        opt("hide", Bool),
        opt("interval", Text),
        opt("intervalFactor", Number),
        opt("step", Number),
        opt("editorMode", Text),
        old("intervalMs", Number),
        old("maxDataPoints", Number),
        old("type", Any),
        old("expression", Any),
    ],
)
.open();

static FIELDS: Mapping =
    mapping("fieldConfig", &[opt("defaults", Map(&DEFAULTS)), opt("overrides", List(&Map(&OVERRIDE)))]);

static DEFAULTS: Mapping = mapping(
    "the field defaults",
    &[
        opt("unit", Text),
        opt("decimals", Number),
        opt("min", AnyOf(&[Number, Text])),
        opt("max", AnyOf(&[Number, Text])),
        opt("color", ANY_MAP),
        opt("custom", ANY_MAP),
        opt("thresholds", Map(&THRESHOLDS)),
        opt("mappings", ANY_MAPS),
        opt("links", ANY_LIST),
        opt("noValue", Text),
        opt("displayName", Text),
    ],
)
.open();

static THRESHOLDS: Mapping = mapping(
    "thresholds",
    &[
        opt("mode", super::super::shape::Shape::Words(&["absolute", "percentage"])),
        opt("steps", List(&Map(&STEP))),
    ],
);

static STEP: Mapping =
    mapping("a threshold", &[opt("color", Text), opt("value", Number), opt("index", Any)]).open();

static OVERRIDE: Mapping =
    mapping("an override", &[req("matcher", ANY_MAP), req("properties", ANY_MAPS)]).open();

/// A panel is drawn by its type, or is one that the library holds. Grafana shows the answer of one query for all that
/// have the same id.
fn panel(checker: &mut Checker<'_>, node: &Node, place: &Node) {
    if node.get("type").is_none() && node.get("libraryPanel").is_none() {
        checker.report(place, "missing key `type` in a panel");
    }
    let targets = node.get("targets").map(Node::items).unwrap_or_default();
    let mut seen = BTreeMap::new();
    for id in targets.iter().filter_map(|target| target.get("refId")) {
        let Some(text) = id.text() else { continue };
        if let Some(first) = seen.insert(text, id.line) {
            checker
                .report(id, format!("another query of the panel has the `refId` `{text}`, on line {first}"));
        }
    }
}

/// Panels are linked and repeated by their ids.
fn ids(checker: &mut Checker<'_>, node: &Node, _: &Node) {
    let mut seen = BTreeMap::new();
    for panel in panels(node) {
        let Some(id) = panel.get("id").filter(|id| !id.is_null()) else { continue };
        let Some(text) = id.text() else { continue };
        if let Some(first) = seen.insert(text, id.line) {
            checker.report(id, format!("another panel has the id {text}, on line {first}"));
        }
    }
}

/// Every panel, those in rows included.
pub(in super::super) fn panels(node: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    for key in ["panels", "rows"] {
        for panel in node.get(key).map(Node::items).unwrap_or_default() {
            if key == "panels" {
                found.push(panel);
            }
            found.extend(panels(panel));
        }
    }
    found
}
