//! Runs a target over its inputs, each in time and without a panic, and makes small what fails.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use super::bend::{Bender, Words};
use super::generate::Chance;

const SEED: u64 = 20_261_125;

/// How long a target runs where nothing else is said.
const SECONDS: u64 = 2;

/// The longest that one input may keep a processor. Builds are unoptimised.
const DEADLINE: Duration = Duration::from_secs(5);

/// After how long an input is given up; processors may be busy with other things.
const GIVEN_UP: Duration = Duration::from_secs(90);

/// The stack of a test's thread, and of those that evaluate.
const STACK: usize = 2 << 20;

/// The most that the process may ever have held: far above what all targets need together.
const MEMORY_KB: u64 = 3 << 20;

/// How often a failing input is tried with a part left out.
const SHRINKS: usize = 1_000;

/// How long that may take.
const SHRINKING: Duration = Duration::from_secs(20);

/// What is fed, and what must hold.
pub(crate) struct Target {
    /// The name of the file that a crash leaves behind.
    pub(crate) name: &'static str,
    /// What inputs are bent from.
    pub(crate) corpus: &'static [&'static str],
    /// What is put in.
    pub(crate) words: Words,
    /// An input that owes nothing to the corpus, once in a while.
    pub(crate) fresh: Option<fn(&mut Chance) -> String>,
    /// Whether an input was accepted; an error says what does not hold.
    pub(crate) check: fn(&str) -> Result<bool, String>,
}

#[expect(clippy::disallowed_methods, reason = "a developer asks for other inputs, or for more")]
fn given(name: &str, default: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(default, |given| given.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}

#[expect(clippy::disallowed_methods, reason = "hangs are real, and have no clock of ours")]
fn now() -> Instant {
    Instant::now()
}

/// Why an input fails; `None` if it does not.
fn failure(target: &Target, input: &str) -> (bool, Option<String>) {
    match catch_unwind(AssertUnwindSafe(|| (target.check)(input))) {
        Ok(Ok(accepted)) => (accepted, None),
        Ok(Err(broken)) => (false, Some(broken)),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or(panic.downcast_ref::<&str>().copied()).unwrap_or("without a word");
            (false, Some(format!("panicked: {said}")))
        }
    }
}

/// What the thread that tries inputs says of them.
enum News {
    Tries(String),
    Fails(String, String),
    Done(usize, usize),
}

/// Feeds a target until its time is over.
#[expect(clippy::print_stdout, reason = "the seed is shown with a failure")]
pub(crate) fn run(target: &'static Target) {
    let seconds = given("PROBITY_FUZZ_SECONDS", SECONDS);
    let seed = given("PROBITY_SEED", SEED);
    println!("{}: PROBITY_SEED={seed}, {seconds} s", target.name);
    let (news, heard) = channel();
    let work = move || feed(target, seed, Duration::from_secs(seconds), &news);
    let worker = thread::Builder::new().name(target.name.to_owned()).stack_size(STACK).spawn(work);
    let worker = worker.expect("a thread can be started");
    let mut trying = String::new();
    loop {
        match heard.recv_timeout(GIVEN_UP) {
            Ok(News::Tries(input)) => trying = input,
            Ok(News::Fails(input, why)) => panic!("{}: {why}\n{}", target.name, shown(&input)),
            Ok(News::Done(tried, accepted)) => {
                println!("{}: {tried} inputs, {accepted} of them accepted", target.name);
                break;
            }
            Err(RecvTimeoutError::Timeout) => {
                panic!("{}: not done after {GIVEN_UP:?}\n{}", target.name, shown(&trying));
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    worker.join().expect("the thread that tried inputs came to its end");
}

fn shown(input: &str) -> String {
    let start: String = input.chars().take(20_000).collect();
    format!("--- {} bytes\n{start}\n---\n{start:?}", input.len())
}

fn feed(target: &'static Target, seed: u64, length: Duration, news: &Sender<News>) {
    let mut left_behind = LeftBehind::new(target.name).expect("the target's folder can be written to");
    let mut bender = Bender::new(Chance(seed), target.corpus, target.words);
    let begun = now();
    let (mut tried, mut accepted) = (0, 0);
    // The corpus first, as it is.
    while tried < target.corpus.len() || begun.elapsed() < length {
        let input = match (target.corpus.get(tried), target.fresh) {
            (Some(known), _) => (*known).to_owned(),
            (None, Some(fresh)) if bender.chance.one_in(4) => fresh(&mut bender.chance),
            _ => bender.input(),
        };
        tried += 1;
        left_behind.keep(&input).expect("the target's folder can be written to");
        let _ = news.send(News::Tries(input.clone()));
        let started = worked().unwrap_or_default();
        let (taken, mut why) = failure(target, &input);
        let took = worked().unwrap_or_default().saturating_sub(started);
        accepted += usize::from(taken);
        if why.is_some() {
            let (input, why) = smaller(target, input, why.unwrap_or_default());
            let _ = news.send(News::Fails(input, why));
            return;
        }
        if took > DEADLINE {
            why = Some(format!("took {took:?}"));
        } else if let Some(peak) = peak_memory_kb().filter(|peak| *peak > MEMORY_KB) {
            why = Some(format!("the process held {peak} kB during this or what ran beside it"));
        }
        if let Some(why) = why {
            let _ = news.send(News::Fails(input, why));
            return;
        }
        if taken {
            bender.learn(input);
        }
    }
    let _ = fs::remove_file(&left_behind.path);
    let _ = news.send(News::Done(tried, accepted));
}

/// Where the input is found that ended the process.
struct LeftBehind {
    path: PathBuf,
    file: File,
}

impl LeftBehind {
    fn new(name: &str) -> io::Result<LeftBehind> {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}.txt"));
        Ok(LeftBehind { file: File::create(&path)?, path })
    }

    /// Held open: a file that is truncated and closed each time waits for the disk each time.
    fn keep(&mut self, input: &str) -> io::Result<()> {
        self.file.rewind()?;
        self.file.write_all(input.as_bytes())?;
        self.file.set_len(input.len() as u64)
    }
}

/// How long this thread has had a processor, where the machine says so: the time that passes says more of what runs
/// beside it.
fn worked() -> Option<Duration> {
    let times = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    times.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// The most memory that this process has held, where the machine says so.
fn peak_memory_kb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.split_whitespace().next()?.parse().ok()
}

/// Leaves out whatever is not needed to fail: first large parts, then small ones.
fn smaller(target: &Target, mut input: String, mut why: String) -> (String, String) {
    let begun = now();
    let mut tries = 0;
    let mut part = input.len() / 2;
    while part > 0 {
        let mut at = 0;
        let mut shorter = false;
        while at < input.len() {
            if tries == SHRINKS || begun.elapsed() > SHRINKING {
                return (input, why);
            }
            let end =
                (at + part..=input.len()).find(|end| input.is_char_boundary(*end)).unwrap_or(input.len());
            let without = format!("{}{}", &input[..at], &input[end..]);
            tries += 1;
            match failure(target, &without) {
                (_, Some(still)) => (input, why, shorter) = (without, still, true),
                (_, None) => at = end,
            }
        }
        part = if shorter { part.min(input.len() / 2) } else { part / 2 };
    }
    (input, why)
}
