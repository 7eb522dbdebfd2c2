//! Two generations of Prometheus, and where this machine has them: 2.42 is Debian stable's and comes by apt, 3.5 is
//! Debian testing's, which `.ci/engines` unpacks below the target folder.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use probity::promql::Dialect;

/// Where stable's programs may be.
const STABLE: [&str; 3] = ["/usr/bin", "/usr/sbin", "/usr/local/bin"];

/// Where testing's are, below the folder of `.ci/engines`.
const TESTING: &str = "forky/usr/bin";

/// Whose rules a program follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generation {
    /// 2.42
    V2,
    /// 3.5
    V3,
}

impl Generation {
    pub(crate) const fn dialect(self) -> Dialect {
        match self {
            Generation::V2 => Dialect::V2,
            Generation::V3 => Dialect::V3,
        }
    }

    /// What its programs say of themselves.
    const fn version(self) -> &'static str {
        match self {
            Generation::V2 => "version 2.42.",
            Generation::V3 => "version 3.5.",
        }
    }

    /// Where one of its programs is. One that is missing, or of another release, is said aloud and fails the test in
    /// CI. The release of what is not `prometheus` or `promtool` is nobody's concern.
    pub(crate) fn find(self, program: &str) -> Option<PathBuf> {
        let folders = match self {
            Generation::V2 => STABLE.map(PathBuf::from).to_vec(),
            Generation::V3 => vec![engines().join(TESTING)],
        };
        let paths: Vec<PathBuf> = folders.iter().map(|folder| folder.join(program)).collect();
        let Some(path) = paths.iter().find(|path| path.is_file()) else {
            return missing(&format!("{program} of {self:?} is not at {paths:?}"));
        };
        if ["prometheus", "promtool"].contains(&program) {
            let said = says(path);
            if !said.contains(self.version()) {
                return missing(&format!("{} is not {}: {said}", path.display(), self.version()));
            }
        }
        Some(path.clone())
    }
}

/// What a program prints when it is asked for its version: 2.42's promtool says it on stderr.
fn says(path: &Path) -> String {
    match Command::new(path).arg("--version").output() {
        Ok(output) => {
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
        }
        Err(error) => error.to_string(),
    }
}

/// The folder that `.ci/engines` fills, or another one that PROBITY_ENGINES names.
#[expect(clippy::disallowed_methods, reason = "a developer says where the engines are")]
fn engines() -> PathBuf {
    let target =
        Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("cargo's folder lies in the target folder");
    std::env::var_os("PROBITY_ENGINES").map_or_else(|| target.join("engines"), PathBuf::from)
}

#[expect(clippy::disallowed_methods, reason = "CI says that it is CI")]
fn missing(why: &str) -> Option<PathBuf> {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "{why}: .ci/run and .ci/engines put it there"
    );
    let said = format!("\nNOT TESTED: {why} (.ci/engines fetches testing's, apt has stable's)\n");
    std::io::stderr().write_all(said.as_bytes()).expect("stderr is there");
    None
}
