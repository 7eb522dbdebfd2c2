//! The routing tree: who is asked, in which order, and what a route is called.

use probity::alerting::alertmanager::config::{Config, read};
use probity::alerting::alertmanager::routes::{id, key, numbered};
use probity::alerting::alertmanager::{Release, routed};
use probity::promql::Labels;

const FILE: &str = r#"
route:
  receiver: root
  routes:
  - matchers: [severity="critical"]
    receiver: pager
    continue: true
  - match: {team: a}
    match_re: {env: "p.*"}
    receiver: team
    routes:
    - matchers: ['job=""']
      receiver: jobless
    - matchers: ['job!="x", "é b"="ü"']
  - receiver: rest
  - receiver: never
receivers: [{name: root}, {name: pager}, {name: team}, {name: jobless}, {name: rest}, {name: never}]
"#;

fn config() -> Config {
    let read = read(FILE, "alertmanager.yml", Release::V0_33);
    read.config.unwrap_or_else(|| panic!("{:?}", read.problems))
}

fn receivers(pairs: &[(&str, &str)]) -> String {
    let config = config();
    let found = routed(&config.route, &Labels::new(pairs.iter().copied()));
    found.iter().map(|it| format!("{}:{}", it.number, it.route.receiver)).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_first_child_that_takes_an_alert_ends_the_search_unless_it_continues() {
    assert_eq!(receivers(&[]), "5:rest");
    assert_eq!(receivers(&[("severity", "critical")]), "1:pager 5:rest");
    assert_eq!(receivers(&[("severity", "critical"), ("team", "a"), ("env", "prod")]), "1:pager 3:jobless");
}

#[test]
fn a_route_whose_children_take_nothing_takes_the_alert_itself() {
    assert_eq!(receivers(&[("team", "a"), ("env", "p"), ("job", "x")]), "2:team");
    assert_eq!(receivers(&[("team", "a"), ("env", "p"), ("job", "y"), ("é b", "ü")]), "4:team");
    assert_eq!(receivers(&[("team", "a"), ("env", "xp")]), "5:rest");
}

#[test]
fn routes_are_numbered_depth_first_and_called_by_the_conditions_above_them() {
    let config = config();
    let routes = numbered(&config.route);
    assert_eq!(routes.iter().map(|it| it.number).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6]);
    let keys: Vec<String> = (0..routes.len()).map(|number| key(&config.route, number)).collect();
    // `match_re` keeps the anchors that Alertmanager gives it.
    let team = r#"{}/{env=~"^(?:p.*)$",team="a"}"#;
    let nested = format!(r#"{team}/{{job!="x","é b"="ü"}}"#);
    let jobless = format!(r#"{team}/{{job=""}}"#);
    assert_eq!(keys, ["{}", r#"{}/{severity="critical"}"#, team, &jobless, &nested, "{}/{}", "{}/{}"]);
    assert_eq!(id(&config.route, 4), format!(r#"{team}/1/{{job!="x","é b"="ü"}}/1"#));
    assert_eq!(id(&config.route, 0), "{}");
    assert_eq!(id(&config.route, 6), "{}/{}/3");
}
