//! Dashboards: their sets, folders, names, panels and uids.

use super::asked::bakery as found;

const FILES: &str = "# Bakery boards\n\n## Dashboards\n\nThey are in `ops/grafana/dashboards/`:\n\n\
    | Dashboard | Use |\n|---|---|\n| `oven-heat.json` | Ovens |\n| `till-sales.json` | Tills |\n";

#[test]
fn one_folder_holds_one_set() {
    let list = "# Bakery\n\n## Grafana Dashboards\n\nImport from `../grafana/dashboards/`.\n\n- **Oven**: heat\n- **Delivery**: vans\n";
    assert_eq!(
        found("dashboards/sets-differ", &[("a.md", FILES), ("b.md", list)]),
        ["error a.md:9 a.md:10 a.md:5 b.md:7 b.md:8 b.md:5"]
    );
    let same = list.replace("Delivery", "Till sales");
    assert!(found("dashboards/sets-differ", &[("a.md", FILES), ("b.md", &same)]).is_empty());
    let elsewhere = list.replace("../grafana/dashboards/", "team/grafana/boards/");
    assert!(found("dashboards/sets-differ", &[("a.md", FILES), ("b.md", &elsewhere)]).is_empty());
}

#[test]
fn a_list_of_the_key_ones_may_be_shorter() {
    let key = "# Bakery\n\n## Dashboards\n\nFrom `grafana/dashboards/`, the key dashboards:\n\n| Dashboard | Use |\n|---|---|\n| Oven | heat |\n| Oven heat | heat |\n";
    assert!(found("dashboards/sets-differ", &[("a.md", FILES), ("b.md", key)]).is_empty());
}

#[test]
fn dashboards_are_in_one_folder() {
    let other =
        "# Bakery import\n\n## Grafana Dashboards\n\n1. Open Grafana\n2. Upload `ops/grafana/bakery.json`\n";
    assert_eq!(found("dashboards/location", &[("a.md", FILES), ("b.md", other)]), ["error a.md:5 b.md:6"]);
    let container = "# Bakery import\n\n## Grafana Dashboards\n\nMounted at `/var/lib/grafana/dashboards`, from `grafana/dashboards`.\n";
    assert!(found("dashboards/location", &[("a.md", FILES), ("b.md", container)]).is_empty());
}

#[test]
fn what_is_referred_to_is_listed() {
    let text = format!(
        "{FILES}\n## When it burns\n\nOpen the \"Smoke Alarm\" dashboard, then dashboard **Oven Heat**.\n\n**Import dashboards** to your Grafana, or click \"New\" dashboard.\n"
    );
    assert_eq!(found("dashboards/unknown", &[("a.md", &text)]), ["error a.md:14 a.md:9 a.md:10"]);
    let none = "# Bakery\n\nOpen the \"Smoke Alarm\" dashboard.\n";
    assert!(found("dashboards/unknown", &[("a.md", none)]).is_empty());
}

const PANELS: &str = "# Bakery\n\n## Dashboards\n\n**1. Oven Heat**\n- Temperature (p50, p99)\n- Open doors\n\n**2. Tills**\n- Sales\n\n\
    ### JSON of Oven Heat\n\n```json\n{\n \"title\": \"Bakery Oven Heat\",\n \"panels\": [\n  {\"title\": \"Temperature P99\", \"targets\": []}\n ]\n}\n```\n";

#[test]
fn a_printed_dashboard_has_the_promised_panels() {
    assert_eq!(
        found("dashboards/panel-missing", &[("a.md", PANELS)]),
        ["error a.md:6 a.md:7 a.md:16 a.md:18"]
    );
    let all = PANELS.replace(
        "\"targets\": []}",
        "\"targets\": []},\n  {\"title\": \"Doors open\", \"targets\": [{\"legendFormat\": \"p50\"}]}",
    );
    assert!(found("dashboards/panel-missing", &[("a.md", &all)]).is_empty());
}

#[test]
fn uids_and_titles_are_not_shared() {
    let board = |uid: &str, title: &str| {
        format!(
            "{{\"uid\": \"{uid}\", \"title\": \"{title}\", \"schemaVersion\": 39, \"panels\": [{{\"type\": \"stat\", \"title\": \"x\"}}]}}\n"
        )
    };
    let (a, b, c) = (board("one", "Ovens"), board("one", "Tills"), board("two", "Ovens"));
    assert_eq!(
        found("dashboards/duplicate", &[("d/a.json", &a), ("d/b.json", &b)]),
        ["error d/a.json:1 d/b.json:1"]
    );
    assert_eq!(
        found("dashboards/duplicate", &[("d/a.json", &a), ("d/c.json", &c)]),
        ["warning d/a.json:1 d/c.json:1"]
    );
    assert!(found("dashboards/duplicate", &[("d/b.json", &b), ("d/c.json", &c)]).is_empty());
    assert!(found("dashboards/duplicate", &[("d/a.json", &a), ("e/c.json", &c)]).is_empty());
}
