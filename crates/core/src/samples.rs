//! Frames of the latest minutes, one by one, for the published two-sample test: it compares what a device sent after a probe with what it
//! sent before.
//!
//! Everything else counts; only this test looks at single frames, so only here are they kept, and only for as long as a probe needs.

use std::collections::{BTreeMap, VecDeque};

use crate::detect::ttest::{self, Evidence};
use crate::dissect::{Net, layered};
use crate::findings::DeviceId;
use crate::frame::Frame;
use crate::time::{SECOND, Timestamp};

/// Most frames that are kept: at 40 octets each 80 MB, a gigabit of full frames for 25 s.
const MOST_FRAMES: usize = 2_000_000;

/// How much later than its neighbours a frame may be handed over, nanoseconds.
const LATE: i64 = SECOND;

/// What the test said of each device after one probe.
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
    settings: ttest::Settings,
    latest: VecDeque<(Timestamp, DeviceId, u32)>,
    /// When the frame was that had to go last because there were too many.
    cut: Option<Timestamp>,
    waiting: VecDeque<(u32, Timestamp)>,
    tested: BTreeMap<u32, Tested>,
}

impl Samples {
    /// Nothing yet.
    #[must_use]
    pub fn new(settings: ttest::Settings) -> Self {
        Self { settings, latest: VecDeque::new(), cut: None, waiting: VecDeque::new(), tested: BTreeMap::new() }
    }

    /// A probe that sounds, or will sound, at `onset`; probes come in order of time.
    pub fn expect(&mut self, round: u32, onset: Timestamp) {
        self.waiting.push_back((round, onset));
    }

    /// The next frame.
    pub fn frame(&mut self, frame: &Frame<'_>) {
        while let Some(&(round, onset)) = self.waiting.front() {
            if frame.at <= onset.plus(self.settings.duration).plus(LATE) {
                break;
            }
            self.waiting.pop_front();
            self.test(round, onset);
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
        let mac = packet.source.filter(|mac| !mac.is_zero()).map(DeviceId::Mac);
        let address = || if let Net::Ip(ip) = packet.net { Some(DeviceId::Address(ip.source)) } else { None };
        let Some(device) = mac.or_else(address) else { return };
        if self.latest.len() >= MOST_FRAMES {
            self.cut = self.latest.pop_front().map(|first| first.0);
        }
        self.latest.push_back((frame.at, device, frame.wire_len));
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
            }
        }
        self.tested
    }

    fn test(&mut self, round: u32, onset: Timestamp) {
        let (from, until) = (onset.plus(-self.settings.duration), onset.plus(self.settings.duration));
        let mut frames: BTreeMap<DeviceId, Vec<(Timestamp, u32)>> = BTreeMap::new();
        for &(at, device, length) in self.latest.iter().filter(|frame| from <= frame.0 && frame.0 < until) {
            frames.entry(device).or_default().push((at, length));
        }
        let evidence = |(device, frames): (DeviceId, Vec<(Timestamp, u32)>)| {
            let [idle, probe] = [from, onset].map(|start| ttest::sequence(&frames, start, &self.settings));
            (device, ttest::compare(&idle, &probe, &self.settings))
        };
        let devices = frames.into_iter().map(evidence).collect();
        self.tested.insert(round, Tested { devices, cut: self.cut.is_some_and(|cut| cut >= from) });
    }
}
