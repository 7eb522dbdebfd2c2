//! What `# TYPE`, `# HELP` and `# UNIT` lines say.

/// One such line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described<'a> {
    /// `TYPE`, `HELP` or `UNIT`.
    pub what: &'a str,
    /// The metric that it is about.
    pub metric: &'a str,
    /// What it says, as written.
    pub text: &'a str,
}

/// A line's parts, if it is one of them.
pub(super) fn described(line: &str) -> Option<Described<'_>> {
    let rest = line.trim_start_matches([' ', '\t']).strip_prefix('#')?.trim_start_matches([' ', '\t']);
    let (what, rest) = rest.split_once([' ', '\t'])?;
    let rest = rest.trim_start_matches([' ', '\t']);
    let (metric, text) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    let metric = metric.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(metric);
    matches!(what, "TYPE" | "HELP" | "UNIT").then_some(Described { what, metric, text })
}
