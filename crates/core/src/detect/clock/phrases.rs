//! Speech with its pauses taken out.
//!
//! A codec that suppresses silence (discontinuous transmission: RFC 6716, section 2.1.9; RFC 3389) and a program that sends only while
//! somebody talks leave pauses in which nothing is due. The slices of all phrases lie on one line once each pause is made as long as the
//! usual gap; the beat is the same in each, because one clock drives the codec.

use super::judge::{ONE_MOMENT, to_f64};
use super::{Slice, Train};
use crate::time::{MILLISECOND, SECOND};

/// A pause is longer than the usual gap by this factor: room for one frame that was not sent, or was lost.
const LONGER: f64 = 1.7;

/// And longer than this, nanoseconds: the scheduling of a radio link.
const LEAST: i64 = 35 * MILLISECOND;

/// Less than this part of what would have been due leaves after a pause; after a stall of the link, nearly all of it.
const DUE: f64 = 0.6;

/// What follows a stall of the link within this had waited, nanoseconds. After a pause nothing has.
const CAUGHT_UP: i64 = 20 * MILLISECOND;

/// A pause no longer than this lies between words, and is counted as sound that was heard, nanoseconds: pauses of a quarter of a second are part of
/// fluent speech (Goldman-Eisler, Psycholinguistics, 1968), and a codec sends on for some frames before it falls silent.
const BETWEEN_WORDS: i64 = 330 * MILLISECOND;

/// Most pauses; more belong to something that has no phrases.
const MOST: usize = 1_000;

/// Phrases have at least so many slices each on average.
const LEAST_SLICES: usize = 6;

/// Time between two slices in which nothing was due.
#[derive(Clone, Copy, Debug)]
struct Pause {
    from: i64,
    until: i64,
    /// Nanoseconds that it and all before it are longer than the usual gap.
    taken: i64,
}

/// Where a run of slices pauses.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    all: Vec<Pause>,
    usual: i64,
    run: Vec<Slice>,
    episode: Vec<Slice>,
}

impl Pauses {
    /// Looks for the pauses of a run; `false` if it has none, or so many that they are no pauses of speech.
    pub(super) fn find(&mut self, run: &[Slice]) -> bool {
        self.all.clear();
        let Some(usual) = usual_gap(run) else { return false };
        self.usual = from_f64(usual);
        let least = from_f64(LONGER * usual).max(LEAST);
        let mut taken = 0_i64;
        for (before, pair) in run.windows(2).enumerate() {
            let gap = pair[1].at.saturating_sub(pair[0].at);
            if gap < least {
                continue;
            }
            let after = run.get(before + 1..).unwrap_or_default();
            let waited = after.iter().take_while(|slice| slice.at.saturating_sub(pair[1].at) <= CAUGHT_UP).count();
            if count(waited) * usual < DUE * to_f64(gap) {
                taken = taken.saturating_add(gap.saturating_sub(self.usual));
                self.all.push(Pause { from: pair[0].at, until: pair[1].at, taken });
            }
        }
        !self.all.is_empty() && self.all.len() <= MOST && run.len() >= LEAST_SLICES * (self.all.len() + 1)
    }

    /// The run, and all that was sent around it, without the pauses.
    pub(super) fn take_out(&mut self, run: &[Slice], episode: &[Slice]) -> (&[Slice], &[Slice]) {
        let Self { all: pauses, usual, run: short, episode: short_episode } = self;
        shorten(pauses, *usual, run, short);
        shorten(pauses, *usual, episode, short_episode);
        (short, short_episode)
    }

    /// Puts the pauses of the run back into a train that was found without them, and counts those between words.
    pub(super) fn put_back(&self, train: &mut Train, run: &[Slice]) {
        let place = |at: i64| run.get(self.run.partition_point(|slice| slice.at < at)).map_or(at, |slice| slice.at);
        train.live = place(train.live);
        train.first = place(train.first);
        let after = self.run.partition_point(|slice| slice.at <= train.last);
        train.last = after.checked_sub(1).and_then(|last| run.get(last)).map_or(train.last, |slice| slice.at);
        let inside = |pause: &&Pause| train.live <= pause.from && pause.until <= train.last;
        let lengths = self.all.iter().filter(inside).map(|pause| pause.until.saturating_sub(pause.from));
        let words = lengths.filter(|length| *length <= BETWEEN_WORDS).map(|length| length.saturating_sub(self.usual));
        let silence = to_f64(words.fold(0, i64::saturating_add)) / to_f64(SECOND);
        // What was recorded before had such pauses as well; how many, nobody sees.
        let live = train.seconds - train.backlog;
        train.silence = if live > 0.0 { silence * (train.seconds / live).min(2.0) } else { silence };
        train.backlog *= 1.0 + if train.seconds > 0.0 { train.silence / train.seconds } else { 0.0 };
        train.seconds += train.silence;
    }
}

/// Mean gap between moments, those left out that are much longer.
fn usual_gap(run: &[Slice]) -> Option<f64> {
    let gaps = || run.windows(2).map(|pair| pair[1].at.saturating_sub(pair[0].at)).filter(|gap| *gap > ONE_MOMENT);
    let mut usual = f64::INFINITY;
    for _ in 0..4 {
        let longest = if usual.is_finite() { (LONGER * usual).max(to_f64(LEAST)) } else { f64::INFINITY };
        let (sum, number) =
            gaps().map(to_f64).filter(|gap| *gap < longest).fold((0.0, 0.0), |sum, gap| (sum.0 + gap, sum.1 + 1.0));
        if number < 1.0 {
            return None;
        }
        usual = sum / number;
    }
    Some(usual)
}

fn shorten(pauses: &[Pause], usual: i64, slices: &[Slice], short: &mut Vec<Slice>) {
    short.clear();
    let mut next = 0;
    short.extend(slices.iter().map(|slice| {
        while pauses.get(next).is_some_and(|pause| pause.until <= slice.at) {
            next += 1;
        }
        let taken = next.checked_sub(1).and_then(|before| pauses.get(before)).map_or(0, |pause| pause.taken);
        // What was sent within a pause stays between its ends.
        let within = pauses.get(next).filter(|pause| pause.from < slice.at);
        let at = within.map_or(slice.at, |pause| slice.at.min(pause.from.saturating_add(usual)));
        Slice { at: at.saturating_sub(taken), ..*slice }
    }));
}

#[expect(clippy::cast_precision_loss, reason = "slices of an episode")]
fn count(slices: usize) -> f64 {
    slices as f64
}

#[expect(clippy::cast_possible_truncation, reason = "nanoseconds of an episode")]
fn from_f64(value: f64) -> i64 {
    value as i64
}
