//! `probity lint` from outside: what it reads, what it prints, how it ends.

use std::fs;

use serde_json::Value;

use crate::cli::{folder, probity};

const GUIDE: &str = "# Shop\n\n## Setup\n\n```bash\nexport SHOP_PORT=9000\n```\n";
const OTHER: &str = "# Shop in use\n\n## Setup\n\n```bash\nSHOP_PORT=9100\n```\n";

/// A folder of two documents that disagree.
fn shop(name: &str) -> std::path::PathBuf {
    let folder = folder(name);
    fs::create_dir_all(folder.join("docs")).expect("a folder can be made");
    fs::write(folder.join("docs/guide.md"), GUIDE).expect("it can be written");
    fs::write(folder.join("docs/use.md"), OTHER).expect("it can be written");
    folder
}

#[test]
fn a_contradiction_is_exit_3_with_both_places_and_both_values() {
    let (code, stdout, stderr) = probity(&shop("lint-terminal"), &["lint", "docs"]);
    assert_eq!((code, stderr.as_str()), (3, ""), "{stdout}");
    let expected = "\
error[env/disagree]: the value of the variable `SHOP_PORT` is `9000` here and `9100` there
  docs/guide.md:6:1  9000
  docs/use.md:6:1    9100
  next: ";
    assert!(stdout.starts_with(expected), "{stdout}");
    assert!(stdout.ends_with("2 files linted: 1 error, 0 warnings, 0 notes\n"), "{stdout}");
}

#[test]
fn what_is_in_order_is_exit_0_and_nothing_to_lint_is_exit_4() {
    let folder = folder("lint-good");
    fs::write(folder.join("a.md"), GUIDE).expect("it can be written");
    let (code, stdout, _) = probity(&folder, &["lint"]);
    assert_eq!((code, stdout.as_str()), (0, "1 file linted: 0 errors, 0 warnings, 0 notes\n"));
    fs::rename(folder.join("a.md"), folder.join("a.txt")).expect("it can be renamed");
    let (code, stdout, stderr) = probity(&folder, &["lint"]);
    assert_eq!((code, stdout.as_str()), (4, ""));
    assert!(stderr.contains("nothing was linted: no file ends in one of .md"), "{stderr}");
    let (code, _, stderr) = probity(&folder, &["lint", "nowhere"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("nowhere: "), "{stderr}");
}

#[test]
fn contracts_beside_the_documents_are_found_and_a_broken_one_is_exit_6() {
    let folder = shop("lint-contracts");
    fs::create_dir_all(folder.join("contracts")).expect("a folder can be made");
    let contract = "contract: shop/guide\ndocument: docs/guide.md\nclauses:\n  - id: env.port\n    source: {heading: Setup, quote: export SHOP_PORT=9000}\n    promise: {env: {name: SHOP_PORT}}\n";
    fs::write(folder.join("contracts/guide.yaml"), contract).expect("it can be written");
    let (_, stdout, _) = probity(&folder, &["lint", "docs"]);
    assert!(
        stdout.contains("│ docs/guide.md │ shop/guide │ 1     │ 1                 │ 0        │ 0       │"),
        "{stdout}"
    );
    assert!(stdout.contains("docs/guide.md: clauses name 1 of 1 variables"), "{stdout}");
    fs::write(folder.join("contracts/guide.yaml"), contract.replace("source", "sauce"))
        .expect("it can be written");
    let (code, stdout, _) = probity(&folder, &["lint", "docs"]);
    assert_eq!(code, 6, "{stdout}");
    assert!(
        stdout.contains("error[contract/invalid]: unknown key `sauce`; did you mean `source`?"),
        "{stdout}"
    );
    assert!(stdout.contains("contracts/guide.yaml:5:5"), "{stdout}");
}

#[test]
fn every_format_holds_every_finding_with_its_places() {
    let folder = shop("lint-formats");
    let (code, stdout, _) = probity(&folder, &["lint", "docs", "--format", "json"]);
    assert_eq!(code, 3);
    let json: Value = serde_json::from_str(&stdout).expect("it is JSON");
    assert_eq!((&json["version"], &json["errors"], &json["files"]), (&1.into(), &1.into(), &2.into()));
    assert_eq!(json["findings"][0]["rule"], "env/disagree");
    assert_eq!(json["findings"][0]["places"][1]["file"], "docs/use.md");
    assert_eq!(
        (&json["findings"][0]["places"][1]["line"], &json["findings"][0]["places"][1]["says"]),
        (&6.into(), &"9100".into())
    );

    let (_, stdout, _) = probity(&folder, &["lint", "docs", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&stdout).expect("it is JSON");
    let run = &sarif["runs"][0];
    assert_eq!(
        (&sarif["version"], &run["tool"]["driver"]["rules"][0]["id"]),
        (&"2.1.0".into(), &"env/disagree".into())
    );
    let result = &run["results"][0];
    assert_eq!((&result["ruleIndex"], &result["level"]), (&0.into(), &"error".into()));
    let at = |location: &Value| {
        let physical = &location["physicalLocation"];
        format!(
            "{}:{}",
            physical["artifactLocation"]["uri"].as_str().expect("a path"),
            physical["region"]["startLine"]
        )
    };
    assert_eq!(at(&result["locations"][0]), "docs/guide.md:6");
    assert_eq!(at(&result["relatedLocations"][0]), "docs/use.md:6");

    let (_, stdout, _) = probity(&folder, &["lint", "docs", "--format", "github"]);
    let mut lines = stdout.lines();
    let first = lines.next().expect("a command");
    assert!(
        first.starts_with("::error file=docs/guide.md,line=6,col=1,title=env/disagree::the value"),
        "{first}"
    );
    assert!(first.contains("%0Adocs/use.md:6:1  9100"), "{first}");
    assert_eq!(lines.next(), Some("::notice title=probity lint::1 error, 0 warnings, 0 notes"));
}

#[test]
fn bytes_that_are_no_text_are_said_and_the_rest_is_linted() {
    let folder = shop("lint-bytes");
    let mut bytes = OTHER.as_bytes().to_vec();
    bytes.splice(11..11, [0xff, 0xfe]);
    fs::write(folder.join("docs/use.md"), bytes).expect("it can be written");
    let (code, stdout, _) = probity(&folder, &["lint", "docs"]);
    assert_eq!(code, 3);
    assert!(stdout.contains("warning[text/not-utf8]") && stdout.contains("docs/use.md:1:1"), "{stdout}");
    assert!(stdout.contains("error[env/disagree]"), "{stdout}");
}

#[test]
fn a_linter_says_the_same_twice() {
    let folder = shop("lint-twice");
    for format in ["terminal", "json", "sarif", "github"] {
        let run = || probity(&folder, &["lint", ".", "--format", format]);
        assert_eq!(run(), run(), "{format}");
    }
}

#[test]
fn every_rule_is_listed_and_explained() {
    let folder = folder("lint-rules");
    let (code, stdout, _) = probity(&folder, &["list", "rules"]);
    assert_eq!(code, 0);
    let ids: Vec<&str> = stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(ids.len(), probity::prove::rules::all().count());
    for id in ids {
        let (code, stdout, _) = probity(&folder, &["explain", id]);
        assert_eq!(code, 0, "{id}");
        assert!(stdout.starts_with(&format!("rule {id}\n\nWhat it finds\n  ")), "{stdout}");
    }
}
