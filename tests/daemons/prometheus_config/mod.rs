//! `prometheus.yml` as two releases of Prometheus read it, relabel by it and send alerts by it.

mod cases;
mod chance;
mod sent;
mod served;

use std::path::Path;
use std::process::Command;

use probity::alerting::prometheus::read;

use super::daemon::folder;
use super::engines::Generation;

const GENERATIONS: [Generation; 2] = [Generation::V2, Generation::V3];

fn files() -> Vec<String> {
    let files = cases::FILES.iter().chain(cases::MORE).map(|file| (*file).to_owned());
    let rule = |rule: &&str| format!("scrape_configs: [{{job_name: a, relabel_configs: [{rule}]}}]");
    files.chain(cases::RULES.iter().map(rule)).collect()
}

#[test]
fn a_file_is_refused_if_promtool_refuses_it() {
    let (folder, files) = (folder("prometheus_config"), files());
    let names: Vec<String> = (0..files.len()).map(|index| format!("{index:03}.yml")).collect();
    for (name, text) in names.iter().zip(&files) {
        std::fs::write(folder.join(name), text).expect("a file can be written");
    }
    for generation in GENERATIONS {
        let Some(promtool) = generation.find("promtool") else { continue };
        let said = check(&promtool, &folder, &names);
        let (mut good, mut wrong) = (0, Vec::new());
        for (name, text) in names.iter().zip(&files) {
            let theirs = said.contains(&format!("SUCCESS: {name} is valid"));
            good += usize::from(theirs);
            let read = read(text, "prometheus.yml", generation.dialect());
            // promtool refuses targets that a server leaves out; here they are notes.
            let untargeted = read.notes.iter().any(|note| note.message.contains(": the target `"));
            if theirs != (read.problems.is_empty() && !untargeted) {
                wrong.push(format!("{text}: promtool takes it: {theirs}, and we: {:?}", read.problems));
            }
        }
        assert!(wrong.is_empty(), "{generation:?}:\n{}", wrong.join("\n"));
        assert!(good > 90 && files.len() - good > 90, "{generation:?}: {good} of {} are good", files.len());
    }
}

fn check(promtool: &Path, folder: &Path, names: &[String]) -> String {
    let mut command = Command::new(promtool);
    command.args(["check", "config", "--syntax-only"]).args(names).current_dir(folder);
    let output = command.output().expect("promtool starts");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
