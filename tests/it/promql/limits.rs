//! What others write can ask for no end of work: everything that grows has a limit, and says so. Found by `tests/fuzz`.

use std::thread;

use probity::alerting::rules::file as rule_file;
use probity::alerting::unit::{FileOutcome, Loaded, Prepared, file as unit_file, run};
use probity::promql::{Dialect, Labels, Options, Query, Storage, instant, parse_as, range};

/// Series `x` of a label `a`, with a sample each second.
fn storage() -> Storage {
    let mut storage = Storage::new();
    for job in ["one", "two"] {
        let id = storage.series(&Labels::new([("__name__", "x"), ("job", job), ("a", "ab")]));
        for second in 0..1_000_i32 {
            let value = f64::from(second * 7919 % 1000) / 3.0;
            storage.push(id, i64::from(second) * 1000, value).expect("time goes on");
        }
    }
    storage
}

fn options(max_samples: usize) -> Options {
    Options { max_samples, ..Options::default() }
}

/// Why there is no answer at the end of the samples.
fn refusal(text: &str, max_samples: usize) -> String {
    let expr = parse_as(text, Dialect::V3).unwrap_or_else(|error| panic!("{text}: {error}"));
    let answer = instant(&storage(), &expr, 1_000_000, &options(max_samples));
    answer.map_or_else(|error| error.message, |value| panic!("{text}: {value:?}"))
}

fn nested(open: &str, inner: &str, close: &str, times: usize) -> String {
    format!("{}{inner}{}", open.repeat(times), close.repeat(times))
}

#[test]
fn labels_that_double_stay_small() {
    let joined = nested("label_join(", "x", r#", "a", "", "a", "a")"#, 100);
    assert_eq!(refusal(&joined, 1_000_000), "`label_join` makes a label of over 262144 bytes");
    let replaced = nested("label_replace(", "x", r#", "a", "$1$1$1$1", "a", "(.*)")"#, 60);
    assert_eq!(refusal(&replaced, 1_000_000), "`label_replace` makes a label of over 262144 bytes");
    let template = "$1".repeat(200_000);
    let wide = format!(r#"label_replace(x, "a", "{template}", "a", "(.*)")"#);
    assert_eq!(refusal(&wide, 1_000_000), "`label_replace` makes a label of over 262144 bytes");
}

#[test]
fn a_rule_that_reads_itself_cannot_double_a_label_for_ever() {
    let doubled = r#"label_join(r, "a", "", "a", "a") or label_replace(vector(1), "a", "xx", "", "")"#;
    let rules = format!("groups:\n- name: g\n  rules:\n  - record: r\n    expr: '{doubled}'\n");
    let outcome =
        unit_test(&rules, "tests:\n- promql_expr_test:\n  - {expr: '1', eval_time: 1h}\n", 1_000_000);
    let failures = format!("{outcome:?}");
    assert!(failures.contains("`label_join` makes a label of over 262144 bytes"), "{failures}");
}

#[test]
fn numbers_count_as_samples() {
    // Sixty operands of ten thousand steps wait for their partners at once.
    let text = format!("max_over_time(vector({})[10000s:1s])", nested("1 + (", "1", ")", 60));
    assert_eq!(refusal(&text, 100_000), "the query needs more than 100000 samples at once");
}

#[test]
fn values_that_become_series_count_as_samples() {
    let expr = parse_as("count_values(\"v\", x)", Dialect::V3).expect("it is sound");
    let error = range(&storage(), &expr, 0, 999_000, 1000, &options(100_000));
    let error = error.expect_err("a thousand series of a thousand steps");
    assert_eq!(error.message, "the query needs more than 100000 samples at once");
}

#[test]
fn windows_within_windows_end() {
    for inner in [
        "stddev_over_time(sin(vector(time()))",
        "deriv(sin(vector(time()))",
        "avg_over_time(sin(vector(time()))",
    ] {
        let text = format!("max_over_time({inner}[5d:60s])[5d:60s])");
        assert_eq!(refusal(&text, 100_000), "the query visits samples more than 10000000 times", "{text}");
    }
    let text = nested("max_over_time(", "x", "[1000y:1ms])", 1);
    assert!(parse_as(&text, Dialect::V3).is_err(), "292 years are the most");
    assert_eq!(
        refusal("max_over_time(x[100y:1ms])", 50_000_000),
        "3153600000000 steps are over the limit of 50000000 samples"
    );
}

#[test]
fn patterns_share_their_room() {
    let large = (0..8).map(|n| format!("{{a{n}=~\"(\\\\pL){{60}}\"}}")).collect::<Vec<_>>().join(" or ");
    let expr = parse_as(&large, Dialect::V3).expect("each alone is fine");
    let error = Query::new(expr, Dialect::V3)
        .expect_err("four are a quarter of a gigabyte, if each is as large as it may be");
    assert_eq!(error.message, "a pattern that is too large beside the others of the query");
    let small =
        (0..300).map(|n| format!("{{a=~\"(api|db-[0-9]+|.*{n})\"}}")).collect::<Vec<_>>().join(" or ");
    Query::new(parse_as(&small, Dialect::V3).expect("it is sound"), Dialect::V3)
        .expect("these are as people write them");
}

/// The stack of a test's thread, and of those that evaluate unit tests.
const STACK: usize = 2 << 20;

#[test]
fn the_highest_and_the_deepest_trees_fit_a_thread() {
    let deep = || {
        let storage = storage();
        for dialect in [Dialect::V2, Dialect::V3] {
            for (open, close) in [
                ("(", ")"),
                ("-(", ")"),
                ("abs(", ")"),
                ("sum(", ")"),
                ("x or (", ")"),
                ("topk(scalar(", "), x)"),
                ("max_over_time(", "[1m:30s])"),
                ("absent_over_time(", "[1m:30s])"),
                ("count_values(\"v\", ", ")"),
            ] {
                let fits = |times: &usize| parse_as(&nested(open, "x", close, *times), dialect).is_ok();
                let times = (1..=128).rev().find(fits).expect("once is fine");
                assert!(times >= 60, "{open}: {times}");
                let expr = parse_as(&nested(open, "x", close, times), dialect).expect("it was just read");
                let options = Options { dialect, ..options(1_000_000) };
                let query = Query::new(expr, dialect).expect("it has no patterns");
                // Either is fine: what counts is that there is an answer.
                drop(query.instant(&storage, 600_000, &options));
                drop(query.range(&storage, (0, 600_000, 200_000), &options));
            }
            for operator in [" + ", " or ", " ^ "] {
                // What groups from the right nests.
                let operands = if operator == " ^ " { 127 } else { 399 };
                let text = vec!["x"; operands].join(operator);
                let expr = parse_as(&text, dialect).unwrap_or_else(|error| panic!("{operator}: {error}"));
                let options = Options { dialect, ..options(1_000_000) };
                instant(&storage, &expr, 600_000, &options).expect("it is within all limits");
            }
        }
    };
    thread::Builder::new()
        .stack_size(STACK)
        .spawn(deep)
        .expect("a thread can be started")
        .join()
        .expect("it fits");
}

/// Runs unit tests over rules.
fn unit_test(rules: &str, tests: &str, max_samples: usize) -> Vec<FileOutcome> {
    let dialect = Dialect::V3;
    let rules = rule_file::read(rules, "rules.yml", dialect, &|_| Ok(()));
    assert!(rules.problems.is_empty(), "{:?}", rules.problems);
    let groups = rules.rules.groups.iter().enumerate();
    let all = groups.flat_map(|(place, group)| {
        group.rules.iter().enumerate().map(move |(number, rule)| (place, group, number, rule))
    });
    let loaded: Vec<Loaded> = all
        .map(|(place, group, number, rule)| {
            Loaded::new(rule, group, "rules.yml", (0, place, number), dialect).expect("the rule is sound")
        })
        .collect();
    let read = unit_file::read(tests, "tests.yml", dialect);
    let tests = read.file.unwrap_or_else(|| panic!("{:?}", read.problems));
    let prepared = [Prepared {
        tests: &tests,
        file: "tests.yml".to_owned(),
        rules: loaded.iter().collect(),
        alertmanagers: Vec::new(),
    }];
    run(&prepared, &options(max_samples), |_| true, |_, _| true)
}

#[test]
fn tests_that_would_not_end_are_not_begun() {
    let rules =
        "groups:\n- name: g\n  rules:\n  - {record: r, expr: r + 1}\n  - {alert: A, expr: vector(1)}\n";
    let late = "evaluation_interval: 1ms\ntests:\n- alert_rule_test:\n  - {eval_time: 100y, alertname: A}\n";
    let often = "tests:\n- alert_rule_test:\n  - {from: 0s, to: 100y, every: 1ms, alertname: A}\n";
    let asked = "tests:\n- promql_expr_test:\n  - {from: 0s, to: 1y, every: 1ms, expr: '1'}\n";
    for (tests, why) in [
        (late, "up to 100y there are over 6000000 evaluations"),
        (often, "up to 100y there are over 6000000 evaluations"),
        (asked, "something is expected at over 6000000 times"),
    ] {
        let outcome = unit_test(rules, tests, 50_000_000);
        let failures: Vec<&String> = outcome
            .iter()
            .flat_map(|file| &file.tests)
            .flat_map(|test| &test.cases)
            .flat_map(|case| &case.failures)
            .collect();
        let [failure] = failures.as_slice() else { panic!("{tests}: {failures:?}") };
        assert!(failure.starts_with(why), "{failure}");
    }
}

#[test]
fn series_with_no_end_of_mistakes_show_a_hundred() {
    let values = "      1 x\n".repeat(20_000);
    let text = format!("tests:\n- input_series:\n  - series: x\n    values: |-\n{values}");
    let tests = unit_file::read(&text, "tests.yml", Dialect::V3).file.expect("the file can be read");
    assert_eq!(tests.problems().len(), 100);
    let endless = "tests:\n- input_series:\n  - {series: x, values: 1x10000000000}\n";
    let tests = unit_file::read(endless, "tests.yml", Dialect::V3).file.expect("the file can be read");
    assert_eq!(tests.problems()[0].message, "the series have over 20000000 samples up to here");
}

#[test]
fn aliases_of_aliases_are_counted() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, of) in ('b'..='z').zip('a'..) {
        text.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{of}"); 9].join(", ")));
    }
    let read = rule_file::read(&text, "rules.yml", Dialect::V3, &|_| Ok(()));
    assert_eq!(read.problems[0].message, "over 1000000 values, those of aliases counted at each use");
}
