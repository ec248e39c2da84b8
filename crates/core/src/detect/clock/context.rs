//! What the flow did besides a train: whether the train stands out from it, and whether it only answers.

use super::slices::between;
use super::slices::{ONE_MOMENT, octets, share, to_f64};
use super::{Slice, Train};
use crate::detect::line::densest;
use crate::findings::TrainShape;
use crate::time::SECOND;

/// Least share of the flow's octets that records of one length make up while they are sent; requests and reports may go
/// between.
const SHARE_CONSTANT: f64 = 0.2;

/// The same for records that are told apart by less.
pub(super) const SHARE: f64 = 0.5;

/// What is sent nearer to a train than this belongs to it: context before, reports after, nanoseconds.
const NEAR: i64 = SECOND;

/// How far from a train a stream that it is cut from would show, nanoseconds.
const FAR: i64 = 4 * SECOND;

/// Least share of the moments that must follow an answer before it is asked whether they wait for it.
const ANSWERED: f64 = 0.25;

/// Answers to a clock come at any time between two moments; where sending waits for answers, or causes them one by one,
/// they come at one place. If more than this share of them lies within [`PLACE`] of the gap, it is question and answer.
const IN_PLACE: f64 = 0.7;

/// Part of the gap between two moments that counts as one place.
const PLACE: f64 = 0.3;

/// A train of a TCP flow that received so many times the octets it sent is an acknowledgement of what it receives.
const RECEIVED: f64 = 4.0;

/// A train's part of the octets that its flow carried while it was live. What was sent together before that is a request
/// with its context as well as early sound.
pub(super) fn share_of_flow(slices: &[Slice], live: i64, episode: &[Slice]) -> f64 {
    let Some(last) = slices.last() else { return 0.0 };
    octets(between(slices, live, last.at)) / octets(between(episode, live, last.at)).max(1.0)
}

/// What was sent around a run, as far as it could be a part of a stream that goes on: not before or after a pause. An episode holds pauses where
/// octets were sent again meanwhile.
fn unbroken(episode: &[Slice], from: i64, until: i64, pause: i64) -> &[Slice] {
    let paused = |pair: &[Slice]| pair[1].since(pair[0].at) > pause;
    let around = between(episode, from.saturating_sub(FAR), until.saturating_add(FAR));
    let (before, within) = around.split_at(around.partition_point(|slice| slice.at <= from));
    let begin = before.windows(2).rposition(paused).map_or(0, |pair| pair + 1);
    let end = within.partition_point(|slice| slice.at < until);
    let end = within[end..].windows(2).position(paused).map_or(within.len(), |pair| end + pair + 1);
    &around[begin..before.len() + end]
}

/// Whether a train is enough of what the flow carried meanwhile, and begins and ends within it rather than being an even
/// stretch of a stream that goes on before or after. The other parts of the run that it is a part of are trains as well, or it is none.
pub(super) fn stands_out(train: &Train, run: &[Slice], episode: &[Slice], pause: i64) -> bool {
    let framed = train.shape == TrainShape::Constant && train.is_framed();
    let least = if framed { SHARE_CONSTANT } else { SHARE };
    let lengths = if framed || train.shape == TrainShape::Variable { train.lengths } else { (0, u32::MAX) };
    let from = run.first().map_or(train.first, |slice| slice.at.min(train.first));
    let until = run.last().map_or(train.last, |slice| slice.at.max(train.last));
    let around = unbroken(episode, from, until, pause);
    let alike = |from: i64, until: i64| -> f64 {
        let slices = between(around, from, until).iter().map(|slice| slice.length);
        slices.filter(|length| (lengths.0..=lengths.1).contains(length)).map(f64::from).sum()
    };
    let before = alike(from.saturating_sub(FAR), from.saturating_sub(NEAR));
    let after = alike(until.saturating_add(NEAR), until.saturating_add(FAR));
    let even = to_f64(FAR - NEAR) / to_f64(SECOND) * train.bit_rate / 8.0;
    train.share >= least && before.max(after) < even / 2.0
}

/// Whether the slices of a TCP flow wait for answers of the other end, or acknowledge what it sends.
pub(super) fn is_an_answer(slices: &[Slice]) -> bool {
    let (Some(first), Some(last)) = (slices.first(), slices.last()) else { return false };
    if f64::from(last.answered.wrapping_sub(first.answered)) > RECEIVED * octets(slices) {
        return true;
    }
    let moments = slices.chunk_by(|a, b| b.since(a.at) <= ONE_MOMENT).filter_map(<[Slice]>::first);
    let (mut all, mut places) = (0, Vec::new());
    let mut before = first;
    for slice in moments.skip(1) {
        all += 1;
        let gap = to_f64(slice.since(before.at)) / 1e3;
        if slice.answered != before.answered && f64::from(slice.since_answer) <= gap {
            places.push(f64::from(slice.since_answer) / gap);
        }
        before = slice;
    }
    if share(places.len(), all) <= ANSWERED {
        return false;
    }
    places.sort_unstable_by(f64::total_cmp);
    let (most, _) = densest(&places, PLACE);
    share(most, places.len()) > IN_PLACE
}
