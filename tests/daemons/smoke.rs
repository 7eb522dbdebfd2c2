//! The reference server as a process of its own, judged from another one in real time: the verdicts are those of the
//! run in lock-step.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::daemon::{Daemon, folder, port, probity, readme};

/// Every clause with its check and verdict.
fn verdicts(folder: &Path) -> BTreeSet<(String, String, String)> {
    let text = fs::read_to_string(folder.join("reports/smoke/report.json")).expect("a report was written");
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let lines = report["judgements"].as_array().expect("judgements");
    lines.iter().map(|line| (text(&line["clause"]), text(&line["check"]), text(&line["verdict"]))).collect()
}

/// `probity serve` is started by a link of another name, so that its log has one too.
fn serve(folder: &Path, ports: [u16; 4]) -> Daemon {
    let [api, metrics, otlp, providers] = ports;
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_probity"));
    command
        .args(readme("serve aragora --providers", &[(9100, providers)]))
        .args(["--api-port", &api.to_string()])
        .env("METRICS_PORT", metrics.to_string())
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://127.0.0.1:{otlp}"));
    Daemon::spawn(command, "probity", folder, api)
}

#[test]
fn the_smoke_run_in_real_time_gives_the_verdicts_of_lock_step() {
    let (virtual_folder, real_folder) = (folder("smoke-virtual"), folder("smoke-real"));
    for folder in [&virtual_folder, &real_folder] {
        for part in ["scenarios", "fixtures"] {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            std::os::unix::fs::symlink(root.join(part), folder.join(part)).expect("a link can be made");
        }
    }
    let (code, _, stderr) = probity(&virtual_folder, &readme("run scenarios/smoke.yaml", &[]));
    assert_eq!(code, 0, "{stderr}");
    let ports = [port(), port(), port(), port()];
    let _server = serve(&real_folder, ports);
    let [api, metrics, otlp, providers] = ports;
    let ports = [(8080, api), (9090, metrics), (4317, otlp), (9100, providers)];
    let (code, stdout, stderr) = probity(&real_folder, &readme("run scenarios/smoke.yaml --target", &ports));
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    assert_eq!(verdicts(&real_folder), verdicts(&virtual_folder), "{stdout}");
}

#[test]
fn what_has_no_source_is_vacuous_by_name() {
    let real_folder = folder("sources");
    let ports = [port(), port(), port(), port()];
    let _server = serve(&real_folder, ports);
    let target = format!("http://127.0.0.1:{}", ports[0]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let short = fs::read_to_string(root.join("scenarios/smoke.yaml")).expect("it is shipped");
    let short = short
        .replace("../fixtures", &root.join("fixtures").display().to_string())
        .replace("for: 40s", "for: 3s")
        .replace("for: 15s", "for: 1s");
    fs::write(real_folder.join("short.yaml"), short).expect("written");
    let (code, stdout, stderr) = probity(&real_folder, &["run", "short.yaml", "--target", target.as_str()]);
    assert_eq!(code, 4, "{stdout}\n{stderr}");
    for flag in ["--metrics", "--otlp-listen", "--providers-listen"] {
        assert!(stdout.contains(flag), "{flag} is not named in\n{stdout}");
    }
}
