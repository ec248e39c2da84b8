//! The bursts that follow one another in a period.

use earwitness_core::stats::float;

use super::lags::{Lag, scaled};
use super::{Event, FEWEST};

/// Bursts in a row that may be missing in a train, and one.
const STEPS: i64 = 3;
/// What a missing burst takes from the length of a train.
const MISSING: f64 = 0.4;
/// How much wider than the lag's window a step may be: the window that shows most clearly leaves the tails out.
const WIDER: f64 = 1.5;
/// A burst that is so many periods from all of a train lies in a hole of it.
const HOLE: f64 = 0.75;
/// Chance that bursts at random make one train as long as the shortest that is believed.
const LEVEL: f64 = 0.05;
/// Trains of one period: a timer begins anew now and then.
const MOST_PIECES: usize = 400;
/// Of the pairs that show a lag, so large a share belongs to trains at least: bursts that come in pairs make none.
const FOLLOWED: f64 = 0.3;

/// Bursts that keep a period.
#[derive(Clone, Debug)]
pub(super) struct Train {
    /// Its mean length, seconds.
    pub(super) seconds: f64,
    /// Standard deviation of a step of one period.
    pub(super) jitter: Option<f64>,
    /// Places of the bursts in the list, in order.
    pub(super) members: Vec<usize>,
    width: i64,
}

impl Train {
    /// Of the bursts that were due between the first and the last one of each stretch, the share that came.
    pub(super) fn came(&self, events: &[Event]) -> f64 {
        let mut due = 0.0;
        let mut before: Option<&Event> = None;
        for event in self.members.iter().filter_map(|it| events.get(*it)) {
            due += match before.filter(|it| it.stretch == event.stretch) {
                Some(before) => (float((event.second - before.second).unsigned_abs()) / self.seconds).round().max(1.0),
                None => 1.0,
            };
            before = Some(event);
        }
        (float(self.members.len() as u64) / due.max(1.0)).min(1.0)
    }

    /// Whether another train fills holes of this one: it keeps the same period, or a multiple of it, and most of its bursts come where none of this train is near.
    pub(super) fn continues(&self, other: &Self, events: &[Event]) -> bool {
        let times = (other.seconds / self.seconds).round();
        let apart = (other.seconds - times * self.seconds).abs();
        let tolerance = float(self.width.max(other.width).unsigned_abs()).max(2.0) * WIDER;
        if times < 1.0 || apart > tolerance * times.sqrt() {
            return false;
        }
        let own: Vec<&Event> = self.members.iter().filter_map(|it| events.get(*it)).collect();
        let fills = |at: &&usize| {
            let Some(event) = events.get(**at) else { return false };
            let next = own.partition_point(|it| it.second < event.second);
            let near = [next.checked_sub(1), Some(next)].into_iter().flatten().filter_map(|it| own.get(it));
            let away = near.map(|it| float((it.second - event.second).unsigned_abs()) / self.seconds);
            // Another timer of this period sends between two bursts of this one.
            away.min_by(f64::total_cmp).is_some_and(|it| it >= HOLE)
        };
        2 * other.members.iter().filter(fills).count() >= other.members.len()
    }

    /// Takes the bursts of another one.
    pub(super) fn take_in(&mut self, other: Self) {
        self.members.extend(other.members);
        self.members.sort_unstable();
    }
}

/// Follows bursts at these places from one to the next; `None` where they do not go on for long enough to be no chance.
pub(super) fn train(events: &[Event], members: &[usize], lag: &Lag, lengths: &[i64]) -> Option<Train> {
    let step = Steps::of(lag);
    let mut free: Vec<usize> = members.to_vec();
    let watched = float(lengths.iter().sum::<i64>().max(1).unsigned_abs());
    // Where fewer than four fit into a stretch, three in a row are all that there can be.
    let fits = lengths.iter().max().copied().unwrap_or(0) / lag.seconds.max(1);
    let fewest = if fits >= 4 { 4 } else { 3 };
    let (mut pieces, mut shortest): (Vec<Vec<usize>>, Option<usize>) = (Vec::new(), None);
    while pieces.len() < MOST_PIECES {
        let piece = step.longest(events, &free);
        let least = *shortest.get_or_insert_with(|| {
            let others = float((free.len() - piece.len()) as u64);
            step.believed(others / watched, free.len()).max(fewest)
        });
        if piece.len() < least {
            break;
        }
        free.retain(|it| piece.binary_search(it).is_err());
        pieces.push(piece);
    }
    let all: usize = pieces.iter().map(Vec::len).sum();
    if all < FEWEST || float(all as u64) < FOLLOWED * float(lag.pairs) {
        return None;
    }
    Some(joined(events, pieces, lag))
}

/// One train of several pieces, with its period.
fn joined(events: &[Event], pieces: Vec<Vec<usize>>, lag: &Lag) -> Train {
    let (mut time, mut steps) = (0.0, 0.0);
    let mut single = Vec::new();
    for piece in &pieces {
        for pair in piece.windows(2) {
            let [Some(one), Some(other)] = [pair.first(), pair.last()].map(|it| it.and_then(|it| events.get(*it))) else {
                continue;
            };
            let apart = float((other.second - one.second).unsigned_abs());
            let count = (apart / float(lag.seconds.unsigned_abs())).round().max(1.0);
            (time, steps) = (time + apart, steps + count);
            if count < 1.5 {
                single.push(apart);
            }
        }
    }
    let mean = single.iter().sum::<f64>() / float(single.len() as u64).max(1.0);
    let squares: f64 = single.iter().map(|it| (it - mean).powi(2)).sum();
    let mut members: Vec<usize> = pieces.into_iter().flatten().collect();
    members.sort_unstable();
    Train {
        seconds: if steps > 0.0 { time / steps } else { float(lag.seconds.unsigned_abs()) },
        jitter: (single.len() > 1).then(|| (squares / (float(single.len() as u64) - 1.0)).sqrt()),
        members,
        width: lag.width,
    }
}

/// The lags from a burst of a train to the next one: once the period, twice, three times.
struct Steps(Vec<(i64, i64)>);

impl Steps {
    fn of(lag: &Lag) -> Self {
        let reach = scaled(lag.width, WIDER).max(lag.width);
        let ends = |times: i64| {
            // What differs from step to step adds up.
            let reach = scaled(reach, float(times.unsigned_abs()).sqrt()).max(reach).min(lag.seconds * 2 / 5);
            (times * lag.seconds - reach, times * lag.seconds + reach)
        };
        Self((1..=STEPS).map(ends).collect())
    }

    /// How many bursts in a row are no chance among `count` at a rate a second.
    fn believed(&self, rate: f64, count: usize) -> usize {
        let window: f64 = self.0.iter().map(|(from, until)| float((until - from + 1).unsigned_abs())).sum();
        // The chance that some burst lies where the next one of a train may.
        let next = 1.0 - (-rate * window).exp();
        if next <= 0.0 {
            return 0;
        }
        let least = 1.0 + (float(count as u64) / LEVEL).ln() / -next.ln();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a float that is too large becomes the largest integer"
        )]
        let least = least.ceil() as usize;
        least
    }

    /// The longest train among bursts that are free, by places in the list.
    fn longest(&self, events: &[Event], free: &[usize]) -> Vec<usize> {
        let seconds: Vec<i64> = free.iter().map(|it| events.get(*it).map_or(0, |event| event.second)).collect();
        // The best length of a train that ends here, and the burst before.
        let mut best: Vec<(f64, Option<usize>)> = Vec::with_capacity(seconds.len());
        for (at, second) in seconds.iter().enumerate() {
            let mut own = (1.0, None);
            for (missing, (from, until)) in (0_u64..).zip(&self.0) {
                let first = seconds.partition_point(|it| *it < second - until);
                let before = seconds.iter().enumerate().take(at).skip(first).take_while(|it| *it.1 <= second - from);
                for (place, _) in before {
                    let length = best.get(place).map_or(0.0, |it| it.0) + 1.0 - MISSING * float(missing);
                    if length > own.0 {
                        own = (length, Some(place));
                    }
                }
            }
            best.push(own);
        }
        let mut at = (0..best.len()).max_by(|a, b| best[*a].0.total_cmp(&best[*b].0).then(b.cmp(a)));
        let mut train = Vec::new();
        while let Some(place) = at {
            train.extend(free.get(place));
            at = best.get(place).and_then(|it| it.1);
        }
        train.reverse();
        train
    }
}
