//! Groups lines into families, and judges where the lines of a family may stand.

use std::collections::HashMap;

use super::comment_line::{Fact, Metadata};
use super::family::{Family, Sample};
use super::sample_line::Place;
use super::{Format, Problem, kinds, series};

/// A family with what its rules need to point at.
pub(super) struct Group {
    pub(super) family: Family,
    /// One for each sample of the family.
    pub(super) places: Vec<Place>,
    /// A line of the family or its time could not be read, so nothing may be called missing.
    pub(super) damaged: bool,
    pub(super) unit_line: usize,
    type_line: Option<usize>,
    help_line: Option<usize>,
    /// Where the group stood last, to say where it was left.
    last_line: usize,
}

impl Group {
    /// What `sample` appends to the family's name, if a family of this kind may have such a sample. The bare
    /// name always belongs, so that a missing suffix is reported instead of starting a family.
    pub(super) fn suffix<'s>(&self, sample: &'s str, format: Format) -> Option<&'s str> {
        let suffix = sample.strip_prefix(self.family.name.as_str())?;
        (suffix.is_empty() || self.family.kind.suffixes(format).contains(&suffix)).then_some(suffix)
    }

    /// A problem on the line of sample `index`.
    pub(super) fn problem_at(&self, index: usize, column: usize, message: impl Into<String>) -> Problem {
        Problem::new(self.places[index].line, column, message)
    }
}

/// The families read so far.
pub(super) struct Groups {
    format: Format,
    groups: Vec<Group>,
    /// By family name.
    by_name: HashMap<String, usize>,
    /// By the suffixed names that the types of the families allow for.
    by_sample: HashMap<String, usize>,
    current: Option<usize>,
}

impl Groups {
    pub(super) fn new(format: Format) -> Groups {
        let (groups, by_name, by_sample) = (Vec::new(), HashMap::new(), HashMap::new());
        Groups { format, groups, by_name, by_sample, current: None }
    }

    pub(super) fn metadata(&mut self, metadata: Metadata, problems: &mut Vec<Problem>) {
        let Metadata { line, column, name, name_column, fact } = metadata;
        let index = self.by_name.get(&name).copied();
        if index.is_none() {
            self.reserved(&name, (line, name_column), problems);
        }
        let index = self.enter(index, &name, (line, column), problems);
        let group = &mut self.groups[index];
        let (keyword, earlier) = match &fact {
            Fact::Type(_) => ("TYPE", group.type_line.replace(line)),
            Fact::Help(None) | Fact::Unit(None) => return,
            Fact::Help(_) => ("HELP", group.help_line.replace(line)),
            Fact::Unit(_) => ("UNIT", (group.unit_line > 0).then_some(group.unit_line)),
        };
        if let Some(earlier) = earlier {
            let message =
                format!("expected one `# {keyword}` for `{name}`, saw another after line {earlier}");
            problems.push(Problem::new(line, column, message).remark());
        } else if let Some(sample) = group.family.samples.first() {
            let message = format!(
                "expected `# {keyword}` before the samples of `{name}`, saw it after the sample on line {}",
                sample.line
            );
            problems.push(Problem::new(line, column, message).remark());
        }
        match fact {
            // The first of several lines counts.
            _ if earlier.is_some() => {}
            Fact::Type(kind) => {
                group.family.typed = kind.is_some();
                group.family.kind = kind.unwrap_or_default();
                for suffix in group.family.kind.suffixes(self.format).iter().filter(|s| !s.is_empty()) {
                    self.by_sample.insert(format!("{name}{suffix}"), index);
                }
            }
            Fact::Help(text) => group.family.help = text,
            Fact::Unit(unit) => {
                group.unit_line = line;
                group.family.unit = unit;
            }
        }
    }

    pub(super) fn sample(&mut self, sample: Sample, place: Place, problems: &mut Vec<Problem>) {
        let index = self.home(&sample.name);
        if index.is_none() {
            self.reserved(&sample.name, (place.line, place.name), problems);
        }
        let index = self.enter(index, &sample.name, (place.line, place.name), problems);
        let group = &mut self.groups[index];
        group.damaged |= place.time_lost;
        group.family.samples.push(sample);
        group.places.push(place);
    }

    /// Remembers that a sample named `name` could not be read.
    pub(super) fn lost_sample(&mut self, name: &str) {
        if let Some(index) = self.home(name) {
            self.groups[index].damaged = true;
        }
    }

    /// The family that a sample of this name belongs to, if it is known. The family at hand comes first: its
    /// samples may be named as another family is.
    fn home(&self, sample: &str) -> Option<usize> {
        self.current
            .filter(|&index| self.groups[index].suffix(sample, self.format).is_some())
            .or_else(|| self.by_name.get(sample).copied())
            .or_else(|| self.by_sample.get(sample).copied())
    }

    fn reserved(&self, name: &str, (line, column): (usize, usize), problems: &mut Vec<Problem>) {
        if self.format == Format::OpenMetrics && name.starts_with('_') {
            let message = format!("expected a family name without a leading `_` (reserved), saw `{name}`");
            problems.push(Problem::new(line, column, message).remark());
        }
    }

    /// Makes the family the one at hand, creating it if there is no index.
    fn enter(
        &mut self,
        index: Option<usize>,
        name: &str,
        (line, column): (usize, usize),
        problems: &mut Vec<Problem>,
    ) -> usize {
        let index = index.unwrap_or_else(|| {
            self.by_name.insert(name.to_owned(), self.groups.len());
            self.groups.push(Group {
                family: Family { name: name.to_owned(), line, ..Family::default() },
                places: Vec::new(),
                damaged: false,
                unit_line: 0,
                type_line: None,
                help_line: None,
                last_line: line,
            });
            self.groups.len() - 1
        });
        let group = &mut self.groups[index];
        if self.current.is_some_and(|current| current != index) && group.family.line != line {
            let message = format!(
                "expected all lines of family `{}` to stand together, saw it resumed after line {}",
                group.family.name, group.last_line
            );
            problems.push(Problem::new(line, column, message).remark());
        }
        group.last_line = line;
        self.current = Some(index);
        index
    }

    /// Judges the families as a whole.
    pub(super) fn finish(self, problems: &mut Vec<Problem>) -> Vec<Family> {
        self.clashes(problems);
        for group in &self.groups {
            series::judge(group, self.format, problems);
            kinds::judge(group, self.format, problems);
        }
        self.groups.into_iter().map(|group| group.family).collect()
    }

    /// Two families must not allow for the same sample name: OpenMetrics forbids it outright. In the text
    /// format it shows a type line that came after its samples, which then form a family of their own.
    fn clashes(&self, problems: &mut Vec<Problem>) {
        let mut owners: HashMap<String, usize> = HashMap::new();
        for (index, group) in self.groups.iter().enumerate() {
            for suffix in group.family.kind.suffixes(self.format) {
                let sample = format!("{}{suffix}", group.family.name);
                let Some(&owner) = owners.get(&sample) else {
                    owners.insert(sample, index);
                    continue;
                };
                if let Some(message) = self.clash(&self.groups[owner].family, &group.family, &sample) {
                    let line = group.type_line.unwrap_or(group.family.line);
                    problems.push(Problem::new(line, 1, message).remark());
                }
            }
        }
    }

    fn clash(&self, earlier: &Family, later: &Family, sample: &str) -> Option<String> {
        let Family { name, kind, .. } = later;
        if let (false, true, Some(first)) = (earlier.typed, later.typed, earlier.samples.first()) {
            let line = first.line;
            return Some(format!(
                "expected `# TYPE {name}` before the samples of `{name}`, saw `{sample}` on line {line}"
            ));
        }
        (self.format == Format::OpenMetrics).then(|| {
            format!(
                "expected a name that leaves `{sample}` to family `{}` (a {}, line {}), saw the {kind} `{name}`",
                earlier.name, earlier.kind, earlier.line
            )
        })
    }
}
