//! House rules as tests; each names what to do instead.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the project, by git where there is one: what is built or reported is not the project's.
fn files() -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git is needed to clone the project, so it is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("file names are text");
    text.lines().map(PathBuf::from).filter(|path| root().join(path).is_file()).collect()
}

fn rust() -> Vec<(PathBuf, String)> {
    let sources = files().into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    sources.map(|path| (path.clone(), fs::read_to_string(root().join(path)).expect("readable"))).collect()
}

#[test]
fn the_top_level_is_the_owners() {
    let visible = [
        "Cargo.toml",
        "Cargo.lock",
        "LICENSE",
        "README.md",
        "benches",
        "fixtures",
        "reports",
        "scenarios",
        "src",
        "tests",
    ];
    for path in files() {
        let head = path.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
        assert!(
            head.starts_with('.') || visible.contains(&head.as_str()),
            "{head} is not on the agreed top level"
        );
    }
}

#[test]
fn files_are_small_enough_to_read() {
    for (path, text) in rust() {
        let lines = text.lines().count();
        assert!(lines <= 600, "{}: {lines} lines; split it by idea", path.display());
    }
}

#[test]
fn modules_say_what_they_are_for() {
    for (path, text) in rust() {
        let is_face = path.ends_with("mod.rs") || path.ends_with("lib.rs") || path.ends_with("main.rs");
        let is_test = path.starts_with("tests") || path.starts_with("benches");
        if is_face || is_test {
            assert!(text.starts_with("//!"), "{}: begin with `//!` and say what it owns", path.display());
        }
        for name in ["utils", "common", "helpers", "imp"] {
            assert!(!path.ends_with(format!("{name}.rs")), "{}: name it after its idea", path.display());
        }
    }
}

#[test]
fn no_test_is_switched_off_and_nothing_is_left_to_do() {
    // Put together here, so that this file does not accuse itself.
    let banned = [
        (["#[ign", "ore"].concat(), "a skipped test looks like a pass: delete it or make it run"),
        (["todo", "!("].concat(), "finish it or leave it out"),
        (["unimple", "mented!("].concat(), "finish it or leave it out"),
        (["assert!(", "true)"].concat(), "assert something"),
        (["TO", "DO"].concat(), "open an issue"),
        (["FIX", "ME"].concat(), "open an issue"),
    ];
    for (path, text) in rust() {
        for (word, instead) in &banned {
            assert!(!text.contains(word.as_str()), "{} holds `{word}`: {instead}", path.display());
        }
    }
}

#[test]
fn only_whole_runs_are_selected_by_their_filter() {
    for (path, text) in rust() {
        if path.ends_with("tests/conformance.rs") {
            continue;
        }
        let named = text.lines().any(|line| {
            let line = line.trim_start();
            (line.starts_with("fn ") || line.starts_with("mod ")) && line.contains("conformance")
        });
        assert!(!named, "{}: `cargo test conformance` would select it as well; rename it", path.display());
    }
}

#[test]
fn every_check_is_a_file_of_its_own() {
    for check in probity::checks::ALL {
        let name = check.id().split('/').next_back().expect("a name").replace('-', "_");
        let sources = rust();
        let defines = sources.iter().filter(|(path, text)| {
            path.starts_with("src/checks") && text.contains(&format!("\"{}\"", check.id()))
        });
        assert_eq!(defines.count(), 1, "{} ({name}) must be defined in exactly one file", check.id());
    }
}
