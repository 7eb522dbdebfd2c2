//! Documents of other shapes, and of none.

use probity::prove::{Corpus, Page, lint};
use proptest::prelude::*;

use super::{DOCUMENTS, input, shipped};

#[test]
fn tables_blocks_items_and_links_are_found_wherever_they_stand() {
    let text = "\
Intro *before* any heading.

Title
=====

> | A `x\\|y` | B |
> |---|---|
> | `a_b` \\| c | **d** |

1. first
   - nested `code`

     ```yaml
     key: [1, 2]
     ```
2) second

~~~~promql
up == 0
~~~~

    indented_code 1

## Sub `code` *x*

- **Bold**: text `one_two` [link `t`](./x.md#y \"title\") <https://example.test>
| not | a table |
";
    let page = Page::read("a.md", text.to_owned());
    let titles: Vec<&str> = page.sections.iter().map(|section| section.title.as_str()).collect();
    assert_eq!(titles, ["", "Title", "Sub code x"]);
    assert_eq!(page.sections[2].path, ["Title", "Sub code x"]);
    let cells: Vec<&str> = page.tables[0].rows[0].cells.iter().map(|cell| cell.text.as_str()).collect();
    assert_eq!((page.tables[0].rows[0].line, cells), (8, vec!["a_b | c", "d"]));
    let blocks: Vec<(&str, usize, &str, usize, usize)> = page
        .blocks
        .iter()
        .map(|block| {
            (block.lang.as_str(), block.line, block.lines[0].0.as_str(), block.lines[0].1, block.lines[0].2)
        })
        .collect();
    assert_eq!(
        blocks,
        [
            ("yaml", 13, "key: [1, 2]", 14, 6),
            ("promql", 18, "up == 0", 19, 1),
            ("", 22, "indented_code 1", 22, 5)
        ]
    );
    let items: Vec<(&str, usize, usize)> =
        page.items.iter().map(|item| (item.text.as_str(), item.place.line, item.depth)).collect();
    assert_eq!(items[..3], [("first", 10, 1), ("nested code", 11, 2), ("second", 16, 1)]);
    assert_eq!(page.items[3].bold.as_deref(), Some("Bold"));
    let links: Vec<(&str, &str)> =
        page.links.iter().map(|link| (link.text.as_str(), link.target.as_str())).collect();
    assert_eq!(links, [("link t", "./x.md#y"), ("https://example.test", "https://example.test")]);
    assert!(page.codes.iter().any(|code| code.text == "one_two" && code.place.line == 26));
}

#[test]
fn windows_line_ends_and_byte_order_marks_change_nothing() {
    let unix = shipped(DOCUMENTS[3].0).text;
    let windows = format!("\u{feff}{}", unix.replace('\n', "\r\n"));
    let counts = |page: &Page| {
        let lines: Vec<usize> =
            page.blocks.iter().flat_map(|block| &block.lines).map(|line| line.1).collect();
        let texts: Vec<String> =
            page.blocks.iter().flat_map(|block| &block.lines).map(|line| line.0.clone()).collect();
        (page.tables.len(), page.items.len(), lines, texts)
    };
    assert_eq!(counts(&Page::read("a.md", unix)), counts(&Page::read("a.md", windows)));
}

/// Ten megabytes of what is hardest for a reader of Markdown: they only have to come to an end.
#[test]
fn ten_megabytes_of_anything_are_read() {
    let size = 10 << 20;
    let shapes = [
        "# h\n",
        "- ",
        "> ",
        "| a | b |\n|---|---|\n| `c` | d |\n",
        "`",
        "```\nx\n",
        "[a](b) ",
        "**",
        "word `code` ",
        "* a\n  * b\n",
        "\n",
        "| `a_b_total` | x |\n",
        "<div>",
        "A=1\n",
        "\\",
        "```promql\nsum(x\n```\n",
    ];
    for shape in shapes {
        // What nests is made less deep: its depth, not its size, is what costs.
        let times = if matches!(shape, "- " | "> ") { 20_000 } else { size / shape.len() };
        let text = shape.repeat(times);
        let page = Page::read("big.md", text.clone());
        assert!(!page.sections.is_empty(), "{shape:?}");
        // A tenth of it goes through every rule as well, the whole of it below.
        let tenth: String = text.chars().take(size / 10).collect();
        lint(&Corpus::read(vec![input("big.md", &tenth)]));
    }
    let real: String = DOCUMENTS.iter().map(|(document, _)| shipped(document).text).collect();
    let long = real.repeat(size / real.len() + 1);
    assert!(long.len() >= size);
    let found = lint(&Corpus::read(vec![input("long.md", &long)]));
    let of = |rule: &str| found.findings.iter().filter(|finding| finding.rule == rule).count();
    assert_eq!(of("text/too-long"), 1);
    // Once in each copy, wherever in the parts it stands; and at the line of the file, not of the part.
    let copies = size / real.len() + 1;
    assert_eq!((of("query/syntax"), of("endpoint/unknown")), (copies, copies));
    let lines: Vec<&str> = long.lines().collect();
    for finding in found.findings.iter().filter(|finding| finding.rule == "endpoint/unknown") {
        assert!(lines[finding.places[0].place.line - 1].contains("tsdb/compact"), "{finding:?}");
    }
}

/// Parts of documents, as people write and break them.
fn fragment() -> impl Strategy<Value = String> {
    let lines = [
        "# Metrics",
        "## Alerts",
        "| Metric | Type | Labels |",
        "|---|---|---|",
        "| `a_b_total` | Counter | x, y |",
        "| `c_d` | | `e",
        "```promql",
        "```yaml",
        "```bash",
        "```python",
        "```json",
        "```",
        "~~~",
        "sum(rate(a_b_total[5m])) by (x)",
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0",
        "route: {receiver: a}\nreceivers: [{name: b}]",
        "curl -X POST http://localhost:9090/api/v1/query",
        "export A_B=1 # c",
        "A_B=\"",
        "{\"panels\": [{\"title\": 1}], \"title\":",
        "- `x_y` - z 99.9% = 43 minutes",
        "  - [a](#b)",
        "1. **B**: c",
        "from a.b import (c",
        "with x.attach(y) as z:",
        "&a [*a, *b]",
        "apiVersion: v1\nkind: ConfigMap",
        "services:\n  a:\n    image: b:1",
        "┌──┐\n│a │──m──▶│b│\n└──┘",
        "helm install a b/c",
        "> | a |",
        "\t- x",
        "{{ template \"x\" . }}",
        "{a=\"b\"} |= \"c\"",
        "P99 < 500ms",
        "é`\u{0}\u{fffd}",
        "",
    ];
    proptest::collection::vec(proptest::sample::select(lines.to_vec()), 0..40)
        .prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_document_panics(first in fragment(), second in fragment(), yaml in fragment()) {
        let inputs = vec![input("a.md", &first), input("b.md", &second), input("c.yml", &yaml), input("d.json", &yaml)];
        let found = lint(&Corpus::read(inputs));
        for finding in &found.findings {
            prop_assert!(!finding.places.is_empty() && !finding.message.is_empty(), "{finding:?}");
            prop_assert!(finding.places.iter().all(|noted| noted.place.line > 0 && noted.place.column > 0), "{finding:?}");
        }
    }

    /// The real documents, with bytes replaced, cut and doubled.
    #[test]
    fn no_spoilt_document_panics(
        which in 0..DOCUMENTS.len(),
        spoils in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..20),
    ) {
        let mut bytes = shipped(DOCUMENTS[which].0).text.into_bytes();
        for (at, byte, how) in spoils {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => drop(bytes.drain(at..(at + usize::from(byte)).min(bytes.len()))),
                _ => bytes.splice(at..at, [b'`', b'|', b'\n', b'{']).for_each(drop),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let contract = shipped(DOCUMENTS[which].1);
        lint(&Corpus::read(vec![input(DOCUMENTS[which].0, &text), contract]));
    }
}
