//! The schema takes what the parser takes: an editor must not underline what runs.

use std::fs;
use std::path::Path;

use probity::contract::yaml::decode;
use serde_json::Value;

use super::{STRANGER, valid};

/// What a schema finds wrong, as the path to it. It knows the words that the generated schema uses, but for patterns,
/// and refuses any other: a word that is not looked at proves nothing.
fn faults(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Some(words) = schema.as_object() else { return found };
    let below =
        |schema: &Value, value: &Value, name: &str| faults(root, schema, value, &format!("{path}/{name}"));
    for (word, said) in words {
        let fits = |schema: &Value| faults(root, schema, value, path).is_empty();
        let holds = match word.as_str() {
            "$ref" => {
                let pointer = said.as_str().expect("text").trim_start_matches('#');
                let meant = root.pointer(pointer).expect("it is defined");
                found.extend(faults(root, meant, value, path));
                true
            }
            "type" => {
                let types: Vec<&str> = said.as_str().map_or_else(
                    || said.as_array().expect("a list").iter().filter_map(Value::as_str).collect(),
                    |one| vec![one],
                );
                types.contains(&kind(value)) || (kind(value) == "integer" && types.contains(&"number"))
            }
            "properties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    found.extend(said.get(name).map(|schema| below(schema, value, name)).unwrap_or_default());
                }
                true
            }
            "additionalProperties" => {
                let own = words.get("properties");
                for (name, value) in value.as_object().into_iter().flatten() {
                    if own.is_none_or(|own| own.get(name).is_none()) {
                        found.extend(if *said == false {
                            vec![format!("{path}/{name}: unknown")]
                        } else {
                            below(said, value, name)
                        });
                    }
                }
                true
            }
            "items" => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(below(said, value, &index.to_string()));
                }
                true
            }
            "required" => {
                let names = said.as_array().expect("a list").iter().filter_map(Value::as_str);
                value.as_object().is_none_or(|map| names.into_iter().all(|name| map.contains_key(name)))
            }
            "oneOf" => said.as_array().expect("a list").iter().filter(|one| fits(one)).count() == 1,
            "anyOf" => said.as_array().expect("a list").iter().any(fits),
            "const" => value == said,
            "minimum" => value.as_f64().is_none_or(|number| Some(number) >= said.as_f64()),
            "maximum" => value.as_f64().is_none_or(|number| Some(number) <= said.as_f64()),
            "$schema" | "$defs" | "title" | "description" | "default" | "format" | "pattern" => true,
            other => panic!("the schema uses `{other}`, which this test does not know"),
        };
        if !holds {
            found.push(format!("{path}: {word} {said}"));
        }
    }
    found
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn schema_faults(text: &str) -> Vec<String> {
    let decoded = decode::<Value>(text, "s.yaml");
    assert_eq!(decoded.problems, []);
    let schema = serde_json::to_value(probity::scenario::schema()).expect("a schema is JSON");
    faults(&schema, &schema, &decoded.value.expect("whole"), "")
}

#[test]
fn the_schema_takes_what_the_parser_takes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for entry in fs::read_dir(folder).expect("scenarios are shipped") {
        let path = entry.expect("readable").path();
        assert_eq!(
            schema_faults(&fs::read_to_string(&path).expect("readable")),
            [""; 0],
            "{}",
            path.display()
        );
    }
    let open = "until: {json: /state, is: open}";
    let variants = [
        (open, open),
        (open, "until: {json: '', is_not: null}"),
        (open, "until: {json: /a~1b, is: {a: [1, null]}}"),
        ("expect: 201", "expect: [200, 404]"),
        ("body: {items: [1, 2]}", "body: 'text {session}'"),
        ("body: {items: [1, 2]}", "body: null"),
        ("body: {items: [1, 2]}", "body: 5"),
        (
            "pause: 500ms",
            "{pause: 1m 30s, request: HEAD /, route: home, tries: 3, until: {json: /a, is: 1.5}}",
        ),
        ("  metrics: [http://shop.example:9090/metrics, https://other.example/metrics]\n", ""),
        ("[http://shop.example:9090/metrics, https://other.example/metrics]", "http://x/m"),
        ("  traffic: shared\n", "  traffic: exclusive\n"),
        ("{name: monitor, origin: probe, steps", "{persona: watcher, weight: 3}\n  - {name: m, steps"),
        ("patience: 5s\nsettle: 10s\n", ""),
    ];
    for (from, to) in variants {
        assert!(STRANGER.contains(from), "{from}");
        let text = STRANGER.replace(from, to);
        valid(&text);
        assert_eq!(schema_faults(&text), [""; 0], "{text}");
    }
}

#[test]
fn the_schema_refuses_what_cannot_be_meant() {
    for (from, to) in [
        ("url: http://shop.example:8080/v1/", "uri: x"),
        ("request: DELETE {cart}", "until: {json: /a, is: 1}"),
        ("is: open", "equals: open"),
        ("{header: location}", "{cookie: x}"),
        ("name: buyer", "nmae: buyer"),
        ("expect: 201", "expect: fine"),
        ("origin: probe", "origin: scrape"),
    ] {
        assert!(STRANGER.contains(from), "{from}");
        assert_ne!(schema_faults(&STRANGER.replace(from, to)), [""; 0], "{to}");
    }
}
