//! Answers that come later than the round: a search over delays that keeps the guarantee.

use super::martingale::Lottery;
use super::place::{Place, Rank};
use crate::time::{SECOND, Window};

/// Most delays that are searched: a device's search then keeps at most this many stakes, each of at most [`super::MOST_STIMULI`] places
/// (5 MB in all, for a device that is never silent and as many stimuli), however many rounds there are; the time it takes is rounds times
/// delays times slots.
pub const MOST_LAGS: usize = 1024;

/// Part of the stake on answers within the slot; the delays share the rest.
pub const AT_ONCE: f64 = 0.75;

/// A delay: how far the slots are moved before they are scored, and how much longer they are made. Nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Lag {
    /// By how much a window begins later than the slot.
    pub shift: i64,
    /// By how much it is longer. Beyond the distance of two slots it hides which slot was answered.
    pub stretch: i64,
}

impl Lag {
    /// Within the slot itself.
    pub const NONE: Self = Self { shift: 0, stretch: 0 };

    /// Where the answer to a probe in this slot would lie.
    #[must_use]
    pub const fn window(self, slot: Window) -> Window {
        let until = slot.until.plus(self.shift).plus(self.stretch);
        Window { from: slot.from.plus(self.shift), until }
    }
}

/// The delays to search by default, up to the `longest`: every 10 s to 10 minutes, then every sixtieth of the delay (whole seconds), from an
/// hour on every minute.
/// Windows grow with the steps, so that no delay lies between two of them. Twelve hours make about 830.
#[must_use]
pub fn lags(longest: i64) -> Vec<Lag> {
    let step_after = |shift: i64| (shift / SECOND / 60).clamp(10, 60) * SECOND;
    let mut found = Vec::new();
    let mut shift = 10 * SECOND;
    while shift <= longest && found.len() < MOST_LAGS {
        let step = step_after(shift);
        found.push(Lag { shift, stretch: step - 10 * SECOND });
        shift = shift.saturating_add(step);
    }
    found
}

/// The stake on one device, shared between an answer at once and answers after each of many delays.
///
/// **Why a union.** Each delay has a martingale of its own, in the order of its rounds, and the part `w` of the stake; the parts add up to 1
/// at most. "Sound moves the device" is said when `w` times the *highest* that one of them has been reaches `1/alpha`: each does with
/// probability `w alpha` at most, all together `alpha`. Their sum would be stronger, but is no martingale where one stops by the clock: delays
/// lag behind each other, so that when the tenth round is scored for a delay of an hour, thirty draws are already known to the shorter
/// ones, and whether one went on until now depended on those.
///
/// **What is assumed.** The draws are independent of *all* that the device sends, at any time: deaf, and untold. A device that learns the
/// draws after the round, say over the network from one that hears, can answer them late, and will rightly be found. A draw that
/// depends on earlier traffic would break it; draws come from the seed alone.
#[derive(Clone, Debug)]
pub struct Late {
    now: Lottery,
    later: Vec<Search>,
}

/// The search at one delay.
#[derive(Clone, Debug)]
struct Search {
    lag: Lag,
    ln_part: f64,
    lottery: Lottery,
}

/// What the rounds so far say. Natural logarithms, each with the part of the stake that was on it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Evidence {
    /// For an answer within the slot.
    pub ln_now: f64,
    /// For the delay that has most.
    pub ln_late: Option<(Lag, f64)>,
    /// The larger of the two: what [`super::threshold`] is compared with. No e-value.
    pub ln_combined: f64,
}

impl Late {
    /// Before the first round. Delays that are not positive, and those after the first [`MOST_LAGS`], are left out.
    ///
    /// A delay gets a part of the stake in proportion to its step over itself, as [`lags`] lays them out: as much for the seconds as for the
    /// minutes and for the hours.
    #[must_use]
    pub fn new(lags: &[Lag]) -> Self {
        let usable: Vec<Lag> = lags.iter().copied().filter(|lag| lag.shift > 0 && lag.stretch >= 0).take(MOST_LAGS).collect();
        #[expect(clippy::cast_precision_loss, reason = "seconds as weights")]
        let weight = |lag: &Lag| lag.stretch.saturating_add(10 * SECOND) as f64 / lag.shift as f64;
        let all: f64 = usable.iter().map(weight).sum();
        let search = |lag| Search { lag, ln_part: ((1.0 - AT_ONCE) * weight(&lag) / all).ln(), lottery: Lottery::new() };
        Self { now: Lottery::new(), later: usable.into_iter().map(search).collect() }
    }

    /// The delays that are searched, in the order given.
    #[must_use]
    pub fn lags(&self) -> impl ExactSizeIterator<Item = Lag> + '_ {
        self.later.iter().map(|search| search.lag)
    }

    /// What is known of answers within the slot.
    #[must_use]
    pub const fn now(&self) -> &Lottery {
        &self.now
    }

    /// A round whose probe was in the slot `drawn`. `score` gives the scores of all its slots, moved by a delay; nothing where the capture does
    /// not cover all of them, which then do not count. Whether it does must not depend on what was sent or drawn.
    pub fn round<T: PartialOrd, S: AsRef<[T]>>(
        &mut self,
        stimulus: usize,
        drawn: usize,
        mut score: impl FnMut(Lag) -> Option<S>,
    ) {
        let mut place = |lag| Place::of(score(lag)?.as_ref(), drawn);
        if let Some(place) = place(Lag::NONE) {
            self.now.round(stimulus, place);
        }
        for search in &mut self.later {
            if let Some(place) = place(search.lag) {
                search.lottery.round(stimulus, place);
            }
        }
    }

    /// The same for one delay alone (the number of one in [`Self::lags`]; nothing: within the slot), as its windows pass. Each round once.
    pub fn round_at(&mut self, lag: Option<usize>, stimulus: usize, rank: impl Into<Rank>) {
        match lag {
            None => self.now.round(stimulus, rank),
            Some(number) => {
                if let Some(search) = self.later.get_mut(number) {
                    search.lottery.round(stimulus, rank);
                }
            }
        }
    }

    /// What the rounds so far say of one delay, as it stands now: a natural logarithm with the part of the stake that is on it. Nothing for a
    /// delay that is not searched.
    #[must_use]
    pub fn standing(&self, lag: Lag) -> Option<f64> {
        self.later.iter().find(|search| search.lag == lag).map(|search| search.ln_part + search.lottery.log_e())
    }

    /// What the rounds so far say.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        let part_now = if self.later.is_empty() { 1.0_f64 } else { AT_ONCE };
        let ln_now = part_now.ln() + self.now.highest();
        let weighed = self.later.iter().map(|search| (search.lag, search.ln_part + search.lottery.highest()));
        let ln_late = weighed.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        Evidence { ln_now, ln_late, ln_combined: ln_late.map_or(ln_now, |late| ln_now.max(late.1)) }
    }
}
