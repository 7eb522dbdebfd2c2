//! The table of what differs between Prometheus 2.42 and 3.5, and our tables of edge cases, put to both promtools.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use probity::promql::{Answer, DIFFERENCES, Dialect, Difference, Question};

use crate::daemon::{Daemon, folder, get, pause, port};
use crate::engines::Generation;
use crate::promql::samples;

#[path = "../it/promql/ask.rs"]
mod ask;
#[path = "../it/promql/eval/tables.rs"]
mod tables;

use ask::{Case, complaint, line, quoted, shown};

fn rows() -> impl Iterator<Item = &'static Difference> {
    DIFFERENCES.iter().flat_map(|topic| topic.rows)
}

fn wanted(row: &Difference, generation: Generation) -> Answer {
    match generation.dialect() {
        Dialect::V2 => row.v2,
        Dialect::V3 => row.v3,
    }
}

/// What a program says to a file, on both of its outputs, and whether it is content.
fn says(program: &Path, folder: &Path, args: &[&str]) -> (String, bool) {
    let output = Command::new(program).args(args).current_dir(folder).output().expect("it told its version");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stderr) + &text(&output.stdout), output.status.success())
}

/// What promtool makes of each case, by name. It sorts series, so their order is not told.
fn answers(
    promtool: &Path,
    folder: &Path,
    (head, cases): (&str, &[Case]),
    dialect: Dialect,
) -> BTreeMap<String, Result<Vec<String>, String>> {
    let mut file = format!("{head}tests:\n");
    cases.iter().for_each(|case| file.push_str(&case.unit_test()));
    fs::write(folder.join("cases.yml"), file).expect("a file can be written");
    let (said, _) = says(promtool, folder, &["test", "rules", "cases.yml"]);
    let mut answers = BTreeMap::new();
    let mut now = String::new();
    for line in said.lines() {
        let line = line.trim_start();
        if let Some(got) = line.strip_prefix("got: ") {
            answers.insert(std::mem::take(&mut now), Ok(shown_samples(got, dialect)));
        } else if let Some(asked) = line.strip_prefix("expr: ") {
            let (_, after) = asked.rsplit_once(" # ").unwrap_or_else(|| panic!("whose is {line:?}"));
            let (name, rest) = after.split_once('"').unwrap_or_else(|| panic!("whose is {line:?}"));
            match rest.split_once(", err: ") {
                Some((_, why)) => drop(answers.insert(name.to_owned(), Err(why.to_owned()))),
                None => now = name.to_owned(),
            }
        } else {
            let known = ["FAILED:", "SUCCESS", "exp: nil", "Unit Testing:"];
            let known = line.is_empty() || known.iter().any(|known| line.starts_with(known));
            assert!(known, "promtool said {line:?}");
        }
    }
    answers
}

/// What promtool prints as `got`, in the notation of the cases.
fn shown_samples(got: &str, dialect: Dialect) -> Vec<String> {
    samples(got, dialect).iter().map(|sample| shown(&sample.labels, sample.value)).collect()
}

/// Where promtool answers something else than the cases say; what it does not name yields nothing.
fn differing(generation: Generation, name: &str, rules: Option<&str>, cases: &[Case]) -> Option<String> {
    let promtool = generation.find("promtool")?;
    let folder = folder(&format!("{name}-{generation:?}"));
    fs::write(folder.join("rules.yml"), rules.unwrap_or_default()).expect("a file can be written");
    let head = if rules.is_some() { "rule_files: [rules.yml]\n" } else { "" };
    let answers = answers(&promtool, &folder, (head, cases), generation.dialect());
    let mut complaints = String::new();
    for case in cases {
        let got = answers.get(case.name).cloned().unwrap_or_else(|| Ok(Vec::new())).map(sorted);
        let wanted = case.wanted(generation.dialect());
        let asked = match wanted {
            Answer::Yields(series) => sorted(series.split("; ").map(str::to_owned).collect()),
            Answer::Fails(_) => String::new(),
        };
        let same = matches!((&got, wanted), (Ok(got), Answer::Yields(_)) if *got == asked);
        if !same && let Some(complaint) = complaint(got, wanted) {
            writeln!(complaints, "{} in {generation:?}\n    {complaint}", case.name)
                .expect("a string takes everything");
        }
    }
    Some(complaints)
}

fn sorted(mut series: Vec<String>) -> String {
    series.sort();
    line(&series)
}

#[test]
fn both_promtools_answer_as_the_table_says() {
    for generation in [Generation::V2, Generation::V3] {
        let cases: Vec<Case> = rows().filter_map(Case::of).collect();
        let Some(mut complaints) = differing(generation, "generations", None, &cases) else { continue };
        for (case, rules) in rows().filter_map(Case::recorded) {
            let found = differing(generation, "generations-recorded", Some(&rules), &[case]);
            complaints.push_str(&found.unwrap_or_default());
        }
        assert!(complaints.is_empty(), "\n{complaints}");
    }
}

#[test]
fn both_promtools_answer_our_edge_cases_as_we_do() {
    let sorted = tables::sorted();
    let all = [
        ("rates", tables::RATES),
        ("windows", tables::WINDOWS),
        ("folds", tables::FOLDS),
        ("ranks", tables::RANKS),
        ("groups", tables::GROUPS),
        ("matching", tables::MATCHING),
        ("numbers", tables::NUMBERS),
        ("absent", tables::ABSENT),
        ("sorted", &sorted),
        ("histograms", tables::HISTOGRAMS),
        ("functions", tables::FUNCTIONS),
        ("labels", tables::LABELS),
        ("patterns", tables::PATTERNS),
    ];
    for generation in [Generation::V2, Generation::V3] {
        let mut complaints = String::new();
        for (name, cases) in all {
            let found = differing(generation, &format!("edges-{name}"), None, cases);
            complaints.push_str(&found.unwrap_or_default());
        }
        assert!(complaints.is_empty(), "\n{complaints}");
    }
}

#[test]
fn both_promtools_take_files_as_the_table_says() {
    for generation in [Generation::V2, Generation::V3] {
        let Some(promtool) = generation.find("promtool") else { continue };
        let folder = folder(&format!("generations-files-{generation:?}"));
        let mut complaints = String::new();
        for row in rows() {
            let (text, command) = match row.question {
                Question::RuleFile(text) => (text, ["check", "rules", "file.yml"]),
                Question::TestFile(text) => (text, ["test", "rules", "file.yml"]),
                _ => continue,
            };
            fs::write(folder.join("file.yml"), text).expect("a file can be written");
            let (said, content) = says(&promtool, &folder, &command);
            let got = if content { Ok("taken".to_owned()) } else { Err(said) };
            if let Some(complaint) = complaint(got, wanted(row, generation)) {
                writeln!(complaints, "{} in {generation:?}\n    {complaint}", row.id)
                    .expect("a string takes everything");
            }
        }
        assert!(complaints.is_empty(), "\n{complaints}");
    }
}

/// The annotation as promtool prints it where no alert was expected.
fn expanded(said: &str) -> Option<String> {
    let (_, after) = said.split_once("Annotations:{text=")?;
    let mut text = String::new();
    let mut chars = after.strip_prefix('"')?.chars();
    loop {
        match chars.next()? {
            '"' => return Some(text),
            '\\' => match chars.next()? {
                'n' => text.push('\n'),
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
}

#[test]
fn both_promtools_expand_templates_as_the_table_says() {
    for generation in [Generation::V2, Generation::V3] {
        let Some(promtool) = generation.find("promtool") else { continue };
        let folder = folder(&format!("generations-templates-{generation:?}"));
        let mut complaints = String::new();
        for row in rows() {
            let Question::Annotation(text) = row.question else { continue };
            let rules = format!(
                "groups: [{{name: g, rules: [{{alert: A, expr: vector(1), annotations: {{text: {}}}}}]}}]",
                quoted(text)
            );
            let test = "rule_files: [rules.yml]\ntests: [{alert_rule_test: [{eval_time: 0s, alertname: A}]}]";
            fs::write(folder.join("rules.yml"), rules).expect("a file can be written");
            fs::write(folder.join("test.yml"), test).expect("a file can be written");
            let (said, _) = says(&promtool, &folder, &["test", "rules", "test.yml"]);
            let got = expanded(&said).ok_or(said);
            if let Some(complaint) = complaint(got, wanted(row, generation)) {
                writeln!(complaints, "{} in {generation:?}\n    {complaint}", row.id)
                    .expect("a string takes everything");
            }
        }
        assert!(complaints.is_empty(), "\n{complaints}");
    }
}

/// The longest that a server may take to be ready, in fifths of a second.
const MOST_LOOKS: u32 = 150;

/// Every byte escaped that is no letter and no digit.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02x}").expect("a string takes everything");
        }
    }
    escaped
}

#[test]
fn both_servers_write_answers_as_the_table_says() {
    for generation in [Generation::V2, Generation::V3] {
        let Some(program) = generation.find("prometheus") else { continue };
        let folder = folder(&format!("generations-server-{generation:?}"));
        fs::write(folder.join("empty.yml"), "global: {}\n").expect("a file can be written");
        let port = port();
        let mut command = Command::new(program);
        command
            .args(["--config.file=empty.yml", "--storage.tsdb.path=data"])
            .arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let _server = Daemon::spawn(command, "prometheus", &folder, port);
        let ready = (0..MOST_LOOKS).any(|_| {
            let ready = get(port, "/-/ready").starts_with("HTTP/1.0 200");
            if !ready {
                pause();
            }
            ready
        });
        assert!(ready, "the server on {port} is never ready");
        let mut complaints = String::new();
        for row in rows() {
            let Question::Http(expr) = row.question else { continue };
            let said = get(port, &format!("/api/v1/query?time=0&query={}", escaped(expr)));
            let body = said.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
            if let Some(complaint) = complaint(Ok(body), wanted(row, generation)) {
                writeln!(complaints, "{} in {generation:?}\n    {complaint}", row.id)
                    .expect("a string takes everything");
            }
        }
        assert!(complaints.is_empty(), "\n{complaints}");
    }
}
