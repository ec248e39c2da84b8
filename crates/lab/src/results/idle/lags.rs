//! How often two bursts lie a given time apart.

use earwitness_core::stats::float;

use super::Event;

/// The shortest lag that is looked at, seconds: bursts that lie closer together are often one exchange.
const SHORTEST: i64 = 5;
/// Pairs that are counted at most: where bursts are many, only shorter lags are looked at until those that keep a period are set aside.
const MOST_PAIRS: f64 = 4e6;
/// How far around a lag pairs count for it, as a share of it, besides a second: timers of several kinds, from exact to drifting.
const WIDTHS: [f64; 4] = [0.0, 0.005, 0.02, 0.06];
/// A lag is compared with those from and to these shares of it: twice and half of it lie outside.
const AROUND: (f64, f64) = (0.6, 1.6);
/// So many pairs at least.
const FEWEST: u64 = 3;

/// A lag at which pairs were counted.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Lag {
    /// Seconds.
    pub(super) seconds: i64,
    /// Pairs within so many seconds of it count.
    pub(super) width: i64,
    /// Pairs.
    pub(super) pairs: u64,
    /// Logarithm of a bound of the chance of so many.
    pub(super) ln_p: f64,
}

impl Lag {
    /// Whether two lags may be the same period.
    pub(super) fn is_near(&self, other: &Self) -> bool {
        (self.seconds - other.seconds).abs() <= self.width.max(other.width)
    }
}

/// The lags of some bursts.
pub(super) struct Lags {
    /// All that were looked at, whatever they show.
    pub(super) candidates: Vec<Lag>,
}

impl Lags {
    /// Of the bursts at these places; `lengths` are those of the stretches, seconds.
    pub(super) fn of(events: &[Event], members: &[usize], lengths: &[i64]) -> Self {
        let longest = longest(members.len(), lengths);
        let mut pairs = vec![0_u64; usize::try_from(longest + 1).unwrap_or(0)];
        for (at, first) in members.iter().enumerate() {
            let Some(first) = events.get(*first) else { continue };
            let later = members.iter().skip(at + 1).filter_map(|it| events.get(*it));
            let later = later.take_while(|it| it.stretch == first.stretch && it.second - first.second <= longest);
            for second in later {
                if let Some(count) = usize::try_from(second.second - first.second).ok().and_then(|lag| pairs.get_mut(lag)) {
                    *count += 1;
                }
            }
        }
        // Sums up to a lag, without it: of pairs, and of the time in which pairs of that lag can begin.
        let (mut sums, mut times) = (vec![0_u64], vec![0.0_f64]);
        let (mut sum, mut time) = (0, 0.0);
        for (lag, count) in (0_i64..).zip(&pairs) {
            sum += count;
            time += lengths.iter().map(|length| float((length - lag).max(0).unsigned_abs())).sum::<f64>();
            sums.push(sum);
            times.push(time);
        }
        let mut candidates = Vec::new();
        for share in WIDTHS {
            let mut lag = SHORTEST;
            while lag <= longest {
                let width = scaled(lag, share).max(1);
                // Narrower widths are a second as well below some lag.
                if share <= 0.0 || width > 1 {
                    candidates.extend(tested(lag, width, longest, &sums, &times));
                }
                lag += width;
            }
        }
        Self { candidates }
    }
}

/// The longest lag that is looked at: half of the longest stretch, less where that would be too many pairs.
fn longest(count: usize, lengths: &[i64]) -> i64 {
    let half = lengths.iter().max().map_or(0, |it| it / 2);
    let watched: i64 = lengths.iter().sum();
    let count = float(count as u64);
    let most = MOST_PAIRS * float(watched.max(0).unsigned_abs()) / (count * count).max(1.0);
    #[expect(clippy::cast_possible_truncation, reason = "a float that is too large becomes the largest integer")]
    let most = most as i64;
    half.min(most.max(4 * SHORTEST))
}

/// How often a lag comes against those around it.
///
/// Where bursts come at random, at a rate that changes slowly, a pair whose lag lies between the ends of the surroundings lies within the window with the chance `share`, so that the
/// number of pairs in the window has a binomial distribution. The chance of `k` or more of `n` is at most `exp(-n D)`, where `D` is the divergence of `k / n` from `share` (Chernoff 1952,
/// Annals of Mathematical Statistics 23, 493).
fn tested(lag: i64, width: i64, longest: i64, sums: &[u64], times: &[f64]) -> Option<Lag> {
    let (low, high) = (scaled(lag, AROUND.0).max(3), scaled(lag, AROUND.1).min(longest));
    let (from, until) = ((lag - width).max(low), (lag + width).min(high));
    let between = |from: i64, until: i64| {
        let (from, until) = (usize::try_from(from).ok()?, usize::try_from(until + 1).ok()?);
        Some((sums.get(until)? - sums.get(from)?, times.get(until)? - times.get(from)?))
    };
    let ((inside, time), (all, whole)) = (between(from, until)?, between(low, high)?);
    let none = Lag { seconds: lag, width, pairs: inside, ln_p: 0.0 };
    if inside < FEWEST || whole <= 0.0 {
        return Some(none);
    }
    let (share, seen) = (time / whole, float(inside) / float(all));
    if seen <= share || share <= 0.0 || share >= 1.0 {
        return Some(none);
    }
    let rest = 1.0 - seen;
    let apart = seen * (seen / share).ln() + if rest > 0.0 { rest * (rest / (1.0 - share)).ln() } else { 0.0 };
    Some(Lag { ln_p: -float(all) * apart, ..none })
}

/// A share of some seconds, in whole ones.
pub(super) fn scaled(seconds: i64, share: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "seconds of a day")]
    let part = (float(seconds.max(0).unsigned_abs()) * share).floor() as i64;
    part
}
