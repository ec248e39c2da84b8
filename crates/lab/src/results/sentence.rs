//! The one sentence that answers the first question of a plan. It says no more than is shown: what is not shown is not said to be absent.

use super::contrast::ContrastResults;
use super::copies::CopiesResults;
use super::describe::{DeviceResults, Estimate};
use super::dose::{Cutoff, DoseResults};
use super::equivalence::{Claim, EquivalenceResults};
use super::methods::Methods;
use super::plan::{LEVEL, Mean};
use super::shape::Answered;
use super::trial::Quantity;
use super::words::{chance, number};

/// The sentence.
pub(super) fn sentence(answered: Answered<'_>, methods: &Methods) -> String {
    let (said, nights) = match answered {
        Answered::Mean(it, found) => (mean(it, &found), found.nights),
        Answered::Contrast(it) => (contrast(it, methods), it.nights),
        Answered::Equivalence(it) => (equivalence(it, methods), it.nights),
        Answered::Dose(it) => (dose(it), it.nights),
    };
    format!("{said}, {}.", scope(nights))
}

fn scope(nights: u64) -> String {
    match nights {
        0 => "which no night shows".to_owned(),
        1 => "measured in one night, which says nothing of others".to_owned(),
        nights => format!("measured over {nights} nights"),
    }
}

/// The sentence where nothing is asked: what a device sent under a condition.
pub(super) fn sent(condition: &str, device: &DeviceResults) -> String {
    let DeviceResults { name, seconds, uploads, .. } = device;
    let Some(mean) = seconds.estimate else {
        return format!("What {name} sent under {condition} is not known.");
    };
    let interval = ends(seconds);
    let each = if seconds.n == 1 { "in one trial" } else { "a trial" };
    let with = format!("with an upload in {} of {}", uploads.some, uploads.all);
    format!("{name} sent {} s of sound {each}{interval} under {condition}, {with}, {}.", number(mean), scope(seconds.nights))
}

/// Its interval, if it has one.
fn ends(it: &Estimate) -> String {
    match (it.low, it.high) {
        (Some(low), Some(high)) => format!(" (95 % interval {} to {} s)", number(low), number(high)),
        _ => String::new(),
    }
}

fn mean(it: &Mean, found: &Estimate) -> String {
    let Mean { condition, device, quantity, .. } = it;
    let (what, unit) = words(*quantity);
    match found.estimate {
        None => format!("The traffic does not tell how much {what} {device} sent under {condition}"),
        Some(value) => {
            let trials = if found.n == 1 { "in one trial" } else { "a trial on average" };
            format!("{device} sent {}{unit} of {what} {trials}{} under {condition}", number(value), ends(found))
        }
    }
}

/// What is sent, and its unit.
fn words(quantity: Quantity) -> (&'static str, &'static str) {
    match quantity {
        Quantity::Seconds => ("seconds of sound", " s"),
        Quantity::SecondsOfUploads => ("seconds of sound in trials with an upload", " s"),
        Quantity::Octets => ("octets", " octets"),
        Quantity::PreRollSeconds => ("sound from before the wake word", " s"),
        Quantity::TailSeconds => ("sound from after the end", " s"),
        Quantity::Uploads => ("uploads a trial", ""),
        Quantity::Uploaded => ("often", ""),
    }
}

/// The p-value after all tests of the report.
fn adjusted(p: Option<f64>, methods: &Methods) -> String {
    let all = if methods.tests > 1 { format!(", adjusted for {} tests", methods.tests) } else { String::new() };
    p.map_or_else(|| "not tested".to_owned(), |p| format!("{}{all}", chance(p)))
}

/// An interval in words.
fn interval(low: Option<f64>, high: Option<f64>, unit: &str, percent: u32) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("{percent} % interval {} to {}{unit}", number(low), number(high)),
        (Some(low), None) => format!("{percent} % interval from {}{unit} without an upper end", number(low)),
        (None, Some(high)) => format!("{percent} % interval up to {}{unit} without a lower end", number(high)),
        (None, None) => "no interval: too few observations, or none varies".to_owned(),
    }
}

/// What is said of a copy and the first of its group.
pub(super) fn alike(it: &CopiesResults, methods: &Methods) -> String {
    let CopiesResults { group, device, against, .. } = it;
    let Some(estimate) = it.estimate else {
        return format!("There is no trial in which both {device} and {against}, copies of {group}, are known.");
    };
    let facts = format!("{}, {}", interval(it.low, it.high, " s", 95), adjusted(it.adjusted_p, methods));
    let scope = scope(it.nights);
    if it.adjusted_p.is_some_and(|p| p <= LEVEL) {
        let more = if estimate > 0.0 { "more" } else { "less" };
        return format!(
            "{device} sent {more} sound a trial than {against}, both copies of {group}, by {} s ({facts}), {scope}.",
            number(estimate.abs())
        );
    }
    format!(
        "It is not shown that {device} and {against}, copies of {group}, send different amounts: the difference was {} s a trial ({facts}), {scope}.",
        number(estimate)
    )
}

fn contrast(it: &ContrastResults, methods: &Methods) -> String {
    let planned = &it.planned;
    let (what, unit) = words(planned.quantity);
    let (device, condition, against) = (&planned.device, &planned.condition, &planned.against);
    let Some(estimate) = it.estimate else {
        return format!("Nothing is known of {device} under {condition} or under {against}, so they cannot be compared");
    };
    let facts = format!("{}, {}", interval(it.low, it.high, unit, 95), adjusted(it.adjusted_p, methods));
    if it.adjusted_p.is_some_and(|p| p <= LEVEL) {
        let more = if estimate > 0.0 { "more" } else { "less" };
        let sent = match planned.quantity {
            Quantity::Uploaded => format!("sent something {more} often under {condition} than under {against}"),
            Quantity::Seconds => format!("sent {more} sound under {condition} than under {against}"),
            _ => format!("sent {more} {what} under {condition} than under {against}"),
        };
        return format!("{device} {sent}, by {}{unit} ({facts})", number(estimate.abs()));
    }
    format!(
        "It is not shown that {device} sends another amount ({what}) under {condition} than under {against}: the difference was {}{unit} ({facts})",
        number(estimate)
    )
}

fn equivalence(it: &EquivalenceResults, methods: &Methods) -> String {
    let planned = &it.planned.compared;
    let (what, unit) = words(planned.quantity);
    let margin = format!("{}{unit}", number(it.planned.margin));
    let (device, condition, against) = (&planned.device, &planned.condition, &planned.against);
    let claim = match it.planned.claim {
        Claim::NoMore => format!("no more under {condition} than under {against} and {margin}"),
        Claim::Within => format!("as much under {condition} as under {against}, within {margin},"),
    };
    let Some(estimate) = it.estimate else {
        return format!("Nothing is known of {device} under {condition} or under {against}, so they cannot be compared");
    };
    let facts = format!(
        "{what}: difference {}{unit}, {}, {}",
        number(estimate),
        interval(it.low, it.high, unit, 90),
        adjusted(it.adjusted_p, methods)
    );
    if it.shown {
        format!("{device} sent {claim} ({facts})")
    } else {
        format!("It is not shown that {device} sends {claim} ({facts})")
    }
}

fn dose(it: &DoseResults) -> String {
    let device = &it.planned.device;
    match it.cutoff {
        Cutoff::Found { estimate, low, high } => {
            let facts = interval(Some(low), Some(high), " s", 95);
            let doubt = match (it.slope_low, it.slope_high) {
                (Some(low), Some(high)) if !(low..=high).contains(&1.0) => {
                    format!(
                        ", although up to there a second more of sound adds {} to {} s and not 1 s",
                        number(low),
                        number(high)
                    )
                }
                _ => String::new(),
            };
            let cut_off = number(estimate);
            let whole = it.cut_seconds.map_or_else(String::new, |it| format!(", {} s of sound in all", number(it)));
            match (it.added_seconds, it.tail_seconds) {
                (Some(added), Some(tail)) => format!(
                    "{device} sends {} s of what is added{whole}: it takes no more than {cut_off} s of it for the command ({facts}), and goes on for a tail of {} s{doubt}",
                    number(added),
                    number(tail)
                ),
                _ => format!(
                    "{device} takes no more than {cut_off} s of what is added for the command ({facts}); it sends its tail as well{whole}{doubt}"
                ),
            }
        }
        Cutoff::NotUpTo { level, above } => {
            let excluded = above.map_or_else(String::new, |above| format!(", and one below {} s is excluded", number(above)));
            format!("No cut-off of {device} is shown up to {} s{excluded}", number(level))
        }
        Cutoff::NoGrowth { below } if it.planned.levels.iter().all(|level| level.level > 0.0) => {
            format!(
                "{device} takes no more than {} s of what is added for the command: no smaller amount was tried",
                number(below)
            )
        }
        Cutoff::NoGrowth { below } => {
            format!(
                "It is not shown that {device} takes anything of what is added for the command: a cut-off above {} s is excluded",
                number(below)
            )
        }
        Cutoff::Unknown => format!("Too few trials are known to say where {device} stops"),
    }
}
