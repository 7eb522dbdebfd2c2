//! YAML decoding: every independent mistake once, at its place, and none that is invented.

mod sample;
mod spoilt;

use std::{collections::BTreeMap, num::NonZeroU8};

use probity::contract::yaml::{Located, Problem, Style, decode, nearest, render};
use serde::{Deserialize, Deserializer, de::Error};

use self::sample::{
    Arrival, FULL, KEYS, Level, PAUSE, Pause, Persona, Region, Scenario, Stage, Window, assert_problems,
    report,
};

#[test]
fn a_correct_file_is_decoded_whole() {
    let value: Scenario = assert_problems(FULL, &[]).expect("it is correct");
    let buyer = Persona { arrival: Arrival::Poisson { rate: 2.0, burst: 9 }, think: Some(Pause(3)) };
    let robot = Persona { arrival: Arrival::Closed, think: None };
    let clock = Persona { arrival: Arrival::Steps(vec![Pause(1), Pause(2)]), think: None };
    let personas = [("buyer", buyer), ("robot", robot), ("clock", clock)];
    let stage = |hold, rate, region| Stage { hold: Pause(hold), rate, region };
    let expected = Scenario {
        name: "checkout".to_owned().into(),
        personas: personas.into_iter().map(|(name, persona)| (name.to_owned(), persona)).collect(),
        seed: Some(16),
        tags: ["a", "b", "1"].map(str::to_owned).to_vec(),
        stages: vec![stage(30, 1.5, Region::North), stage(5, 2.0, Region::South)],
        strict: true,
        window: Some(Window { from: 1, to: 2 }),
        pair: Some(("x".to_owned(), 7)),
    };
    assert_eq!(value, expected);
}

#[test]
fn structs() {
    let keys = |problem: &str| format!("{problem} (accepted: {KEYS})");
    assert_problems::<Scenario>(
        "nmae: x\npersonnas: {}\nzzz: 1\nname_: 2\n",
        &[
            &keys("1:1: unknown key `nmae`; did you mean `name`?"),
            &keys("2:1: unknown key `personnas`; did you mean `personas`?"),
            &keys("3:1: unknown key `zzz`"),
            &keys("4:1: unknown key `name_`; did you mean `name`?"),
        ],
    );
    // A key that is there cannot be what an unknown key was meant to be.
    let value: Option<Scenario> =
        assert_problems("name: x\nnmae: y\npersonas: {}\n", &[&keys("2:1: unknown key `nmae`")]);
    assert_eq!(value.map(|scenario| scenario.name.value).as_deref(), Some("x"));
    // serde stops at the first missing key, whatever the type of its value.
    assert_problems::<Scenario>("seed: 1\n", &["1:1: missing key `name`", "1:1: missing key `personas`"]);
    assert_problems::<Scenario>(
        "name: a\npersonas: {p: {}}\nstages:\n- {}\n- hold: soon\n",
        &[
            "2:15: missing key `arrival` in `p`",
            "4:3: missing key `hold`",
            "4:3: missing key `rate`",
            "4:3: missing key `region`",
            "5:3: missing key `rate`",
            "5:3: missing key `region`",
            "5:9: expected a duration such as 30s or 1m 30s",
        ],
    );
}

#[test]
fn wrong_types_and_quotes() {
    let value: Option<Scenario> = assert_problems(
        "name: a\nseed: -1\nstrict: yes\ntags: abc\nstages: {}\nwindow: 3\npersonas:\n  a:\n  b: []\n",
        &[
            "2:7: expected a whole number, 0 or more, saw the number -1",
            "3:9: expected true or false, saw text \"yes\" (accepted: true, false)",
            "4:7: expected a list, saw text \"abc\" [put it into a list: [abc]]",
            "5:9: expected a list, saw a mapping",
            "6:9: expected a mapping, saw the number 3 [its keys are from, to, level]",
            "8:3: expected a mapping, saw nothing [its keys are arrival, think]",
            "9:6: expected a mapping, saw a list [its keys are arrival, think]",
        ],
    );
    let value = value.expect("everything wrong is optional");
    assert_eq!((value.seed, value.strict, value.tags.len(), value.personas.len()), (None, false, 0, 0));
    assert_problems::<Scenario>(
        "name: true\nseed: '1'\nstrict: \"true\"\ntags: [1, ~, 1.50, null, 0x1F, yes]\npersonas: {}\n",
        &[
            "1:7: expected text, saw true [put quotes around it to make it text: \"true\"]",
            "2:7: expected a whole number, 0 or more, saw text \"1\" [remove the quotes: 1]",
            "3:9: expected true or false, saw text \"true\" (accepted: true, false) [remove the quotes: true]",
            "4:8: expected text, saw the number 1 [put quotes around it to make it text: \"1\"]",
            "4:11: expected text, saw nothing [put quotes around it to make it text: \"~\"]",
            "4:14: expected text, saw the number 1.50 [put quotes around it to make it text: \"1.50\"]",
            "4:20: expected text, saw nothing [put quotes around it to make it text: \"null\"]",
            "4:26: expected text, saw the number 0x1F [put quotes around it to make it text: \"0x1F\"]",
        ],
    );
    assert_problems::<Vec<Stage>>(
        "- {hold: 3, rate: '2', region: north}\n- {hold: 3s, rate: , region: [north]}\n",
        &[
            "1:10: expected a duration such as 30s or 1m 30s, saw the number 3",
            "1:19: expected a number, saw text \"2\" [remove the quotes: 2]",
            "2:14: expected a number, saw nothing",
            "2:30: expected one of the accepted values, saw a list (accepted: north, south)",
        ],
    );
    assert_problems::<BTreeMap<u16, u8>>(
        "404: 1\nx: 2\n'5': 3\n70000: 4\n6: 1.0\n",
        &[
            "2:1: expected a whole number from 0 to 65535, saw text \"x\"",
            "3:1: expected a whole number from 0 to 65535, saw text \"5\" [remove the quotes: 5]",
            "4:1: expected a whole number from 0 to 65535, saw the number 70000",
            "5:4: expected a whole number from 0 to 255, saw the number 1.0",
        ],
    );
}

#[test]
fn serde_names_of_types_are_put_in_plain_words() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Two(i8, f32);
    assert_problems::<(NonZeroU8, char, Two, [u8; 2], Option<()>)>(
        "[0, ab, [1], 3, x]",
        &[
            "1:2: expected a whole number, 1 or more, saw the number 0",
            "1:5: expected a single character, saw text \"ab\"",
            "1:9: expected a list of 2, saw a list of 1",
            "1:14: expected a list of 2, saw the number 3",
            "1:17: expected nothing, saw text \"x\"",
        ],
    );
    assert_problems::<Vec<String>>(
        "- {a: 1}\n- [\"a\\e[31m long text\"]\n",
        &["1:3: expected text, saw a mapping", "2:3: expected text, saw a list"],
    );
    let long = "x".repeat(60);
    let shown = format!("1:2: expected a number, saw text \"\\u{{1b}}{}…\"", &long[..39]);
    assert_problems::<Vec<f64>>(&format!("[\"\\e{long}\"]"), &[&shown]);
}

#[test]
fn what_takes_anything_gets_the_core_schema() {
    let text = "[true, 1, -2, 0o17, +3, 1e3, .5, .inf, yes, 1_000, '1', ~, {404: null}, 1e999]";
    let value: serde_json::Value = assert_problems(text, &[]).expect("anything goes");
    let expected = serde_json::json!(
        [true, 1, -2, 15, 3, 1e3, 0.5, null, "yes", "1_000", "1", null, {"404": null}, "1e999"]
    );
    assert_eq!(value, expected);
}

#[test]
fn enums() {
    let all = "(accepted: closed, fixed, steps, poisson)";
    let arrival = |line: &str, problem: &str| (format!("- {line}\n"), format!("{problem} {all}"));
    let cases = [
        arrival("poison", "3: unknown value `poison`; did you mean `poisson`?"),
        arrival("{closd: }", "4: unknown key `closd`; did you mean `closed`?"),
        arrival("{other: {rate: x}}", "4: unknown key `other`"),
        arrival("{fixed: 1, closed: }", "3: expected one key, saw 2: fixed, closed"),
        arrival("{}", "3: expected one key, saw an empty mapping"),
        arrival("[]", "3: expected one of the accepted values, saw a list"),
        arrival("", "1: expected one of the accepted values, saw nothing"),
        arrival("7", "3: unknown value `7`"),
        ("- poisson\n".into(), "3: `poisson` needs a value [make it a key: `poisson: {rate: ...}`]".into()),
        ("- fixed\n".into(), "3: `fixed` needs a value [make it a key: `fixed: ...`]".into()),
        ("- closed: 3\n".into(), "11: `closed` takes no value [write `closed` alone]".into()),
        (
            "- poisson: 3\n".into(),
            "12: expected a mapping, saw the number 3 [its keys are rate, burst]".into(),
        ),
        ("- poisson: {rate: 1}\n".into(), "12: missing key `burst` in `poisson`".into()),
        (
            "- poisson: {rate: 1, burts: 1}\n".into(),
            "22: unknown key `burts`; did you mean `burst`? (accepted: rate, burst)".into(),
        ),
        (
            "- fixed: -1\n".into(),
            "10: expected a whole number from 0 to 4294967295, saw the number -1".into(),
        ),
        ("- steps: [1s, 2, 3s]\n".into(), format!("15: expected {PAUSE}, saw the number 2")),
    ];
    let text: String = cases.iter().map(|(text, _)| text.as_str()).chain(["- closed:\n"]).collect();
    let expected: Vec<String> =
        cases.iter().enumerate().map(|(index, (_, problem))| format!("{}:{problem}", index + 1)).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    let value: Option<Vec<Arrival>> = assert_problems(&text, &expected);
    assert_eq!(value, Some(vec![Arrival::Steps(vec![Pause(1), Pause(3)]), Arrival::Closed]));
}

#[test]
fn rules_of_whole_values_are_silent_while_a_part_is_left_out() {
    let with = |window: &str| format!("name: a\npersonas: {{}}\nwindow: {window}\n");
    assert_problems::<Scenario>(&with("{from: 3}"), &["3:9: `from` must be below `to`"]);
    assert_problems::<Scenario>(
        &with("{from: 1, too: 5, level: mid}"),
        &[
            "3:19: unknown key `too`; did you mean `to`? (accepted: from, to, level)",
            "3:34: no such level (accepted: low, high)",
        ],
    );
    assert_problems::<Vec<(String, u8)>>(
        "- [x]\n- [x, 1, 2]\n- [1, y]\n- [x, 1]\n- [y, 300, 3]\n",
        &[
            "1:3: expected a list of 2, saw a list of 1",
            "2:3: expected a list of 2, saw a list of 3",
            "3:4: expected text, saw the number 1 [put quotes around it to make it text: \"1\"]",
            "3:7: expected a whole number from 0 to 255, saw text \"y\"",
            "5:7: expected a whole number from 0 to 255, saw the number 300",
        ],
    );
}

#[test]
fn buffered_types_are_decoded_and_their_problems_point_at_the_whole() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Flat {
        hold: Pause,
        #[serde(flatten)]
        rest: BTreeMap<String, u8>,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
    enum Tagged {
        One { n: u8 },
    }
    assert_problems::<Vec<Flat>>(
        "- {hold: x, b: 1}\n- {b: 1}\n",
        &["1:10: expected a duration such as 30s or 1m 30s", "2:3: missing key `hold`"],
    );
    let value: Option<Vec<Tagged>> = assert_problems(
        "- {kind: one, n: 1}\n- {kind: one, n: x}\n- {kind: one}\n- {kind: one, kind: two, n: 2}\n",
        &[
            "2:3: expected a whole number from 0 to 255, saw text \"x\"",
            "3:3: missing key `n`",
            "4:15: duplicate key `kind` [it was first given on line 4]",
        ],
    );
    assert_eq!(value, Some(vec![Tagged::One { n: 1 }, Tagged::One { n: 2 }]));
}

#[test]
fn places_count_characters_and_lines_as_an_editor_does() {
    let cases = [
        ("{\"größe\": \"ÄÖÜ\", bad: 1}", "1:18"),
        ("a: \"😀\"\r\nbad: 1\r\n", "2:1"),
        ("\u{feff}bad: 1\n", "1:1"),
        ("a: |\n  one\n  two: 2\n\nb: >-\n  x\nc: plain\n  more\nbad: 1\n", "9:1"),
        ("a: 'x\n\n  y'\nb: \"1\\n\"\nbad: 1\n", "5:1"),
        ("# comment\n---\na: 1\n# comment\nbad: [\n]\n", "5:1"),
        ("a: {b: [1, {c: 2}]}\nlist:\n- 1\nbad: 1", "4:1"),
    ];
    /// Refuses one key and takes anything else.
    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
    struct NotBad;
    impl<'de> Deserialize<'de> for NotBad {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let key = String::deserialize(deserializer)?;
            if key == "bad" { Err(D::Error::custom("bad key")) } else { Ok(Self) }
        }
    }
    for (text, place) in cases {
        assert_problems::<BTreeMap<NotBad, serde_json::Value>>(text, &[&format!("{place}: bad key")]);
    }
}

#[test]
fn located_values_know_their_place_and_are_otherwise_transparent() {
    type Doc = BTreeMap<Located<String>, Located<serde_json::Value>>;
    let text = "a: x\nä:\n  - 1\nb:\n- 1\nc: {d: 1}\ne:\n  f: 1\ng: |\n  h\ni:\n";
    let doc: Doc = assert_problems(text, &[]).expect("it is correct");
    let places: Vec<_> = doc
        .iter()
        .map(|(key, value)| (key.as_str(), (key.line, key.column), (value.line, value.column)))
        .collect();
    let expected = [
        ("a", (1, 1), (1, 4)),
        ("b", (4, 1), (5, 1)),
        ("c", (6, 1), (6, 4)),
        ("e", (7, 1), (8, 3)),
        ("g", (9, 1), (10, 3)),
        ("i", (11, 1), (11, 1)),
        ("ä", (2, 1), (3, 3)),
    ];
    assert_eq!(places, expected);
    assert!(doc.contains_key("a"));
    assert_eq!(Located::new(1, 2, 3), Located::from(1));
    assert!(Located::new(1, 9, 9) < Located::new(2, 1, 1));
    let value = Located::new("x".to_owned(), 2, 3);
    assert_eq!(format!("{value:?} {value}"), "\"x\" x");
    assert_eq!(serde_json::to_string(&value).expect("plain text"), "\"x\"");
    let read: Located<String> = serde_json::from_str("\"x\"").expect("plain text");
    assert_eq!((read.line, read.column, &read), (0, 0, &value));
    assert_eq!(schemars::schema_for!(Located<u8>), schemars::schema_for!(u8));
    assert_eq!(schemars::schema_for!(Located<Option<u8>>), schemars::schema_for!(Option<u8>));
    let problem = "1:2: expected text, saw the number 3 [put quotes around it to make it text: \"3\"]";
    assert_problems::<Vec<Located<String>>>("[3, x]", &[problem]);
}

#[test]
fn refused_yaml() {
    assert_problems::<Scenario>(
        "name: &a x\npersonas: *a\nname: 3\n<<: {}\n? [x]\n: 3\nseed: !!int 3\n'': 1\n",
        &[
            "1:7: anchors such as `&a` are not supported [remove it and write the value out at each place]",
            "2:11: aliases such as `*a` are not supported [write the value out instead]",
            "3:1: duplicate key `name` [it was first given on line 1]",
            "4:1: merge keys (`<<`) are not supported [write the keys out instead]",
            "5:3: a key must be a single word or text",
            "7:7: tags such as `!!int` are not supported [remove it]",
            "8:1: a key must not be empty",
        ],
    );
    let colon = "put quotes around text that contains `: `, or check the indentation";
    let cases = [
        ("", "1:1: the file is empty".to_owned()),
        ("# only a comment\n", "1:1: the file is empty".to_owned()),
        (
            "a: b: c\n",
            format!("1:5: not valid YAML: mapping values are not allowed in this context [{colon}]"),
        ),
        ("a: [1\n", "1:4: not valid YAML: unclosed bracket '[' [close the bracket]".to_owned()),
        ("a: 'x\n", "1:4: not valid YAML: unclosed quote [close the quote]".to_owned()),
        ("3", format!("1:1: expected a mapping, saw the number 3 [its keys are {KEYS}]")),
    ];
    for (text, problem) in cases {
        assert_problems::<Scenario>(text, &[&problem]);
    }
    let two = "name: a\npersonas: {}\n---\nname: b\n";
    let value: Option<Scenario> =
        assert_problems(two, &["3:1: a second document starts here [put it into a file of its own]"]);
    assert_eq!(value.map(|scenario| scenario.name.value).as_deref(), Some("a"));
}

#[test]
fn limits() {
    type Any = serde_json::Value;
    let nested = |deep: usize| format!("{}{}", "[".repeat(deep), "]".repeat(deep));
    assert_problems::<Any>(&nested(64), &[]);
    let deep = "lists and mappings are nested more than 64 deep";
    assert_problems::<Any>(&nested(65), &[&format!("1:65: {deep}")]);
    assert_problems::<Any>(&"- ".repeat(100_000), &[&format!("1:129: {deep}")]);
    let problems = decode::<Any>(&"x".repeat(2 << 20), "f.yaml").problems;
    let expected = "1:1: the file has 2097152 bytes, more than the 1048576 this reader takes";
    assert_eq!(report(&problems), [expected]);
    let problems = decode::<Any>(&format!("[{}]", "1,".repeat(60_000)), "f.yaml").problems;
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].message, "the file has more than 50000 values");
    // One pass a problem: the cap is what keeps a generated file from taking minutes.
    let problems = decode::<Vec<u8>>(&"- x\n".repeat(20_000), "f.yaml").problems;
    assert_eq!(problems.len(), 101);
    assert_eq!(problems[100].to_string(), "f.yaml:101:3: more problems from here on are not shown");
}

#[test]
fn rendering() {
    let text = "name: ä\npersonas:\n  ö: {arrival: poison}\nseed: \"1\"\n";
    let problems = decode::<Scenario>(text, "dir/f.yaml").problems;
    let unicode = "  × unknown value `poison`; did you mean `poisson`?
   ╭─[dir/f.yaml:3:16]
 2 │ personas:
 3 │   ö: {arrival: poison}
   ·                ──────
 4 │ seed: \"1\"
   ╰────
  help: accepted: closed, fixed, steps, poisson

  × expected a whole number, 0 or more, saw text \"1\"
   ╭─[dir/f.yaml:4:7]
 3 │   ö: {arrival: poison}
 4 │ seed: \"1\"
   ·       ───
   ╰────
  help: remove the quotes: 1
";
    let plain = render(&problems, text, Style { colour: false, unicode: true });
    assert_eq!(plain, unicode);
    let ascii = render(&problems, text, Style { colour: false, unicode: false });
    assert!(ascii.contains("3 |   ö: {arrival: poison}\n   :                ^^^^^^\n"), "{ascii}");
    let colour = render(&problems, text, Style { colour: true, unicode: true });
    assert!(colour.contains("\u{1b}[31m×\u{1b}[0m unknown value"), "{colour:?}");
    // A later check knows no length: the word at the place is underlined. A place past the end does not panic.
    let later = [Problem::new("f.yaml", 3, 7, "no such thing").accepted(["x", "y"]).help("try x")];
    let shown = render(&later, text, Style { colour: false, unicode: false });
    assert!(shown.contains("   :       ^^^^^^^^\n"), "{shown}");
    assert!(shown.ends_with("  help: accepted: x, y\n        try x\n"), "{shown}");
    let outside = [Problem::new("f.yaml", 99, 99, "far away")];
    assert!(render(&outside, "a: \u{1b}[31m", Style { colour: false, unicode: false }).contains("far away"));
}

#[test]
fn other_deserializers_show_accepted_values_as_text() {
    let error = serde_json::from_str::<Level>("\"mid\"").expect_err("it is no level").to_string();
    let visible = error.replace('\u{2063}', "");
    assert!(visible.starts_with("no such level (accepted: low, high)"), "{visible}");
    assert_eq!(nearest("Max-Rate", ["rate", "max_rate"]), Some("max_rate"));
    assert_eq!(nearest("wiegth", ["height", "weight"]), Some("weight"));
    assert_eq!(nearest("other", ["rate", "name"]), None);
}
