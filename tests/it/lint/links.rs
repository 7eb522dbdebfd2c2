//! Links and runbooks.

use super::asked::bakery as found;

#[test]
fn a_text_names_where_its_link_leads() {
    let text = "# A\n\n[docs/oven.md#cold](../docs/oven.md#1-cold)\n[oven.md](./docs/oven.md)\n[till.md](./docs/oven.md)\n\
        [bakery.test](https://bakery.test)\n[bakery.test/up](https://other.test/up)\n[What to do e.g. at night](x.md)\n[v1.2](x.md)\n\
        [#12](https://bakery.test/12)\n[array.prototype.at](https://docs.test/Array/at)\n[package.json](packages.md#files)\n[a@bakery.test](mailto:a@bakery.test)\n";
    assert_eq!(
        found("links/text-differs", &[("a.md", text)]),
        ["warning a.md:3", "warning a.md:5", "warning a.md:7"]
    );
}

#[test]
fn an_anchor_is_a_heading_of_its_page() {
    let a = "# A\n\n[x](#a) [y](#b) [z](ops/b.md#2-cold-oven) [w](ops/b.md#cold-oven) [v](ops/b.md#drawn)\n";
    let b = "# B\n\n## 2. Cold oven\n\n<a id=\"drawn\"></a>\n\n[up](../a.md#a)\n";
    assert_eq!(found("links/dead-anchor", &[("a.md", a), ("ops/b.md", b)]), ["error a.md:3", "error a.md:3"]);
}

#[test]
fn a_heading_that_is_linked_is_the_only_one_of_its_name() {
    let text = "# A\n\n[x](#use) [y](#code)\n\n## One\n\n### Use\n\n## Two\n\n### Use\n\n### Code\n";
    assert_eq!(found("links/ambiguous-anchor", &[("a.md", text)]), ["note a.md:3 a.md:7 a.md:11"]);
}

#[test]
fn files_that_were_not_linted_are_noted_once() {
    let text = "# A\n\n[x](b.md) [y](c.md#d) [z](https://bakery.test) [w](#a)\n";
    assert_eq!(found("links/not-checkable", &[("a.md", text), ("b.md", "# B\n")]), ["note a.md:3"]);
}

#[test]
fn deployed_alerts_have_runbooks_with_headings() {
    let rules = "groups:\n- name: bakery\n  rules:\n  - alert: A\n    expr: up == 0\n    annotations: { runbook_url: 'https://bakery.test/ops/oven.md#cold' }\n  - alert: B\n    expr: up == 0\n";
    let page = "# Bakery\n\n## Hot\n";
    let files = [("bakery.rules.yml", rules), ("ops/oven.md", page)];
    assert_eq!(found("alerts/no-runbook", &files), ["warning bakery.rules.yml:7"]);
    assert_eq!(found("links/dead-anchor", &files), ["error bakery.rules.yml:6"]);
    let shown = format!("# A\n\n```yaml\n{rules}```\n");
    assert!(found("alerts/no-runbook", &[("a.md", &shown)]).is_empty());
}
