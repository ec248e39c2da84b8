//! What a device sent in a stretch of time, as the one number that slots are ranked by.
//!
//! The score is fixed before any session: seconds of clocked audio first, then octets above the device's own running level. A
//! guarantee that rests on ranks holds for any score; how soon a reaction is found depends on it.

use crate::findings::{Bin, DeviceFindings, PASSAGE_APART, Series, Sighting, SightingKind};
use crate::time::{SECOND, Timestamp, Window};

/// What a device sent in a window. Ordered: first by clocked audio, then by octets.
#[derive(Clone, Copy, PartialEq, PartialOrd, Default, Debug)]
pub struct Measure {
    /// Seconds of sound in uploads at the beat of a codec that began in the window.
    pub clocked: f64,
    /// Payload octets sent above the running level.
    pub octets: f64,
}

/// The traffic of one device, ready to be asked about any window.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    origin: Timestamp,
    width: i64,
    /// Number of each bin that is not empty, and octets up to and with it.
    sums: Vec<(i64, u64)>,
    /// Starts of clocked uploads, ascending, and their seconds of sound.
    clocked: Vec<(Timestamp, f64)>,
    /// Where so much was missed that what it belonged to is not known.
    unseen: Vec<Window>,
    /// First of [`PASSAGE_APART`] bins in which what was missed may have changed how an upload was judged; none where that was not noted.
    affected: Vec<i64>,
}

/// What a device sent and nobody saw, in order of time: see [`crate::findings::Passage`].
#[derive(Clone, Default, Debug)]
pub struct Missed {
    /// Octets, by the bin in which that was noticed.
    pub octets: Vec<Bin>,
    /// Bins in which an upload may have been judged otherwise because of that.
    pub affected: Vec<Bin>,
}

/// The stretch before a round that its running level is taken over: long against a slot, short against the hours over which a home's habits
/// change. Nothing of the round itself is in it: what the draw of the round made happen, and what of that was lost, cannot move the level.
pub const LEVEL_BEFORE: i64 = 300 * SECOND;

/// What a device sent with longer pauses than this in between belongs to different uploads, nanoseconds: an upload ends with a pause of a second, or three where
/// a TCP octet is missing that may be sent again (`docs/design/detection.md`, section "clock"), and bins are a second wide.
const LONGEST_PAUSE: i64 = 5 * SECOND;

/// What was missed changes nothing that lies farther away, nanoseconds: an episode lasts 90 s at most, two more go by until a flow is cut where it would have been, and three
/// minutes before it an upload had lasted for longer than any that counts.
pub(crate) const REACH: i64 = 300 * SECOND;

impl Profile {
    /// From what was seen to be sent, and what was noticed to be missing of it, in bins of `width` nanoseconds from `origin` on, in order of time, and the
    /// uploads that were seen.
    ///
    /// What is missing counts as sent: the sequence numbers of TCP tell its octets.
    pub fn new<'a>(
        origin: Timestamp,
        width: i64,
        (sent, missed): (impl IntoIterator<Item = Bin>, Missed),
        uploads: impl IntoIterator<Item = &'a Sighting>,
    ) -> Self {
        let width = width.max(1);
        let mut octets = 0_u64;
        let sum = |(index, more): (i64, u64)| {
            octets = octets.saturating_add(more);
            (index, octets)
        };
        let of = |bin: Bin| (bin.index, bin.payload_octets);
        let affected = missed.affected.into_iter().map(|bin| bin.index).collect();
        let missed: Vec<(i64, u64)> = missed.octets.into_iter().map(of).collect();
        let (sums, unseen) = if missed.is_empty() {
            (sent.into_iter().map(of).map(sum).collect(), Vec::new())
        } else {
            let mut both: Vec<(i64, u64)> = sent.into_iter().map(of).chain(missed.iter().copied()).collect();
            both.sort_by_key(|bin| bin.0);
            both.dedup_by(|next, bin| {
                let same = next.0 == bin.0;
                if same {
                    bin.1 = bin.1.saturating_add(next.1);
                }
                same
            });
            let unseen = unseen(&both, &missed, origin, width);
            (both.into_iter().map(sum).collect(), unseen)
        };
        let audio = uploads.into_iter().filter(|upload| upload.kind == SightingKind::Audio);
        let mut clocked: Vec<_> =
            audio.map(|upload| (upload.window.from, upload.audio_seconds.unwrap_or_default().value)).collect();
        clocked.sort_by_key(|upload| upload.0);
        Self { origin, width, sums, clocked, unseen, affected }
    }

    /// Everything that was found about a device. What goes on for longer than any utterance is no answer to one.
    #[must_use]
    pub fn of(device: &DeviceFindings) -> Self {
        let sent = &device.sent;
        // All are counted by the same seconds.
        let counts = |series: &&Series| (series.origin, series.width) == (sent.origin, sent.width);
        let bins = |series: &Series| series.bins.iter().collect::<Vec<_>>();
        let of = |series: Option<&Series>| series.filter(counts).map(bins).unwrap_or_default();
        let passage = device.passage.as_ref();
        let missed =
            Missed { octets: of(passage.map(|passage| &passage.missed)), affected: of(passage.map(|passage| &passage.affected)) };
        Self::new(sent.origin, sent.width, (sent.bins.iter(), missed), device.sightings.iter().chain(&device.local_sightings))
    }

    /// Stretches of which so much was missed that nobody can say what was sent, in order of time: their scores are unknown.
    #[must_use]
    pub fn unseen(&self) -> &[Window] {
        &self.unseen
    }

    /// Payload octets sent in the bins that begin in the window.
    #[must_use]
    pub fn octets(&self, window: Window) -> u64 {
        let until = |index: i64| {
            let bins = self.sums.partition_point(|bin| bin.0 < index);
            bins.checked_sub(1).and_then(|last| self.sums.get(last)).map_or(0, |bin| bin.1)
        };
        until(self.first_bin(window.until)).saturating_sub(until(self.first_bin(window.from)))
    }

    /// The median of the octets of all bins that begin in the window, empty ones included: the device's running level.
    #[must_use]
    pub fn level(&self, window: Window) -> f64 {
        let (from, until) = (self.first_bin(window.from), self.first_bin(window.until));
        let all = usize::try_from(until.saturating_sub(from)).unwrap_or(0);
        let mut busy: Vec<u64> = self.bins(window).collect();
        let silent = all.saturating_sub(busy.len());
        if silent > all / 2 {
            return 0.0;
        }
        busy.sort_unstable();
        let at = |place: usize| place.checked_sub(silent).and_then(|place| busy.get(place)).copied().unwrap_or(0);
        let (low, high) = (at(all.saturating_sub(1) / 2), at(all / 2));
        f64::midpoint(as_f64(low), as_f64(high))
    }

    /// What the device sent in the window, beside the running level `level` (octets per bin).
    #[must_use]
    pub fn measure(&self, window: Window, level: f64) -> Measure {
        let first = self.clocked.partition_point(|upload| upload.0 < window.from);
        let clocked =
            self.clocked.iter().skip(first).take_while(|upload| upload.0 < window.until).fold(0.0, |sum, upload| sum + upload.1);
        let octets = if level > 0.0 {
            self.bins(window).map(|octets| (as_f64(octets) - level).max(0.0)).sum()
        } else {
            as_f64(self.octets(window))
        };
        Measure { clocked, octets }
    }

    /// When the bins begin in the window in which a frame was sent.
    pub fn moments(&self, window: Window) -> impl Iterator<Item = Timestamp> + '_ {
        let (from, until) = (self.first_bin(window.from), self.first_bin(window.until));
        let first = self.sums.partition_point(|bin| bin.0 < from);
        let bins = self.sums.iter().skip(first).take_while(move |bin| bin.0 < until);
        bins.map(|bin| self.origin.plus(bin.0.saturating_mul(self.width)))
    }

    /// When the device began to move in the window: at the first upload at the beat of a codec, or in the first bin that reaches half of what the loudest has
    /// above the level of the five minutes before, so that a keep-alive in between is not taken for it.
    #[must_use]
    pub fn onset(&self, window: Window) -> Option<Timestamp> {
        let upload = self.clocked.get(self.clocked.partition_point(|upload| upload.0 < window.from)).map(|upload| upload.0);
        let level = self.level(Window { from: window.from.plus(-LEVEL_BEFORE), until: window.from });
        let loudest = self.bins(window).map(as_f64).fold(level, f64::max);
        let (from, until) = (self.first_bin(window.from), self.first_bin(window.until));
        let first = self.sums.partition_point(|bin| bin.0 < from);
        let numbers = self.sums.iter().skip(first).map(|bin| bin.0).take_while(|number| *number < until);
        let loud = |octets: u64| as_f64(octets) > level && as_f64(octets) >= f64::midpoint(level, loudest);
        let bin = numbers.zip(self.bins(window)).find(|bin| loud(bin.1)).map(|bin| bin.0);
        let at = bin.map(|number| self.origin.plus(number.saturating_mul(self.width)));
        upload.filter(|at| window.contains(*at)).into_iter().chain(at).min()
    }

    /// The stretch in which the clocked audio may have been seen differently because something went unseen from `unseen.from` to `unseen.until`: with what
    /// was noted to be judged together with it. Where that was not noted, with all that the device sent before and after it without a pause in which an
    /// upload ends.
    #[must_use]
    pub fn affected(&self, unseen: Window) -> Window {
        if self.affected.is_empty() {
            return self.reach(unseen, &self.sums, |bin| (bin.0, 1));
        }
        let noted = self.reach(unseen, &self.affected, |first| (*first, PASSAGE_APART));
        Window { from: noted.from.max(unseen.from.plus(-REACH)), until: noted.until.min(unseen.until.plus(REACH)) }
    }

    /// A stretch with what lies before and after it without a long pause in between, of `parts` whose first bins, and numbers of bins, these are.
    fn reach<T>(&self, stretch: Window, parts: &[T], bins: impl Fn(&T) -> (i64, i64)) -> Window {
        let moment = |index: i64| self.origin.plus(index.saturating_mul(self.width));
        let begin = |part: &T| moment(bins(part).0);
        let end = |part: &T| moment(bins(part).0.saturating_add(bins(part).1));
        let (first, last) = (self.first_bin(stretch.from), self.first_bin(stretch.until));
        let before = parts.partition_point(|part| bins(part).0 < first);
        let after = parts.partition_point(|part| bins(part).0 < last);
        let from = parts.iter().take(before).rev().try_fold(stretch.from, |from, part| {
            if from.since(end(part)) < LONGEST_PAUSE { Ok(from.min(begin(part))) } else { Err(from) }
        });
        let until = parts.iter().skip(after.saturating_sub(1)).try_fold(stretch.until, |until, part| {
            if begin(part).since(until) < LONGEST_PAUSE { Ok(until.max(end(part))) } else { Err(until) }
        });
        Window { from: from.unwrap_or_else(|from| from), until: until.unwrap_or_else(|until| until) }
    }

    /// Octets of the bins in the window that are not empty.
    fn bins(&self, window: Window) -> impl Iterator<Item = u64> + '_ {
        let (from, until) = (self.first_bin(window.from), self.first_bin(window.until));
        let first = self.sums.partition_point(|bin| bin.0 < from);
        let before = first.checked_sub(1).and_then(|last| self.sums.get(last)).map_or(0, |bin| bin.1);
        let bins = self.sums.iter().skip(first).take_while(move |bin| bin.0 < until);
        bins.scan(before, |before, bin| {
            let octets = bin.1.saturating_sub(*before);
            *before = bin.1;
            Some(octets)
        })
    }

    /// Number of the first bin that begins at `at` or later.
    fn first_bin(&self, at: Timestamp) -> i64 {
        let passed = i128::from(at.nanos()) - i128::from(self.origin.nanos());
        let whole = passed.div_euclid(i128::from(self.width));
        let part = i128::from(passed.rem_euclid(i128::from(self.width)) > 0);
        i64::try_from(whole + part).unwrap_or(if whole < 0 { i64::MIN } else { i64::MAX })
    }
}

/// What was missed was sent within so long before it was noticed, nanoseconds: usually by the next segment.
const NOTICED_AFTER: i64 = 5 * SECOND;

/// Where one in so many octets was missed, or more, what was sent there is not known.
const MUCH: u64 = 8;

/// Stretches of which much was missed. `all`: octets by bin, with those that were missed.
fn unseen(all: &[(i64, u64)], missed: &[(i64, u64)], origin: Timestamp, width: i64) -> Vec<Window> {
    let mut found: Vec<Window> = Vec::new();
    for &(index, octets) in missed {
        let first = index.saturating_sub(NOTICED_AFTER / width);
        let until = all.partition_point(|bin| bin.0 <= index);
        let sent =
            all.iter().take(until).rev().take_while(|bin| bin.0 >= first).fold(0_u64, |sum, bin| sum.saturating_add(bin.1));
        if octets.saturating_mul(MUCH) <= sent {
            continue;
        }
        let at = |index: i64| origin.plus(index.saturating_mul(width));
        let window = Window { from: at(first), until: at(index.saturating_add(1)) };
        match found.last_mut() {
            Some(before) if window.from <= before.until => before.until = before.until.max(window.until),
            _ => found.push(window),
        }
    }
    found
}

/// What a device sent above its running level, added up second by second over a stretch: any window inside costs the same.
///
/// The level of each ten minutes is that of the ten before, so that neither a longer capture nor what follows a second changes what that second counts.
#[derive(Clone, Debug)]
pub struct Above {
    from: Timestamp,
    /// Up to each second: seconds of clocked audio, octets above the level.
    sums: Vec<Measure>,
    /// Stretches in which that may not be all, in order of time.
    hidden: Vec<Window>,
}

/// Over so many seconds a running level is taken.
const LEVEL_SECONDS: usize = 600;

/// Longest stretch, seconds: four weeks, 40 MB while one device is looked at.
const LONGEST_STRETCH: usize = 28 * 86_400;

impl Above {
    /// From the traffic of a device, over a stretch of at most four weeks; what lies beyond is left out. `unseen`: stretches in which it may have sent
    /// what was not seen.
    #[must_use]
    pub fn new(profile: &Profile, stretch: Window, unseen: &[Window]) -> Self {
        let seconds = usize::try_from(stretch.length() / SECOND).unwrap_or(0).min(LONGEST_STRETCH);
        let before = stretch.from.plus(-LEVEL_LENGTH);
        let place = |at: Timestamp| usize::try_from(at.since(before).div_euclid(SECOND)).ok();
        let mut each = vec![Measure::default(); LEVEL_SECONDS + seconds];
        let mut sum_before = 0;
        for &(index, sum) in &profile.sums {
            let at = profile.origin.plus(index.saturating_mul(profile.width));
            if let Some(sent) = place(at).and_then(|at| each.get_mut(at)) {
                sent.octets += as_f64(sum.saturating_sub(sum_before));
            }
            sum_before = sum;
        }
        // Each block is measured against the median second of the one before; the first only gives the level of the second, and is left out below.
        let mut level = 0.0;
        for block in each.chunks_mut(LEVEL_SECONDS) {
            let mut octets: Vec<f64> = block.iter().map(|sent| sent.octets).collect();
            octets.sort_unstable_by(f64::total_cmp);
            for sent in block.iter_mut() {
                sent.octets = (sent.octets - level).max(0.0);
            }
            level = octets.get(octets.len() / 2).copied().unwrap_or(0.0);
        }
        for &(at, sound) in &profile.clocked {
            if let Some(sent) = place(at).and_then(|at| each.get_mut(at)) {
                sent.clocked += sound;
            }
        }
        // Running sums, so that any window is the difference of two of them.
        let mut sums = vec![Measure::default()];
        let mut sum = Measure::default();
        for sent in each.into_iter().skip(LEVEL_SECONDS) {
            sum = Measure { clocked: sum.clocked + sent.clocked, octets: sum.octets + sent.octets };
            sums.push(sum);
        }
        let hidden = unseen.iter().chain(&profile.unseen).flat_map(|&unseen| {
            let block = |at: Timestamp| before.plus(at.since(before).div_euclid(LEVEL_LENGTH).saturating_mul(LEVEL_LENGTH));
            // What is measured against a level that some of it is missing from.
            let measured =
                Window { from: block(unseen.from).plus(LEVEL_LENGTH), until: block(unseen.until).plus(2 * LEVEL_LENGTH) };
            [profile.affected(unseen), measured]
        });
        Self { from: stretch.from, sums, hidden: hidden.collect() }
    }

    /// The end of the stretch.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.from.plus(i64::try_from(self.sums.len().saturating_sub(1)).unwrap_or(0).saturating_mul(SECOND))
    }

    /// What was sent in the seconds that begin in the window; `None` if the stretch does not cover it.
    #[must_use]
    pub fn measure(&self, window: Window) -> Option<Measure> {
        let second = |at: Timestamp| usize::try_from((at.since(self.from).saturating_add(SECOND - 1)).div_euclid(SECOND)).ok();
        let (first, last) = (self.sums.get(second(window.from)?)?, self.sums.get(second(window.until)?)?);
        Some(Measure { clocked: last.clocked - first.clocked, octets: last.octets - first.octets })
    }

    /// Whether all that decides what was sent in the window was seen.
    #[must_use]
    pub fn is_known(&self, window: Window) -> bool {
        !self.hidden.iter().any(|hidden| hidden.overlaps(window))
    }
}

/// The same, nanoseconds.
#[expect(clippy::cast_possible_wrap, reason = "ten minutes")]
const LEVEL_LENGTH: i64 = LEVEL_SECONDS as i64 * SECOND;

#[expect(clippy::cast_precision_loss, reason = "octets of seconds stay far below 2^53")]
fn as_f64(octets: u64) -> f64 {
    octets as f64
}

/// Seconds in which a stranger must have sent to count as a device without ever having been answered.
const SECONDS_SENT: u32 = 3;

/// From when on somebody counts as a device of the home: once it was answered, or had sent in a third second. Who showed up with a frame or two is
/// counted, but not scored: otherwise a stranger who makes up addresses would raise what must be shown of everybody. It follows from counts alone
/// that come before, so that no score can move it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Joined {
    first_sent: Option<i64>,
    latest_sent: Option<i64>,
    sent: u32,
    first_received: Option<i64>,
    third: Option<i64>,
}

impl Joined {
    /// One that is known from before.
    #[must_use]
    pub const fn before() -> Self {
        let long_ago = Some(i64::MIN);
        Self { first_sent: long_ago, latest_sent: None, sent: SECONDS_SENT, first_received: long_ago, third: long_ago }
    }

    /// Takes the next bins in which something was sent, by the moments at which they end, nanoseconds.
    pub fn sent(&mut self, ends: impl IntoIterator<Item = i64>) {
        for end in ends {
            if self.third.is_some() {
                return;
            }
            self.first_sent = self.first_sent.or(Some(end));
            if self.latest_sent != Some(end) {
                self.sent += 1;
            }
            self.latest_sent = Some(end);
            if self.sent >= SECONDS_SENT {
                self.third = Some(end);
            }
        }
    }

    /// The same for bins in which something was received.
    pub fn received(&mut self, ends: impl IntoIterator<Item = i64>) {
        if self.first_received.is_none() {
            self.first_received = ends.into_iter().next();
        }
    }

    /// From when on it counts, if it does.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        let answered = self.first_sent.zip(self.first_received).map(|(sent, received)| sent.max(received));
        self.third.into_iter().chain(answered).min().map(Timestamp::from_nanos)
    }

    /// From when on a device counted, by all that was found of it.
    #[must_use]
    pub fn of(device: &DeviceFindings) -> Option<Timestamp> {
        let mut joined = Self::default();
        joined.sent(ends(&device.sent, SECONDS_SENT));
        joined.received(ends(&device.received, 1));
        joined.at()
    }
}

/// When the first bins of a series end, nanoseconds.
fn ends(series: &Series, most: u32) -> impl Iterator<Item = i64> + '_ {
    let end = |bin: Bin| end_of(series.origin, series.width, bin.index);
    series.bins.iter().take(usize::try_from(most).unwrap_or(usize::MAX)).map(end)
}

/// When a bin ends, nanoseconds.
#[must_use]
pub fn end_of(origin: Timestamp, width: i64, index: i64) -> i64 {
    origin.nanos().saturating_add(index.saturating_add(1).saturating_mul(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(octets: &[u64]) -> Profile {
        let bin = |(index, &payload_octets)| Bin { index, frames: 1, payload_octets };
        let bins = (0..).zip(octets).filter(|it| *it.1 > 0).map(bin);
        Profile::new(Timestamp::default(), SECOND, (bins, Missed::default()), [])
    }

    fn seconds(from: i64, until: i64) -> Window {
        Window { from: Timestamp::from_nanos(from * SECOND), until: Timestamp::from_nanos(until * SECOND) }
    }

    #[test]
    fn who_was_answered_or_sent_in_three_seconds_counts() {
        let joined = |sent: &[i64], received: &[i64]| {
            let mut joined = Joined::default();
            joined.sent(sent.iter().copied());
            joined.received(received.iter().copied());
            joined.at().map(Timestamp::nanos)
        };
        assert_eq!(joined(&[1], &[]), None, "a stranger");
        assert_eq!(joined(&[1], &[5]), Some(5));
        assert_eq!(joined(&[7], &[5]), Some(7));
        assert_eq!(joined(&[1, 1, 1, 4, 9], &[20]), Some(9));
        assert_eq!(joined(&[], &[5, 6, 7]), None, "it never sent");
    }

    #[test]
    fn it_does_not_matter_in_what_pieces_the_seconds_come() {
        let mut joined = Joined::default();
        for second in [3, 3, 8, 8] {
            joined.sent([second]);
        }
        assert_eq!(joined.at(), None);
        joined.sent([9, 10]);
        assert_eq!(joined.at(), Some(Timestamp::from_nanos(9)));
        assert_eq!(Joined::before().at(), Some(Timestamp::from_nanos(i64::MIN)));
    }

    #[test]
    fn a_window_holds_the_bins_that_begin_in_it() {
        let profile = profile(&[1, 2, 0, 4, 8]);
        assert_eq!(profile.octets(seconds(0, 5)), 15);
        assert_eq!(profile.octets(seconds(1, 4)), 6);
        assert_eq!(profile.octets(seconds(-9, 99)), 15);
        assert_eq!(profile.octets(seconds(4, 1)), 0);
        let half = Window { from: Timestamp::from_nanos(SECOND / 2), until: Timestamp::from_nanos(3 * SECOND + 1) };
        assert_eq!(profile.octets(half), 6);
    }

    #[test]
    fn the_level_is_the_median_of_all_bins_with_the_empty_ones() {
        assert!((profile(&[5, 1, 9]).level(seconds(0, 3)) - 5.0).abs() < 1e-12);
        assert!((profile(&[5, 1, 9, 7]).level(seconds(0, 4)) - 6.0).abs() < 1e-12);
        assert!((profile(&[5, 0, 9, 0]).level(seconds(0, 4)) - 2.5).abs() < 1e-12);
        assert!(profile(&[5, 0, 0, 9]).level(seconds(0, 5)).abs() < 1e-12);
        assert!(profile(&[]).level(seconds(0, 5)).abs() < 1e-12);
    }

    #[test]
    fn what_lies_above_the_level_counts() {
        let measure = profile(&[10, 30, 5, 10]).measure(seconds(0, 4), 10.0);
        assert!((measure.octets - 20.0).abs() < 1e-12 && measure.clocked.abs() < 1e-12);
    }

    #[test]
    fn sums_above_the_level_are_those_of_the_seconds() {
        let mut octets = vec![10; 600];
        octets.extend([10, 30, 5, 10, 10]);
        let above = Above::new(&profile(&octets), seconds(600, 605), &[]);
        assert_eq!(above.measure(seconds(600, 603)), Some(Measure { clocked: 0.0, octets: 20.0 }));
        assert_eq!(above.measure(seconds(602, 605)), Some(Measure::default()));
        assert_eq!(above.measure(seconds(602, 606)), None);
        assert_eq!(above.until(), Timestamp::from_nanos(605 * SECOND));
    }

    #[test]
    fn what_was_not_seen_hides_itself_what_it_belongs_to_and_what_is_measured_against_it() {
        let mut octets = vec![0; 2_000];
        octets[650..660].fill(9);
        let profile = profile(&octets);
        assert_eq!(profile.affected(seconds(662, 664)), seconds(650, 664), "what goes on until it is lost");
        assert_eq!(profile.affected(seconds(640, 648)), seconds(640, 660));
        assert_eq!(profile.affected(seconds(900, 901)), seconds(900, 901));
        let above = Above::new(&profile, seconds(600, 2_000), &[seconds(662, 664)]);
        let known = [(600, 640), (640, 651), (664, 700), (1_190, 1_210), (1_790, 1_800), (1_800, 1_850)];
        assert_eq!(known.map(|(from, until)| above.is_known(seconds(from, until))), [true, false, true, false, false, true]);
    }

    #[test]
    fn what_was_noted_to_belong_to_a_hole_is_affected_and_nothing_that_is_far_away() {
        let bins = |indices: &mut dyn Iterator<Item = i64>| {
            indices.map(|index| Bin { index, frames: 1, payload_octets: 9 }).collect::<Vec<_>>()
        };
        let of = |affected: Vec<Bin>| {
            let missed = Missed { octets: bins(&mut [1_000].into_iter()), affected };
            Profile::new(Timestamp::default(), SECOND, (bins(&mut (0..2_000)), missed), [])
        };
        let hole = seconds(995, 1_001);
        assert_eq!(of(bins(&mut [980, 985, 990, 995, 1_000].into_iter())).affected(hole), seconds(980, 1_005));
        assert_eq!(of(bins(&mut [900, 905, 1_200].into_iter())).affected(hole), hole, "other holes'");
        assert_eq!(of(bins(&mut (0..400).map(|it| it * 5))).affected(hole), seconds(695, 1_301), "hole after hole");
        assert_eq!(of(Vec::new()).affected(hole), seconds(0, 2_000), "it was not noted");
    }

    #[test]
    fn what_was_missed_counts_as_sent_and_much_of_it_makes_a_stretch_unknown() {
        let bins = |octets: &[(i64, u64)]| {
            octets.iter().map(|&(index, payload_octets)| Bin { index, frames: 1, payload_octets }).collect::<Vec<_>>()
        };
        let of = |missed: &[(i64, u64)]| {
            let sent = bins(&[(10, 1_000), (11, 1_000), (60, 40)]);
            let missed = Missed { octets: bins(missed), affected: Vec::new() };
            Profile::new(Timestamp::default(), SECOND, (sent, missed), [])
        };
        assert!(of(&[]).unseen().is_empty());
        let little = of(&[(11, 200)]);
        assert_eq!((little.octets(seconds(0, 99)), little.unseen()), (2_240, [].as_slice()));
        let much = of(&[(11, 400), (30, 5), (33, 900)]);
        assert_eq!(much.octets(seconds(0, 12)), 2_400);
        assert_eq!(much.unseen(), [seconds(6, 12), seconds(25, 34)]);
    }

    #[test]
    fn a_second_of_clocked_audio_weighs_more_than_any_octets() {
        assert!(Measure { clocked: 0.5, octets: 0.0 } > Measure { clocked: 0.0, octets: 1e9 });
        assert!(Measure { clocked: 0.5, octets: 2.0 } > Measure { clocked: 0.5, octets: 1.0 });
    }
}
