//! The types of Go behind what templates see, with their methods.

use super::super::notification::NotifiedAlert;
use super::Release;
use super::data::{Data, Texts, fingerprint, status, time};
use crate::alerting::template::{
    Call, Element, Field, Function, List, Map, Param, Shape, Struct, StructShape, Value, method,
};

const fn field(name: &'static str) -> Field {
    Field { name, any: false }
}

static PAIR: StructShape = StructShape {
    name: "template.Pair",
    pointer: false,
    fields: &[field("Name"), field("Value")],
    methods: &[],
};

static ALERT: StructShape = StructShape {
    name: "template.Alert",
    pointer: false,
    fields: &[
        field("Status"),
        field("Labels"),
        field("Annotations"),
        field("StartsAt"),
        field("EndsAt"),
        field("GeneratorURL"),
        field("Fingerprint"),
    ],
    methods: &[],
};

static V0_25: StructShape = StructShape {
    name: "*template.Data",
    pointer: true,
    fields: &[
        field("Receiver"),
        field("Status"),
        field("Alerts"),
        field("GroupLabels"),
        field("CommonLabels"),
        field("CommonAnnotations"),
        field("ExternalURL"),
    ],
    methods: &[],
};

static V0_33: StructShape = StructShape {
    name: "*template.Data",
    pointer: true,
    fields: &[
        field("Receiver"),
        field("Status"),
        field("Alerts"),
        field("NotificationReason"),
        field("GroupLabels"),
        field("CommonLabels"),
        field("CommonAnnotations"),
        field("ExternalURL"),
    ],
    methods: &[],
};

/// `[]template.Alert`, what the methods of `Alerts` yield.
static SOME_ALERTS: Shape = Shape::plain("[]template.Alert", Element::Other);

static ALERTS: Shape = Shape {
    name: "template.Alerts",
    element: Element::Other,
    methods: &[
        method("Firing", &[], |call| Ok(of_status(call, "firing"))),
        method("Resolved", &[], |call| Ok(of_status(call, "resolved"))),
    ],
};

const NAMES: Function = method("Names", &[], |call| Ok(column(call, false)));
const VALUES: Function = method("Values", &[], |call| Ok(column(call, true)));
const STRING: Function = method("String", &[], |call| {
    let pairs = pairs(call.receiver);
    Ok(pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<String>>().join(", ").into())
});

/// What a method of `KV` that yields another takes.
const NAMES_PARAM: &[Param] = &[Param::Nilable("[]string")];

static PAIRS_V0_25: Shape =
    Shape { name: "template.Pairs", element: Element::Other, methods: &[NAMES, VALUES] };

static PAIRS_V0_33: Shape =
    Shape { name: "template.Pairs", element: Element::Other, methods: &[NAMES, VALUES, STRING] };

static KV_V0_25: Shape = Shape {
    name: "template.KV",
    element: Element::Text,
    methods: &[
        NAMES,
        VALUES,
        method("Remove", NAMES_PARAM, |call| Ok(without(call, &KV_V0_25))),
        method("SortedPairs", &[], |call| Ok(sorted(call, &PAIRS_V0_25))),
    ],
};

static KV_V0_33: Shape = Shape {
    name: "template.KV",
    element: Element::Text,
    methods: &[
        NAMES,
        VALUES,
        STRING,
        method("Remove", NAMES_PARAM, |call| Ok(without(call, &KV_V0_33))),
        method("SortedPairs", &[], |call| Ok(sorted(call, &PAIRS_V0_33))),
    ],
};

fn of_status(call: &Call<'_>, wanted: &str) -> Value {
    let Value::List(list) = call.receiver else { return Value::Nil };
    let is_wanted = |item: &&Value| match item {
        Value::Struct(alert) => {
            matches!(alert.field("Status"), Some((Value::Text(status), _)) if &*status == wanted)
        }
        _ => false,
    };
    Value::List(List::new(&SOME_ALERTS, list.items().iter().filter(is_wanted).cloned().collect()))
}

/// Names and values of a `KV`, in its order, or of `Pairs`, in theirs.
fn pairs(value: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| if let Value::Text(text) = value { text.to_string() } else { String::new() };
    match value {
        Value::Map(map) => {
            let mut pairs: Vec<(String, String)> =
                map.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
            // The alert's name is first, the rest by name.
            pairs.sort_by_key(|(name, _)| name != "alertname");
            pairs
        }
        Value::List(list) => {
            let pair = |item: &Value| match item {
                Value::Struct(pair) => {
                    let of = |name: &str| pair.field(name).map_or(String::new(), |(value, _)| text(&value));
                    (of("Name"), of("Value"))
                }
                _ => (String::new(), String::new()),
            };
            list.items().iter().map(pair).collect()
        }
        _ => Vec::new(),
    }
}

fn column(call: &Call<'_>, values: bool) -> Value {
    let pairs = pairs(call.receiver).into_iter();
    Value::List(List::of_texts(pairs.map(|(name, value)| if values { value } else { name })))
}

fn sorted(call: &Call<'_>, shape: &'static Shape) -> Value {
    let pair = |(name, value): (String, String)| {
        Value::Struct(Struct::new(&PAIR, vec![Value::from(name), Value::from(value)]))
    };
    Value::List(List::new(shape, pairs(call.receiver).into_iter().map(pair).collect()))
}

/// `Remove`: the same without some names.
fn without(call: &Call<'_>, shape: &'static Shape) -> Value {
    let (Value::Map(map), names) = (call.receiver, call.value(0)) else { return Value::Nil };
    let is_removed = |name: &str| match names {
        Value::List(list) => {
            list.items().iter().any(|item| matches!(item, Value::Text(text) if &**text == name))
        }
        _ => false,
    };
    let kept = map.iter().filter(|(name, _)| !is_removed(name));
    Value::Map(Map::new(shape, kept.map(|(name, value)| (name.clone(), value.clone()))))
}

/// The data as templates see them.
pub(super) fn value(data: &Data<'_>, release: Release) -> Value {
    let (shape, kv) = match release {
        Release::V0_25 => (&V0_25, &KV_V0_25),
        Release::V0_33 => (&V0_33, &KV_V0_33),
    };
    let map = |texts: &Texts| {
        let entries = texts.iter().map(|(name, value)| (name.as_str().into(), Value::from(value.as_str())));
        Value::Map(Map::new(kv, entries))
    };
    let alert = |alert: &NotifiedAlert| {
        let fields = vec![
            Value::from(status(!alert.resolved())),
            map(&alert.labels.to_map()),
            map(&alert.annotations),
            Value::Time(time(Some(alert.starts_at_ms))),
            Value::Time(time(alert.ends_at_ms)),
            Value::from(alert.generator_url.as_str()),
            Value::from(fingerprint(&alert.labels)),
        ];
        Value::Struct(Struct::new(&ALERT, fields))
    };
    let mut fields = vec![
        Value::from(data.receiver.as_str()),
        Value::from(data.status),
        Value::List(List::new(&ALERTS, data.alerts.iter().map(alert).collect())),
    ];
    if release == Release::V0_33 {
        fields.push(Value::from(data.reason));
    }
    fields.extend([
        map(&data.group_labels),
        map(&data.common_labels),
        map(&data.common_annotations),
        Value::from(data.external_url),
    ]);
    Value::Struct(Struct::new(shape, fields))
}
