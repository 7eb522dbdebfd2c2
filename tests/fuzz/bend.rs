//! Bends inputs: parts of others put in, words taken out, doubled, nested and repeated, numbers made extreme.

use super::generate::Chance;

/// Nothing is made longer than this.
const LONGEST: usize = 48 << 10;

/// How many accepted inputs are kept to be bent again.
const KEPT: usize = 400;

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "9",
    "10",
    "127",
    "128",
    "255",
    "400",
    "1000",
    "65536",
    "1000000",
    "2147483647",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "99999999999999999999999999",
    "1e308",
    "1e309",
    "-1e-320",
    "0.1",
    "0x7fffffffffffffff",
    "1e18",
    "NaN",
    "+Inf",
    "-Inf",
];

/// What a target's inputs are made of.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    /// Words to put in.
    pub(crate) words: &'static [&'static str],
    /// What can be put around a part, any number of times.
    pub(crate) around: &'static [(&'static str, &'static str)],
}

/// Makes inputs of others.
pub(crate) struct Bender {
    pub(crate) chance: Chance,
    corpus: &'static [&'static str],
    learnt: Vec<String>,
    words: Words,
}

impl Bender {
    pub(crate) fn new(chance: Chance, corpus: &'static [&'static str], words: Words) -> Bender {
        Bender { chance, corpus, learnt: Vec::new(), words }
    }

    /// Keeps an input to be bent again.
    pub(crate) fn learn(&mut self, input: String) {
        if input.len() > 4096 && !self.chance.one_in(8) {
            return;
        }
        if self.learnt.len() < KEPT {
            self.learnt.push(input);
        } else {
            let place = self.chance.below(KEPT);
            self.learnt[place] = input;
        }
    }

    fn known(&mut self) -> String {
        if self.learnt.is_empty() || self.chance.one_in(2) {
            self.chance.pick(self.corpus).to_owned()
        } else {
            let place = self.chance.below(self.learnt.len());
            self.learnt[place].clone()
        }
    }

    /// A known input, bent once or a few times.
    pub(crate) fn input(&mut self) -> String {
        let mut text = self.known();
        for _ in 0..=self.chance.below(3) {
            text = self.bent(text);
            if text.len() > LONGEST {
                let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
                text.truncate(end);
            }
        }
        text
    }

    fn bent(&mut self, text: String) -> String {
        let words = split(&text);
        let chance = &mut self.chance;
        if words.is_empty() {
            return chance.pick(self.words.words).to_owned();
        }
        let (from, to) = (chance.below(words.len()), chance.below(words.len()));
        let (from, to) = (from.min(to), from.max(to) + 1);
        let to = to.min(from + 1 + chance.below(12));
        let (before, part, after) = (words[..from].concat(), words[from..to].concat(), words[to..].concat());
        match chance.below(13) {
            0 => format!("{before}{after}"),
            1 => format!("{before}{part}{part}{after}"),
            2 | 3 => format!("{before}{}{part}{after}", chance.pick(self.words.words)),
            4 => format!("{before}{}{after}", chance.pick(self.words.words)),
            5 => {
                let most = if chance.one_in(4) { 500 } else { 4 };
                let times = 1 + chance.below(most);
                let (open, close) = self.words.around[chance.below(self.words.around.len())];
                format!("{before}{}{part}{}{after}", open.repeat(times), close.repeat(times))
            }
            6 => {
                let most = if chance.one_in(6) { 3000 } else { 12 };
                let times = chance.below(most).min(LONGEST / part.len().max(1));
                format!("{before}{}{after}", part.repeat(times))
            }
            7 | 8 => number(chance, &words),
            9 => flipped(chance, text),
            10 => lines(chance, &text),
            _ => {
                let other = self.known();
                let other = split(&other);
                let (from, to) = (self.chance.below(other.len() + 1), self.chance.below(other.len() + 1));
                let piece = other[from.min(to)..from.max(to)].concat();
                format!("{before}{piece}{after}")
            }
        }
    }
}

/// One of the numbers is made another.
fn number(chance: &mut Chance, words: &[&str]) -> String {
    let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    let places: Vec<usize> = (0..words.len()).filter(|place| is_number(&words[*place])).collect();
    let mut words = words.to_vec();
    if !places.is_empty() {
        words[places[chance.below(places.len())]] = chance.pick(NUMBERS);
    }
    words.concat()
}

fn flipped(chance: &mut Chance, text: String) -> String {
    let mut bytes = text.into_bytes();
    for _ in 0..=chance.below(3) {
        let place = chance.below(bytes.len().max(1));
        if let Some(byte) = bytes.get_mut(place) {
            *byte = if chance.one_in(2) { *byte ^ (1 << chance.below(8)) } else { chance.below(256) as u8 };
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A line is taken out, doubled, moved or indented.
fn lines(chance: &mut Chance, text: &str) -> String {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let (one, other) = (chance.below(lines.len()), chance.below(lines.len()));
    match chance.below(5) {
        0 => drop(lines.remove(one)),
        1 => lines.insert(other, lines[one].clone()),
        2 => lines.swap(one, other),
        3 => lines[one].insert_str(0, "  "),
        _ => lines[one] = lines[one].trim_start().to_owned(),
    }
    lines.join("\n")
}

/// Names, runs of digits, and every other character alone.
fn split(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        '0'..='9' => 1,
        _ if c.is_alphanumeric() || c == '_' => 2,
        _ => 0,
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut last = 0;
    for (at, c) in text.char_indices() {
        // Digits within a name belong to it.
        let this = if last == 2 && class(c) == 1 { 2 } else { class(c) };
        if at > 0 && (this == 0 || this != last) {
            words.push(&text[start..at]);
            start = at;
        }
        last = this;
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}
