//! Label values and documents may hold any text. None of it breaks a form, and all of it can be seen.

use std::collections::BTreeMap;

use probity::checks::{Finding, Judgement, Verdict};
use probity::contract::Level;
use probity::report::{github, junit, markdown};
use probity::run::{ExitStatus, Outcome, judge};
use proptest::prelude::*;
use roxmltree::Document;

use super::reading::{Command, cells, commands, count, seen};
use super::{cases, child, fixture};

/// Pieces that mean something to one of the readers, and any others.
fn text() -> impl Strategy<Value = String> {
    let meant = prop::sample::select(vec![
        "]]>",
        "<!--",
        "</failure>",
        "&amp;",
        "&#27;",
        "\"",
        "'",
        "%",
        "%0A",
        "%25",
        "::error::",
        "::",
        ":",
        ",",
        "=",
        "|",
        "\\",
        "\\|",
        "`",
        "**",
        "_",
        "[a](b)",
        "<br>",
        "<script>",
        "@all",
        "#1",
        "$x$",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "\u{0}",
        "\u{1b}[31m",
        "\u{7f}",
        "\u{85}",
        "\u{9b}1m",
        "\u{2028}",
        "\u{202e}",
        "\u{feff}",
        "\u{fffd}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{1fffe}",
        "ä",
        "日本",
        "🦀",
        " ",
    ]);
    let piece = prop_oneof![3 => meant.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn verdict() -> impl Strategy<Value = Verdict> {
    let finding = (text(), text(), text(), prop::collection::vec(text(), 0..3), text()).prop_map(
        |(subject, expected, observed, evidence, next)| Finding {
            subject,
            expected,
            observed,
            evidence,
            next,
        },
    );
    prop_oneof![
        text().prop_map(|evidence| Verdict::Pass { evidence }),
        text().prop_map(Verdict::Vacuous),
        prop::collection::vec(finding, 1..4).prop_map(Verdict::Fail),
    ]
}

fn judgement() -> impl Strategy<Value = Judgement> {
    let level = prop::sample::select(vec![Level::Must, Level::Should, Level::May]);
    let words = (text(), text(), text(), text(), text());
    (words, prop::option::of(text()), level, verdict()).prop_map(
        |((contract, document, clause, heading, quote), check, level, verdict)| Judgement {
            contract,
            document,
            clause,
            level,
            heading,
            quote,
            check,
            verdict,
        },
    )
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let status = prop::sample::select(vec![ExitStatus::Findings, ExitStatus::TargetMissed]);
    (prop::collection::vec(judgement(), 0..6), text(), status).prop_map(|(judgements, scenario, status)| {
        let mut outcome = judge(fixture("traces/span-orphan/vacuous_no_such_span"));
        outcome.record.observations.plan.scenario = scenario;
        Outcome { judgements, status, ..outcome }
    })
}

/// What a reader is to see of a text: nothing that is no character, everything that is.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        match c {
            '\n' => shown.push(c),
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            '\u{fffe}' | '\u{ffff}' => shown.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            _ if c.is_control() => shown.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            _ => shown.push(c),
        }
    }
    shown
}

fn line(text: &str) -> String {
    shown(text).replace('\n', "\\n")
}

fn fields(finding: &Finding) -> Vec<&String> {
    let Finding { subject, expected, observed, evidence, next } = finding;
    [subject, expected, observed, next].into_iter().chain(evidence).collect()
}

fn findings(judgement: &Judgement) -> &[Finding] {
    if let Verdict::Fail(findings) = &judgement.verdict { findings } else { &[] }
}

/// What an annotation of a finding says.
fn message(judgement: &Judgement, finding: &Finding) -> String {
    let Finding { subject, expected, observed, evidence, next } = finding;
    let mut text = format!("{subject}\nexpected: {expected}\nobserved: {observed}");
    evidence.iter().for_each(|evidence| text.push_str(&format!("\nevidence: {evidence}")));
    let Judgement { document, heading, quote, .. } = judgement;
    shown(&format!("{text}\nnext: {next}\npromised in {document}, \"{heading}\": {quote}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn junit_holds_any_text(outcome in outcome()) {
        let text = junit(&outcome);
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let root = document.root_element();
        let scenario = line(&outcome.record.observations.plan.scenario);
        prop_assert_eq!(root.attribute("name"), Some(scenario.as_str()));
        prop_assert!(count(&root, "failures") + count(&root, "errors") > 0, "not conformant: {}", text);
        let mut cases = cases(&document);
        for judgement in &outcome.judgements {
            let check = judgement.check.as_deref().unwrap_or("no check");
            let name = line(&format!("{} ({check})", judgement.clause));
            let contract = line(&judgement.contract);
            let at = cases.iter().position(|case| {
                let is = |attribute, value: &str| case.attribute(attribute) == Some(value);
                is("name", &name) && is("classname", &contract) && says(case, judgement)
            });
            prop_assert!(at.is_some(), "{:?} is not in\n{}", judgement, text);
            cases.remove(at.unwrap_or_default());
        }
        prop_assert!(cases.iter().all(|case| case.attribute("classname") == Some("run")));
    }

    #[test]
    fn github_decodes_any_text(outcome in outcome()) {
        let printed = github(&outcome, &BTreeMap::new());
        let mut commands = commands(&printed).into_iter().peekable();
        let of_the_run = ["not-conformant", "nothing-judged"];
        while commands.next_if(|command| of_the_run.contains(&command.properties["title"].as_str())).is_some() {}
        for judgement in &outcome.judgements {
            let check = judgement.check.as_deref().unwrap_or("no check");
            let title = shown(&format!("{} ({check})", judgement.clause));
            for finding in findings(judgement) {
                let command = commands.next().expect("a command for each finding");
                prop_assert_eq!(&command.properties["title"], &title);
                prop_assert_eq!(command.kind == "warning", judgement.level == Level::May);
                prop_assert_eq!(command.message, message(judgement, finding));
            }
            // Only a gap has a command; which are gaps is tested elsewhere.
            if let Verdict::Vacuous(reason) = &judgement.verdict {
                let starts = shown(&format!("vacuous: {reason}\npromised in {}", judgement.document));
                let is_its = |command: &Command| {
                    command.message.starts_with(&starts) && command.properties["title"] == title
                };
                commands.next_if(is_its);
            }
        }
        let last = commands.next().expect("the summary");
        prop_assert_eq!(last.kind, "notice");
        prop_assert_eq!(commands.next(), None);
    }

    #[test]
    fn markdown_shows_any_text_in_its_place(outcome in outcome()) {
        let page = markdown(&outcome);
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with('|')).collect();
        prop_assert_eq!(rows.len(), outcome.judgements.len() + 2);
        for (row, judgement) in rows.iter().skip(2).zip(&outcome.judgements) {
            prop_assert_eq!(cells(row), 5, "{}", row);
            let told = match &judgement.verdict {
                Verdict::Pass { evidence } => evidence,
                Verdict::Vacuous(reason) => reason,
                Verdict::Fail(findings) => &findings[0].subject,
            };
            let seen = seen(row);
            for text in [&judgement.clause, told] {
                prop_assert!(seen.contains(&shown(text)), "{:?} is not in {:?}", text, seen);
            }
        }
        let all = seen(&page);
        for judgement in &outcome.judgements {
            for text in findings(judgement).iter().flat_map(fields) {
                prop_assert!(all.contains(&shown(text)), "{:?} is not in {:?}", text, all);
            }
        }
        // Nothing that a reader would act on is left bare.
        prop_assert!(!page.contains("<script>") && !page.contains("[a](b)"));
    }
}

/// Whether a case says everything that the judgement does.
fn says(case: &roxmltree::Node<'_, '_>, judgement: &Judgement) -> bool {
    let of = |name| case.children().find(|node| node.has_tag_name(name));
    match &judgement.verdict {
        Verdict::Pass { evidence } => {
            child(case, "system-out").is_some_and(|out| out.text().unwrap_or_default() == shown(evidence))
        }
        Verdict::Vacuous(reason) => of("error")
            .or(of("skipped"))
            .and_then(|node| node.attribute("message"))
            .is_some_and(|message| message.ends_with(&line(reason))),
        Verdict::Fail(findings) => {
            let element = if judgement.level == Level::May { "skipped" } else { "failure" };
            let Some(node) = of(element) else { return false };
            let text = node.text().unwrap_or_default();
            let subject = line(&findings[0].subject);
            let words = [&judgement.document, &judgement.heading, &judgement.quote];
            node.attribute("message").is_some_and(|message| message.contains(&subject))
                && findings.iter().flat_map(fields).chain(words).all(|field| text.contains(&shown(field)))
        }
    }
}
