use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::args::{Lint, LintFormat};
use super::{Failure, World};
use crate::prove::{self, Corpus, Input};
use crate::report::lint;
use crate::run::ExitStatus;

/// Folders that hold what others made.
const SKIPPED: [&str; 3] = ["target", "node_modules", "vendor"];

/// Endings of files that are read.
const READ: [&str; 10] = ["md", "markdown", "yml", "yaml", "rules", "json", "env", "logql", "promql", "tmpl"];

/// Larger files are said to be too large: nobody wrote them.
const MAX_BYTES: u64 = 64 << 20;

/// Lints files and folders.
pub(super) fn lint(args: &Lint, world: &mut World) -> Result<ExitStatus, Failure> {
    let mut files = BTreeSet::new();
    for path in &args.paths {
        collect(path, world, &mut files)?;
    }
    let beside = args.paths.iter().flat_map(|path| {
        let inside = path.join("contracts");
        [Some(inside), path.parent().map(|parent| parent.join("contracts"))].into_iter().flatten()
    });
    let contracts: Vec<PathBuf> = match args.contracts.as_slice() {
        [] => beside.filter(|path| world.path(path).is_dir()).collect(),
        given => given.to_vec(),
    };
    for path in &contracts {
        collect(path, world, &mut files)?;
    }
    if files.is_empty() {
        let endings = READ.map(|ending| format!(".{ending}")).join(", ");
        world.err(&format!("nothing was linted: no file ends in one of {endings}\n"));
        return Ok(ExitStatus::Vacuous);
    }
    let inputs = files.iter().map(|path| input(path, world)).collect::<Result<Vec<_>, _>>()?;
    let found = prove::lint(&Corpus::read(inputs));
    let text = match args.format {
        LintFormat::Terminal => lint::terminal(&found, world.style()),
        LintFormat::Json => lint::json(&found),
        LintFormat::Sarif => lint::sarif(&found),
        LintFormat::Github => lint::github(&found),
    };
    world.out(&text);
    Ok(if found.findings.iter().any(|finding| finding.rule == "contract/invalid") {
        ExitStatus::Invalid
    } else if found.fails() {
        ExitStatus::Findings
    } else {
        ExitStatus::Conformant
    })
}

/// The files at a path that are read, by the names that a user would type.
fn collect(path: &Path, world: &World, files: &mut BTreeSet<PathBuf>) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::Usage(format!("{}: {error}", path.display()));
    let real = world.path(path);
    if fs::metadata(&real).map_err(failed)?.is_file() {
        files.insert(path.strip_prefix(".").unwrap_or(path).to_owned());
        return Ok(());
    }
    // The record of a run holds copies: nobody's source.
    if real.join("record.json").is_file() {
        return Ok(());
    }
    for entry in fs::read_dir(&real).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let inner = path.join(&name);
        // A link may lead anywhere, and round in a circle: what it leads to is linted where it is.
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() && !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
            collect(&inner, world, files)?;
        } else if kind.is_file() && READ.iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
            files.insert(inner.strip_prefix(".").unwrap_or(&inner).to_owned());
        }
    }
    Ok(())
}

fn input(path: &Path, world: &World) -> Result<Input, Failure> {
    let failed = |error: String| Failure::Usage(format!("{}: {error}", path.display()));
    let real = world.path(path);
    let size = fs::metadata(&real).map_err(|error| failed(error.to_string()))?.len();
    if size > MAX_BYTES {
        return Err(failed(format!("{size} bytes are more than the {MAX_BYTES} that are read of a file")));
    }
    let bytes = fs::read(&real).map_err(|error| failed(error.to_string()))?;
    let name = path.display().to_string();
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Input { name, text, damaged: None },
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let line = bytes[..good].iter().filter(|byte| **byte == b'\n').count() + 1;
            Input { name, text: String::from_utf8_lossy(bytes).into_owned(), damaged: Some(line) }
        }
    })
}
