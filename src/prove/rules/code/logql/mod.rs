//! LogQL, as far as a query is certainly none: quotes, braces, matchers, stages, windows and functions.

use std::ops::Range;

use self::tokens::{Kind, Token, tokens};
use crate::contract::yaml::nearest;

mod tokens;

/// Why a text is no LogQL.
#[derive(Debug)]
pub(super) struct Fault {
    /// The bytes to underline.
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// What a part of a query yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Yields {
    Logs,
    /// Logs with a window behind them: `{...}[5m]`.
    Window,
    Numbers,
}

/// Functions over a window of logs. `true` where a grouping may stand behind them.
const RANGES: [(&str, bool); 18] = [
    ("rate", false),
    ("rate_counter", false),
    ("count_over_time", false),
    ("bytes_rate", false),
    ("bytes_over_time", false),
    ("absent_over_time", false),
    ("sum_over_time", false),
    ("avg_over_time", true),
    ("max_over_time", true),
    ("min_over_time", true),
    ("first_over_time", true),
    ("last_over_time", true),
    ("stdvar_over_time", true),
    ("stddev_over_time", true),
    ("quantile_over_time", true),
    ("approx_quantile_over_time", true),
    ("first", true),
    ("last", true),
];

const AGGREGATIONS: [&str; 12] = [
    "sum",
    "avg",
    "min",
    "max",
    "count",
    "stddev",
    "stdvar",
    "topk",
    "bottomk",
    "approx_topk",
    "sort",
    "sort_desc",
];

/// Stages that need nothing behind them, stages that need a text, and stages that take names.
const ALONE: [&str; 5] = ["json", "logfmt", "unpack", "decolorize", "distinct"];
const WITH_TEXT: [&str; 3] = ["regexp", "pattern", "line_format"];
const WITH_NAMES: [&str; 5] = ["label_format", "drop", "keep", "unwrap", "distinct"];

type Checked<T> = Result<T, Fault>;

/// Why a text is no LogQL, if it certainly is none.
pub(super) fn fault(text: &str) -> Option<Fault> {
    let tokens = match tokens(text) {
        Ok(tokens) => tokens,
        Err(fault) => return Some(fault),
    };
    let mut reader = Reader { text, tokens, next: 0, depth: 0 };
    reader.whole().err()
}

impl Fault {
    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> &'a str {
        self.tokens.get(self.next).map_or("", |token| &self.text[token.at.clone()])
    }

    fn kind(&self) -> Option<Kind> {
        self.tokens.get(self.next).map(|token| token.kind.clone())
    }

    fn take(&mut self, mark: &str) -> bool {
        let is = self.peek() == mark && self.kind() != Some(Kind::Text);
        self.next += usize::from(is);
        is
    }

    fn word(&mut self) -> Option<&'a str> {
        let word = self.peek();
        (self.kind() == Some(Kind::Word)).then(|| {
            self.next += 1;
            word
        })
    }

    /// What is wrong at the token that comes next, or at the end.
    fn wrong<T>(&self, message: impl Into<String>) -> Checked<T> {
        let end = self.text.trim_end().len();
        let last = self.text[..end].char_indices().last().map_or(0, |(at, _)| at);
        let at = self.tokens.get(self.next).map_or(last..end, |token| token.at.clone());
        Err(Fault { at, message: message.into(), help: None })
    }

    fn expect(&mut self, mark: &str) -> Checked<()> {
        if self.take(mark) {
            return Ok(());
        }
        match self.peek() {
            "" => self.wrong(format!("it ends where `{mark}` is missing")),
            found => self.wrong(format!("`{found}` stands where `{mark}` is expected")),
        }
    }

    fn whole(&mut self) -> Checked<()> {
        let yields = self.expression()?;
        if self.next < self.tokens.len() {
            return self.wrong(format!("nothing can follow here, and `{}` does", self.peek()));
        }
        if yields == Yields::Window {
            return self.wrong("a window is no query: it needs a function such as rate() around it");
        }
        Ok(())
    }

    fn expression(&mut self) -> Checked<Yields> {
        self.depth += 1;
        // Nobody writes so many parentheses; a reader that calls itself must end somewhere.
        if self.depth > 60 {
            return self.wrong("parentheses are nested too deep");
        }
        let first = self.operand()?;
        loop {
            let operator = self.peek();
            let joins = matches!(
                operator,
                "+" | "-"
                    | "*"
                    | "/"
                    | "%"
                    | "^"
                    | "=="
                    | "!="
                    | ">"
                    | ">="
                    | "<"
                    | "<="
                    | "and"
                    | "or"
                    | "unless"
            );
            if !joins || self.kind() == Some(Kind::Text) {
                break;
            }
            if first != Yields::Numbers {
                return self
                    .wrong(format!("`{operator}` joins numbers, and what stands before it are log lines"));
            }
            self.next += 1;
            self.take("bool");
            for word in ["on", "ignoring", "group_left", "group_right"] {
                if self.take(word) {
                    self.names()?;
                }
            }
            self.operand()?;
        }
        self.depth -= 1;
        Ok(first)
    }

    fn operand(&mut self) -> Checked<Yields> {
        if self.take("-") {
            return self.operand();
        }
        match (self.kind(), self.peek()) {
            (Some(Kind::Number), _) => {
                self.next += 1;
                Ok(Yields::Numbers)
            }
            (_, "(") => {
                self.next += 1;
                let inner = self.expression()?;
                self.expect(")")?;
                if inner == Yields::Numbers { Ok(inner) } else { self.pipeline() }
            }
            (_, "{") => {
                self.selector()?;
                self.pipeline()
            }
            (Some(Kind::Word), name) => self.call(name),
            (None, _) => self.wrong("it ends where a query is expected"),
            (_, found) => self.wrong(format!("`{found}` begins no query")),
        }
    }

    fn call(&mut self, name: &str) -> Checked<Yields> {
        let range = RANGES.iter().find(|(known, _)| *known == name);
        let aggregation = AGGREGATIONS.contains(&name);
        if range.is_none() && !aggregation && !matches!(name, "label_replace" | "vector" | "variants") {
            let known = RANGES.iter().map(|(name, _)| *name).chain(AGGREGATIONS);
            let near = nearest(name, known).map(|near| format!("did you mean `{near}`?"));
            let braces = self
                .tokens
                .get(self.next + 1)
                .is_some_and(|token| self.text[token.at.clone()].starts_with('{'));
            let help = if braces {
                Some("LogQL has no metric names: a selector is `{label=\"value\"}`".to_owned())
            } else {
                near
            };
            let mut fault = self.wrong::<Yields>(format!("LogQL has no function `{name}`"));
            if let Err(fault) = &mut fault {
                fault.help = help;
            }
            return fault;
        }
        self.next += 1;
        if aggregation && self.grouping()? {
            self.arguments(name, aggregation)?;
            return Ok(Yields::Numbers);
        }
        self.arguments(name, aggregation)?;
        let behind = matches!(self.peek(), "by" | "without");
        if behind && range.is_some_and(|(_, groups)| !groups) {
            return match self.wrong(format!("`{name}` takes no grouping")) {
                Err(fault) => Err(fault.help(format!("write `sum by (...) ({name}(...))`"))),
                ok => ok,
            };
        }
        self.grouping()?;
        Ok(Yields::Numbers)
    }

    fn arguments(&mut self, name: &str, aggregation: bool) -> Checked<()> {
        self.expect("(")?;
        if name == "vector" || name == "label_replace" || name == "variants" {
            return self.skip_to_close();
        }
        // The number of topk and of quantile_over_time.
        if self.kind() == Some(Kind::Number) {
            self.next += 1;
            self.expect(",")?;
        }
        let start = self.next;
        let inner = self.expression()?;
        if aggregation && inner != Yields::Numbers {
            self.next = start;
            let message = format!("`{name}` takes numbers, and this yields log lines");
            return match self.wrong(message) {
                Err(fault) => {
                    Err(fault.help(format!("count them first: `{name}(count_over_time({{...}}[5m]))`")))
                }
                ok => ok,
            };
        }
        if !aggregation && inner == Yields::Logs {
            return match self.wrong(format!("`{name}` needs a window such as `[5m]` behind its log lines")) {
                Err(fault) => Err(fault.help("write it before the parenthesis: `{...} |= \"x\" [5m]`")),
                ok => ok,
            };
        }
        if !aggregation && inner == Yields::Numbers {
            self.next = start;
            return self.wrong(format!("`{name}` takes log lines, and this yields numbers"));
        }
        self.expect(")")
    }

    fn skip_to_close(&mut self) -> Checked<()> {
        let mut depth = 1;
        while depth > 0 {
            match self.peek() {
                "" => return self.wrong("a parenthesis is never closed"),
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            self.next += 1;
        }
        Ok(())
    }

    fn grouping(&mut self) -> Checked<bool> {
        if self.take("by") || self.take("without") {
            self.names()?;
            return Ok(true);
        }
        Ok(false)
    }

    fn names(&mut self) -> Checked<()> {
        self.expect("(")?;
        while !self.take(")") {
            if self.word().is_none() {
                return self.wrong(format!("`{}` stands where a label's name is expected", self.peek()));
            }
            self.take(",");
        }
        Ok(())
    }

    fn selector(&mut self) -> Checked<()> {
        let start = self.next;
        self.expect("{")?;
        let mut finds = false;
        while !self.take("}") {
            let Some(label) = self.word() else {
                return self.wrong(format!("`{}` stands where a label's name is expected", self.peek()));
            };
            let operator = self.peek();
            if !matches!(operator, "=" | "!=" | "=~" | "!~") {
                return self
                    .wrong(format!("`{label}` must be followed by =, !=, =~ or !~, not `{operator}`"));
            }
            self.next += 1;
            if self.kind() != Some(Kind::Text) {
                return self.wrong(format!("the value of `{label}` must stand in double quotes"));
            }
            let value = self.peek().trim_matches(['"', '`']);
            finds |= operator == "=" && !value.is_empty() || operator == "=~" && !matches!(value, "" | ".*");
            self.next += 1;
            if !self.take(",") && self.peek() != "}" {
                return self.wrong(format!("`{}` stands where a comma or `}}` is expected", self.peek()));
            }
        }
        if !finds {
            self.next = start;
            return self.wrong("a selector needs at least one matcher that an empty label does not satisfy");
        }
        Ok(())
    }

    fn pipeline(&mut self) -> Checked<Yields> {
        loop {
            match self.peek() {
                _ if self.kind() == Some(Kind::Window) => {
                    self.window()?;
                    // A pipeline may also stand behind the window.
                    if !self.peek().starts_with('|') && !matches!(self.peek(), "!=" | "!~") {
                        return Ok(Yields::Window);
                    }
                    self.pipeline()?;
                    return Ok(Yields::Window);
                }
                "|=" | "|~" | "!=" | "!~" | "|>" | "!>" => self.filter()?,
                "|" => self.stage()?,
                _ => return Ok(Yields::Logs),
            }
        }
    }

    fn window(&mut self) -> Checked<()> {
        let inner = self.peek().trim_matches(['[', ']']).trim();
        let units = inner.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let is_duration = inner.starts_with(|c: char| c.is_ascii_digit())
            && units.starts_with(['s', 'm', 'h', 'd', 'w', 'y', 'n', 'u']);
        if !is_duration && !inner.starts_with('$') {
            return self.wrong(format!("`{inner}` is no duration such as 5m"));
        }
        self.next += 1;
        if self.take("offset") {
            self.take("-");
            self.next += 1;
        }
        Ok(())
    }

    fn filter(&mut self) -> Checked<()> {
        let operator = self.peek();
        self.next += 1;
        loop {
            if self.take("ip") {
                self.expect("(")?;
                self.skip_to_close()?;
            } else if self.kind() == Some(Kind::Text) {
                self.next += 1;
            } else {
                return self.wrong(format!("`{operator}` must be followed by a text in double quotes"));
            }
            if !self.take("or") {
                return Ok(());
            }
        }
    }

    fn stage(&mut self) -> Checked<()> {
        self.expect("|")?;
        if self.peek() == "(" {
            return self.condition();
        }
        let Some(name) = self.word() else {
            return self.wrong(format!("`{}` begins no stage", self.peek()));
        };
        let ends =
            matches!(self.peek(), "" | "|" | ")" | "|=" | "|~" | "!~") || self.kind() == Some(Kind::Window);
        if ALONE.contains(&name) {
            return self.rest();
        }
        if WITH_TEXT.contains(&name) {
            if self.kind() != Some(Kind::Text) {
                return self.wrong(format!("`{name}` must be followed by a text in double quotes"));
            }
            self.next += 1;
            return Ok(());
        }
        if WITH_NAMES.contains(&name) && !ends {
            return self.rest();
        }
        if ends || self.kind() == Some(Kind::Text) {
            self.next -= 1;
            let known = ALONE.into_iter().chain(WITH_TEXT).chain(WITH_NAMES);
            let near = nearest(name, known).map(|near| format!("did you mean `{near}`?"));
            return match self.wrong(format!("`{name}` is no stage and no condition on a label")) {
                Err(mut fault) => {
                    fault.help = near;
                    Err(fault)
                }
                ok => ok,
            };
        }
        self.next -= 1;
        self.condition()
    }

    /// What belongs to a stage that takes names and texts, up to the next stage.
    fn rest(&mut self) -> Checked<()> {
        while self.next < self.tokens.len() {
            match self.peek() {
                "|" | "|=" | "|~" | "!~" | "|>" | "!>" | ")" => return Ok(()),
                _ if self.kind() == Some(Kind::Window) => return Ok(()),
                "(" => {
                    self.next += 1;
                    self.skip_to_close()?;
                }
                _ => self.next += 1,
            }
        }
        Ok(())
    }

    /// `level="error" and (status >= 500 or duration > 1s)`
    fn condition(&mut self) -> Checked<()> {
        loop {
            if self.take("(") {
                self.condition()?;
                self.expect(")")?;
            } else {
                let Some(label) = self.word() else {
                    return self.wrong(format!("`{}` stands where a label's name is expected", self.peek()));
                };
                let operator = self.peek();
                if !matches!(operator, "=" | "==" | "!=" | "=~" | "!~" | ">" | ">=" | "<" | "<=") {
                    return self
                        .wrong(format!("`{label}` must be followed by a comparison, not `{operator}`"));
                }
                self.next += 1;
                self.take("-");
                match (self.kind(), self.peek()) {
                    (Some(Kind::Text | Kind::Number), _) => self.next += 1,
                    (_, "ip") => {
                        self.next += 1;
                        self.expect("(")?;
                        self.skip_to_close()?;
                    }
                    (_, found) => return self.wrong(format!(
                        "the value of `{label}` must be a number or stand in double quotes, unlike `{found}`"
                    )),
                }
            }
            let goes_on = self.take("and") || self.take("or") || self.take(",");
            if !goes_on && self.kind() != Some(Kind::Word) {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    fn wrong(text: &str) -> String {
        fault(text).map(|fault| format!("{}: {}", &text[fault.at.clone()], fault.message)).unwrap_or_default()
    }

    #[test]
    fn what_loki_takes_is_not_accused() {
        for good in [
            r#"{app="shop"}"#,
            r#"{app="shop", pod=~"shop-.*"} |= "error" != "debug" |~ `time\.out`"#,
            r#"{app="shop"} | json | level="error""#,
            r#"{app="shop"} | json | level="error", status>=500 and duration > 1.5s or size > 20MB"#,
            r#"{app="shop"} | json method="request.method", path="request.path" | line_format "{{.method}}""#,
            r#"{app="shop"} | logfmt --strict | drop level, env="x" | keep a"#,
            r#"sum(rate({app="shop"} |= "error" [5m])) by (pod)"#,
            r#"sum by (level) (count_over_time({app="shop"} | json | __error__="" [1h]))"#,
            r#"topk(10, sum by (path) (rate({app="shop"} | json [5m])))"#,
            r#"quantile_over_time(0.99, {app="shop"} | json | unwrap duration(took) | __error__="" [1m]) by (path)"#,
            r#"sum(rate({a="b"} |= "x" [5m])) / sum(rate({a="b"}[5m])) > 0.05"#,
            r#"absent_over_time({app="shop"}[10m] offset 5m)"#,
            r#"rate({app="shop"}[5m] |= "x")"#,
            r#"{app="shop"} | remote_addr = ip("10.0.0.0/8") | label_format a=b, c="{{.d}}" | decolorize"#,
            r#"{app="shop"} |= "a" or "b" | (status >= 400 or level="x")"#,
            r#"max_over_time({app="shop"} | unwrap bytes_total [$__range]) without (pod)"#,
            "vector(1) or sum(count_over_time({a=\"b\"}[$__auto]))",
        ] {
            assert_eq!(wrong(good), "", "{good}");
        }
    }

    #[test]
    fn what_loki_refuses_is_told_with_its_place() {
        for (bad, expected) in [
            (r#"{app=shop}"#, "shop: the value"),
            (r#"{app=="shop"}"#, "==: `app` must"),
            (r#"{app="shop"} |= error"#, "error: `|=` must"),
            (r#"{app="shop} |= "error""#, "this quote is never closed"),
            (r#"{app="shop" |= "error""#, "|=: `|=` stands where a comma"),
            (r#"{app="shop"} | jsn | level="x""#, "jsn: `jsn` is no stage"),
            (r#"{app="shop"} | json | level=error"#, "error: the value of `level`"),
            (r#"rate({app="shop"})"#, "): `rate` needs a window"),
            (r#"{app="shop"}[5m]"#, "a window is no query"),
            (r#"sum({app="shop"})"#, "{: `sum` takes numbers"),
            (r#"rates({app="shop"}[5m])"#, "rates: LogQL has no function"),
            (r#"rate({app="shop"}[5m]) by (pod)"#, "by: `rate` takes no grouping"),
            (r#"sum(rate({app="shop"}[5m])"#, "it ends where `)` is missing"),
            (r#"{app=~".*"}"#, "{: a selector needs"),
            (r#"http_requests_total{app="shop"}"#, "LogQL has no function"),
            (r#"rate({app="shop"}[five])"#, "[five]: `five` is no duration"),
        ] {
            assert!(wrong(bad).contains(expected), "{bad}: {}", wrong(bad));
        }
    }
}
