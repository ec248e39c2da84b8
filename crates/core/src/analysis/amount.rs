//! How much sound an upload holds, how much of it was recorded before it was sent, and how much was sent after the reply began; each with an interval
//! of 95 %. What each interval holds, and how often it was right, is in `docs/design/detection.md`, section "Seconds of sound".

use super::unread::Unread;
use crate::detect::clock::{Slice, Train, most_frames};
use crate::findings::{Estimate, TrainShape};
use crate::time::SECOND;

/// Longest such lead, nanoseconds.
pub(super) const LEAD: i64 = 2 * SECOND;

/// Quantile of the normal distribution for a two-sided interval of 95 %.
const TWO_SIDED_95: f64 = 1.959_963_984_540_054;

/// A radio link holds up several slices together. With the residuals of neighbours alike, the standard error of a slope is about twice what it is for
/// independent ones.
const ALIKE: f64 = 2.0;

/// Octets that a datagram adds to the sound in it, as usual and at most: QUIC's short header with a connection id of eight octets or the longest (RFC 9000, section
/// 17.3.1), the tag (RFC 9001, section 5.3), and a stream frame's head (RFC 9000, section 19.8) of three octets or as long as it may be.
const OVERHEAD: [f64; 2] = [30.0, 60.0];

/// A piece of samples that is sent as it is recorded goes with up to this part more than the sound in it: headers of each message. A backlog that is sent at once has
/// them once for many pieces, or for none.
const HEADERS: f64 = 0.125;

/// Parts of the live sound whose rates tell how quiet a backlog may have been.
const PARTS: usize = 6;

/// A silence of the sender that is no delay of a link, nanoseconds: what is sent around it is not one stretch of sound.
const SILENCE: i64 = 300_000_000;

/// Before a stream of samples, records of at least so many octets are pieces of it; shorter ones may be what the request needs.
const LEAST_PIECE: u32 = 1_000;

/// A codec that leaves out silence sends one frame of it in so many seconds (Opus: RFC 6716, section 2.1.9): what is heard after the last frame is no longer.
const TRAILING: f64 = 0.4;

/// Pieces of a backlog leave one after the other with pauses no longer than this, nanoseconds.
const BACKLOG_GAP: i64 = 20_000_000;

/// Where more than this part of the beats had octets that could not be read, octets of the records that could tell too low a rate.
const MOSTLY_READ: f64 = 0.25;

/// So many octets from the other end, after the train began, are a reply: perhaps, probably, and surely. Fewer acknowledge the protocol above TCP.
const REPLY: [u32; 3] = [200, 2_000, 20_000];

/// What there is to count.
pub(super) struct Upload<'a> {
    pub(super) train: &'a Train,
    /// What was sent in one go just before the train.
    pub(super) before: &'a [Slice],
    /// What was sent from its first to its last slice.
    pub(super) within: &'a [Slice],
    /// What of both could not be read.
    pub(super) unread: &'a [Unread],
    pub(super) datagrams: bool,
}

/// How much there is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Amount {
    pub(super) sound: Estimate,
    pub(super) pre_roll: Estimate,
    pub(super) tail: Estimate,
    /// Octets of sound besides those of the train.
    pub(super) octets_beside: u64,
}

/// Counts an upload.
pub(super) fn amount(upload: &Upload<'_>) -> Amount {
    let Upload { train, before, within, .. } = upload;
    let cut = upload.is_cut();
    let beside = if cut { octets(within).saturating_sub(train.octets) } else { 0 };
    let (mut sound, mut pre_roll) =
        if upload.unread.is_empty() { upload.counted(upload.seconds_of(beside)) } else { upload.estimated() };
    // As much was heard as time passed, unless the sender fell silent meanwhile.
    if within.windows(2).all(|pair| pair[1].since(pair[0].at) <= SILENCE) {
        sound.value = sound.value.max(upload.lasted());
    }
    sound.high = sound.high.max(sound.value + upload.beat());
    sound.low = sound.low.clamp(0.0, sound.value);
    // What had waited when the first of it was sent may have been recorded while the rest of the backlog was sent.
    pre_roll.high += seconds(train.live.saturating_sub(train.first));
    pre_roll.low = pre_roll.low.clamp(0.0, pre_roll.value);
    Amount {
        sound,
        pre_roll,
        tail: tail(train, within, upload.beat()),
        octets_beside: beside + if cut { octets(before) } else { 0 },
    }
}

impl Upload<'_> {
    /// Whether a slice is one of the train's.
    pub(super) fn belongs(&self, slice: &Slice) -> bool {
        let Train { first, last, lengths, .. } = self.train;
        (first..=last).contains(&&slice.at) && (lengths.0..=lengths.1).contains(&slice.length)
    }

    /// Records longer than any codec's frame are pieces of a stream of samples, cut wherever a buffer ended: then all that is sent is sound, in
    /// records of whatever length.
    fn is_cut(&self) -> bool {
        self.train.is_cut()
    }

    fn is_constant(&self) -> bool {
        self.train.shape == TrainShape::Constant
    }

    /// Seconds.
    fn beat(&self) -> f64 {
        self.train.beat / nanos_per_second()
    }

    /// How long a codec takes for so many octets.
    fn seconds_of(&self, octets: u64) -> f64 {
        count(octets) * 8.0 / self.train.bit_rate
    }

    /// From the first to the last slice, seconds.
    fn lasted(&self) -> f64 {
        seconds(self.train.last.saturating_sub(self.train.first))
    }

    /// What the beat leaves open, seconds.
    fn spread(&self) -> f64 {
        TWO_SIDED_95 * ALIKE * self.train.seconds * self.train.beat_error + self.beat()
    }

    /// What headers leave open where `sound` seconds are told by octets: what was sent faster than it was heard may have had less of them.
    fn loose(&self, backlog: f64, sound: f64) -> f64 {
        if self.is_cut() { HEADERS * backlog.max(sound - self.lasted()) } else { 0.0 }
    }

    /// Sound and pre-roll where every record was seen. The value is slices times beat, and what was sent before the beat and `beside` it in pieces of another
    /// length. Where lengths are only similar, what seems a backlog may be records of something else, so that the lower end leaves it out. Nothing was sent in pauses
    /// between words: whether they were heard, and what pauses a backlog had, is not known.
    fn counted(&self, beside: f64) -> (Estimate, Estimate) {
        let (spread, early) = (self.spread(), self.early());
        let backlog = self.train.backlog;
        let counted = self.train.seconds + beside;
        let value = counted + early.value;
        let loose = self.loose(backlog + early.value, value);
        let unsure = if self.is_constant() || self.is_cut() { 0.0 } else { backlog };
        let high = early.value.max(early.high) + spread + loose;
        let Train { silence, pauses, left_out: gaps, lost, lost_spread, trailing: after, .. } = *self.train;
        let lost_more = TWO_SIDED_95 * lost_spread;
        // Of sound that was recorded before, as much may have been left out as of what followed.
        let live = counted - backlog;
        let left_out = if live > 0.0 { (silence + pauses) / live * (backlog + early.value) } else { 0.0 };
        let request = if self.is_constant() || self.datagrams { 0.0 } else { self.beat() };
        // So may the last of it.
        let trailing = if gaps > 0 || silence + pauses > 0.0 && !self.datagrams { TRAILING } else { 0.0 };
        let glued = self.glued() + pauses + left_out + trailing;
        (
            Estimate {
                value,
                low: counted + early.low - unsure - silence - request - spread - loose - lost.min(lost_more) - after,
                high: counted + high + glued + lost_more,
            },
            Estimate {
                value: backlog + early.value,
                low: backlog + early.low - unsure - spread - loose - lost.min(lost_more),
                high: backlog + high + self.glued() + left_out + lost_more,
            },
        )
    }

    /// Sound before the beat that the train does not hold. Where a record says what was written at once (TCP), larger records before the beat are something else,
    /// but may be sound after all, unless the train is made of pieces. On UDP a QUIC stack glues a backlog into full datagrams, and it is not known what a datagram adds, nor
    /// whether the sound in them was as loud as what followed.
    fn early(&self) -> Estimate {
        let longest = seconds(LEAD);
        if self.datagrams && !self.is_cut() {
            let parts = self.within.iter().filter(|slice| self.belongs(slice)).count();
            let [usual, most] = OVERHEAD.map(|overhead| self.unglued(parts, overhead));
            return Estimate { value: usual.min(longest), low: 0.0, high: (most * self.quietest()).min(2.0 * longest) };
        }
        let high = self.seconds_of(octets(self.before)).min(longest);
        if !self.is_cut() {
            return Estimate { value: 0.0, low: 0.0, high };
        }
        let pieces = self.before.iter().filter(|slice| slice.length >= LEAST_PIECE).map(|slice| u64::from(slice.length)).sum();
        Estimate { value: high, low: self.seconds_of(pieces).min(longest), high }
    }

    /// Sound that the train's datagrams may hold besides, seconds: what had waited leaves with several slices in one datagram, and as many of the quietest part
    /// are no longer than one of a loud part.
    fn glued(&self) -> f64 {
        match (self.datagrams, self.is_constant()) {
            _ if self.is_cut() => return 0.0,
            (false, true) => return self.coalesced(),
            (true, false) => {}
            _ => return 0.0,
        }
        let (_, least) = self.loudness();
        let waited = self.within.iter().filter(|slice| slice.at <= self.train.live && self.belongs(slice));
        let more = waited.map(|slice| (f64::from(slice.length) / least - 1.0).max(0.0)).sum::<f64>();
        if more.is_finite() { more * self.beat() } else { 0.0 }
    }

    /// Sound that longer records on a TCP stream may hold besides, seconds: what waited may leave as one record of several frames. One or two such records may as well be
    /// something else whose length happens to fit.
    fn coalesced(&self) -> f64 {
        let longer = self.within.iter().filter(|slice| !self.belongs(slice));
        let frames: u32 = longer.filter_map(|slice| most_frames(slice.length, self.train.lengths.1)).sum();
        f64::from(frames) * self.beat()
    }

    /// Seconds of sound in datagrams before the beat, when each carries so much besides sound, and so do the `parts` datagrams of the train: many slices
    /// that share a datagram share what it adds. However small the slices, a quarter of them is sound.
    fn unglued(&self, parts: usize, overhead: f64) -> f64 {
        let Self { train, before, .. } = self;
        let without = |octets: u64, datagrams: usize| count(octets) - overhead * count(datagrams as u64);
        let rate = without(train.octets, parts).max(count(train.octets) / 4.0) / train.seconds;
        without(octets(before), before.len()).max(0.0) / rate
    }

    /// How many times the sound of all live slices fits into the quietest of [`PARTS`] parts of them: octets of a variable rate tell less sound where it was quiet.
    fn quietest(&self) -> f64 {
        if self.is_constant() {
            return 1.0;
        }
        let (mean, least) = self.loudness();
        if least > 0.0 && least.is_finite() { (mean / least).max(1.0) } else { 1.0 }
    }

    /// Mean length of all slices, and of those of the quietest of [`PARTS`] parts; octets.
    fn loudness(&self) -> (f64, f64) {
        let all: Vec<f64> = self.within.iter().filter(|slice| self.belongs(slice)).map(|slice| f64::from(slice.length)).collect();
        let mean = |part: &[f64]| part.iter().sum::<f64>() / count(part.len().max(1) as u64);
        (mean(&all), all.chunks(all.len().div_ceil(PARTS).max(1)).map(mean).fold(f64::INFINITY, f64::min))
    }

    /// Sound and pre-roll where a part of the records could not be made out. Where live records could be read, all octets count at their rate; where many of
    /// them could not, that rate would be too low: as much sound was sent live as time passed, and the octets before that at the rate of all that came live. The
    /// lower end holds only what was read.
    fn estimated(&self) -> (Estimate, Estimate) {
        let Self { train, before, within, unread, .. } = self;
        let live = seconds(train.last.saturating_sub(train.live));
        // A backlog may go on for a moment after its first record, which seems to be on time.
        let edge = unread
            .iter()
            .fold(train.live, |edge, it| if it.at.saturating_sub(edge) <= BACKLOG_GAP { edge.max(it.at) } else { edge });
        let belongs = |slice: &&Slice| self.is_cut() || self.belongs(slice);
        let read = |early: bool| {
            within.iter().filter(|it| (it.at <= edge) == early).filter(belongs).map(|it| u64::from(it.length)).sum()
        };
        let missed = |early: bool| unread.iter().filter(|it| (it.at <= edge) == early).map(|it| it.octets).sum();
        let (early_read, late_read): (u64, u64) = (read(true) + if self.is_cut() { octets(before) } else { 0 }, read(false));
        let (early_missed, late_missed): (u64, u64) = (missed(true), missed(false));
        let later = unread.get(unread.partition_point(|it| it.at <= edge)..).unwrap_or_default();
        let together = |a: &Unread, b: &Unread| seconds(b.at.saturating_sub(a.at)) <= self.beat();
        let mostly_read = count(later.chunk_by(together).count() as u64) * self.beat() <= MOSTLY_READ * live;
        let measured = count(late_read + late_missed) / live;
        let rate = if mostly_read || live <= 0.0 || measured <= 0.0 { train.bit_rate / 8.0 } else { measured };
        let early = count(early_read + early_missed) / rate;
        let by_octets = early + count(late_read + late_missed) / rate;
        let value = if mostly_read { by_octets.max(live + early) } else { live + early };
        let hidden = count(early_missed + if mostly_read { late_missed } else { 0 }) / rate;
        let (spread, loose) =
            (self.spread() + self.beat(), self.loose(early, value).max(HEADERS * early) + hidden * (self.quietest() - 1.0));
        let sure = if self.is_constant() || self.is_cut() { count(early_read) / rate * (1.0 - HEADERS) } else { 0.0 };
        let waited = value - self.lasted();
        let pre_roll = if waited > 2.0 * self.beat() { waited } else { 0.0 };
        (
            Estimate { value, low: live + sure - spread, high: value + spread + loose },
            Estimate { value: pre_roll, low: live + sure - self.lasted() - spread, high: pre_roll + spread + loose },
        )
    }
}

/// Seconds of sound sent after the reply of the other end began.
fn tail(train: &Train, slices: &[Slice], beat: f64) -> Estimate {
    let Some(first) = slices.first() else { return Estimate::default() };
    let mut rest = slices;
    let [high, value, low] = REPLY.map(|octets| {
        let reply = rest.iter().position(|slice| slice.answered.wrapping_sub(first.answered) >= octets);
        rest = reply.and_then(|reply| rest.get(reply..)).unwrap_or_default();
        rest.first().map_or(0.0, |slice| seconds(train.last.saturating_sub(slice.at)))
    });
    // The slice that is sent when the reply arrives was heard before; the reply had been on its way before it arrived.
    let beats = if high > 0.0 { beat } else { 0.0 };
    Estimate { value, low: (low - beats).max(0.0), high: high + beats }
}

fn octets(slices: &[Slice]) -> u64 {
    slices.iter().map(|slice| u64::from(slice.length)).sum()
}

fn seconds(value: i64) -> f64 {
    to_f64(value) / nanos_per_second()
}

fn nanos_per_second() -> f64 {
    to_f64(SECOND)
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of an upload lie far below 2^53")]
fn to_f64(value: i64) -> f64 {
    value as f64
}

#[expect(clippy::cast_precision_loss, reason = "octets and datagrams of an upload lie far below 2^53")]
fn count(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::clock::{ClockSettings, trains};

    /// Records of one frame each, after 18 that had waited and these of several.
    fn waited(several: &[u32], (frame, beat, added): (u32, i64, u32)) -> (Vec<Slice>, f64) {
        let mut slices = Vec::new();
        let mut push = |at: i64, frames: u32| {
            slices.push(Slice { at, length: added + frames * frame, answered: 0, since_answer: 0 });
        };
        (0..18).for_each(|number| push(number * 4_500_000, 1));
        several.iter().zip(0..).for_each(|(frames, number)| push(100_000_000 + number * 2_000_000, *frames));
        (0..55).for_each(|number| push(200_000_000 + number * beat + number % 5 * 2_000_000, 1));
        let frames = 18 + 55 + several.iter().sum::<u32>();
        (slices, f64::from(frames) * seconds(beat))
    }

    #[test]
    fn one_or_two_records_of_several_frames_are_within_the_interval() {
        for several in [&[2][..], &[5], &[9], &[2, 5], &[3, 3], &[4, 4], &[16, 2]] {
            for of in [(960, 60_000_000, 37), (400, 50_000_000, 37), (320, 20_000_000, 29), (160, 20_000_000, 22)] {
                let (slices, sent) = waited(several, of);
                let trains = trains(&slices, false, &ClockSettings::default());
                let [train] = &trains[..] else { panic!("{several:?} of {of:?}: {trains:?}") };
                let within: Vec<Slice> = slices.into_iter().filter(|it| (train.first..=train.last).contains(&it.at)).collect();
                let upload = Upload { train, before: &[], within: &within, unread: &[], datagrams: false };
                let Estimate { low, high, .. } = amount(&upload).sound;
                assert!(low <= sent && sent <= high, "{several:?} of {of:?}: {sent} s, {low} to {high}");
            }
        }
    }

    /// Words of 0.3 to 1.5 s and silence of 0.08 to 0.4 s between them in frames of one length each 20 ms, `before` of them sent at once. Silence is left out after 0.1 s. Also how long
    /// it was heard.
    fn spoken(before: i64, datagrams: bool, seed: u64) -> (Vec<Slice>, f64) {
        let mut chance = seed;
        let mut below = |most: i64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from(chance >> 33).unwrap() % most
        };
        let frames = before + 100 + below(250);
        let (mut slices, mut left, mut silent) = (Vec::new(), 15 + below(60), None);
        for frame in 0..frames {
            left -= 1;
            if left < 0 {
                silent = silent.is_none().then_some(0);
                left = if silent.is_some() { 4 + below(16) } else { 15 + below(60) };
            }
            silent = silent.map(|frames| frames + 1);
            if silent.is_none_or(|frames| frames <= 5) && (!datagrams || below(200) > 0) {
                let at = (frame - before + 1).max(0) * 20_000_000 + frame * 200_000 + below(2_000_000);
                slices.push(Slice { at, length: 106, answered: 0, since_answer: 0 });
            }
        }
        slices.sort_unstable_by_key(|slice| slice.at);
        (slices, seconds(frames * 20_000_000))
    }

    #[test]
    fn silence_that_is_left_out_between_frames_of_one_length_is_within_the_interval() {
        for datagrams in [false, true] {
            let mut outside = Vec::new();
            for (seed, before) in (1..=80).flat_map(|seed| [0, 25, 100].map(|before| (seed, before))) {
                let (slices, heard) = spoken(before, datagrams, seed);
                let trains = trains(&slices, datagrams, &ClockSettings::default());
                let sound = trains.iter().map(|train| {
                    let begin = slices.partition_point(|slice| slice.at < train.first);
                    let end = slices.partition_point(|slice| slice.at <= train.last);
                    amount(&Upload { train, before: &[], within: &slices[begin..end], unread: &[], datagrams }).sound
                });
                let Estimate { value, low, high } = sound.reduce(Estimate::and).unwrap_or_default();
                if heard < low || heard > high {
                    outside.push(format!("seed {seed}, {before} before: {value:.2} ({low:.2} to {high:.2}) of {heard:.2} s"));
                }
            }
            assert!(outside.len() <= 12, "datagrams {datagrams}: {} of 240 outside: {outside:#?}", outside.len());
        }
    }
}
