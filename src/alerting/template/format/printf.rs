//! The language of format strings.

use super::super::value::Value;
use super::printer::{Flags, Printer};

/// Go refuses widths, precisions and argument numbers beyond it.
const MOST: usize = 1_000_000;

struct State<'a> {
    args: &'a [Value],
    next: usize,
    /// Whether arguments were named by number, which ends the counting of extra ones.
    reordered: bool,
    /// Whether the last number was one that there is.
    good: bool,
}

/// `fmt.Sprintf`.
pub(super) fn run(layout: &str, args: &[Value]) -> Result<String, String> {
    let mut printer = Printer::new();
    let mut state = State { args, next: 0, reordered: false, good: true };
    let mut rest = layout;
    while let Some(start) = rest.find('%') {
        if printer.is_full() {
            break;
        }
        printer.push_str(rest.get(..start).unwrap_or_default());
        rest = verb(rest.get(start + 1..).unwrap_or_default(), &mut printer, &mut state);
    }
    printer.push_str(rest);
    if !state.reordered && state.next < args.len() {
        printer.flags = Flags::default();
        printer.push_str("%!(EXTRA ");
        for (i, arg) in args.iter().enumerate().skip(state.next) {
            if i > state.next {
                printer.push_str(", ");
            }
            if matches!(arg, Value::Nil) {
                printer.push_str("<nil>");
            } else {
                printer.push_str(arg.type_name());
                printer.push('=');
                printer.arg(arg, 'v');
            }
        }
        printer.push(')');
    }
    printer.finish()
}

/// One verb, whose `%` is past; yields what follows it.
fn verb<'l>(mut rest: &'l str, printer: &mut Printer, state: &mut State<'_>) -> &'l str {
    printer.flags = Flags::default();
    state.good = true;
    rest = flags(rest, &mut printer.flags);
    let mut after_index = false;
    rest = argument_number(rest, state, &mut after_index);
    if let Some(after) = rest.strip_prefix('*') {
        rest = after;
        match star(state) {
            Some(width) => {
                printer.flags.width = Some(width.unsigned_abs());
                if width < 0 {
                    printer.flags.minus = true;
                    printer.flags.zero = false;
                }
            }
            None => printer.push_str("%!(BADWIDTH)"),
        }
        after_index = false;
    } else {
        let (width, after) = number(rest);
        printer.flags.width = width;
        if after_index && width.is_some() {
            state.good = false;
        }
        rest = after;
    }
    if let Some(after) = rest.strip_prefix('.') {
        if after_index {
            state.good = false;
        }
        rest = precision(after, printer, state, &mut after_index);
    }
    if !after_index {
        rest = argument_number(rest, state, &mut after_index);
    }
    let Some(verb) = rest.chars().next() else {
        printer.push_str("%!(NOVERB)");
        return rest;
    };
    print(verb, printer, state);
    rest.get(verb.len_utf8()..).unwrap_or_default()
}

fn flags<'l>(mut rest: &'l str, flags: &mut Flags) -> &'l str {
    while let Some(c) = rest.chars().next() {
        match c {
            '#' => flags.sharp = true,
            '0' => flags.zero = true,
            '+' => flags.plus = true,
            '-' => flags.minus = true,
            ' ' => flags.space = true,
            _ => break,
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    if flags.minus {
        flags.zero = false;
    }
    rest
}

fn precision<'l>(
    rest: &'l str,
    printer: &mut Printer,
    state: &mut State<'_>,
    after_index: &mut bool,
) -> &'l str {
    let rest = argument_number(rest, state, after_index);
    let Some(after) = rest.strip_prefix('*') else {
        let (precision, after) = number(rest);
        printer.flags.precision = Some(precision.unwrap_or(0));
        return after;
    };
    match star(state) {
        // A negative precision is none.
        Some(precision) => printer.flags.precision = usize::try_from(precision).ok(),
        None => printer.push_str("%!(BADPREC)"),
    }
    *after_index = false;
    after
}

fn print(verb: char, printer: &mut Printer, state: &mut State<'_>) {
    let arg = state.args.get(state.next);
    match arg {
        _ if verb == '%' => printer.push('%'),
        _ if !state.good => {
            printer.push_str("%!");
            printer.push(verb);
            printer.push_str("(BADINDEX)");
        }
        None => {
            printer.push_str("%!");
            printer.push(verb);
            printer.push_str("(MISSING)");
        }
        Some(arg) => {
            if verb == 'v' {
                printer.flags.sharp_v = std::mem::take(&mut printer.flags.sharp);
                printer.flags.plus_v = std::mem::take(&mut printer.flags.plus);
            }
            if verb == 'w' {
                printer.bad_verb(arg, verb)
            } else {
                printer.arg(arg, verb)
            }
            state.next += 1;
        }
    }
}

/// Digits; a number that was too large before its last digit ends the format, as in Go.
fn number(rest: &str) -> (Option<usize>, &str) {
    let mut value: Option<usize> = None;
    for (i, c) in rest.char_indices() {
        let Some(digit) = c.to_digit(10) else {
            return (value, rest.get(i..).unwrap_or_default());
        };
        let before = value.unwrap_or(0);
        if before > MOST {
            return (None, "");
        }
        value = Some(before * 10 + digit as usize);
    }
    (value, "")
}

/// The argument that a `*` stands for.
fn star(state: &mut State<'_>) -> Option<isize> {
    let arg = state.args.get(state.next)?;
    state.next += 1;
    match arg {
        Value::Int(value, _) | Value::Duration(value) => {
            isize::try_from(*value).ok().filter(|value| value.unsigned_abs() <= MOST)
        }
        _ => None,
    }
}

/// `[3]`: the argument to go on with.
fn argument_number<'l>(rest: &'l str, state: &mut State<'_>, found: &mut bool) -> &'l str {
    let Some(inner) = rest.strip_prefix('[') else { return rest };
    state.reordered = true;
    let Some((digits, after)) = inner.split_once(']') else {
        state.good = false;
        return inner;
    };
    let all_digits = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    match number(digits).0 {
        Some(number) if all_digits && (1..=state.args.len()).contains(&number) => {
            state.next = number - 1;
            *found = true;
        }
        _ => state.good = false,
    }
    after
}
