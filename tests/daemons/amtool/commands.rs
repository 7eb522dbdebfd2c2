//! Commands of `amtool`, given to a real Alertmanager and to ours.

use std::fs;

use super::{Generation, Pair, alike, says};

/// Commands in their order; `ID` is the id of the newest silence of the server that is asked.
const COMMANDS: &[&str] = &[
    "alert add alertname=Down severity=critical instance=a --annotation=summary=it_is",
    "alert add Up team=b --generator-url=http://x/y --start=2001-01-01T00:00:00Z",
    "alert query",
    "alert query -o extended",
    "alert query -o json",
    "alert query alertname=Down",
    "alert query Down",
    "alert query team=~b|c -o simple",
    "alert query --receiver=pager",
    "alert query alertname=",
    "alert query =x",
    "alert --inhibited",
    "silence add alertname=Down --author=me --comment=why --duration=1h",
    "silence query",
    "silence query -o extended",
    "silence query -o json",
    "silence query alertname=Down -q",
    "silence query --created-by=nobody",
    "silence query --within=2h",
    "silence update --duration=2h --comment=longer ID",
    "silence query -o json",
    "alert query --silenced",
    "silence expire ID",
    "silence query",
    "silence query --expired -o json",
    "silence expire 11111111-1111-1111-1111-111111111111",
    "silence import silences.json",
    "silence query -o extended",
    "silence add",
    "silence add alertname=~( --author=me --comment=why",
    "cluster show",
    "config routes test severity=critical",
    "config routes test team=a",
    "config routes show",
];

const IMPORTED: &str = r#"[{"matchers":[{"name":"a","value":"b","isRegex":false,"isEqual":true}],
  "startsAt":"2090-01-01T00:00:00Z","endsAt":"2091-01-01T00:00:00Z","createdBy":"me","comment":"imported"}]"#;

/// What a command says, and the id of the silence that it made.
fn run(pair: &Pair, port: u16, command: &str, id: &str) -> (String, Option<String>) {
    let mut args: Vec<String> = command.split(' ').map(|part| part.replace("ID", id)).collect();
    args.push(format!("--alertmanager.url=http://127.0.0.1:{port}"));
    let (code, said) = says(&pair.amtool, &args, &pair.folder);
    // Ours says that it is a twin, which amtool takes for another version.
    let kept = said.split_inclusive('\n').filter(|line| !line.starts_with("Warning: amtool version"));
    let said: String = kept.collect();
    let made = said.trim();
    let made = (code == Some(0) && made.len() == 36).then(|| made.to_owned());
    // A table is as wide as what stands in it.
    let words: Vec<&str> = said.split_inclusive('\n').map(str::trim_end).collect();
    let lines: Vec<String> =
        words.iter().map(|line| alike(line).split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    (format!("{code:?}\n{}", lines.join("\n")), made)
}

fn commands_alike(generation: Generation, name: &str) {
    let Some(pair) = Pair::start(generation, name) else { return };
    fs::write(pair.folder.join("silences.json"), IMPORTED).expect("a file can be written");
    let mut ids = [String::new(), String::new()];
    let mut wrong = Vec::new();
    for command in COMMANDS {
        let mut said = Vec::new();
        for (port, id) in pair.ports().into_iter().zip(&mut ids) {
            let (text, made) = run(&pair, port, command, id);
            if let Some(made) = made {
                *id = made;
            }
            said.push(text);
        }
        if said[0] != said[1] {
            wrong.push(format!("amtool {command}\n  real: {}\n  ours: {}\n", said[0], said[1]));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    let (shown, _) = run(&pair, pair.our_port, "config show", "");
    assert!(shown.starts_with("Some(0)") && shown.contains("receiver: team slack"), "{shown}");
}

#[test]
fn amtool_0_33_sees_no_difference() {
    commands_alike(Generation::V3, "amtool-33");
}

#[test]
fn amtool_0_25_sees_no_difference() {
    commands_alike(Generation::V2, "amtool-25");
}
