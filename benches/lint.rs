//! Linting the five documents and everything that is deployed, beside what merely reading them costs: the Markdown parser
//! alone over the same documents, and the YAML reader alone over the same files.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use probity::contract::yaml::outline;
use probity::prove::{Corpus, Input, lint};
use pulldown_cmark::{Options, Parser};

/// The files below a folder that the linter reads, by name.
fn inputs(folder: &Path, found: &mut Vec<Input>) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path()).collect();
    entries.sort();
    for path in entries {
        let name = path.display().to_string();
        if path.is_dir() {
            inputs(&path, found);
        } else if [".md", ".yml", ".yaml", ".json", ".env", ".logql", ".tmpl"]
            .iter()
            .any(|ending| name.ends_with(ending))
        {
            found.push(Input { name, text: fs::read_to_string(&path).expect("text"), damaged: None });
        }
    }
}

fn benches(criterion: &mut Criterion) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut documents = Vec::new();
    inputs(&fixtures.join("documents"), &mut documents);
    let mut all = documents.clone();
    for folder in ["aragora", "hive", "contracts"] {
        inputs(&fixtures.join(folder), &mut all);
    }
    let mut group = criterion.benchmark_group("documents");
    group.bench_function("markdown parser alone", |bencher| {
        bencher.iter(|| {
            for input in &documents {
                black_box(Parser::new_ext(&input.text, Options::ENABLE_TABLES).into_offset_iter().count());
            }
        });
    });
    group.bench_function("linted", |bencher| {
        bencher.iter(|| lint(&Corpus::read(black_box(documents.clone()))))
    });
    group.finish();
    let mut group = criterion.benchmark_group("documents, contracts and deployed files");
    group.bench_function("yaml reader alone", |bencher| {
        bencher.iter(|| {
            for input in all.iter().filter(|input| !input.name.ends_with(".md")) {
                black_box(outline(&input.text, &input.name));
            }
        });
    });
    group.bench_function("linted", |bencher| bencher.iter(|| lint(&Corpus::read(black_box(all.clone())))));
    group.finish();
}

criterion_group!(lints, benches);
criterion_main!(lints);
