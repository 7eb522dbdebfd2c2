//! Spans whose attributes or names two places give differently.

use super::asked::bakery as found;

const SPANS: &str = "# Tracing\n\n| Span | Part | Attributes |\n|---|---|---|\n\
    | `order.create` | Order Handler | id, customer |\n| `oven.bake` | Oven | temperature, minutes |\n";

#[test]
fn attributes_of_a_prefix_are_those_of_its_spans() {
    let other = "# Traces\n\n## Span Attributes\n\n| Key | Attribute | Meaning |\n|---|---|---|\n\
        | 1 | `order.id` | Its number |\n| 2 | `order.shop` | Where |\n| 3 | `till.total` | What it costs |\n";
    assert_eq!(
        found("spans/attributes", &[("a.md", SPANS), ("b.md", other)]),
        ["error a.md:5 b.md:7 b.md:8"]
    );
}

#[test]
fn a_part_of_the_attributes_is_no_contradiction() {
    let other = "# Traces\n\n| Component | Span Name | Attributes |\n|---|---|---|\n| Oven | `oven.bake` | temperature |\n";
    assert!(found("spans/attributes", &[("a.md", SPANS), ("b.md", other)]).is_empty());
    let differs = other.replace("temperature", "temperature, seconds");
    assert_eq!(found("spans/attributes", &[("a.md", SPANS), ("b.md", &differs)]), ["warning a.md:6 b.md:5"]);
}

#[test]
fn a_component_has_one_span_name() {
    let other = "# Traces\n\n| Component | Span Name | Attributes |\n|---|---|---|\n| Oven | `bake.loaf` | temperature, minutes |\n";
    assert_eq!(found("spans/name", &[("a.md", SPANS), ("b.md", other)]), ["error a.md:6 b.md:5"]);
}

#[test]
fn code_calls_a_span_by_its_listed_name() {
    let code = "# Use\n\n```python\n@trace_handler(\"order.place\")\ndef place(self): ...\n\n@trace_handler(\"order.create\")\ndef create(self): ...\n```\n";
    let both = format!("{SPANS}\n{code}");
    assert_eq!(found("spans/name", &[("a.md", &both)]), ["warning a.md:5 a.md:11"]);
    let others = "# Use\n\n```python\n@trace_agent(\"gpt\")\nwith tracer.start_as_current_span(\"custom_operation\") as span:\n    span.set_attribute(\"order.place\", 1)\n```\n";
    assert!(found("spans/name", &[("a.md", SPANS), ("b.md", others)]).is_empty());
}
