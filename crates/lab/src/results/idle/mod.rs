//! In which periods a device sends by itself.
//!
//! A timer shows in the time from one burst to a later one: whatever its phase, and although single bursts are late or missing, the lag of one period comes more often
//! than lags a little shorter or longer (`lags`). The bursts that such a period explains are followed from one to the next (`trains`) and set aside, and the rest is looked
//! through again, so that several timers of one device are found one after the other, those that show most clearly first. Bursts are compared with those of about their
//! size as well as with all: an update of an hour's pace would drown among heartbeats of other sizes.
//!
//! What is looked for is not known beforehand. The chance of a lag as frequent, if bursts came at random, is multiplied by the number of lags, widths and sizes that were
//! looked at (Bonferroni).

mod lags;
mod trains;

use std::collections::BTreeSet;

use earwitness_core::stats::float;
use earwitness_core::time::SECOND;
use serde::Serialize;

use self::lags::{Lag, Lags};
use self::trains::{Train, train};
use super::moments::quantile;

/// Most bursts of a device that are looked at: a week of one every 20 s.
const MOST_BURSTS: usize = 40_000;
/// Most periods of one device.
const MOST_PERIODS: usize = 12;
/// Fewer bursts show no period.
const FEWEST: usize = 4;
/// Chance of any period at all where bursts of a device come at random.
const LEVEL: f64 = 0.05;
/// A pause between two stretches that hides nothing worth mentioning, nanoseconds.
const PAUSE: i64 = 60 * SECOND;
/// Lags of one look that are followed from burst to burst before it is given up.
const MOST_FOLLOWED: usize = 12;

/// What a device sent without a pause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Burst {
    /// When it began, nanoseconds on the clock of all stretches.
    pub at: i64,
    /// Payload octets.
    pub octets: u64,
}

/// A stretch in which nothing sounded and the device was watched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// When it began, nanoseconds.
    pub from: i64,
    /// When it ended.
    pub until: i64,
    /// What was sent in it, in order of time.
    pub bursts: Vec<Burst>,
}

/// A burst that was looked at, for pictures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placed {
    /// The burst.
    pub burst: Burst,
    /// The place of its period in the list; `None` where none explains it.
    pub period: Option<usize>,
}

/// Sizes of bursts.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Sizes {
    /// Half of them are smaller.
    pub median: f64,
    /// A quarter of them are smaller.
    pub low_quartile: f64,
    /// A quarter of them are larger.
    pub high_quartile: f64,
}

/// A period in which a device sends by itself.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Period {
    /// Its mean length, seconds.
    pub seconds: f64,
    /// Standard deviation of the time from one burst to the next, seconds; `None` of fewer than two such times.
    pub jitter_seconds: Option<f64>,
    /// Bursts that it explains.
    pub bursts: u64,
    /// Of the bursts that were due between the first and the last one, the share that came.
    pub came: f64,
    /// Payload octets of one.
    pub octets: Sizes,
    /// Chance of a lag as frequent if bursts came at random, times the number of lags that were looked at, 1 at most.
    pub p: f64,
}

/// What a device sends by itself.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct IdleResults {
    /// Name of the device.
    pub device: String,
    /// Stretches in which nothing sounded.
    pub stretches: u64,
    /// How long it was watched in them, seconds.
    pub watched_seconds: f64,
    /// The longest period that could have been found: half of the longest stretch, seconds.
    pub longest_seconds: f64,
    /// Bursts that it sent.
    pub bursts: u64,
    /// Bursts that were not looked at, because there were too many.
    pub left_out: u64,
    /// Its periods, from the shortest on.
    pub periods: Vec<Period>,
    /// Bursts that no period explains.
    pub unexplained: u64,
    /// Their share of all that were looked at; `None` of nothing.
    pub unexplained_share: Option<f64>,
    /// Their payload octets; `None` of nothing.
    pub unexplained_octets: Option<Sizes>,
    /// The bursts that were looked at.
    #[serde(skip)]
    pub placed: Vec<Placed>,
}

/// A burst by the second.
#[derive(Clone, Copy, Debug)]
struct Event {
    stretch: usize,
    second: i64,
    octets: u64,
    period: Option<usize>,
}

/// The periods of a device that was watched in some stretches, in order of time. Nothing of it is drawn by lot.
#[must_use]
pub fn idle(device: &str, stretches: &[Stretch]) -> IdleResults {
    let all: u64 = stretches.iter().map(|it| it.bursts.len() as u64).sum();
    let stretches = joined(stretches);
    // Whole stretches, so that what is left out makes no silence.
    let mut count = 0;
    let stretches: Vec<&Stretch> = stretches
        .iter()
        .take_while(|it| {
            count += it.bursts.len();
            count <= MOST_BURSTS
        })
        .collect();
    let placed: Vec<(usize, Burst)> =
        stretches.iter().enumerate().flat_map(|(stretch, it)| it.bursts.iter().map(move |burst| (stretch, *burst))).collect();
    let mut events: Vec<Event> = placed
        .iter()
        .map(|&(stretch, burst)| Event { stretch, second: burst.at.div_euclid(SECOND), octets: burst.octets, period: None })
        .collect();
    let lengths: Vec<i64> = stretches.iter().map(|it| (it.until - it.from).max(0) / SECOND).collect();
    let mut trains: Vec<(Train, f64)> = Vec::new();
    while trains.len() < MOST_PERIODS {
        let Some((found, p)) = strongest(&events, &lengths) else { break };
        // Bursts that are late by more than most belong to the period that was found before.
        let number = trains.iter().position(|(known, _)| known.continues(&found, &events)).unwrap_or(trains.len());
        for member in &found.members {
            if let Some(event) = events.get_mut(*member) {
                event.period = Some(number);
            }
        }
        match trains.get_mut(number) {
            Some((known, _)) => known.take_in(found),
            None => trains.push((found, p)),
        }
    }
    // From the shortest on.
    let mut order: Vec<usize> = (0..trains.len()).collect();
    order.sort_by(|a, b| trains[*a].0.seconds.total_cmp(&trains[*b].0.seconds));
    let place = |number: usize| order.iter().position(|it| *it == number);
    let sizes = |number: Option<usize>| sizes(events.iter().filter(|it| it.period == number).map(|it| it.octets));
    let period = |number: &usize| {
        let (train, p) = trains.get(*number)?;
        Some(Period {
            seconds: train.seconds,
            jitter_seconds: train.jitter,
            bursts: train.members.len() as u64,
            came: train.came(&events),
            octets: sizes(Some(*number))?,
            p: *p,
        })
    };
    let unexplained = events.iter().filter(|it| it.period.is_none()).count() as u64;
    IdleResults {
        device: device.to_owned(),
        stretches: stretches.len() as u64,
        watched_seconds: lengths.iter().map(|it| float(it.unsigned_abs())).sum(),
        longest_seconds: float(lengths.iter().max().copied().unwrap_or(0).unsigned_abs()) / 2.0,
        bursts: all,
        left_out: all - events.len() as u64,
        periods: order.iter().filter_map(period).collect(),
        unexplained,
        unexplained_share: (!events.is_empty()).then(|| float(unexplained) / float(events.len() as u64)),
        unexplained_octets: sizes(None),
        placed: placed
            .iter()
            .zip(&events)
            .map(|((_, burst), event)| Placed { burst: *burst, period: event.period.and_then(place) })
            .collect(),
    }
}

/// Stretches that follow one another without a pause are one.
fn joined(stretches: &[Stretch]) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = Vec::new();
    for it in stretches {
        match all.last_mut().filter(|last| (0..=PAUSE).contains(&(it.from - last.until))) {
            Some(last) => {
                last.until = it.until;
                last.bursts.extend_from_slice(&it.bursts);
            }
            None => all.push(it.clone()),
        }
    }
    all
}

/// The bursts that keep the period which shows most clearly among those that no period explains yet, and its p-value.
fn strongest(events: &[Event], lengths: &[i64]) -> Option<(Train, f64)> {
    let classes = classes(events);
    let looks: Vec<Lags> = classes.iter().map(|it| Lags::of(events, it, lengths)).collect();
    let looked_at: u64 = looks.iter().map(|it| it.candidates.len() as u64).sum();
    let counted = float(looked_at.max(1)).ln();
    let mut shown: Vec<(usize, Lag)> = Vec::new();
    for (class, look) in looks.iter().enumerate() {
        let good = look.candidates.iter().filter(|it| it.ln_p + counted <= LEVEL.ln());
        shown.extend(good.map(|it| (class, *it)));
    }
    shown.sort_by(|a, b| a.1.ln_p.total_cmp(&b.1.ln_p).then(a.1.seconds.cmp(&b.1.seconds)).then(a.0.cmp(&b.0)));
    let mut followed = BTreeSet::new();
    for &(class, best) in &shown {
        // A timer shows at twice its period as well, nearly as clearly.
        let rivals =
            shown.iter().filter(|it| it.0 == class && it.1.ln_p <= best.ln_p / 2.0 && !followed.contains(&(class, it.1.seconds)));
        let Some(&(_, shortest)) = rivals.min_by_key(|it| it.1.seconds) else { continue };
        let near = shown.iter().filter(|it| it.0 == class && it.1.is_near(&shortest));
        let Some(&(_, chosen)) = near.min_by(|a, b| a.1.ln_p.total_cmp(&b.1.ln_p)) else { continue };
        for lag in [shortest.seconds, chosen.seconds, best.seconds] {
            followed.insert((class, lag));
        }
        let members = classes.get(class).map_or(&[][..], Vec::as_slice);
        if let Some(train) = train(events, members, &chosen, lengths) {
            return Some((train, (chosen.ln_p + counted).min(0.0).exp()));
        }
        if followed.len() > 3 * MOST_FOLLOWED {
            break;
        }
    }
    None
}

/// Unexplained bursts of about one size, for every size, and all of them: places in the list.
fn classes(events: &[Event]) -> Vec<Vec<usize>> {
    let free = || events.iter().enumerate().filter(|it| it.1.period.is_none());
    let mut classes: Vec<Vec<usize>> = vec![free().map(|it| it.0).collect()];
    for power in 0..62_u32 {
        let (from, until) = (1_u64 << power, 1_u64 << (power + 2));
        let class: Vec<usize> = free().filter(|it| (from..until).contains(&it.1.octets)).map(|it| it.0).collect();
        if class.len() >= FEWEST && !classes.contains(&class) {
            classes.push(class);
        }
    }
    classes.retain(|it| it.len() >= FEWEST);
    classes
}

fn sizes(octets: impl Iterator<Item = u64>) -> Option<Sizes> {
    let mut sorted: Vec<f64> = octets.map(float).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    Some(Sizes {
        median: quantile(&sorted, 0.5)?,
        low_quartile: quantile(&sorted, 0.25)?,
        high_quartile: quantile(&sorted, 0.75)?,
    })
}
