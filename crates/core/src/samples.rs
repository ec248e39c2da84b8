//! Frames of the latest minutes, one by one, for the published two-sample test: it compares what a device sent after a probe with what it
//! sent before.
//!
//! Everything else counts; only this test looks at single frames, so only here are they kept, and only for as long as a probe needs.

use std::collections::{BTreeMap, VecDeque};

use crate::detect::ttest::{self, Evidence};
use crate::dissect::{Net, Stop, layered};
use crate::findings::DeviceId;
use crate::frame::Frame;
use crate::time::{SECOND, Timestamp};

/// Most frames that are kept: at 40 octets each 80 MB, a gigabit of full frames for 25 s.
const MOST_FRAMES: usize = 2_000_000;

/// How much later than its neighbours a frame may be handed over, nanoseconds.
const LATE: i64 = SECOND;

/// Most tests of a device that are kept where windows slide: 100 octets each, 100 MB.
const MOST_TESTS: usize = 1_000_000;

/// Least distance of the moments that are tested without a probe, nanoseconds: more pairs than that would only be the same frames again.
const LEAST_STEP: i64 = SECOND / 1_000;

/// What the test said of each device after one probe, or at one moment without.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tested {
    /// Per device with a frame in either stretch.
    pub devices: BTreeMap<DeviceId, Evidence>,
    /// Whether there were too many frames to keep, so that some are missing.
    pub cut: bool,
}

/// The latest frames, and the probes that wait for theirs.
#[derive(Clone, Debug)]
pub struct Samples {
    settings: ttest::TtestSettings,
    latest: VecDeque<(Timestamp, DeviceId, u32)>,
    /// When the frame was that had to go last because there were too many.
    cut: Option<Timestamp>,
    waiting: VecDeque<(u32, Timestamp)>,
    /// Where no probe is played: how far apart the moments lie that are tested, nanoseconds, and the first of them.
    step: Option<i64>,
    first: Option<Timestamp>,
    /// Devices that were tested at such moments, over all of these.
    tests: usize,
    tested: BTreeMap<u32, Tested>,
}

impl Samples {
    /// Nothing yet.
    #[must_use]
    pub fn new(settings: ttest::TtestSettings) -> Self {
        Self {
            settings,
            latest: VecDeque::new(),
            cut: None,
            waiting: VecDeque::new(),
            step: None,
            first: None,
            tests: 0,
            tested: BTreeMap::new(),
        }
    }

    /// Without probes: slides two windows of the test's length, one behind the other, over the capture, by `step` nanoseconds (at least a
    /// millisecond) at a time, and compares the later with the earlier one. The first pair begins with the first frame; the
    /// moments between two windows are numbered from 0 on, and those with no frame of anybody near are left out. It ends after a million tests of a
    /// device.
    #[must_use]
    pub fn sliding(settings: ttest::TtestSettings, step: i64) -> Self {
        Self { step: Some(step.max(LEAST_STEP)), ..Self::new(settings) }
    }

    /// A probe that sounds, or will sound, at `onset`; probes come in order of time.
    pub fn expect(&mut self, round: u32, onset: Timestamp) {
        self.waiting.push_back((round, onset));
    }

    /// The next frame.
    pub fn frame(&mut self, frame: &Frame<'_>) {
        if self.step.is_some() && self.first.is_none() {
            let first = frame.at.plus(self.settings.duration);
            self.first = Some(first);
            self.waiting.push_back((0, first));
        }
        while let Some(&(round, onset)) = self.waiting.front() {
            if frame.at <= onset.plus(self.settings.duration).plus(LATE) {
                break;
            }
            self.waiting.pop_front();
            self.test(round, onset);
            self.slide(round, onset, frame.at);
        }
        // Without a probe to come, one may still be ordered that needs what came before it.
        let from = self.waiting.front().map_or(frame.at, |probe| probe.1.min(frame.at)).plus(-self.settings.duration - LATE);
        while self.latest.front().is_some_and(|first| first.0 < from) {
            self.latest.pop_front();
        }
        if frame.at < from {
            return;
        }
        let packet = layered(frame.link, frame.bytes, frame.wire_len);
        if packet.stop.is_some_and(Stop::is_closed_mirror) {
            return;
        }
        let mac = packet.source.filter(|mac| !mac.is_zero()).map(DeviceId::Mac);
        let address = || if let Net::Ip(ip) = packet.net { Some(DeviceId::Address(ip.source)) } else { None };
        let Some(device) = mac.or_else(address) else { return };
        if self.latest.len() >= MOST_FRAMES {
            self.cut = self.latest.pop_front().map(|first| first.0);
        }
        self.latest.push_back((frame.at, device, frame.wire_len.saturating_sub(packet.outer)));
    }

    /// What the test has said since this was asked before, by the number of the round.
    #[must_use]
    pub fn take(&mut self) -> BTreeMap<u32, Tested> {
        std::mem::take(&mut self.tested)
    }

    /// What the test said after each probe, by the number of its round. A probe whose time was not over has none.
    #[must_use]
    pub fn finish(mut self, last: Timestamp) -> BTreeMap<u32, Tested> {
        while let Some((round, onset)) = self.waiting.pop_front() {
            if onset.plus(self.settings.duration) <= last {
                self.test(round, onset);
                self.slide(round, onset, last);
            }
        }
        self.tested
    }

    /// Expects the next pair of windows where they slide; `now` is how far the capture has come. Where no frame is left that the next pair could hold, it is
    /// the first one, of the same grid, that holds `now`.
    fn slide(&mut self, round: u32, onset: Timestamp, now: Timestamp) {
        let Some(step) = self.step.filter(|_| self.tests < MOST_TESTS) else { return };
        let next = onset.plus(step);
        let is_empty = self.latest.back().is_none_or(|last| last.0 < next.plus(-self.settings.duration));
        let skipped = if is_empty { (now.since(next.plus(self.settings.duration)) / step).max(0) } else { 0 };
        let number = round.saturating_add(1).saturating_add(u32::try_from(skipped).unwrap_or(u32::MAX));
        self.waiting.push_back((number, next.plus(skipped.saturating_mul(step))));
    }

    /// The first moment that is tested without a probe, where windows slide; number `n` lies `n` steps later.
    #[must_use]
    pub const fn first(&self) -> Option<Timestamp> {
        self.first
    }

    fn test(&mut self, round: u32, onset: Timestamp) {
        let (from, until) = (onset.plus(-self.settings.duration), onset.plus(self.settings.duration));
        let mut frames: BTreeMap<DeviceId, Vec<(Timestamp, u32)>> = BTreeMap::new();
        for &(at, device, length) in self.latest.iter().filter(|frame| from <= frame.0 && frame.0 < until) {
            frames.entry(device).or_default().push((at, length));
        }
        let evidence =
            |(device, frames): (DeviceId, Vec<(Timestamp, u32)>)| (device, ttest::reaction(&frames, from, onset, &self.settings));
        let devices: BTreeMap<DeviceId, Evidence> = frames.into_iter().map(evidence).collect();
        self.tests = self.tests.saturating_add(devices.len());
        self.tested.insert(round, Tested { devices, cut: self.cut.is_some_and(|cut| cut >= from) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Link;

    /// A frame of a device with this length, at so many milliseconds.
    fn pass(samples: &mut Samples, millis: i64, length: u32) {
        let mut bytes = [0_u8; 60];
        bytes[..12].copy_from_slice(&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 7]);
        bytes[12..14].copy_from_slice(&[0x88, 0xb5]);
        let at = Timestamp::from_nanos(millis * 1_000_000);
        samples.frame(&Frame { at, link: Link::Ethernet, bytes: &bytes, wire_len: length, interface: 0 });
    }

    fn settings() -> ttest::TtestSettings {
        ttest::TtestSettings { duration: 10 * SECOND, edges: ttest::Edges::Pooled, ..ttest::TtestSettings::default() }
    }

    #[test]
    fn windows_that_slide_are_those_of_a_probe_at_each_step() {
        // A frame every 100 ms; of two lengths, and from 30 s on of others and twice as many.
        let frames: Vec<(i64, u32)> = (0..900_i64)
            .map(|it| {
                (
                    it * if it < 300 { 100 } else { 50 } + if it < 300 { 0 } else { 15_000 },
                    60 + u32::try_from(it % if it < 300 { 2 } else { 7 }).unwrap() * 90,
                )
            })
            .collect();
        let (mut sliding, mut probed) = (Samples::sliding(settings(), 5 * SECOND), Samples::new(settings()));
        let last = Timestamp::from_nanos(frames.last().unwrap().0 * 1_000_000);
        for number in 0..9 {
            probed.expect(number, Timestamp::from_nanos(10 * SECOND + i64::from(number) * 5 * SECOND));
        }
        for &(at, length) in &frames {
            pass(&mut sliding, at, length);
            pass(&mut probed, at, length);
        }
        assert_eq!(sliding.first(), Some(Timestamp::from_nanos(10 * SECOND)));
        let found = sliding.finish(last);
        assert_eq!(found, probed.finish(last));
        assert!(found.len() >= 7, "{found:?}");
        let reacted: Vec<u32> = found.iter().filter(|it| it.1.devices.values().any(|it| it.reacted)).map(|it| *it.0).collect();
        assert!(reacted.contains(&4), "the change at 30 s lies between the windows of number 4: {reacted:?}");
    }

    #[test]
    fn a_silence_of_decades_is_left_out() {
        let mut sliding = Samples::sliding(settings(), SECOND);
        for second in 0..40 {
            pass(&mut sliding, second * 1_000, 60);
        }
        let later = 1_000_000_000;
        for second in 0..40 {
            pass(&mut sliding, (later + second) * 1_000, 60);
        }
        let found = sliding.finish(Timestamp::from_nanos((later + 40) * SECOND));
        assert!(found.len() < 120, "{}", found.len());
        let numbers: Vec<u32> = found.keys().copied().collect();
        assert!(numbers.iter().any(|it| i64::from(*it) > later - 60), "what comes after it is tested: {:?}", numbers.last());
    }
}
