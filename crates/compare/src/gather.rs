//! What the forest and the t-test need of frames: single frames, which no analysis keeps.

use std::collections::{BTreeMap, BTreeSet};

use earwitness_core::dissect::{Net, dissect};
use earwitness_core::findings::DeviceId;
use earwitness_core::frame::Frame;
use earwitness_core::time::Timestamp;

use super::features::Seconds;

/// Most frames kept for the t-test in one recording: 16 octets each, 320 MB.
const MOST_FRAMES: usize = 20_000_000;

/// Most devices.
const MOST_DEVICES: usize = 1_000;

/// What was gathered of one device.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gathered {
    /// When it sent a frame, and of what length on the wire; in order of time once finished.
    pub frames: Vec<(Timestamp, u32)>,
    /// For the forest.
    pub seconds: Seconds,
}

/// Gathers from frames.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gatherer {
    wanted: Option<BTreeSet<DeviceId>>,
    origin: Option<Timestamp>,
    devices: BTreeMap<DeviceId, Gathered>,
    kept: usize,
    cut: bool,
}

impl Gatherer {
    /// For these devices; for all if none are named.
    #[must_use]
    pub(crate) fn new(wanted: Option<BTreeSet<DeviceId>>) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// The next frame.
    pub(crate) fn frame(&mut self, frame: &Frame<'_>) {
        let origin = *self.origin.get_or_insert(frame.at);
        let facts = dissect(frame.link, frame.bytes, frame.wire_len);
        let wire_len = frame.wire_len.saturating_sub(facts.outer);
        let address = |source: bool| match facts.net {
            Net::Ip(ip) => Some(DeviceId::Address(if source { ip.source } else { ip.destination })),
            _ => None,
        };
        let sender = facts.source.filter(|mac| !mac.is_zero()).map(DeviceId::Mac).or_else(|| address(true));
        let receiver = facts.destination.filter(|mac| !mac.is_group()).map(DeviceId::Mac).or_else(|| address(false));
        let kept = self.kept < MOST_FRAMES;
        if let Some(device) = sender.and_then(|id| self.device(id, origin)) {
            device.seconds.sent(frame.at, wire_len, facts.payload_len);
            if kept {
                device.frames.push((frame.at, wire_len));
                self.kept += 1;
            } else {
                self.cut = true;
            }
        }
        if let Some(device) = receiver.and_then(|id| self.device(id, origin)) {
            device.seconds.received(frame.at, facts.payload_len);
        }
    }

    fn device(&mut self, id: DeviceId, origin: Timestamp) -> Option<&mut Gathered> {
        if self.wanted.as_ref().is_some_and(|wanted| !wanted.contains(&id)) {
            return None;
        }
        if !self.devices.contains_key(&id) && self.devices.len() >= MOST_DEVICES {
            return None;
        }
        let new = || Gathered { frames: Vec::new(), seconds: Seconds::new(origin) };
        Some(self.devices.entry(id).or_insert_with(new))
    }

    /// What was gathered of each device, and whether there were too many frames to keep.
    #[must_use]
    pub(crate) fn finish(mut self) -> (BTreeMap<DeviceId, Gathered>, bool) {
        for device in self.devices.values_mut() {
            device.frames.sort_by_key(|frame| frame.0);
            device.seconds.finish();
        }
        (self.devices, self.cut)
    }
}
