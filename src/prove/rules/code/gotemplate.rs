//! Go templates as far as one can be wrong without being run: braces, names, operators that do not exist.

use crate::contract::yaml::nearest;

/// Whose templates they are.
pub(super) struct Dialect {
    /// Who reads them, in a sentence.
    pub(super) reader: &'static str,
    /// Functions beside those of every Go template.
    pub(super) functions: &'static [&'static str],
    /// Variables that are there from the start, without `$`.
    pub(super) variables: &'static [&'static str],
    /// Fields of the dot outside all blocks.
    pub(super) fields: &'static [&'static str],
}

/// Something wrong in a template.
pub(super) struct Slip {
    /// The words that are wrong.
    pub(super) text: String,
    /// What is wrong with them.
    pub(super) message: String,
    /// What to do.
    pub(super) next: String,
}

/// What alerting rules of Prometheus are given. From `template/template.go` of 2.42 and 3.5.
pub(super) const PROMETHEUS: Dialect = Dialect {
    reader: "Prometheus",
    functions: &[
        "query",
        "first",
        "label",
        "value",
        "strvalue",
        "args",
        "reReplaceAll",
        "safeHtml",
        "match",
        "title",
        "toUpper",
        "toLower",
        "graphLink",
        "tableLink",
        "sortByLabel",
        "stripPort",
        "stripDomain",
        "humanize",
        "humanize1024",
        "humanizeDuration",
        "humanizePercentage",
        "humanizeTimestamp",
        "toTime",
        "toDuration",
        "now",
        "pathPrefix",
        "externalURL",
        "parseDuration",
        "urlQueryEscape",
        "tmpl",
    ],
    variables: &["labels", "value", "externalLabels", "externalURL"],
    fields: &["Labels", "Value", "ExternalLabels", "ExternalURL"],
};

/// What notifications of Alertmanager are given. From `template/template.go` of 0.25 to 0.33.
pub(super) const ALERTMANAGER: Dialect = Dialect {
    reader: "Alertmanager",
    functions: &[
        "toUpper",
        "toLower",
        "title",
        "trimSpace",
        "join",
        "match",
        "safeHtml",
        "safeUrl",
        "urlUnescape",
        "reReplaceAll",
        "stringSlice",
        "date",
        "tz",
        "since",
        "humanizeDuration",
        "toJson",
        "list",
        "append",
        "dict",
    ],
    variables: &[],
    fields: &[
        "Receiver",
        "Status",
        "Alerts",
        "GroupLabels",
        "CommonLabels",
        "CommonAnnotations",
        "ExternalURL",
        "GroupKey",
        "TruncatedAlerts",
        "NotificationReason",
    ],
};

const KEYWORDS: [&str; 14] = [
    "if", "else", "end", "range", "with", "define", "template", "block", "break", "continue", "nil", "true",
    "false", "-",
];

const BUILT_IN: [&str; 19] = [
    "and", "or", "not", "len", "index", "slice", "print", "printf", "println", "html", "js", "urlquery",
    "call", "eq", "ne", "lt", "le", "gt", "ge",
];

/// One `{{ ... }}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Action<'a> {
    /// With its braces.
    pub(super) whole: &'a str,
    /// Its words.
    pub(super) words: Vec<Word<'a>>,
    /// What stands right behind it.
    pub(super) after: &'a str,
}

/// A word of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// `printf`, `if`
    Name(&'a str),
    /// `$labels.pod`
    Variable(&'a str),
    /// `.Labels.pod`
    Field(&'a str),
    /// A field of what stands in parentheses before it.
    FieldOf(&'a str),
    /// `"text"`, with its quotes.
    Text(&'a str),
    /// `1.5`
    Number(&'a str),
    /// Anything else.
    Mark(&'a str),
}

/// The actions of a text, or the words at which they cannot be read.
pub(super) fn actions(text: &str) -> Result<Vec<Action<'_>>, Slip> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let from = &rest[start..];
        let Some(end) = closing(from) else {
            let line = from.lines().next().unwrap_or_default();
            return Err(slip(line, "`{{` is never closed", "close it with `}}`"));
        };
        let inner = from[2..end].trim_start_matches('-').trim_end_matches('-');
        let whole = &from[..end + 2];
        let words = if inner.trim_start().starts_with("/*") { Vec::new() } else { words(inner)? };
        if words.is_empty() && !inner.trim_start().starts_with("/*") {
            return Err(slip(whole, "these braces hold nothing", "write a value between them"));
        }
        rest = &from[end + 2..];
        found.push(Action { whole, words, after: rest });
    }
    if let Some(at) = rest.find("{ $").or_else(|| text.find("{ $").filter(|_| found.is_empty())) {
        let line =
            rest.get(at..).or_else(|| text.get(at..)).unwrap_or_default().lines().next().unwrap_or_default();
        return Err(slip(line, "one brace opens nothing: this is printed as it stands", "write `{{ ... }}`"));
    }
    Ok(found)
}

/// Where `}}` stands that closes an action; within quotes it closes nothing.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(2) {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if open == c => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '`') => quote = Some(c),
            None if text[at..].starts_with("}}") => return Some(at),
            None => {}
        }
    }
    // An unclosed quote hides the braces behind it.
    None
}

fn words(inner: &str) -> Result<Vec<Word<'_>>, Slip> {
    let mut words = Vec::new();
    let mut rest = inner;
    loop {
        let trimmed = rest.trim_start();
        let glued = trimmed.len() == rest.len();
        let Some(c) = trimmed.chars().next() else { return Ok(words) };
        let plain = |text: &str| {
            text.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count()
        };
        let (length, word): (usize, fn(&str) -> Word<'_>) = match c {
            '"' => (quoted(trimmed, '"')?, |text| Word::Text(text)),
            '`' => (quoted(trimmed, '`')?, |text| Word::Text(text)),
            '\'' => (quoted(trimmed, '\'')?, |text| Word::Text(text)),
            '$' => (1 + plain(&trimmed[1..]), |text| Word::Variable(text)),
            '.' if glued && words.last() == Some(&Word::Mark(")")) => {
                (plain(trimmed), |text| Word::FieldOf(text))
            }
            '.' => (plain(trimmed).max(1), |text| Word::Field(text)),
            '0'..='9' => (plain(trimmed), |text| Word::Number(text)),
            '-' if trimmed[1..].starts_with(|c: char| c.is_ascii_digit()) && !glued => {
                (1 + plain(&trimmed[1..]), |text| Word::Number(text))
            }
            _ if c.is_alphabetic() || c == '_' => (
                trimmed.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(trimmed.len()),
                |text| Word::Name(text),
            ),
            ':' if trimmed.starts_with(":=") => (2, |text| Word::Mark(text)),
            _ => (c.len_utf8(), |text| Word::Mark(text)),
        };
        words.push(word(&trimmed[..length]));
        rest = &trimmed[length..];
    }
}

fn quoted(text: &str, quote: char) -> Result<usize, Slip> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            _ if c == quote => return Ok(at + 1),
            _ => {}
        }
    }
    Err(slip(text.lines().next().unwrap_or_default(), "this quote is never closed", "close it"))
}

/// Everything wrong in a template.
pub(super) fn slips(text: &str, dialect: &Dialect) -> Vec<Slip> {
    let actions = match actions(text) {
        Ok(actions) => actions,
        Err(slip) => return vec![slip],
    };
    let mut found = Vec::new();
    let mut declared: Vec<&str> = dialect.variables.to_vec();
    let mut open: Vec<(&str, &str)> = Vec::new();
    for action in &actions {
        let first = action.words.first();
        match first {
            Some(Word::Name(name @ ("if" | "range" | "with" | "define" | "block"))) => {
                open.push((name, action.whole))
            }
            Some(Word::Name("end")) if open.pop().is_none() => {
                found.push(slip(
                    action.whole,
                    "`end` ends nothing",
                    "take it out, or write the `if` or `range` before it",
                ));
            }
            Some(Word::Name("else")) if open.is_empty() => {
                found.push(slip(
                    action.whole,
                    "`else` belongs to nothing",
                    "write the `if` or `range` before it",
                ));
            }
            _ => {}
        }
        let pairs = action.words.iter().zip(action.words.iter().skip(1));
        declared.extend(pairs.filter_map(|pair| match pair {
            (Word::Variable(name), Word::Mark(":=" | ",")) => Some(name.trim_start_matches('$')),
            _ => None,
        }));
        let inside = open.iter().any(|(word, _)| *word != "if");
        found.extend(in_action(action, dialect, &declared, inside));
    }
    if let Some((word, whole)) = open.pop() {
        found.push(slip(whole, &format!("`{word}` has no `{{{{ end }}}}`"), "add it"));
    }
    found
}

fn in_action(action: &Action<'_>, dialect: &Dialect, declared: &[&str], inside: bool) -> Option<Slip> {
    for (index, word) in action.words.iter().enumerate() {
        let after_template =
            index > 0 && matches!(action.words[0], Word::Name("define" | "template" | "block")) && index == 1;
        match word {
            Word::Name(name) if !after_template && !known(name, dialect) => {
                let near = near(name, dialect);
                let next = near.map_or_else(
                    || format!("{} has no such function", dialect.reader),
                    |near| format!("did you mean `{near}`?"),
                );
                return Some(slip(
                    action.whole,
                    &format!("{} knows no function `{name}`", dialect.reader),
                    &next,
                ));
            }
            Word::Variable(path) => {
                let name = path.trim_start_matches('$').split('.').next().unwrap_or_default();
                if !name.is_empty() && !declared.contains(&name) {
                    let next = match dialect.variables {
                        [] => "write `.CommonLabels.x`, or `.Labels.x` inside `range .Alerts`".to_owned(),
                        known => format!("there are ${}", known.join(", $")),
                    };
                    return Some(slip(
                        action.whole,
                        &format!("{} knows no variable `${name}`", dialect.reader),
                        &next,
                    ));
                }
            }
            Word::Field(path) if !inside && index_of_dot(action, index) => {
                let name = path.trim_start_matches('.').split('.').next().unwrap_or_default();
                if !name.is_empty() && !dialect.fields.contains(&name) {
                    let next = format!("there are .{}", dialect.fields.join(", ."));
                    return Some(slip(
                        action.whole,
                        &format!("{} has no `.{name}` here", dialect.reader),
                        &next,
                    ));
                }
            }
            Word::Mark(
                mark @ ("*" | "/" | "+" | "%" | "<" | ">" | "?" | "&" | "!" | "-" | ";" | "@" | "#" | "["
                | "]"),
            ) => {
                let next = "templates have no operators: compute it in `expr`, or use a function such as `humanizePercentage`, `eq`, `gt`";
                return Some(slip(action.whole, &format!("`{mark}` has no meaning in a template"), next));
            }
            _ => {}
        }
    }
    None
}

/// Whether a field is read from the dot itself; behind `range` or `with` of the same action it still is.
fn index_of_dot(action: &Action<'_>, index: usize) -> bool {
    !matches!(action.words.get(index.wrapping_sub(1)), Some(Word::Mark(")")))
}

fn known(name: &str, dialect: &Dialect) -> bool {
    KEYWORDS.contains(&name) || BUILT_IN.contains(&name) || dialect.functions.contains(&name)
}

fn near(name: &str, dialect: &Dialect) -> Option<&'static str> {
    nearest(name, dialect.functions.iter().copied())
}

fn slip(text: &str, message: &str, next: &str) -> Slip {
    Slip { text: text.to_owned(), message: message.to_owned(), next: next.to_owned() }
}
