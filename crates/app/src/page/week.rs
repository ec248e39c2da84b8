//! The latest days in little memory: what is new in the store is added to what was read before.

use std::collections::BTreeMap;

use earwitness_core::findings::Findings;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_store::Reader;

/// A day, nanoseconds.
const DAY: i64 = 86_400 * SECOND;
/// How many days are kept, besides the one in progress.
pub(super) const DAYS: i64 = 7;
/// Bins of the overview, nanoseconds: a picture of a week has a column for twice as long.
const WIDTH: i64 = 300 * SECOND;
/// Stretches that are put together at a time.
const BATCH: usize = 60;

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Week {
    /// The number of the last stretch.
    last: i64,
    /// By the day since 1970 on which a stretch began.
    days: BTreeMap<i64, Findings>,
    waiting: Vec<(i64, Findings)>,
}

impl Week {
    /// Reads what is new, and forgets what is old.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn follow(&mut self, reader: &Reader, now: Timestamp) -> earwitness_store::Result<()> {
        // A store that was set aside begins anew.
        if reader.last_stretch()? < self.last {
            *self = Self::default();
        }
        let from = now.plus(-DAYS * DAY);
        reader.stretches_after(self.last, from, |number, stretch| {
            self.last = number;
            let began = stretch.capture.first.unwrap_or(now);
            self.waiting.push((began.nanos().div_euclid(DAY), stretch));
            if self.waiting.len() >= BATCH {
                self.put_together();
            }
            Ok(())
        })?;
        self.put_together();
        let first = from.nanos().div_euclid(DAY);
        self.days.retain(|day, _| *day >= first);
        Ok(())
    }

    /// All of it as one.
    pub(super) fn findings(&self) -> Findings {
        Findings::outline(self.days.values().cloned(), WIDTH)
    }

    fn put_together(&mut self) {
        let mut by_day: BTreeMap<i64, Vec<Findings>> = BTreeMap::new();
        for (day, stretch) in self.waiting.drain(..) {
            by_day.entry(day).or_default().push(stretch);
        }
        for (day, stretches) in by_day {
            let before = self.days.remove(&day);
            self.days.insert(day, Findings::outline(before.into_iter().chain(stretches), WIDTH));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_core::bins::Bin;
    use earwitness_core::findings::{CaptureFacts, DeviceFindings, DeviceId, Role, Series, Totals};
    use earwitness_core::mac::Mac;
    use earwitness_core::record::Entry;
    use earwitness_core::time::Window;
    use earwitness_store::Store;

    /// A minute in which a device sent 60 octets, one a second.
    fn minute(number: i64) -> Findings {
        let begins = Timestamp::from_nanos(number * 60 * SECOND);
        let seen = Window { from: begins, until: begins.plus(59 * SECOND) };
        let mut device = DeviceFindings::new(DeviceId::Mac(Mac([2, 0, 0, 0, 0, 1])), Role::Device, seen);
        let bin = |second: i64| Bin { index: number * 60 + second, frames: 1, payload_octets: 1 };
        device.sent = Series { origin: Timestamp::default(), width: SECOND, bins: (0..60).map(bin).collect() };
        device.upstream = Totals { frames: 60, wire_octets: 60, payload_octets: 60 };
        let capture = CaptureFacts { first: Some(seen.from), last: Some(seen.until), frames: 60, ..CaptureFacts::default() };
        Findings { capture, devices: vec![device] }
    }

    #[test]
    fn what_is_read_bit_by_bit_is_what_is_read_at_once_and_old_days_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, _) = Store::open(folder.path()).unwrap();
        let mut bit_by_bit = Week::default();
        let first = 20_000 * 1_440;
        for number in (first..first + 10 * 1_440).step_by(97) {
            store.write(&[Entry::Watched(Box::new(minute(number)))]).unwrap();
            if number % 5 == 0 {
                bit_by_bit.follow(store.reader().unwrap(), Timestamp::from_nanos((number + 1) * 60 * SECOND)).unwrap();
            }
        }
        let now = Timestamp::from_nanos((first + 10 * 1_440) * 60 * SECOND);
        let mut at_once = Week::default();
        for week in [&mut bit_by_bit, &mut at_once] {
            week.follow(store.reader().unwrap(), now).unwrap();
        }
        // The day in which the week began may be there as a whole.
        let recent = |week: &Week| -> Vec<Bin> {
            let found = week.findings();
            let from = now.plus(-6 * DAY).nanos() / WIDTH;
            found.devices[0].sent.bins.iter().filter(|it| it.index >= from).collect()
        };
        assert_eq!(recent(&bit_by_bit), recent(&at_once));
        assert!(bit_by_bit.days.len() <= 8 && recent(&at_once).iter().all(|it| it.payload_octets == 60));
        assert_eq!(bit_by_bit.findings().devices[0].sent.width, WIDTH);
    }
}
