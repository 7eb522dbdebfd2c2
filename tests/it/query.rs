//! `probity query`: which data it takes, what it prints, and what it says of mistakes.

use std::fs;
use std::path::{Path, PathBuf};

use probity::contract::Contracts;
use probity::observe::exposition::Format;
use probity::observe::series::{format_of, of_observations, of_text};
use probity::observe::{Leg, Observations, Plan, Record, Scrape, ScrapeOutcome, Tolerance, Traffic};
use probity::promql::{Dialect, Labels, is_stale};

use crate::cli::{folder, probity};

const OPEN_METRICS: &str = "\
# HELP shop_orders orders
# TYPE shop_orders counter
shop_orders_total{shop=\"a\"} 1 100
shop_orders_total{shop=\"b\"} 7 100.5
shop_orders_total{shop=\"a\"} 3 160
# TYPE wait_seconds histogram
wait_seconds_bucket{le=\"1\"} 2 160
wait_seconds_bucket{le=\"+Inf\"} 3 160
wait_seconds_sum 4.25 160
wait_seconds_count 3 160
# EOF
";

const TEXT: &str = "\
# TYPE shop_orders_total counter
shop_orders_total{shop=\"a\"} 1 100000
shop_orders_total {shop=\"b\",}\t7   100500
shop_orders_total{shop=\"a\"} 3 160000
";

/// A folder with one file of data in it.
fn data(name: &str, text: &str) -> PathBuf {
    let folder = folder(&format!("query-{name}"));
    fs::write(folder.join("data"), text).expect("the data are written");
    folder
}

/// What a question comes to, asked of the file `data`.
fn ask(folder: &Path, args: &[&str]) -> (u8, String, String) {
    probity(folder, &[&["query", "--from", "data"], args].concat())
}

/// The answer to a question that has one.
fn answer(folder: &Path, args: &[&str]) -> String {
    let (code, stdout, stderr) = ask(folder, args);
    assert_eq!((code, stderr.as_str()), (0, ""), "{args:?}: {stdout}");
    stdout
}

#[test]
fn open_metrics_and_the_text_format_give_the_same_answer() {
    let expected = "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[\
                    {\"metric\":{\"__name__\":\"shop_orders_total\",\"shop\":\"a\"},\"value\":[160,\"3\"]},\
                    {\"metric\":{\"__name__\":\"shop_orders_total\",\"shop\":\"b\"},\"value\":[160,\"7\"]}]}}\n";
    for (name, text) in [("om", OPEN_METRICS), ("text", TEXT)] {
        // Without --time it is the time of the last sample.
        assert_eq!(answer(&data(name, text), &["shop_orders_total"]), expected, "{name}");
    }
}

#[test]
fn exemplars_are_passed_over_wherever_they_stand() {
    let text = "\
# TYPE c counter
c_total 1 100 # {trace_id=\"x\"} 0.5
c_total 2 160 # {} 0.5 159.5
# TYPE h histogram
h_bucket{le=\"+Inf\",t=\" # {\"} 3 160 # {trace_id=\"y\"} 0.25
g 4 160 # {trace_id=\"z\"} 1
# EOF
";
    let folder = data("exemplars", text);
    for (expr, value) in
        [("c_total", "2"), ("sum_over_time(c_total[5m])", "3"), ("h_bucket", "3"), ("g", "4")]
    {
        let text = answer(&folder, &[expr]);
        assert!(text.contains(&format!("\"value\":[160,\"{value}\"]")), "{expr}: {text}");
    }
}

#[test]
fn times_are_rfc_3339_or_unix_seconds() {
    let folder = data("times", OPEN_METRICS);
    for time in ["100.5", "1970-01-01T00:01:40.5Z", "1970-01-01T01:01:40.5+01:00", "1.005e2", "100.5004"] {
        let text = answer(&folder, &["shop_orders_total", "--time", time]);
        assert!(text.contains("[100.500,\"1\"]") && text.contains("[100.500,\"7\"]"), "{time}: {text}");
    }
    let before = answer(&folder, &["shop_orders_total", "--time", "-1.5"]);
    assert_eq!(before, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}\n");
    let text = answer(&folder, &["time()", "--time", "-1.5"]);
    assert!(text.contains("\"result\":[-1.5,\"-1.5\"]"), "{text}");
}

#[test]
fn every_type_of_value_is_printed_as_the_interface_prints_it() {
    let folder = data("types", OPEN_METRICS);
    for (expr, expected) in [
        ("1 / 0", "\"scalar\",\"result\":[160,\"+Inf\"]"),
        ("\"<a>\\n\"", "\"string\",\"result\":[160,\"\\u003ca\\u003e\\n\"]"),
        (
            "shop_orders_total{shop=\"a\"}[2m]",
            "\"matrix\",\"result\":[{\"metric\":{\"__name__\":\"shop_orders_total\",\"shop\":\"a\"},\
             \"values\":[[100,\"1\"],[160,\"3\"]]}]",
        ),
    ] {
        let text = answer(&folder, &[expr]);
        let expected = format!("{{\"status\":\"success\",\"data\":{{\"resultType\":{expected}}}}}\n");
        assert_eq!(text, expected, "{expr}");
    }
}

#[test]
fn a_range_has_both_its_ends_and_any_step() {
    let folder = data("range", OPEN_METRICS);
    let range = ["--start", "99", "--end", "161", "--step", "1m1s", "--look-back", "5s"];
    let text = answer(&folder, &[&["shop_orders_total{shop=\"a\"}"], &range[..]].concat());
    assert!(text.contains("\"values\":[[160,\"3\"]]"), "{text}");
    let many = ["--start", "0", "--end", "20000", "--step", "0.5"];
    let text = answer(&folder, &[&["vector(1)"], &many[..]].concat());
    assert_eq!(text.matches("\"1\"").count(), 40_001, "a server would refuse more than 11,000");
}

#[test]
fn bounds_are_written_as_each_release_writes_them() {
    let folder = data("bounds", OPEN_METRICS);
    for (promql, le) in [("3", "1.0"), ("2", "1")] {
        let text = answer(&folder, &["wait_seconds_bucket", "--promql", promql]);
        assert!(text.contains(&format!("\"le\":\"{le}\"")) && text.contains("\"le\":\"+Inf\""), "{text}");
    }
}

#[test]
fn the_format_is_told_by_its_last_line() {
    for (text, format) in [
        ("a 1 1\n# EOF\n", Format::OpenMetrics),
        ("# EOF", Format::OpenMetrics),
        ("a 1 1\n# EOF\r\n", Format::OpenMetrics),
        ("a 1 1\n# EOF\na 2 2\n", Format::OpenMetrics),
        ("a 1 1\n", Format::Text),
        ("# HELP a # EOF\na 1 1\n", Format::Text),
        ("# EOF is here\n", Format::Text),
        ("", Format::Text),
    ] {
        assert_eq!(format_of(text), format, "{text:?}");
    }
}

#[test]
fn samples_may_come_in_any_order_in_time() {
    let text = "a{x=\"1\"} 5 5\nb 1 1\na{x=\"1\"} 3 3\na{x=\"1\"} 4 4\na{x=\"1\"} 5 5\na{x=\"1\"} NaN 9\n\
                a{x=\"1\"} 3 3\na{x=\"1\"} 7 7\na{x=\"1\"} NaN 9\n# EOF\n";
    let loaded = of_text(text, Dialect::V3).expect("it is readable");
    let all: Vec<_> = loaded.storage.iter().collect();
    assert_eq!(all[0].labels().to_string(), "a{x=\"1\"}");
    assert_eq!(all[0].times(), [3000, 4000, 5000, 7000, 9000]);
    assert_eq!(all[0].values()[..4], [3.0, 4.0, 5.0, 7.0]);
    assert_eq!(all[1].times(), [1000]);
}

#[test]
fn a_series_is_the_same_however_it_is_written() {
    let text = "m{b=\"2\",a=\"1\"} 1 1\nm{a=\"1\",b=\"2\"} 2 2\n m { a = \"1\" , b=\"2\", } 3 3\nm{a=\"1\",b=\"2\",c=\"\"} 4 4\n\
                {\"m\",a=\"1\",b=\"2\"} 5 5\nm{a=\"1\",b=\"2\"}6 6\nm{a=\"\\\"}\\\\\",b=\"\"} 1 1\nm{a=\"\\\"}\\\\\"} 2 2\n";
    let loaded = of_text(text, Dialect::V3).expect("it is readable");
    let all: Vec<_> = loaded.storage.iter().collect();
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].values(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!((all[1].labels().get("a"), all[1].values()), (Some("\"}\\"), &[1.0, 2.0][..]));
}

#[test]
fn quoted_names_are_prometheus_3s_in_open_metrics() {
    let text = "{\"my.metric\",\"a.b\"=\"c\"} 1 1.5\n# EOF\n";
    let loaded = of_text(text, Dialect::V3).expect("it is readable");
    let series = loaded.storage.iter().next().expect("a series");
    assert_eq!((series.labels().metric(), series.labels().get("a.b")), ("my.metric", Some("c")));
    assert_eq!(series.times(), [1500]);
    let refused = of_text(text, Dialect::V2).expect_err("2.42 does not read it");
    assert!(refused.problems[0].to_string().starts_with("1:2: "), "{refused:?}");
}

/// Data, and the place and a part of what is said about them.
const BROKEN: &[(&str, &str, &str)] = &[
    ("a 1\n", "data:1:4", "the sample has none; write milliseconds since 1970"),
    (
        "a 1 1\nb 2 2\nc{x=\"ü\"} 3\nd 4\n",
        "data:3:11",
        "2 of 4 samples have none, of which this is the first",
    ),
    ("a 1\nb 2\n# EOF\n", "data:1:4", "all 2 samples have none, of which this is the first; write seconds"),
    ("a 1 1.5\n", "data:1:5", "expected a timestamp in whole milliseconds, saw `1.5`"),
    ("a 1 x\n# EOF\n", "data:1:5", "expected a timestamp in seconds, saw `x`"),
    ("a 1 1\na 1,5 2\n# EOF\n", "data:2:3", "expected a number as the value of `a`, saw `1,5`"),
    ("a{x=\"1} 1 1\n", "data:1:12", "to close the value of label `x`"),
    ("a{x=\"1\",x=\"2\"} 1 1\n", "data:1:9", "expected every label once"),
    ("a 1 1\n\nb 1 1\n# EOF\n", "data:2:1", "expected a sample or `#`"),
    ("a  1 1\n# EOF\n", "data:1:2", "expected exactly one space before the value, saw 2 blanks"),
    ("a 1 1\n# EOF\nb 1 1\n", "data:3:1", "expected nothing after `# EOF`"),
    ("a 1 1\n# TYPE a color\n", "data:2:10", "`counter`, `gauge`, `histogram`"),
    ("a 1 1\r\n", "data:1:6", "carriage return"),
    ("a{x=\"y\"} 1 5\na{x=\"y\"} 2 5\n", "data:2:1", "one value of `a{x=\"y\"}` at 5 ms, saw 2 beside the 1"),
    ("a 1 9\na 3 5\na 2 7\na 4 5\n# EOF\n", "data:4:1", "at 5000 ms, saw 4 beside the 3"),
];

#[test]
fn what_is_wrong_with_data_is_said_with_its_place() {
    for (index, (text, place, part)) in BROKEN.iter().enumerate() {
        let (code, stdout, stderr) = ask(&data(&format!("broken-{index}"), text), &["a"]);
        assert_eq!(code, 6, "{text:?}: {stdout}{stderr}");
        let said = words(&stderr);
        assert!(said.contains(place) && said.contains(part), "{text:?}: {place} {part} in\n{stderr}");
        let json: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
        assert_eq!((&json["status"], &json["errorType"]), (&"error".into(), &"bad_data".into()));
        let error = json["error"].as_str().expect("text");
        assert!(error.starts_with(place) && error.contains(part), "{error}");
    }
}

/// Text without the frame and the line breaks that it is shown in.
fn words(shown: &str) -> String {
    let bare = shown.replace(['|', '\n'], " ");
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_broken_line_is_told_up_to_a_hundred() {
    let folder = data("every", "a 1 x\nb 1 1\nc 1 y\n");
    let (_, _, stderr) = ask(&folder, &["a"]);
    assert!(stderr.contains("data:1:5") && stderr.contains("data:3:5"), "{stderr}");
    let many = "a 1 x\n".repeat(1000);
    let refused = of_text(&many, Dialect::V3).expect_err("it is not readable");
    assert_eq!(refused.problems.len(), 101);
    assert!(refused.problems[100].message.contains("more problems"), "{:?}", refused.problems[100]);
}

#[test]
fn paths_that_lead_nowhere_are_usage_and_bytes_that_are_no_text_are_invalid() {
    let folder = data("paths", OPEN_METRICS);
    let from = |path: &str| probity(&folder, &["query", "--from", path, "a"]);
    let (code, stdout, stderr) = from("nowhere");
    assert_eq!(code, 2, "{stderr}");
    assert!(stdout.contains("\"errorType\":\"bad_data\",\"error\":\"nowhere: "), "{stdout}");
    let (code, _, stderr) = from("-");
    assert_eq!(code, 2);
    assert!(stderr.contains("standard input is not read"), "{stderr}");
    let (code, _, stderr) = from(".");
    assert_eq!(code, 2);
    assert!(stderr.contains("no record of a run") && stderr.contains("# EOF"), "{stderr}");
    fs::write(folder.join("bytes"), b"a 1 1\nb{x=\"\xff\"} 1 1\n").expect("written");
    let (code, _, stderr) = from("bytes");
    assert_eq!(code, 6);
    assert!(stderr.contains("bytes:2:6: expected text in UTF-8"), "{stderr}");
    fs::write(folder.join("empty"), "# nothing\n").expect("written");
    let (code, _, stderr) = from("empty");
    assert_eq!(code, 6);
    assert!(stderr.contains("no samples") && stderr.contains("--time"), "{stderr}");
    let (code, stdout, _) = probity(&folder, &["query", "--from", "empty", "--time", "0", "a"]);
    assert_eq!((code, stdout.contains("\"result\":[]")), (0, true), "{stdout}");
}

#[test]
fn a_mistake_in_the_expression_is_shown_where_it_is() {
    let folder = data("expression", OPEN_METRICS);
    let (code, stdout, stderr) = ask(&folder, &["sum(shop_orders_total\n  by (shop)"]);
    assert_eq!(code, 2);
    assert!(stdout.contains("\"error\":\"invalid parameter \\\"query\\\": 2:3: parse error: "), "{stdout}");
    assert!(stderr.contains("expression:2:3"), "{stderr}");
    let (code, stdout, stderr) = ask(&folder, &["shop_orders_total * on () shop_orders_total"]);
    assert_eq!(code, 2);
    assert!(stdout.contains("\"errorType\":\"execution\""), "{stdout}");
    assert!(stderr.contains("expression:1:"), "{stderr}");
    let range = ["--start", "0", "--end", "9", "--step", "1"];
    let (code, stdout, stderr) = ask(&folder, &[&["shop_orders_total[5m]"], &range[..]].concat());
    assert_eq!(code, 2);
    assert!(
        stdout.contains("\"errorType\":\"bad_data\"") && stderr.contains("range vector"),
        "{stdout}{stderr}"
    );
}

#[test]
fn times_that_cannot_be_are_usage_and_say_what_is_accepted() {
    let folder = data("usage", OPEN_METRICS);
    for (args, expected) in [
        (&["--time", "noon"][..], "accepted: RFC 3339 (2026-01-31T12:00:00Z) or Unix seconds"),
        (&["--time", "NaN"], "accepted: RFC 3339"),
        (&["--time", "1e300"], "accepted: RFC 3339"),
        (&["--start", "1"], "--end"),
        (&["--time", "1", "--start", "1", "--end", "2", "--step", "1"], "cannot be used with"),
        (&["--start", "2", "--end", "1", "--step", "1"], "--end is before --start"),
        (&["--start", "1", "--end", "2", "--step", "0"], "accepted: a duration (15s, 1h30m) or seconds"),
        (&["--start", "1", "--end", "2", "--step", "-1s"], "accepted: a duration"),
        (&["--start", "1", "--end", "2", "--step", "-1"], "longer than nothing"),
        (&["--start", "1", "--end", "2", "--step", "1m1h"], "accepted: a duration"),
        (&["--start", "1", "--end", "2", "--step", "9999999y"], "accepted: a duration"),
        (&["--look-back", "0s"], "accepted: a duration (5m, 1h30m) or seconds (300)"),
        (&["--promql", "4"], "possible values: 2, 3"),
    ] {
        let (code, _, stderr) = ask(&folder, &[args, &["a"]].concat());
        assert_eq!(code, 2, "{args:?}: {stderr}");
        assert!(stderr.contains(expected), "{args:?}: {expected} in\n{stderr}");
    }
}

#[test]
fn seconds_taken_for_milliseconds_are_noted() {
    let folder = data("seconds", "a 1 1767225600\n");
    let (code, stdout, stderr) = ask(&folder, &["a"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("[1767225.600,\"1\"]"), "{stdout}");
    assert!(stderr.contains("note: all samples are from early 1970"), "{stderr}");
}

fn scrape(instance: &str, second: i64, text: Option<&str>) -> Scrape {
    let outcome = match text {
        Some(text) => ScrapeOutcome::Body { content_type: None, text: text.into() },
        None => ScrapeOutcome::Failed("refused".to_owned()),
    };
    let at = jiff::Timestamp::from_second(second).expect("a time");
    Scrape::new("shop", at, outcome).of_instance(instance)
}

fn observations(scrapes: Vec<Scrape>) -> Observations {
    let (first, second): (Vec<_>, Vec<_>) =
        scrapes.into_iter().partition(|scrape| scrape.at.as_second() < 100);
    let leg = |scrapes| Leg { scrapes, ..Leg::default() };
    Observations { plan: plan(), legs: vec![leg(first), leg(second)] }
}

fn plan() -> Plan {
    Plan {
        scenario: "smoke".to_owned(),
        seed: 0,
        clock: "lock-step".to_owned(),
        traffic: Traffic::Exclusive,
        scope: vec![],
        tolerance: Tolerance { latency_ns: 0, way_unknown: false },
        phases: vec![],
        faults: vec![],
        interrupted: false,
        reasons: vec![],
        load: None,
        alerts: None,
    }
}

#[test]
fn a_record_is_what_a_server_that_scraped_the_same_would_hold() {
    let seen = observations(vec![
        scrape("", 10, Some("a{job=\"x\"} 1\nb 1\n")),
        scrape("", 20, Some("a{job=\"x\"} 2\n")),
        scrape("", 30, None),
        scrape("", 130, Some("a{job=\"x\"} 3\nb 5 7000\n")),
        scrape("", 130, Some("a{job=\"x\"} 4\nb 5 7000\n")),
        scrape(
            "two:1",
            20,
            Some("# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n"),
        ),
    ]);
    let storage = of_observations(&seen, Dialect::V3).storage;
    let samples = |pairs: &[(&str, &str)]| -> Vec<(i64, Option<f64>)> {
        let labels = Labels::new(pairs.iter().copied());
        let series = storage.iter().find(|series| *series.labels() == labels).expect("the series");
        let told = series.values().iter().map(|value| (!is_stale(*value)).then_some(*value));
        series.times().iter().copied().zip(told).collect()
    };
    let a = samples(&[("__name__", "a"), ("job", "shop"), ("exported_job", "x")]);
    assert_eq!(a, [(10_000, Some(1.0)), (20_000, Some(2.0)), (30_000, None), (130_000, Some(4.0))]);
    let b = samples(&[("__name__", "b"), ("job", "shop")]);
    // The sample with a time of its own is older than what is known.
    assert_eq!(b, [(10_000, Some(1.0)), (20_000, None)]);
    let up = samples(&[("__name__", "up"), ("job", "shop")]);
    assert_eq!(up, [(10_000, Some(1.0)), (20_000, Some(1.0)), (30_000, Some(0.0)), (130_000, Some(1.0))]);
    let h = samples(&[("__name__", "h_bucket"), ("job", "shop"), ("instance", "two:1"), ("le", "1.0")]);
    assert_eq!(h, [(20_000, Some(1.0))]);
}

#[test]
fn a_record_on_disk_is_asked_by_its_folder() {
    let folder = folder("query-record");
    let seen = observations(vec![scrape("", 10, Some("a 1\na 2\n")), scrape("", 20, Some("a 3\n"))]);
    let record = Record { contracts: Contracts::default(), observations: seen };
    record.write(&folder.join("data")).expect("it can be written");
    let (code, stdout, stderr) = ask(&folder, &["a + on (job) up"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("{\"metric\":{\"job\":\"shop\"},\"value\":[20,\"4\"]}"), "{stdout}");
    assert!(stderr.contains("note: 1 of 2 scrapes of shop break their format"), "{stderr}");
    fs::write(folder.join("data/legs/0/scrapes.jsonl"), "{}\n").expect("written");
    let (code, _, stderr) = ask(&folder, &["a"]);
    assert_eq!(code, 6);
    assert!(stderr.contains("scrapes.jsonl: not part of a record"), "{stderr}");
}
