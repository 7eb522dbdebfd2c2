//! What happens in the timelines: what each series is at each step of a second, and who silences what.

/// How many timelines are played at once.
pub(super) const TIMELINES: usize = 200;

/// How many steps of a second are played.
pub(super) const STEPS: usize = 32;

/// What every series is before the play: nothing that any rule tells of.
const QUIET: u8 = 1;

/// Numbers that follow from a seed (SplitMix64).
pub(super) struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// One series: its labels as text, and its value at each step; none where it is missing.
struct Series {
    labels: String,
    values: [Option<u8>; STEPS],
}

/// Everything that is scraped.
pub(super) struct Signals(Vec<Series>);

/// What somebody does in Alertmanager.
#[derive(Debug, Clone, Copy)]
pub(super) enum Action {
    /// Silences some alerts of a timeline for so many seconds.
    Silence { matcher: (&'static str, &'static str), lasts_s: i64 },
    /// Ends the silence of a timeline.
    Expire,
}

/// An action, shortly after the evaluation of a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act {
    pub(super) step: i64,
    pub(super) timeline: usize,
    pub(super) action: Action,
}

impl Signals {
    pub(super) fn new(seed: u64) -> Signals {
        let mut all = Vec::new();
        for timeline in 0..TIMELINES {
            let mut chance = Chance(seed.wrapping_mul(1_000_003).wrapping_add(timeline as u64));
            let team = chance.pick(&["a", "b", "c", "d"]);
            for instance in &["a", "b", "c"][..[1, 1, 1, 2, 2, 3][chance.below(6)]] {
                let zone = ["", ",zone=\"eu\"", ",zone=\"us \\\"1\\\"\""][chance.below(3)];
                let labels = format!("timeline=\"{timeline}\",team=\"{team}\",instance=\"{instance}\"{zone}");
                all.push(Series { labels, values: walk(&mut chance) });
            }
        }
        Signals(all)
    }

    /// What is scraped at a step; before the play all is quiet, after it all stays as it was.
    pub(super) fn exposition(&self, step: Option<usize>) -> String {
        let mut text = String::from("# TYPE signal gauge\n");
        for series in &self.0 {
            let value = step.map_or(Some(QUIET), |step| series.values[step.min(STEPS - 1)]);
            if let Some(value) = value {
                text.push_str(&format!("signal{{{}}} {value}\n", series.labels));
            }
        }
        text
    }
}

/// Values that hold for a while: mostly quiet ones, 0 to 4, or none.
fn walk(chance: &mut Chance) -> [Option<u8>; STEPS] {
    let mut held = Some(QUIET);
    let calm = 4 + chance.below(8);
    [(); STEPS].map(|()| {
        if chance.below(calm) == 0 {
            held = [Some(0), Some(1), Some(1), Some(2), Some(3), Some(3), Some(4), None][chance.below(8)];
        }
        held
    })
}

/// A tenth of the timelines is silenced before the start, a tenth later; some of these silences are ended early.
pub(super) fn acts(seed: u64) -> Vec<Act> {
    let mut all = Vec::new();
    for timeline in 0..TIMELINES {
        let mut chance = Chance(seed.wrapping_mul(7_000_003).wrapping_add(timeline as u64));
        let step = match timeline % 10 {
            3 => -1 - chance.below(2) as i64,
            7 => 3 + chance.below(STEPS / 2) as i64,
            _ => continue,
        };
        let matchers =
            [("alertname", ".+"), ("severity", "warning|critical"), ("instance", "a"), ("zone", "")];
        let (matcher, lasts_s) = (matchers[chance.below(4)], 4 + chance.below(14) as i64);
        all.push(Act { step, timeline, action: Action::Silence { matcher, lasts_s } });
        if chance.below(3) == 0 {
            let step = step + 1 + chance.below(lasts_s as usize - 2) as i64;
            all.push(Act { step, timeline, action: Action::Expire });
        }
    }
    all.sort_by_key(|act| act.step);
    all
}
