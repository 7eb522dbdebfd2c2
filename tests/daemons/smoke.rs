//! The reference server as a process of its own, judged from another one in real time: the verdicts are those of the
//! run in lock-step.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::daemon::{Daemon, folder, ports, probity, readme};

/// Every clause with its check and verdict.
fn verdicts(folder: &Path) -> BTreeSet<(String, String, String)> {
    let text = fs::read_to_string(folder.join("reports/smoke/report.json")).expect("a report was written");
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let lines = report["judgements"].as_array().expect("judgements");
    lines.iter().map(|line| (text(&line["clause"]), text(&line["check"]), text(&line["verdict"]))).collect()
}

/// `probity serve` by the README's own command, on other ports.
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
    let ports: [u16; 4] = ports();
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
    let ports: [u16; 4] = ports();
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

#[test]
fn init_finds_the_spans_of_a_service_that_sends_them() {
    let folder = folder("spans");
    let ports: [u16; 4] = ports();
    let _server = serve(&folder, ports);
    let [api, metrics, otlp, _] = ports;
    let (target, metrics) =
        (format!("http://127.0.0.1:{api}"), format!("http://127.0.0.1:{metrics}/metrics"));
    let otlp = format!("127.0.0.1:{otlp}");
    let args = ["init", "--metrics", &metrics, "--target", &target, "--otlp-listen", &otlp, "--name", "mine"];
    let (code, stdout, stderr) = probity(&folder, &args);
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    let contract = fs::read_to_string(folder.join("mine.contract.yaml")).expect("it was written");
    assert!(contract.lines().count() <= 30, "{contract}");
    for clause in ["conserve.aragora-requests-total", "span.every-request", "span.http-method"] {
        assert!(contract.contains(clause), "{clause} is not in\n{contract}");
    }
    let again = probity(&folder, &args);
    assert_eq!(again.0, 2, "what is there is not overwritten: {}", again.2);
    assert!(again.2.contains("--force"), "{}", again.2);
}

/// Two instances behind one job: one of them has no traffic, and the sum is what was sent.
#[test]
fn counters_are_summed_over_instances_and_a_wrong_token_is_told() {
    let (first_folder, second_folder) = (folder("instance-1"), folder("instance-2"));
    let [a, b, c, d, e, f, g, h] = ports();
    let (first, second) = ([a, b, c, d], [e, f, g, h]);
    let _servers = [serve(&first_folder, first), serve(&second_folder, second)];
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contracts/aragora/guide.yaml");
    let scenario = format!(
        "scenario: both\ncontracts: [{}]\nscope: [conserve.requests]\ntarget: {{url: \"http://127.0.0.1:{}\"}}\n\
         personas: [{{persona: reader}}]\nphases: [{{name: all, for: 2s, load: {{rate: 5/s}}}}]\n",
        guide.display(),
        first[0]
    );
    fs::write(first_folder.join("both.yaml"), scenario).expect("written");
    let urls = [first[1], second[1]].map(|port| format!("http://127.0.0.1:{port}/metrics"));
    let args = ["run", "both.yaml", "--metrics", &urls[0], "--metrics", &urls[1]];
    let (code, stdout, stderr) = probity(&first_folder, &args);
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    assert!(stdout.contains("20 requests counted"), "{stdout}");
    let record =
        fs::read_to_string(first_folder.join("reports/both/record/legs/0/scrapes.jsonl")).expect("written");
    for port in [first[1], second[1]] {
        assert!(record.contains(&format!("\"instance\":\"127.0.0.1:{port}\"")), "{record}");
    }
    let bad = ["--metrics-bearer", "@nowhere"];
    let (code, _, stderr) = probity(&first_folder, &[&args[..], &bad].concat());
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("nowhere"), "{stderr}");
}
