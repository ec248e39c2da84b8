//! Whether what a device sends could be seen at all: a place of capture that shows one direction, or only broadcasts, and a device that
//! is not there, look like silence and are none.
//!
//! Only frames to one station on the way out count as proof, before and after the time that is asked for. Between them a device may be
//! silent for as long as it usually is: a pause is usual if a third of it has been reached at least three times elsewhere. Each rule looks at
//! the whole capture alike, at no slot and at no score, so that which rounds count cannot depend on the lot.

use crate::findings::{Bin, DeviceFindings, Findings, PASSAGE_APART, Series};
use crate::time::{SECOND, Timestamp, Window};

/// Why nothing can be said of what a device sent at a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Unseen {
    /// Answers reach it, or acknowledge octets, but most of what it sends does not pass here: a mirror port with one direction, or two ways to the internet.
    OneWay,
    /// Of what it sends only that passes here which stays in the home: broadcasts, multicasts, frames to neighbours.
    LocalOnly,
    /// It was not seen before that time.
    Joined,
    /// It was not seen after that time.
    Left,
    /// Seen before and after, it was silent for longer than it ever is: away, switched off, or under another MAC address.
    Away,
    /// No frame of any device was captured for longer than ever else.
    Gap,
}

/// All reasons.
pub const UNSEEN: [Unseen; 6] = [Unseen::OneWay, Unseen::LocalOnly, Unseen::Joined, Unseen::Left, Unseen::Away, Unseen::Gap];

/// Pauses of a device up to this length need no precedent, nanoseconds: seconds are thinned out to one in five (see
/// [`crate::findings::Passage`]), and a device that is in use is silent for so long now and then.
const SHORT: i64 = 20 * SECOND;

/// The same for the capture as a whole, where many devices send.
const SHORT_FOR_ALL: i64 = 10 * SECOND;

/// No pause above this length is taken for idleness, nanoseconds: telephones that sleep let their servers hear of them every 28 minutes
/// at the latest (the longest common keep-alive), and who is away for an hour three times a day has precedents as well.
const LONGEST: i64 = 1_800 * SECOND;

/// Pauses at least a third as long that make one usual.
const PRECEDENTS: usize = 3;
const PART: i64 = 3;

/// Moments of answers, each 5 s from the next, within a pause of what was sent, that prove that what was sent did not pass. One or two are
/// what a server sends to a device that has left.
const ANSWERS: usize = 3;

/// Of the moments in which something was sent, one in so many may be noticed by answers alone: servers go on for a while when a device has left.
const LITTLE: usize = 10;

/// Seconds with frames within such a pause that show that the device was there. One may be its farewell.
const FRAMES: usize = 2;

/// The times at which a device could not be seen.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Sight {
    blind: Vec<(Window, Unseen)>,
}

impl Sight {
    /// From what was found of a device, and the [`gaps`] of the capture. `None` where nobody noted what passed.
    #[must_use]
    pub fn of(device: &DeviceFindings, gaps: &[Window]) -> Option<Self> {
        let passage = device.passage.as_ref()?;
        let (sent, answers, any) = (moments(&passage.upstream), moments(&passage.downstream), moments(&device.sent));
        let why = |pause: Window, otherwise: Unseen| {
            if inside(&answers, pause, ANSWERS) {
                Unseen::OneWay
            } else if gaps.iter().any(|gap| gap.overlaps(pause) && gap.length() > pause.length() / 2) {
                Unseen::Gap
            } else if inside(&any, pause, FRAMES) {
                Unseen::LocalOnly
            } else {
                otherwise
            }
        };
        let always = Window { from: Timestamp::MIN, until: Timestamp::MAX };
        let missed = passage.missed.bins.iter().fold(0_u64, |sum, bin| sum.saturating_add(bin.payload_octets));
        if missed > device.upstream.payload_octets && inside(&moments(&passage.missed), always, ANSWERS) {
            return Some(Self { blind: vec![(always, Unseen::OneWay)] });
        }
        // What cannot be counted in octets is not among the scores: where it is more than a little, sound may be in it.
        let uncounted = apart(&passage.missed);
        if uncounted >= ANSWERS && uncounted > sent.len() / LITTLE {
            return Some(Self { blind: vec![(always, Unseen::OneWay)] });
        }
        let (Some(&first), Some(&last)) = (sent.first(), sent.last()) else {
            let otherwise = if any.is_empty() { Unseen::Away } else { Unseen::LocalOnly };
            return Some(Self { blind: vec![(always, why(always, otherwise))] });
        };
        let before = Window { from: Timestamp::MIN, until: first };
        let after = Window { from: last, until: Timestamp::MAX };
        let mut blind = vec![(before, why(before, Unseen::Joined)), (after, why(after, Unseen::Left))];
        blind.extend(gaps.iter().map(|gap| (*gap, Unseen::Gap)));
        let usual = Pauses::between(&sent, SHORT);
        for pause in usual.all() {
            let reason = why(pause, Unseen::Away);
            // A pause of usual length is the device's own silence, but not where answers show that it sent.
            if reason == Unseen::OneWay || !usual.has_precedent(pause.length()) {
                blind.push((pause, reason));
            }
        }
        Some(Self { blind })
    }

    /// Why the device could not be seen for all of the time, if so.
    #[must_use]
    pub fn unseen(&self, time: Window) -> Option<Unseen> {
        self.blind.iter().filter(|it| it.0.overlaps(time)).map(|it| it.1).min()
    }
}

/// Whether so many of the moments lie well within the pause.
fn inside(moments: &[Timestamp], pause: Window, least: usize) -> bool {
    let first = moments.partition_point(|at| *at <= pause.from.plus(SHORT / 2));
    moments.iter().skip(first).take_while(|at| at.plus(SHORT / 2) < pause.until).nth(least - 1).is_some()
}

/// How many bins without octets there are that lie as far from each other as those of what was sent.
fn apart(series: &Series) -> usize {
    let mut latest = None;
    let apart = |bin: &Bin| {
        let far = latest.is_none_or(|latest| bin.index.saturating_sub(latest) >= PASSAGE_APART);
        latest = if far { Some(bin.index) } else { latest };
        far
    };
    series.bins.iter().filter(|bin| bin.payload_octets == 0).filter(apart).count()
}

/// When no frame of any device was captured, for longer than is usual for all of them together.
#[must_use]
pub fn gaps(findings: &Findings) -> Vec<Window> {
    let series = findings.devices.iter().flat_map(|device| [&device.sent, &device.received]);
    let mut all: Vec<Timestamp> = series.flat_map(moments).collect();
    all.sort_unstable();
    all.dedup();
    // Shorter pauses are no gaps, but show how long all are silent at once in a quiet home.
    let usual = Pauses::with_precedents(&all, SHORT_FOR_ALL, SHORT_FOR_ALL / PART);
    usual.all().filter(|pause| !usual.has_precedent(pause.length())).collect()
}

/// The starts of the seconds that hold a frame.
fn moments(series: &Series) -> Vec<Timestamp> {
    series.bins.iter().map(|bin| series.origin.plus(bin.index.saturating_mul(series.width))).collect()
}

/// Pauses between moments, in order of time, that are longer than a least length.
struct Pauses {
    pauses: Vec<Window>,
    /// The lengths of all that may be a precedent, ascending.
    lengths: Vec<i64>,
}

impl Pauses {
    /// Those that are their own precedents alone.
    fn between(moments: &[Timestamp], least: i64) -> Self {
        Self::with_precedents(moments, least, least)
    }

    /// Those above one length, and above another as precedents.
    fn with_precedents(moments: &[Timestamp], least: i64, precedent: i64) -> Self {
        let pairs = moments.iter().zip(moments.iter().skip(1)).map(|(from, until)| Window { from: *from, until: *until });
        let mut pauses: Vec<Window> = pairs.filter(|pause| pause.length() > precedent).collect();
        let mut lengths: Vec<i64> = pauses.iter().map(|pause| pause.length()).collect();
        lengths.sort_unstable();
        pauses.retain(|pause| pause.length() > least);
        Self { pauses, lengths }
    }

    fn all(&self) -> impl Iterator<Item = Window> + '_ {
        self.pauses.iter().copied()
    }

    /// Whether a pause of this length, which is one of them, is usual.
    fn has_precedent(&self, length: i64) -> bool {
        let long = self.lengths.len() - self.lengths.partition_point(|other| *other < length / PART);
        length <= LONGEST && long > PRECEDENTS
    }
}

#[cfg(test)]
mod tests;
