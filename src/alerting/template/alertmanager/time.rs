//! Times of alerts.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::functions::Call;
use super::super::value::{Time, Value};
use super::super::zones::zone_rule;

/// What follows where nobody knows the time.
const TIMELESS: &str = "no time here";

pub(super) fn date(call: &Call<'_>) -> Result<Value, String> {
    Ok(time(call, 1).format(call.text(0)).into())
}

pub(super) fn now(call: &Call<'_>) -> Result<Value, String> {
    Ok(Value::Time(Time::from_nanos(call.world.now().ok_or(TIMELESS)?)))
}

pub(super) fn since(call: &Call<'_>) -> Result<Value, String> {
    let now = Time::from_nanos(call.world.now().ok_or(TIMELESS)?);
    Ok(Value::Duration(now.since(&time(call, 0))))
}

/// The same time as a place's clocks show it.
pub(super) fn tz(call: &Call<'_>) -> Result<Value, String> {
    let (name, time) = (call.text(0), time(call, 1));
    // Whose clock `Local` is must not depend on the machine.
    if matches!(name, "" | "UTC" | "Local") {
        return Ok(Value::Time(time.in_zone(0, "UTC")));
    }
    let rule = zone_rule(name).and_then(|rule| TimeZone::posix(rule).ok());
    let rule = rule.ok_or_else(|| format!("unknown time zone {name}"))?;
    let at = Timestamp::from_second(time.seconds()).unwrap_or(Timestamp::MIN);
    let info = rule.to_offset_info(at);
    Ok(Value::Time(time.in_zone(info.offset().seconds(), info.abbreviation())))
}

fn time(call: &Call<'_>, place: usize) -> Time {
    match call.value(place) {
        Value::Time(time) => time.clone(),
        _ => Time::from_nanos(0),
    }
}
