//! Sentences of what belongs to no single trial: wakes while recordings sound, and what devices send by themselves.

use earwitness_base::words::{counted, duration};

use super::idle::{IdleResults, Period};
use super::misactivations::{MisactivationResults, Rate};
use super::words::number;

/// Most periods that a sentence names.
const NAMED: usize = 4;

/// How often a device woke while a recording sounded.
#[must_use]
pub fn woke(it: &MisactivationResults) -> String {
    let MisactivationResults { device, condition, wakes, hours, playings, .. } = it;
    let (Some(per_hour), Some(_)) = (it.per_hour.rate, it.per_hour.low) else {
        return format!("Whether {device} woke under {condition} is not known: it could not be seen.");
    };
    let ends = |rate: &Rate| match (rate.low, rate.high) {
        (Some(low), Some(high)) => format!("{} to {}", number(low), number(high)),
        _ => "no interval".to_owned(),
    };
    let words = it.per_10000_words.rate.map_or_else(
        || "of how many words is not known".to_owned(),
        |rate| format!("{} per 10,000 words ({})", number(rate), ends(&it.per_10000_words)),
    );
    let percent = |share: f64| format!("{:.0}", 100.0 * share);
    let again = it.again.map_or_else(String::new, |again| {
        let interval = it
            .again_low
            .zip(it.again_high)
            .map_or_else(String::new, |(low, high)| format!(" (95 % interval {} to {} %)", percent(low), percent(high)));
        format!("; where it had woken it woke again in {} % of repeats{interval}", percent(again))
    });
    let played = match playings {
        1 => "a recording that was played once".to_owned(),
        many => format!("a recording that was played {many} times"),
    };
    let count = if *wakes == 0 { "did not wake".to_owned() } else { format!("woke {}", counted(*wakes, "time", "times")) };
    format!(
        "{device} {count} in {} h of {condition} without being called: {} an hour (95 % interval {}), {words}{again}, measured with {played}, which says nothing of others.",
        number(*hours),
        number(per_hour),
        ends(&it.per_hour),
    )
}

/// In which periods a device sends by itself.
#[must_use]
pub fn by_itself(it: &IdleResults) -> String {
    let IdleResults { device, bursts, periods, unexplained, .. } = it;
    let watched = duration(nanos(it.watched_seconds));
    if it.watched_seconds <= 0.0 {
        return format!("What {device} sends by itself is not known: it could not be seen.");
    }
    if *bursts == 0 {
        return format!("{device} sent nothing by itself in {watched}.");
    }
    if periods.is_empty() {
        return format!("No period is shown in {} of {device} by itself in {watched}.", counted(*bursts, "burst", "bursts"));
    }
    // Those that come most often, from the shortest on.
    let mut most: Vec<&Period> = periods.iter().collect();
    most.sort_by_key(|it| std::cmp::Reverse(it.bursts));
    let named = |it: &&Period| most.iter().take(NAMED).any(|other| std::ptr::eq(*other, *it));
    let each: Vec<String> = periods
        .iter()
        .filter(named)
        .map(|it| {
            let count = counted(it.bursts, "time", "times");
            format!("every {} ({:.0} octets, {count})", duration(nanos(it.seconds)), it.octets.median)
        })
        .collect();
    let more = periods.len().saturating_sub(NAMED) as u64;
    let more = if more == 0 { String::new() } else { format!(", and in {}", counted(more, "further period", "further periods")) };
    let looked_at = *bursts - it.left_out;
    let share = it.unexplained_share.map_or_else(String::new, |share| format!(" ({:.1} %)", 100.0 * share));
    format!(
        "{device} sends by itself {}{more}; {unexplained} of {looked_at} bursts{share} keep no period, measured over {watched}.",
        listed(&each)
    )
}

/// `a, b and c`.
fn listed(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float that is too large becomes the largest integer")]
fn nanos(seconds: f64) -> i64 {
    // From a minute on in whole seconds, from an hour on in whole minutes.
    let unit = match seconds {
        ..60.0 => 1e-3,
        ..3_600.0 => 1.0,
        _ => 60.0,
    };
    (seconds / unit).round() as i64 * (unit * 1e9) as i64
}
