//! The codec's clock on the wire: trains of slices that keep a beat.
//!
//! A codec cuts sound into frames of constant duration, and a client that streams sends each as it is ready. So what a
//! device uploads while it listens grows along a straight line in time, whatever the records look like:
//! records of one length (constant bit rate), records of similar length at one spacing (variable bit rate), or, where
//! layers below glue slices together, octets (paced). Why this holds beyond the devices it was measured on, and
//! what else keeps a beat, is in `docs/design/detection.md`.

mod blocks;
mod candidates;
mod comb;
mod context;
mod ending;
mod judge;
mod late;
mod lattice;
mod lengths;
mod missing;
mod pauses;
mod rates;
mod slices;
mod turns;

pub(crate) use self::lattice::most_frames;

use self::lattice::Lattice;
use self::lengths::Lengths;
use crate::findings::TrainShape;
use crate::time::SECOND;

/// One record or datagram that a device sent on a flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slice {
    /// When its last octet was sent, nanoseconds since the epoch.
    pub at: i64,
    /// Its length in octets, record header included, transport header excluded.
    pub length: u32,
    /// Payload octets that the other end had sent on the flow by then (wraps around).
    pub answered: u32,
    /// Microseconds since the latest of them (saturates).
    pub since_answer: u32,
}

impl Slice {
    /// Nanoseconds since `earlier`. Slices of an episode lie minutes apart at most, so that nothing can overflow.
    #[inline]
    pub(crate) fn since(&self, earlier: i64) -> i64 {
        self.at.wrapping_sub(earlier)
    }
}

/// What tells a codec's clock from other machinery. All can be set; the defaults follow from what codecs do, not from captures.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ClockSettings {
    /// Shortest and longest beat, nanoseconds. Speech codecs frame 10 to 64 ms of sound; clients send one to four frames at
    /// a time, or what a recorder hands over four or five times a second.
    pub beat: (f64, f64),
    /// Lowest and highest rate, bits per second: from the lowest speech codecs, less what encryption adds to each record, to 16-bit PCM at
    /// 16 kHz in two channels, with it.
    pub bit_rate: (f64, f64),
    /// Lowest rate of slices that come at most ten times a second, bits per second, less what encryption adds: sensors send small readings as often. A recorder
    /// that hands over blocks of 95 ms and more does not save octets; Opus begins at 16 kbit/s for wide-band speech (RFC 6716, section 2.1.1), of which
    /// a variable rate leaves three quarters in a quiet voice.
    pub blocks_rate: f64,
    /// Highest rate of records of one length that are neither full segments nor full records, bits per second: 16-bit PCM at 48 kHz in two channels.
    pub samples_rate: f64,
    /// Fewest slices of a train.
    pub records: usize,
    /// A train ends where nothing of it was sent for so long, nanoseconds.
    pub pause: i64,
    /// A slice is on time within so much of the line, nanoseconds: the scheduling of a radio link.
    pub tolerance: f64,
    /// What is asked of records of one length.
    pub constant: Limits,
    /// What is asked of records of similar length.
    pub variable: Limits,
    /// What is asked of octets.
    pub paced: Limits,
}

/// What is asked of a train; the less its records show by themselves, the more.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Limits {
    /// Largest unevenness, see [`super::line::Line`].
    pub unevenness: f64,
    /// Least share of the slices, once live, that are on time.
    pub regularity: f64,
    /// Least seconds of sound.
    pub seconds: f64,
}

impl Default for ClockSettings {
    fn default() -> Self {
        Self {
            beat: (5e6, 280e6),
            bit_rate: (6_000.0, 512_000.0),
            blocks_rate: 12_000.0,
            samples_rate: 1_650_000.0,
            records: 8,
            pause: SECOND,
            tolerance: 30e6,
            constant: Limits { unevenness: 0.005, regularity: 0.9, seconds: 0.5 },
            variable: Limits { unevenness: 0.0025, regularity: 0.85, seconds: 0.8 },
            paced: Limits { unevenness: 0.001, regularity: 0.8, seconds: 1.5 },
        }
    }
}

/// What is counted along the line.
#[derive(Clone, Copy, Debug)]
struct Measure {
    shape: TrainShape,
    /// How lengths tell the number of frames.
    lattice: Option<Lattice>,
}

impl From<TrainShape> for Measure {
    fn from(shape: TrainShape) -> Self {
        Self { shape, lattice: None }
    }
}

impl Measure {
    /// What a slice adds: frames, octets, or itself.
    fn of(&self, slice: &Slice) -> f64 {
        match (self.lattice, self.shape) {
            (Some(lattice), _) => f64::from(lattice.frames(slice.length).unwrap_or(1)),
            (None, TrainShape::Paced) => f64::from(slice.length),
            (None, _) => 1.0,
        }
    }
}

/// A train of slices that keeps a beat.
#[derive(Clone, PartialEq, Debug)]
pub struct Train {
    /// What the line was fitted through.
    pub shape: TrainShape,
    /// Whether its slices are datagrams.
    pub datagrams: bool,
    /// Shortest and longest record of it, octets.
    pub lengths: (u32, u32),
    /// Length of a record of a single frame, where their lengths tell how many frames they hold.
    pub single: Option<u32>,
    /// When its first slice was sent, nanoseconds since the epoch.
    pub first: i64,
    /// When its last slice was sent.
    pub last: i64,
    /// When sending at the speed of the line ended and sending at the beat began.
    pub live: i64,
    /// Slices.
    pub records: u32,
    /// Their octets.
    pub octets: u64,
    /// Spacing of the slices, nanoseconds.
    pub beat: f64,
    /// Relative standard error of the beat.
    pub beat_error: f64,
    /// Seconds of sound.
    pub seconds: f64,
    /// Of these, seconds that may hold no sound: pauses between words in which nothing was sent, and frames before a pause, which may be comfort noise.
    pub silence: f64,
    /// Seconds of somewhat longer pauses, in which a codec may have left out silence, and which are not counted.
    pub pauses: f64,
    /// Gaps in which so many slices are missing that a codec is likely to have left out silence: at least so many.
    pub left_out: u32,
    /// Of these, seconds in slices that were lost before they passed, among those that left at once before the beat: as many as of what followed.
    pub lost: f64,
    /// Standard error of that, seconds.
    pub lost_spread: f64,
    /// Of these, seconds in slices after the last that is on time, which may be something else.
    pub trailing: f64,
    /// Whether its records are a block of compressed sound each, however long they are.
    pub are_blocks: bool,
    /// Whether slices that seemed to belong to it followed after its beat had ended.
    pub is_over: bool,
    /// Seconds of sound that had been recorded when the first slice was sent; 0 where that is hardly more than that slice's own.
    pub backlog: f64,
    /// Bits per second of sound.
    pub bit_rate: f64,
    /// Share of the slices, once live, that are on time.
    pub regularity: f64,
    /// See [`super::line::Line`].
    pub unevenness: f64,
    /// Its part of the octets that the flow carried from `live` to `last`.
    pub share: f64,
}

/// Longest record that holds single frames of a codec, octets: 20 ms of PCM at 16 kHz take 640. Longer ones of equal length
/// are as likely pieces of something larger, cut to the size of a buffer.
const LONGEST_FRAME: u32 = 1_000;

impl Train {
    /// Whether its records may be single frames of a codec.
    #[must_use]
    pub fn is_framed(&self) -> bool {
        self.single.unwrap_or(self.lengths.1) <= LONGEST_FRAME
    }

    /// This one and the one that follows it closely, of records of the same length, as one, with the pause between them. What was recorded before it was sent begins
    /// another utterance.
    fn and(self, next: &Self) -> Self {
        let pause = if next.backlog > 0.0 { 0.0 } else { slices::to_f64(next.first.saturating_sub(self.last)) - next.beat };
        let (silence, longer) = pauses::split(pause);
        let seconds = self.seconds + next.seconds + silence;
        let part = if seconds > 0.0 { self.seconds / seconds } else { 0.0 };
        let both = |one: f64, other: f64| one * part + other * (1.0 - part);
        Self {
            last: next.last,
            records: self.records.saturating_add(next.records),
            octets: self.octets.saturating_add(next.octets),
            beat: both(self.beat, next.beat),
            beat_error: self.beat_error.max(next.beat_error),
            seconds,
            silence: self.silence + next.silence + silence,
            pauses: self.pauses + next.pauses + longer,
            left_out: self.left_out + next.left_out + u32::from(silence + longer > 0.0),
            bit_rate: both(self.bit_rate, next.bit_rate),
            regularity: both(self.regularity, next.regularity),
            unevenness: self.unevenness.max(next.unevenness),
            share: both(self.share, next.share),
            lost: self.lost + next.lost,
            lost_spread: self.lost_spread.hypot(next.lost_spread),
            is_over: next.is_over,
            trailing: next.trailing,
            are_blocks: self.are_blocks && next.are_blocks,
            ..self
        }
    }

    /// Whether its records are on average too long for single frames of a codec: pieces of a stream of samples.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        !self.are_blocks && self.single.is_none() && self.octets > u64::from(self.records) * u64::from(LONGEST_FRAME)
    }
}

/// Finds the trains among the slices of one episode of a flow, in order of time and not overlapping.
///
/// `slices` are in order of time. `datagrams` says that each is a datagram of its own rather than part of a TCP stream.
#[must_use]
pub fn trains(slices: &[Slice], datagrams: bool, settings: &ClockSettings) -> Vec<Train> {
    trains_with(&mut Scratch::default(), slices, datagrams, settings)
}

/// Memory that looking for trains takes, for one episode after another.
#[derive(Debug, Default)]
pub struct Scratch {
    lengths: Lengths,
    rest: Vec<Slice>,
    turns: Vec<Slice>,
    candidates: candidates::Scratch,
    comb: comb::Comb,
    moments: Vec<(f64, f64)>,
}

/// The same as [`trains`], in memory that was used before.
#[must_use]
pub fn trains_with(scratch: &mut Scratch, slices: &[Slice], datagrams: bool, settings: &ClockSettings) -> Vec<Train> {
    let (Some(first), Some(last)) = (slices.first(), slices.last()) else { return Vec::new() };
    if slices.len() < settings.records || last.at.saturating_sub(first.at) < candidates::SHORTEST {
        return Vec::new();
    }
    let Scratch { lengths, rest, turns, candidates: scratch, comb, moments } = scratch;
    let mut found = Vec::new();
    let mut judge_train = |measure: Measure, part: &[Slice], run: &[Slice]| {
        judge::judge(measure, part, (run, slices), datagrams, settings, moments)
    };
    lengths.count(slices);
    candidates::constant(slices, lengths, settings, scratch, &mut judge_train, &mut found);
    candidates::lattice(slices, lengths, datagrams, settings, scratch, &mut judge_train, &mut found);
    // Records of one length at one beat that are most of what was sent leave nothing to explain.
    let plain: Vec<(i64, i64)> =
        found.iter().filter(|train: &&Train| train.share >= PLAIN).map(|train| (train.first, train.last)).collect();
    if plain.is_empty() {
        candidates::variable(slices, lengths, settings, scratch, &mut judge_train, &mut found);
        candidates::steady(slices, settings, scratch, &mut judge_train, &mut found);
        let mut comb_train = |run: &[Slice]| comb.train(run, slices, datagrams, settings);
        candidates::combed(slices, lengths, datagrams, settings, scratch, &mut comb_train, &mut found);
    } else {
        let explained = |slice: &Slice| plain.iter().any(|span| (span.0..=span.1).contains(&slice.at));
        rest.clear();
        rest.extend(slices.iter().filter(|slice| !explained(slice)));
        lengths.count(rest);
        candidates::variable(rest, lengths, settings, scratch, &mut judge_train, &mut found);
        candidates::steady(rest, settings, scratch, &mut judge_train, &mut found);
    }
    if datagrams && found.is_empty() && turns::collect(slices, turns) {
        let mut judge_train = |measure: Measure, part: &[Slice], run: &[Slice]| {
            let mut train = judge::judge(measure, part, (run, turns), datagrams, settings, moments)?;
            turns::take_apart(&mut train, slices);
            Some(train)
        };
        lengths.count(turns);
        candidates::variable(turns, lengths, settings, scratch, &mut judge_train, &mut found);
    }
    // Of readings that weigh the same, the one that explains more octets.
    found.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(b.octets.cmp(&a.octets)));
    let mut kept: Vec<Train> = Vec::new();
    for train in found {
        if kept.iter().all(|other| train.last < other.first || other.last < train.first) {
            kept.push(train);
        }
    }
    kept.sort_by_key(|train| train.first);
    kept
}

/// Share of the octets from which on records of one length leave nothing else to explain.
const PLAIN: f64 = 0.7;

/// Which of two overlapping readings of the same slices is kept: the one that keeps its beat for longer and explains more octets, and of
/// readings that explain about the same, the one that claims more about the records.
fn weight(train: &Train) -> f64 {
    lasted(train) * train.regularity * train.share * trust(train.shape, train.lengths)
}

/// Nanoseconds that a train accounts for: what waited on a TCP stream leaves after its time for certain, while datagrams only seem to have waited.
#[expect(clippy::cast_precision_loss, reason = "nanoseconds of an episode")]
fn lasted(train: &Train) -> f64 {
    let from = if train.datagrams { train.live } else { train.first };
    train.last.saturating_sub(from) as f64
}

/// How much a shape claims about records of these lengths.
fn trust(shape: TrainShape, lengths: (u32, u32)) -> f64 {
    let spread = f64::from(lengths.1) / f64::from(lengths.0.max(1));
    match shape {
        TrainShape::Constant => 1.0,
        // Of two bands that do as well, the narrower: records of other things are shorter or longer than sound.
        TrainShape::Variable => 0.8 - 0.04 * spread.ln(),
        TrainShape::Paced => 0.6,
    }
}

#[cfg(test)]
mod tests;
