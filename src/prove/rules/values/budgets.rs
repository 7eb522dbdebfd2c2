//! Error budgets: what an objective leaves, by arithmetic.

use super::Rule;
use super::amounts::{self, Amount, Unit};
use super::scrape::lines;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::place::Place;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "objectives/budget-wrong",
    finds: "Error budgets that do not follow from the objective beside them.",
    why: "99.9% of a month leaves 43 minutes; who counts on more is surprised.",
    wrong: "A period may be counted in working hours.",
    find: budgets,
}];

/// Periods by their words, and how many days each has.
const PERIODS: [(&str, &[f64]); 8] = [
    ("month", &[30.0, 30.4375, 31.0, 28.0]),
    ("30 days", &[30.0]),
    ("30d", &[30.0]),
    ("quarter", &[90.0, 91.0, 91.3125, 92.0]),
    ("year", &[365.0, 365.25, 366.0]),
    ("annual", &[365.0, 365.25, 366.0]),
    ("week", &[7.0]),
    ("day", &[1.0]),
];

fn period(text: &str) -> Option<&'static [f64]> {
    let lower = text.to_lowercase();
    PERIODS.iter().find(|(word, _)| lower.contains(word)).map(|(_, days)| *days)
}

fn budgets(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for (page, _) in &corpus.pages {
        for (number, _) in lines(page) {
            let line = page.lines.line(number);
            if !line.trim_start().starts_with('|') {
                let wrong = budget(line, None);
                findings.extend(wrong.map(|wrong| of_budget(wrong, &page.lines.whole(number), line)));
            }
        }
        for table in &page.tables {
            let heads = table.head.join(" ").to_lowercase();
            let about = ["downtime", "budget"].iter().any(|word| heads.contains(word));
            for row in table.rows.iter().filter(|_| about) {
                // Each row as a sentence: the objective, then what its column says follows.
                let cells: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_str()).collect();
                let of_head = |index: usize| {
                    table.head.get(index).filter(|head| {
                        ["downtime", "budget"].iter().any(|word| head.to_lowercase().contains(word))
                    })
                };
                let objective =
                    cells.iter().find(|cell| amounts::only(cell).is_some_and(|it| is_objective(&it)));
                for (index, cell) in cells.iter().enumerate() {
                    let (Some(objective), Some(head)) = (objective, of_head(index)) else { continue };
                    let wrong = budget(&format!("{objective} budget = {cell}"), period(head));
                    findings.extend(wrong.map(|wrong| of_budget(wrong, &row.cells[index].place, cell)));
                }
            }
        }
    }
}

fn of_budget(message: String, place: &Place, line: &str) -> Finding {
    Finding::new("objectives/budget-wrong", Severity::Error, message, Noted::new(place, line.trim()))
        .next("correct the budget or the objective")
}

fn is_objective(amount: &Amount) -> bool {
    amount.unit == Unit::Percent && amount.value >= 90.0 && amount.value < 100.0
}

/// What is wrong with "99.9% = 43 minutes/month" or "a 99.9% SLO has a 0.1% error budget".
fn budget(line: &str, given: Option<&'static [f64]>) -> Option<String> {
    let lower = line.to_lowercase();
    if !["budget", "downtime", "unavailab"].iter().any(|word| lower.contains(word)) {
        return None;
    }
    let all = amounts::amounts(line);
    let objective = all.iter().find(|amount| is_objective(amount))?;
    let left = 100.0 - objective.value;
    for amount in all.iter().filter(|amount| amount.at.start > objective.at.start) {
        let text = &line[amount.at.clone()];
        let number = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let shown: f64 = text[..number].parse().ok()?;
        let decimals = text[..number].split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let about = line[..amount.at.start].trim_end().ends_with(['~', '≈']);
        let slack = 0.5001 * 0.1_f64.powi(i32::try_from(decimals).unwrap_or(0))
            + if about { 0.05 * shown } else { 0.0 };
        match amount.unit {
            Unit::Percent
                if amount.value < 10.0
                    && (amount.value - left).abs() > slack.min(0.051 * left.max(amount.value)) =>
            {
                return Some(
                    format!("{}% leaves {:.4}%, not {text}", objective.value, left).replace("000%", "%"),
                );
            }
            Unit::Seconds => {
                let next = amount.at.end;
                let tail: String = line[next..].chars().take(30).collect();
                let Some(days) = period(&tail).or(given).or_else(|| period(&line[..amount.at.start])) else {
                    continue;
                };
                let factor = amount.value / shown;
                let right = |days: &f64| (days * 86_400.0 * left / 100.0 / factor - shown).abs() <= slack;
                if shown > 0.0 && !days.iter().any(right) {
                    let minutes = days[0] * 1440.0 * left / 100.0;
                    return Some(format!(
                        "{}% of that period leaves {minutes:.1} minutes, not {text}",
                        objective.value
                    ));
                }
            }
            _ => {}
        }
    }
    None
}
