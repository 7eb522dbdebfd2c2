//! `init` and `run` against services that nobody here wrote give true verdicts, from a page of YAML each.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::daemon::{Daemon, folder, get, port, ports, probity, readme};

/// What a stranger's first ten minutes come to: `init`, then `run`.
fn init(folder: &Path, args: &[impl AsRef<std::ffi::OsStr>], name: &str) -> String {
    let (code, stdout, stderr) = probity(folder, args);
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    let read = |file: &str| fs::read_to_string(folder.join(file)).expect("it was written");
    let (contract, scenario) = (read(&format!("{name}.contract.yaml")), read(&format!("{name}.yaml")));
    assert!(contract.lines().count() <= 30, "{contract}");
    assert!(scenario.lines().count() <= 30, "{scenario}");
    assert!(!contract.contains("level: must"), "what is inferred binds nobody\n{contract}");
    contract
}

fn report(folder: &Path, out: &str, name: &str) -> Value {
    let path = folder.join(out).join(name).join("report.json");
    serde_json::from_str(&fs::read_to_string(path).expect("a report was written")).expect("it is JSON")
}

/// The verdicts of a clause, by check.
fn verdicts(report: &Value, clause: &str) -> Vec<(String, String)> {
    let lines = report["judgements"].as_array().expect("judgements");
    let of = lines.iter().filter(|line| line["clause"] == clause);
    of.map(|line| {
        (
            line["check"].as_str().unwrap_or_default().to_owned(),
            line["verdict"].as_str().unwrap_or_default().to_owned(),
        )
    })
    .collect()
}

/// Makes the scenario's traffic last some seconds only.
fn shorten(folder: &Path, name: &str) {
    let path = folder.join(format!("{name}.yaml"));
    let scenario = fs::read_to_string(&path).expect("it was written");
    assert!(scenario.contains("for: 20s") && scenario.contains("scrape_interval: 5s"), "{scenario}");
    // What is broken for good stays so however long one waits.
    let scenario = scenario.replace("settle: 30s", "settle: 4s");
    let scenario = scenario.replace("for: 20s", "for: 4s").replace("for: 5s", "for: 1s");
    fs::write(&path, scenario.replace("scrape_interval: 5s", "scrape_interval: 1s"))
        .expect("it can be written");
}

/// Raises every clause, so that findings count.
fn raise(folder: &Path, name: &str) {
    let path = folder.join(format!("{name}.contract.yaml"));
    let contract = fs::read_to_string(&path).expect("it was written");
    fs::write(&path, contract.replace("level: may", "level: must")).expect("it can be written");
}

#[test]
fn a_prometheus_is_judged_truly() {
    let folder = folder("prometheus");
    let port = port();
    let address = format!("--web.listen-address=127.0.0.1:{port}");
    fs::write(folder.join("prometheus.yml"), "global: {scrape_interval: 15s}\n").expect("written");
    let args = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", &address];
    let Some(_daemon) = Daemon::start("prometheus", &folder, &args, port) else { return };
    let contract = init(&folder, &readme("init", &[(9090, port)]), "prometheus");
    assert!(contract.contains("conserve.prometheus-http-requests-total"), "{contract}");
    raise(&folder, "prometheus");
    let (code, stdout, stderr) = probity(&folder, &readme("run prometheus.yaml", &[]));
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    let honest = report(&folder, "reports", "prometheus");
    let conserved = verdicts(&honest, "conserve.prometheus-http-requests-total");
    assert!(conserved.contains(&("requests/not-conserved".to_owned(), "pass".to_owned())), "{conserved:?}");
    // The same service with a promise that is not true, and with somebody else's requests.
    let path = folder.join("prometheus.contract.yaml");
    let lie = "  - {id: metric.absent, source: {heading: none, quote: none}, promise: {metric: {name: prometheus_http_queries_total, type: counter}}}\n";
    fs::write(&path, fs::read_to_string(&path).expect("read") + lie).expect("written");
    shorten(&folder, "prometheus");
    let over = Arc::new(AtomicBool::new(false));
    let others = std::thread::spawn({
        let over = Arc::clone(&over);
        move || {
            while !over.load(Ordering::Relaxed) {
                get(port, "/");
                super::daemon::pause();
            }
        }
    });
    let (code, stdout, stderr) = probity(&folder, &["run", "prometheus.yaml", "--out", "lied"]);
    let (shared_code, shared, _) =
        probity(&folder, &["run", "prometheus.yaml", "--out", "shared", "--traffic", "shared"]);
    over.store(true, Ordering::Relaxed);
    others.join().expect("others came");
    assert_eq!(code, 3, "{stdout}\n{stderr}");
    let conserved = "conserve.prometheus-http-requests-total";
    let of = |out: &str, clause: &str| verdicts(&report(&folder.join(out), "", "prometheus"), clause);
    let says = |verdict: &str| [("requests/not-conserved".to_owned(), verdict.to_owned())];
    assert_eq!(of("lied", conserved), says("fail"), "{stdout}");
    assert!(of("lied", "metric.absent").contains(&("metrics/missing".to_owned(), "fail".to_owned())));
    // Whoever says that others come is told of the lie alone.
    assert_eq!(shared_code, 3, "{shared}");
    assert_eq!(of("shared", conserved), says("pass"), "{shared}");
    assert!(of("shared", "metric.absent").contains(&("metrics/missing".to_owned(), "fail".to_owned())));
}

#[test]
fn an_exporter_is_judged_truly() {
    let folder = folder("node");
    let port = port();
    let address = format!("--web.listen-address=127.0.0.1:{port}");
    let Some(_daemon) = Daemon::start("prometheus-node-exporter", &folder, &[&address], port) else { return };
    let metrics = format!("http://127.0.0.1:{port}/metrics");
    let contract = init(&folder, &["init", "--metrics", &metrics], "node");
    assert!(contract.contains("conserve.promhttp-metric-handler-requests-total"), "{contract}");
    raise(&folder, "node");
    shorten(&folder, "node");
    let (code, stdout, stderr) = probity(&folder, &["run", "node.yaml"]);
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    let conserved =
        verdicts(&report(&folder, "reports", "node"), "conserve.promhttp-metric-handler-requests-total");
    assert!(conserved.contains(&("requests/not-conserved".to_owned(), "pass".to_owned())), "{conserved:?}");
}

#[test]
fn a_caddy_with_its_metrics_elsewhere_is_judged_truly() {
    let folder = folder("caddy");
    let [port, admin] = ports();
    let config = format!(
        "{{\n  admin 127.0.0.1:{admin}\n  servers {{\n    metrics\n  }}\n}}\nhttp://127.0.0.1:{port} {{\n  respond / \"hello\"\n}}\n"
    );
    fs::write(folder.join("Caddyfile"), config).expect("written");
    let args = ["run", "--config", "Caddyfile", "--adapter", "caddyfile"];
    let Some(_daemon) = Daemon::start("caddy", &folder, &args, port) else { return };
    let (metrics, target) = (format!("http://127.0.0.1:{admin}/metrics"), format!("http://127.0.0.1:{port}"));
    let contract =
        init(&folder, &["init", "--metrics", &metrics, "--target", &target, "--name", "caddy"], "caddy");
    assert!(contract.contains("conserve.caddy-http"), "{contract}");
    raise(&folder, "caddy");
    shorten(&folder, "caddy");
    let (code, stdout, stderr) = probity(&folder, &["run", "caddy.yaml"]);
    assert_eq!(code, 0, "{stdout}\n{stderr}");
}

#[test]
fn a_service_that_is_not_there_ends_with_7_and_what_was_not_yet_true() {
    let folder = folder("dead");
    let dead = port();
    let metrics = format!("http://127.0.0.1:{dead}/metrics");
    let (code, _, stderr) = probity(&folder, &["init", "--metrics", &metrics]);
    assert_eq!(code, 7, "{stderr}");
    assert!(stderr.contains("not yet true") && stderr.contains("connection refused"), "{stderr}");
    assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 0, "nothing was written");
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contracts/aragora/guide.yaml");
    for (command, load) in [("run", "rate: 1/s"), ("load", "users: 2")] {
        let scenario = format!(
            "scenario: dead\ncontracts: [{}]\nscope: [\"*\"]\ntarget: {{url: \"http://127.0.0.1:{dead}\", metrics: \
             \"{metrics}\"}}\npersonas: [{{persona: reader}}]\nphases: [{{name: all, for: 1s, load: {{{load}}}}}]\n",
            guide.display()
        );
        fs::write(folder.join("dead.yaml"), scenario).expect("written");
        let (code, _, stderr) = probity(&folder, &[command, "dead.yaml"]);
        assert_eq!(code, 7, "{command}: {stderr}");
        let both =
            [format!("127.0.0.1:{dead} accepts connections"), format!("{metrics} answers with status 200")];
        for what in both {
            assert!(stderr.contains(&format!("not yet true: {what}")), "{command}: {what}\n{stderr}");
        }
    }
}
