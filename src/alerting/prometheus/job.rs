//! `scrape_configs`.

use std::collections::BTreeMap;

use super::Job;
use super::file::Reader;
use super::global::Global;
use super::schema::{self, JOB};
use crate::alerting::Place;
use crate::alerting::yaml::{Fields, Library, Node, Value};

impl<'a> Reader<'a> {
    pub(super) fn jobs(&mut self, node: Option<&Node<'a>>, global: &Global) -> Vec<Job> {
        let Some(node) = node else { return Vec::new() };
        let (mut jobs, mut names) = (Vec::new(), BTreeMap::new());
        for item in self.decoder.items(node, &"`scrape_configs`") {
            if item.is_null(Library::V2) {
                self.refuse(item.place(), "an empty scrape job", &["a mapping with `job_name`"]);
                continue;
            }
            if !matches!(item.target().value, Value::Map(_)) {
                continue;
            }
            let job = self.job(item, global);
            if let Some(line) = names.insert(job.name.clone(), item.target_place().line)
                && !job.name.is_empty()
            {
                let fields = self.fields(item, &JOB);
                let place = Self::place(&fields, "job_name", job.place);
                let message = format!("the job `{}` stands on line {line} already", job.name);
                self.refuse(place, message, &["a name of its own"]);
            }
            jobs.push(job);
        }
        jobs
    }

    fn job(&mut self, node: &Node<'a>, global: &Global) -> Job {
        let (fields, place) = (self.fields(node, &JOB), node.target_place());
        let name = self.text(&fields, "job_name");
        if name.is_empty() {
            let place = Self::place(&fields, "job_name", place);
            self.refuse(place, "a scrape job must have a name", &["job_name: any text"]);
        }
        let (interval_ms, timeout_ms) = self.times(&fields, global, place);
        self.client(&fields, place);
        let relabel = self.relabelling(fields.get("relabel_configs"));
        let targets = self.static_targets(&fields, relabel.is_empty());
        let undiscovered = self.discovery(&fields);
        self.protocols(&fields);
        self.job_names(&fields, global);
        let own_limit = self.count(&fields, "sample_limit");
        Job {
            name,
            interval_ms,
            timeout_ms,
            path: self.text_or(&fields, "metrics_path", "/metrics"),
            scheme: self.text_or(&fields, "scheme", "http"),
            params: self.params(fields.get("params")),
            honor_labels: self.truth(&fields, "honor_labels", false),
            honor_timestamps: self.truth(&fields, "honor_timestamps", true),
            targets,
            metric_relabel: self.relabelling(fields.get("metric_relabel_configs")),
            relabel,
            sample_limit: if own_limit == 0 { global.sample_limit } else { own_limit },
            undiscovered,
            place,
        }
    }

    /// The interval and the time-out, whose default is the global one, but never more than the interval.
    fn times(&mut self, fields: &Fields<'_, 'a>, global: &Global, place: Place) -> (i64, i64) {
        let own = self.duration(fields, "scrape_interval");
        let interval = if own == 0 { global.interval_ms } else { own };
        let timeout = self.duration(fields, "scrape_timeout");
        if timeout > interval {
            let place = Self::place(fields, "scrape_timeout", place);
            self.refuse(place, "`scrape_timeout` is longer than the scrape interval", &["no more than that"]);
        }
        (interval, if timeout == 0 { global.timeout_ms.min(interval) } else { timeout })
    }

    fn params(&mut self, node: Option<&Node<'a>>) -> Vec<(String, Vec<String>)> {
        let Some(node) = node else { return Vec::new() };
        let mut params = BTreeMap::new();
        for (name, values) in schema::entries(&mut self.decoder, node, "`params`") {
            let what = format!("`{name}` in `params`");
            let values = self.decoder.items(values, &what);
            let texts: Vec<String> = values
                .into_iter()
                .map(|value| {
                    let text = self.decoder.text(value, &format_args!("an entry of {what}"));
                    text.unwrap_or_default().to_owned()
                })
                .collect();
            params.insert(name.to_owned(), texts);
        }
        params.into_iter().collect()
    }
}
