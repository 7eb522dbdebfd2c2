//! What differs between Prometheus 2.42 and 3.5, a row for each difference.
//!
//! Whatever the code decides by [`Dialect`](super::Dialect), here or in `alerting`, has a row. A test evaluates
//! each row in both dialects, another asks both promtools.

mod aggregations;
mod files;
mod functions;
mod language;
mod operators;
mod patterns;
mod templates;
mod windows;

/// Differences of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Topic {
    /// What they are about.
    pub name: &'static str,
    /// The differences.
    pub rows: &'static [Difference],
}

/// Something that the two generations answer differently.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Its name, of lower-case words with hyphens; no two have the same.
    pub id: &'static str,
    /// What differs, in a sentence.
    pub what: &'static str,
    /// What shows it.
    pub question: Question,
    /// What 2.42 makes of it.
    pub v2: Answer,
    /// What 3.5 makes of it.
    pub v3: Answer,
}

/// What is put to both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Question {
    /// A query.
    Query {
        /// The series there are, in the notation of promtool's unit tests.
        series: &'static [&'static str],
        /// The time between their samples, in milliseconds; the first is at 0.
        interval_ms: i64,
        /// What is asked.
        expr: &'static str,
        /// The time that it is asked for, in milliseconds from the first sample.
        at_ms: i64,
    },
    /// An instant query at time 0, with no series there: what does the HTTP interface answer?
    Http(&'static str),
    /// A rule that records an expression as `r`: what is `r` a minute after the first samples?
    Recorded {
        /// The series there are, with a sample a minute.
        series: &'static [&'static str],
        /// What is recorded.
        expr: &'static str,
    },
    /// A rule file: is it taken?
    RuleFile(&'static str),
    /// A file of unit tests: is it taken?
    TestFile(&'static str),
    /// An annotation of the alert `A`, whose expression is `vector(1)`: what is it expanded to?
    Annotation(&'static str),
}

/// What one of them makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Of a query or a recording the series in their order, such as `x{a="b"} 1; {} NaN`, with values as the HTTP interface writes
    /// them (a number is a series without labels), and `nothing` where there is none; `taken` of a file, and the text of an
    /// annotation.
    Yields(&'static str),
    /// An error with these words in it. They are empty where Prometheus and Probity share none.
    Fails(&'static str),
}

/// All differences, by topic.
pub static DIFFERENCES: &[Topic] = &[
    Topic { name: "windows", rows: windows::ROWS },
    Topic { name: "language", rows: language::ROWS },
    Topic { name: "functions", rows: functions::ROWS },
    Topic { name: "aggregations", rows: aggregations::ROWS },
    Topic { name: "operators", rows: operators::ROWS },
    Topic { name: "patterns", rows: patterns::ROWS },
    Topic { name: "files", rows: files::ROWS },
    Topic { name: "templates", rows: templates::ROWS },
];

impl Difference {
    /// A difference in what a query yields, at time 0 unless [`Difference::at`] says otherwise.
    const fn query(
        id: &'static str,
        what: &'static str,
        series: &'static [&'static str],
        expr: &'static str,
    ) -> Self {
        let question = Question::Query { series, interval_ms: 60_000, expr, at_ms: 0 };
        Difference { id, what, question, v2: Answer::Fails(""), v3: Answer::Fails("") }
    }

    const fn other(id: &'static str, what: &'static str, question: Question) -> Self {
        Difference { id, what, question, v2: Answer::Fails(""), v3: Answer::Fails("") }
    }

    /// At so many seconds.
    const fn at(mut self, seconds: i64) -> Self {
        if let Question::Query { series, interval_ms, expr, .. } = self.question {
            self.question = Question::Query { series, interval_ms, expr, at_ms: seconds * 1000 };
        }
        self
    }

    /// With so many milliseconds between samples.
    const fn every(mut self, interval_ms: i64) -> Self {
        if let Question::Query { series, expr, at_ms, .. } = self.question {
            self.question = Question::Query { series, interval_ms, expr, at_ms };
        }
        self
    }

    /// What 2.42 and 3.5 make of it.
    const fn gives(mut self, v2: Answer, v3: Answer) -> Self {
        (self.v2, self.v3) = (v2, v3);
        self
    }
}
