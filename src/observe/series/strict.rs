//! Single lines, read by the strict parser of expositions.

use super::line;
use crate::observe::exposition::{self, Exposition, Format, Sample};
use crate::promql::Dialect;

/// A line as an exposition of its own.
///
/// # Errors
///
/// The first thing that is wrong with it, if readers refuse it for that.
pub(super) fn alone(line: &str, format: Format) -> Result<Exposition, String> {
    let ends = if format == Format::Text || line == "# EOF" { "\n" } else { "\n# EOF\n" };
    let read = exposition::parse(&format!("{line}{ends}"), format);
    let wrong = read.violations().find(|problem| problem.line == 1).map(|problem| problem.message.clone());
    wrong.map_or(Ok(read), Err)
}

/// The one sample of a line and its time in milliseconds since 1970; `rest` is what stands behind the series.
///
/// # Errors
///
/// The first thing that is wrong with it, if readers refuse it for that.
pub(super) fn sample(
    line: &str,
    rest: &str,
    format: Format,
    dialect: Dialect,
) -> Result<(Sample, Option<i64>), String> {
    // Whether an exemplar is at home depends on lines before, and nothing here is about exemplars.
    let line = match format {
        Format::OpenMetrics => super::text::without_exemplar(line, rest),
        Format::Text => line,
    };
    let read = alone(line, format).or_else(|why| {
        // Prometheus 3 takes quoted names in OpenMetrics too, which its first version has not.
        let quoted = line.contains("{\"") || line.contains(",\"");
        if !quoted || format == Format::Text || dialect == Dialect::V2 || rest.contains('#') {
            return Err(why);
        }
        alone(super::text::without_time(line, rest), Format::Text)
    })?;
    let sample = read.families.into_iter().flat_map(|family| family.samples).next();
    let sample = sample.ok_or_else(|| "expected a sample".to_owned())?;
    // The strict parser rounds times.
    let mut tokens = rest.split([' ', '\t']).filter(|token| !token.is_empty()).skip(1);
    let time = tokens.next().filter(|token| !token.starts_with('#'));
    Ok((sample, time.and_then(|token| line::time(token, format))))
}
