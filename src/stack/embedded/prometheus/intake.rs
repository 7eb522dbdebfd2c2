//! What a scrape leaves in the storage, as Prometheus' scrape loop leaves it.

use super::labels::{Labelled, Labeller};
use crate::observe::exposition::Format;
use crate::observe::series::{Bodies, Point};
use crate::observe::{Scrape, ScrapeOutcome};
use crate::promql::{Dialect, SeriesId, Storage, stale_marker};

/// How much older than the newest sample of all a sample may be that comes with its own time, in milliseconds.
const OLDEST_MS: i64 = 60 * 60 * 1000;

/// How far ahead of its scrape such a sample may be, in milliseconds.
const LATEST_MS: i64 = 10 * 60 * 1000;

/// The series that tell of a scrape.
pub(super) const REPORTED: [&str; 5] = [
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
];

/// How samples of a target are taken in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) honor_timestamps: bool,
    /// The most samples that a scrape may bring; any number if 0.
    pub(super) sample_limit: u64,
    pub(super) dialect: Dialect,
}

/// Takes in the scrapes of one target.
#[derive(Debug)]
pub(super) struct Intake {
    terms: Terms,
    labeller: Labeller,
    bodies: Bodies,
    /// By the places of the series of `bodies`.
    held: Vec<Held>,
    /// Scrapes that were brought to an end; those of a body that was refused count once.
    scrape: u64,
    /// The last of them that brought anything: what it had not is new when it comes again.
    fullest: u64,
    /// Series of this scrape and of the one before that end when they are missing.
    current: Vec<usize>,
    previous: Vec<usize>,
    reports: Option<[SeriesId; 5]>,
    batch: Vec<(SeriesId, i64, f64)>,
    /// Kept for its room.
    points: Vec<Point>,
}

/// What is known of a series of a target.
#[derive(Debug, Default)]
struct Held {
    stored: Option<Stored>,
    /// The scrape that had it last; 0 if none.
    seen: u64,
    /// The scrape for which it stands in `current`; 0 if none.
    followed: u64,
}

#[derive(Debug, Clone)]
enum Stored {
    As(SeriesId),
    Dropped,
    Refused(String),
}

/// What a server counts of a scrape.
#[derive(Debug, Default)]
struct Counts {
    scraped: u64,
    kept: u64,
    added: u64,
}

/// A scrape that is being taken in.
#[derive(Debug, Default)]
struct Pass {
    at_ms: i64,
    newest_ms: i64,
    counts: Counts,
    /// Samples that were to be stored.
    tried: u64,
    over_limit: bool,
    remarked: bool,
}

impl Pass {
    /// Counts a sample that is to be stored; whether there may be so many.
    fn within_limit(&mut self, limit: u64) -> bool {
        self.tried += 1;
        let within = limit == 0 || self.tried <= limit;
        self.over_limit |= !within;
        within
    }

    /// Whether a server takes samples of a time at all.
    fn in_time(&self, time_ms: i64) -> bool {
        let too_old = time_ms < self.newest_ms.saturating_sub(OLDEST_MS);
        !too_old && time_ms <= self.at_ms.saturating_add(LATEST_MS)
    }
}

/// What a scrape came to.
#[derive(Debug)]
pub(super) struct Taken {
    /// Why it failed, if it did.
    pub(super) failed: Option<String>,
    /// Whether the metadata may be others than before.
    pub(super) remarked: bool,
}

impl Intake {
    pub(super) fn new(labeller: Labeller, terms: Terms) -> Intake {
        Intake {
            terms,
            labeller,
            bodies: Bodies::new(terms.dialect),
            held: Vec::new(),
            scrape: 1,
            fullest: 1,
            current: Vec::new(),
            previous: Vec::new(),
            reports: None,
            batch: Vec::new(),
            points: Vec::new(),
        }
    }

    /// What the last body said of its metrics.
    pub(super) fn bodies(&self) -> &Bodies {
        &self.bodies
    }

    /// Takes in what came of a scrape that took this many seconds; `newest_ms` is the time of the newest sample in the
    /// storage, which it keeps so.
    pub(super) fn take(
        &mut self,
        storage: &mut Storage,
        newest_ms: &mut i64,
        scrape: &Scrape,
        took_s: f64,
    ) -> Taken {
        let at_ms = scrape.at.as_millisecond();
        let mut pass = Pass { at_ms, newest_ms: *newest_ms, ..Pass::default() };
        self.batch.clear();
        let appended = match &scrape.outcome {
            ScrapeOutcome::Failed(why) => Err(why_failed(why)),
            ScrapeOutcome::Body { text, .. } if text.is_empty() => Ok(false),
            ScrapeOutcome::Body { content_type, text } => {
                let format = format_of(content_type.as_deref(), self.terms.dialect);
                format.and_then(|format| self.append(storage, &mut pass, text, format).map(|()| true))
            }
        };
        let failed = appended.as_ref().err().cloned();
        if failed.is_some() {
            // As a scrape that brought nothing: nothing of it is kept, and what was there before ends.
            self.batch.clear();
        }
        self.end_missing(at_ms);
        if appended == Ok(true) {
            self.fullest = self.scrape;
        }
        std::mem::swap(&mut self.current, &mut self.previous);
        self.current.clear();
        self.scrape += 1;
        self.report(storage, at_ms, took_s, failed.is_none(), &pass.counts);
        for (id, time_ms, value) in self.batch.drain(..) {
            // Of one time the first sample counts, and what comes late is lost.
            if storage.push(id, time_ms, value).is_ok() {
                *newest_ms = time_ms.max(*newest_ms);
            }
        }
        Taken { failed, remarked: pass.remarked }
    }

    /// Reads a body into the batch.
    fn append(
        &mut self,
        storage: &mut Storage,
        pass: &mut Pass,
        text: &str,
        format: Format,
    ) -> Result<(), String> {
        let body = self.bodies.read(text, format);
        let (mut points, refused) = (std::mem::take(&mut self.points), body.refused.map(str::to_owned));
        points.clear();
        points.extend_from_slice(body.points);
        pass.remarked = body.remarked;
        self.held.resize_with(self.bodies.series().len(), Held::default);
        let all = points.iter().try_for_each(|point| self.point(storage, pass, *point));
        self.points = points;
        all?;
        match refused {
            Some(why) => Err(why),
            None if pass.over_limit => Err("sample limit exceeded".to_owned()),
            None => Ok(()),
        }
    }

    /// Puts a sample into the batch, if it is stored.
    ///
    /// # Errors
    ///
    /// Why a server refuses the whole scrape for it.
    fn point(&mut self, storage: &mut Storage, pass: &mut Pass, point: Point) -> Result<(), String> {
        pass.counts.scraped += 1;
        let held = &mut self.held[point.series];
        let (known, again) = (held.seen >= self.fullest, held.seen == self.scrape);
        let stored = match &held.stored {
            Some(stored) => stored,
            None => {
                let labels = self.labeller.labels(&self.bodies.series()[point.series]);
                held.stored.insert(match labels {
                    Ok(Labelled::Kept(labels)) => Stored::As(storage.series(&labels)),
                    Ok(Labelled::Dropped) => Stored::Dropped,
                    Err(why) => Stored::Refused(why),
                })
            }
        };
        let id = match stored {
            Stored::As(id) => *id,
            Stored::Dropped => return Ok(()),
            Stored::Refused(why) => return Err(why.clone()),
        };
        held.seen = self.scrape;
        let own_ms = point.time_ms.filter(|_| self.terms.honor_timestamps);
        let time_ms = own_ms.unwrap_or(pass.at_ms);
        // Of a series that is exposed twice the first sample counts.
        let fits = !(again && own_ms.is_none())
            && pass.within_limit(self.terms.sample_limit)
            && pass.in_time(time_ms)
            && follows(storage, id, time_ms, point.value);
        if fits {
            self.batch.push((id, time_ms, point.value));
        }
        if own_ms.is_none() && (fits || !known) && held.followed != self.scrape {
            held.followed = self.scrape;
            self.current.push(point.series);
        }
        if !known && fits && !pass.over_limit {
            pass.counts.added += 1;
        }
        pass.counts.kept += 1;
        Ok(())
    }

    /// Puts the ends of the series into the batch that the scrape before had and this one has not.
    fn end_missing(&mut self, at_ms: i64) {
        for series in &self.previous {
            let held = &self.held[*series];
            if let Some(Stored::As(id)) = held.stored
                && held.followed != self.scrape
            {
                self.batch.push((id, at_ms, stale_marker()));
            }
        }
    }

    fn report(&mut self, storage: &mut Storage, at_ms: i64, took_s: f64, up: bool, counts: &Counts) {
        let labeller = &self.labeller;
        let ids = self
            .reports
            .get_or_insert_with(|| REPORTED.map(|metric| storage.series(&labeller.reported(metric))));
        let [scraped, kept, added] = [counts.scraped, counts.kept, counts.added].map(|count| count as f64);
        let values = [f64::from(u8::from(up)), took_s, scraped, kept, added];
        self.batch.extend(ids.iter().zip(values).map(|(id, value)| (*id, at_ms, value)));
    }
}

/// Whether a server takes a sample after those that it has of the series: later, or the same again.
fn follows(storage: &Storage, id: SeriesId, time_ms: i64, value: f64) -> bool {
    let series = storage.get(id);
    match (series.times().last(), series.values().last()) {
        (Some(last), Some(held)) => *last < time_ms || *last == time_ms && held.to_bits() == value.to_bits(),
        _ => true,
    }
}

/// How a body is read.
///
/// # Errors
///
/// Prometheus 3 refuses what does not say that it is an exposition.
fn format_of(content_type: Option<&str>, dialect: Dialect) -> Result<Format, String> {
    let given = content_type.unwrap_or_default();
    let media_type = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if dialect == Dialect::V3 && given.is_empty() {
        return Err(
            "non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol \
                    specified for target"
                .to_owned(),
        );
    }
    if dialect == Dialect::V3 && !matches!(&*media_type, "text/plain" | "application/openmetrics-text") {
        return Err(format!(
            "received unsupported Content-Type {given:?} and no fallback_scrape_protocol specified for target"
        ));
    }
    Ok(Format::from_content_type(content_type))
}

/// Why a scrape failed, as Prometheus says it where it has words of its own.
fn why_failed(why: &str) -> String {
    let status = why.strip_prefix("status ").and_then(|code| code.parse::<u16>().ok());
    let status = status.and_then(|code| http::StatusCode::from_u16(code).ok());
    status.map_or_else(|| why.to_owned(), |status| format!("server returned HTTP status {status}"))
}
