//! `probity test rules` against `promtool test rules` of two generations: rule files and test files by chance, each once
//! expecting nothing, so that both tell everything that came, and once expecting what came here, so that both must be
//! content.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::daemon::folder;
use super::engines::Generation;
use super::promql_promtool::Chance;
use super::rules::{Bundle, Expect, Got, Key, Said, differences, may_be_expected, ours, theirs};

const SEED: u64 = 20_260_501;

/// How many test files of a generation are compared at least.
const FILES: usize = 200;

/// How many rule files, with one or two test files each, share one run of either program.
const BUNDLES: usize = 20;

/// Another run's seed.
#[expect(clippy::disallowed_methods, reason = "a developer asks for other rules")]
fn seed() -> u64 {
    let given = std::env::var("PROBITY_SEED").ok();
    given.map_or(SEED, |given| given.parse().expect("PROBITY_SEED is a whole number"))
}

/// What came of a generation's files.
#[derive(Default)]
struct Tally {
    files: usize,
    cases: usize,
    rules_failed: usize,
    content: usize,
    differences: Vec<String>,
}

fn told(said: &Said) -> BTreeMap<(String, Key), Got> {
    let files = said.files.iter();
    let cases = files.flat_map(|(file, said)| said.cases.iter().map(move |(key, got)| ((file, key), got)));
    let usable = cases.filter(|(_, got)| may_be_expected(got));
    usable.map(|((file, key), got)| ((file.clone(), key.clone()), got.clone())).collect()
}

/// One run over some bundles, and another that expects what the first told.
fn compare(generation: Generation, promtool: &Path, folder: &Path, bundles: &[Bundle], tally: &mut Tally) {
    let probity = Path::new(env!("CARGO_BIN_EXE_probity"));
    let files: Vec<String> = bundles.iter().flat_map(Bundle::files).map(str::to_owned).collect();
    let both = |expect: &Expect<'_>| {
        bundles.iter().for_each(|bundle| bundle.write(folder, expect));
        (ours(probity, generation, folder, &files), theirs(promtool, folder, &files))
    };
    let (our, their) = both(&Expect::Nothing);
    let found = differences(&files, &our, &their);
    tally.files += files.len();
    tally.cases += their.files.values().map(|said| said.cases.len()).sum::<usize>();
    tally.rules_failed += their.files.values().filter(|said| !said.rules.is_empty()).count();
    if !found.is_empty() {
        tally.differences.extend(found);
        return;
    }
    let told = told(&our);
    let (our, their) = both(&Expect::What(&told));
    tally.content += their.files.values().filter(|said| !said.failed).count();
    tally.differences.extend(differences(&files, &our, &their));
}

fn same_as(generation: Generation) {
    let Some(promtool) = generation.find("promtool") else { return };
    let seed = seed();
    let mut chance = Chance(seed);
    let mut tally = Tally::default();
    for part in 0.. {
        let folder = folder(&format!("rules-{generation:?}-{part}"));
        let bundles: Vec<Bundle> =
            (0..BUNDLES).map(|number| Bundle::new(&mut chance, generation, number)).collect();
        compare(generation, &promtool, &folder, &bundles, &mut tally);
        if tally.files >= FILES || !tally.differences.is_empty() {
            let mut text = String::new();
            for difference in &tally.differences {
                writeln!(text, "{}/{difference}", folder.display()).expect("a string takes everything");
            }
            assert!(text.is_empty(), "{generation:?}, seed {seed}:\n{text}");
            break;
        }
    }
    let Tally { files, cases, rules_failed, content, .. } = tally;
    // A file that says nothing proves nothing: most tell much, some end early, many can be contented.
    assert!(cases > 4 * files, "{cases} expectations of {files} files");
    assert!(
        (files / 20..files / 2).contains(&rules_failed),
        "rules failed in {rules_failed} of {files} files"
    );
    assert!(content > files / 4, "{content} of {files} files are content with what came");
}

#[test]
fn rules_come_to_the_same_as_with_promtool_of_stable() {
    same_as(Generation::V2);
}

#[test]
fn rules_come_to_the_same_as_with_promtool_of_testing() {
    same_as(Generation::V3);
}
