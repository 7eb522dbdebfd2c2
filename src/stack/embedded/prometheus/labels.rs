//! Which labels a target's series get.

use crate::alerting::relabel::{Relabel, relabel};
use crate::observe::series::Exposed;
use crate::promql::{Dialect, Labels, NAME};

/// Gives the series of one target their labels.
#[derive(Debug)]
pub(super) struct Labeller {
    /// Of the target itself.
    pub(super) target: Labels,
    /// Whether exposed labels win over those of the target.
    pub(super) honor_labels: bool,
    pub(super) metric_relabel: Vec<Relabel>,
    pub(super) dialect: Dialect,
}

/// What a series is stored as.
#[derive(Debug)]
pub(super) enum Labelled {
    Kept(Labels),
    Dropped,
}

impl Labeller {
    /// The labels under which an exposed series is stored.
    ///
    /// # Errors
    ///
    /// Relabelling made something of it that makes a server refuse the whole scrape.
    pub(super) fn labels(&self, exposed: &Exposed) -> Result<Labelled, String> {
        let mut labels = exposed.labels.clone();
        let mut displaced: Vec<(&str, &str)> = Vec::new();
        for (name, value) in self.target.iter() {
            let theirs = exposed.labels.get(name);
            if self.honor_labels {
                // An empty value says that there shall be no such label.
                if theirs.is_none() && !exposed.emptied.iter().any(|emptied| emptied == name) {
                    labels = labels.with(name, value);
                }
            } else {
                displaced.extend(theirs.map(|theirs| (name, theirs)));
                labels = labels.with(name, value);
            }
        }
        displaced.sort_by_key(|(name, _)| name.len());
        for (name, value) in displaced {
            let mut free = format!("exported_{name}");
            while labels.get(&free).is_some() {
                free.insert_str(0, "exported_");
            }
            labels = labels.with(&free, value);
        }
        let Some(labels) = relabel(&labels, &self.metric_relabel).filter(|labels| !labels.is_empty()) else {
            return Ok(Labelled::Dropped);
        };
        if labels.metric().is_empty() {
            return Err("missing metric name (__name__ label)".to_owned());
        }
        if !self.valid(&labels) {
            return Err(format!("invalid metric name or label names: {labels}"));
        }
        Ok(Labelled::Kept(labels))
    }

    /// The labels of a series that tells of the scrapes themselves.
    pub(super) fn reported(&self, metric: &str) -> Labels {
        self.target.with(NAME, metric)
    }

    /// Whether a server stores such names: 3.5 any, 2.42 those of letters, digits and underscores.
    fn valid(&self, labels: &Labels) -> bool {
        let plain = |name: &str, colons: bool| {
            let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || colons && byte == b':';
            name.bytes().all(word) && !name.starts_with(|first: char| first.is_ascii_digit())
        };
        self.dialect == Dialect::V3
            || plain(labels.metric(), true) && labels.iter().all(|(name, _)| plain(name, false))
    }
}
