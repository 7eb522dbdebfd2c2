//! Whether YAML and JSON files are what the programs that read them take.
//!
//! Each format is a static table of `Shape`s: keys, types, words, forms of text, and now and then a rule that no table
//! can state. A `Checker` walks a value beside its table and notes every mistake with its place. Formats are told apart by what they hold ([`recognize`]), so documents need not say.
//!
//! # Decisions
//!
//! - Tables written by hand rather than the JSON Schemas that some of these projects publish: those of Prometheus and
//!   Alertmanager are not published, the others' messages name neither the nearest key nor what a value is for, and
//!   none of them knows a document that shows only a part. Revisit if a format changes faster than we follow.
//! - A union of versions (Prometheus 2.42 to 3.x, Alertmanager 0.25 to 0.28): what one of them takes is taken, except
//!   names of labels and metrics, which must be plain, since UTF-8 names are in quotes wherever PromQL meets them.
//! - Where plugins add keys (panels, queries) an unknown key is reported only when it looks like a misspelling.
//! - Required text that is empty (`receiver: ''`) is a mistake, since Go cannot tell it from a missing key.
//! - Stricter than the programs where what they take cannot work: `scheme: ftp`, `url: ''`, a rule named `null`.

mod alertmanager;
mod blackbox;
mod checker;
mod compose;
mod expressions;
mod form;
mod grafana;
mod kubernetes;
mod names;
mod prometheus;
mod recognize;
mod rules;
mod scalar;
mod shape;
mod wording;

pub use self::expressions::{Use, promql_of};
pub use self::names::undefined;
pub use self::recognize::recognize;

use crate::contract::yaml::{Node, nearest};

use self::checker::{Checker, Dialect};
use self::kubernetes::Schema;
use self::shape::Shape;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// What Prometheus is started with.
    PrometheusConfig,
    /// Alerts and recordings of Prometheus.
    PrometheusRules,
    /// What Alertmanager is started with.
    AlertmanagerConfig,
    /// Provisioned alerting of Grafana.
    GrafanaAlertRules,
    /// Provisioned data sources of Grafana.
    GrafanaDatasources,
    /// Where Grafana finds dashboards.
    GrafanaDashboardProviders,
    /// A dashboard of Grafana.
    GrafanaDashboard,
    /// A manifest of Kubernetes, of any kind.
    Kubernetes,
    /// A part of a container: its probes or its environment.
    KubernetesFragment,
    /// A compose file.
    Compose,
    /// What the blackbox exporter is started with.
    Blackbox,
}

/// One mistake in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters of that line are meant; 0 when there are none.
    pub length: usize,
    /// What is wrong, as a lower-case fragment without a full stop.
    pub message: String,
    /// What would have been accepted, when that is a closed list.
    pub accepted: Vec<String>,
}

impl Mistake {
    fn at(node: &Node, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { line: node.line, column: node.column, length: node.length, message, accepted: Vec::new() }
    }
}

/// Programs in Go that read YAML into their own types.
const GO: Dialect = Dialect {
    lenient_text: true,
    null_is_absent: true,
    yes_is_true: true,
    interpolates: false,
    extensions: false,
};
/// Kubernetes' own types, which are read from JSON.
const BUILT_IN: Dialect = Dialect { lenient_text: false, ..GO };
/// Types of custom resource definitions.
const CUSTOM: Dialect = Dialect { null_is_absent: false, ..BUILT_IN };
/// Dashboards: JSON, in which Grafana's own exports hold nulls.
const JSON: Dialect = Dialect { yes_is_true: false, ..BUILT_IN };
/// Grafana's provisioning, which fills in the environment.
const PROVISIONING: Dialect = Dialect { interpolates: true, ..GO };
/// Compose, which fills in the environment too.
const COMPOSE: Dialect = Dialect { interpolates: true, extensions: true, ..JSON };

/// Every mistake of one document of a format, by place. Of a `fragment`, which shows only a part of a file, nothing is
/// expected that may stand in another part.
pub fn mistakes(format: Format, root: &Node, fragment: bool) -> Vec<Mistake> {
    let (shape, dialect) = match format {
        Format::PrometheusConfig => (Shape::Map(&prometheus::CONFIG), GO),
        Format::PrometheusRules => (Shape::Map(&rules::FILE), GO),
        Format::AlertmanagerConfig => (Shape::Map(&alertmanager::CONFIG), GO),
        Format::GrafanaAlertRules => (Shape::Map(&grafana::ALERTS), PROVISIONING),
        Format::GrafanaDatasources => (Shape::Map(&grafana::DATASOURCES), PROVISIONING),
        Format::GrafanaDashboardProviders => (Shape::Map(&grafana::PROVIDERS), PROVISIONING),
        Format::GrafanaDashboard => (Shape::Map(&grafana::DASHBOARD), JSON),
        Format::Compose => (Shape::Map(&compose::FILE), COMPOSE),
        Format::Blackbox => (Shape::Map(&blackbox::CONFIG), GO),
        Format::KubernetesFragment => (kubernetes::fragment(), BUILT_IN),
        Format::Kubernetes => return manifest(root, fragment),
    };
    let mut checker = Checker::new(root, !fragment, dialect);
    checker.check(&shape, root, None);
    checker.finish()
}

fn manifest(root: &Node, fragment: bool) -> Vec<Mistake> {
    let text = |key: &str| root.get(key).and_then(Node::text).unwrap_or_default();
    let (api, kind) = (text("apiVersion"), text("kind"));
    let at = |key: &str| root.get(key).unwrap_or(root);
    match kubernetes::schema(api, kind) {
        Schema::Known(shape, custom) => {
            let dialect = if custom { CUSTOM } else { BUILT_IN };
            let mut checker = Checker::new(root, !fragment, dialect);
            checker.check(&shape, root, None);
            checker.finish()
        }
        Schema::OtherGroup(group) => {
            let message = format!("`{kind}` is not of `{api}` but of `{group}`");
            vec![Mistake { accepted: vec![group.to_owned()], ..Mistake::at(at("apiVersion"), message) }]
        }
        Schema::NoSuchKind(kinds) => {
            let hint = nearest(kind, kinds.iter().copied());
            let hint = hint.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
            let accepted = kinds.iter().map(|&kind| kind.to_owned()).collect();
            vec![Mistake {
                accepted,
                ..Mistake::at(at("kind"), format!("unknown kind `{kind}` of `{api}`{hint}"))
            }]
        }
        Schema::Foreign => {
            let mut checker = Checker::new(root, !fragment, BUILT_IN);
            checker.check(&Shape::Map(&kubernetes::ANYTHING), root, None);
            checker.finish()
        }
    }
}
