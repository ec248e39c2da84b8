//! What devices sent since midnight, and who is sending now: for those who look at it while it goes on.

use std::collections::BTreeMap;

use earwitness_base::clock::Moment;
use earwitness_core::findings::{DeviceId, Sighting, SightingKind};
use earwitness_core::time::{SECOND, Timestamp, Window};
use earwitness_report::json::status;
use earwitness_report::labels;
use earwitness_store::{List, Of, Reader};

use super::device_names::DeviceNames;

/// A day, nanoseconds.
const DAY: i64 = 86_400 * SECOND;

/// Devices that are counted; of more, those that come later are not.
const MOST: usize = 1_024;

/// Widest name of a receiver.
const WIDEST: usize = 60;

/// What one device sent.
#[derive(Clone, Debug, Default)]
struct Sent {
    seconds: f64,
    uploads: u32,
    last: Option<(Timestamp, String)>,
}

/// The day so far, by local time.
#[derive(Debug)]
pub(super) struct Today {
    /// Number of the local day since 1970.
    day: i64,
    sent: BTreeMap<DeviceId, Sent>,
    /// Who was sending when that was asked last.
    sending: Vec<DeviceId>,
}

impl Today {
    /// From what the store has of today.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn read(reader: &Reader, moment: Moment) -> Result<Self, earwitness_store::Error> {
        let Moment { now, ahead, .. } = moment;
        let day = day(now, ahead);
        let midnight = Timestamp::from_nanos(day.saturating_mul(DAY).saturating_sub(ahead));
        let mut today = Self { day, sent: BTreeMap::new(), sending: Vec::new() };
        reader.sightings(Of::Window(Window { from: midnight, until: now }), |it| {
            if it.list == List::Internet && it.sighting.window.from >= midnight {
                today.count(it.device, &it.sighting);
            }
            Ok(())
        })?;
        Ok(today)
    }

    /// Begins anew at midnight.
    pub(super) fn turn(&mut self, now: Timestamp, ahead: i64) {
        let day = day(now, ahead);
        if day != self.day {
            (self.day, self.sent) = (day, BTreeMap::new());
        }
    }

    /// Counts an upload of sound to the internet that has ended.
    pub(super) fn count(&mut self, device: DeviceId, sighting: &Sighting) {
        let is_sound = matches!(sighting.kind, SightingKind::Audio | SightingKind::Recording) && !sighting.receiver.local;
        if !is_sound || (self.sent.len() >= MOST && !self.sent.contains_key(&device)) {
            return;
        }
        let sent = self.sent.entry(device).or_default();
        sent.seconds += sighting.audio_seconds.map_or(0.0, |it| it.value);
        sent.uploads = sent.uploads.saturating_add(1);
        if sent.last.as_ref().is_none_or(|last| last.0 <= sighting.window.until) {
            sent.last = Some((sighting.window.until, labels::receiver(&sighting.receiver, WIDEST)));
        }
    }

    /// Notes who is sending; whether that is something else than before.
    pub(super) fn note(&mut self, sending: Vec<DeviceId>) -> bool {
        let changed = self.sending != sending;
        self.sending = sending;
        changed
    }

    /// A line for each device that is known and no gateway.
    pub(super) fn lines(&self, names: &DeviceNames, seen: impl Fn(DeviceId) -> Option<Timestamp>) -> Vec<status::Today> {
        let line = |device: DeviceId| {
            let sent = self.sent.get(&device).cloned().unwrap_or_default();
            let (last_upload_ns, receiver) = sent.last.map(|(at, to)| (at.nanos(), to)).unzip();
            status::Today {
                device: labels::id(device),
                name: names.of(device),
                seen_ns: seen(device).map(Timestamp::nanos),
                sending: self.sending.contains(&device),
                audio_seconds: (sent.seconds * 1e3).round() / 1e3,
                uploads: sent.uploads,
                last_upload_ns,
                receiver,
            }
        };
        names.all().filter(|device| !names.is_gateway(*device)).map(line).collect()
    }
}

fn day(now: Timestamp, ahead: i64) -> i64 {
    now.nanos().saturating_add(ahead).div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_local_midnight() {
        let at = |hours: i64| Timestamp::from_nanos(hours * 3_600 * SECOND);
        let ahead = 2 * 3_600 * SECOND;
        assert_eq!((day(at(21), ahead), day(at(22), ahead), day(at(45), ahead)), (0, 1, 1));
        assert_eq!((day(at(1), -ahead), day(at(2), -ahead)), (-1, 0));
    }
}
