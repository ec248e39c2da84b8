//! Devices that a person does not want to see: ignored ones, which are listed apart, and forgotten ones, which are not listed until they send again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use earwitness_base::outfile;
use earwitness_core::findings::DeviceId;
use earwitness_core::mac::Mac;
use earwitness_core::time::Timestamp;
use earwitness_report::labels;
use serde::{Deserialize, Serialize};

/// The file, in the folder of the store.
const FILE: &str = "hidden.json";
/// Devices that are remembered; of more, those that were forgotten first are.
const MOST: usize = 1_024;
/// A longer file is none of ours, octets.
const LONGEST: u64 = 1 << 20;

/// What a person said, by the address of the device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
pub(crate) struct Hidden {
    devices: BTreeMap<String, How>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
struct How {
    #[serde(default)]
    ignored: bool,
    /// What was seen until then is not shown, nanoseconds since 1970.
    #[serde(default)]
    forgotten_ns: Option<i64>,
}

impl Hidden {
    /// What was said in the home of a store. What cannot be read hides nothing.
    pub(crate) fn read(state: &Path) -> Self {
        let path = state.join(FILE);
        let is_ours = fs::metadata(&path).is_ok_and(|it| it.is_file() && it.len() <= LONGEST);
        let text = if is_ours { fs::read_to_string(&path) } else { Err(ErrorKind::NotFound.into()) };
        text.ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    fn write(&self, state: &Path) -> io::Result<()> {
        let text = serde_json::to_string(self)?;
        outfile::write_whole(&state.join(FILE), |out| out.write_all(text.as_bytes())).map_err(io::Error::other)
    }

    pub(crate) fn ignore(mut self, state: &Path, device: DeviceId, ignored: bool) -> io::Result<()> {
        self.devices.entry(labels::id(device)).or_default().ignored = ignored;
        self.tidy();
        self.write(state)
    }

    pub(crate) fn forget(mut self, state: &Path, device: DeviceId, now: Timestamp) -> io::Result<()> {
        self.devices.entry(labels::id(device)).or_default().forgotten_ns = Some(now.nanos());
        self.tidy();
        self.write(state)
    }

    fn tidy(&mut self) {
        self.devices.retain(|_, how| *how != How::default());
        while self.devices.len() > MOST {
            let oldest = self.devices.iter().min_by_key(|it| (it.1.ignored, it.1.forgotten_ns)).map(|it| it.0.clone());
            oldest.map(|it| self.devices.remove(&it));
        }
    }

    pub(crate) fn is_ignored(&self, device: DeviceId) -> bool {
        self.of(device).ignored
    }

    /// Devices whose uploads a person does not want to be told of.
    pub(crate) fn ignored(&self) -> BTreeSet<DeviceId> {
        let id = |text: &str| {
            let mac = text.parse().ok().map(DeviceId::Mac);
            mac.or_else(|| text.parse().ok().map(DeviceId::Address))
        };
        self.devices.iter().filter(|it| it.1.ignored).filter_map(|it| id(it.0)).collect()
    }

    /// When devices were forgotten, of those with a MAC address.
    pub(crate) fn forgotten(&self) -> BTreeMap<Mac, Timestamp> {
        let at = |(device, how): (&String, &How)| Some((device.parse().ok()?, Timestamp::from_nanos(how.forgotten_ns?)));
        self.devices.iter().filter_map(at).collect()
    }

    /// Whether it was forgotten after it was seen last.
    pub(crate) fn is_forgotten(&self, device: DeviceId, seen: Timestamp) -> bool {
        self.of(device).forgotten_ns.is_some_and(|at| seen.nanos() <= at)
    }

    fn of(&self, device: DeviceId) -> How {
        self.devices.get(&labels::id(device)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_outlives_a_start_and_a_device_that_sends_again_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let (lamp, plug) = (DeviceId::Mac(Mac([2, 0, 0, 0, 0, 1])), DeviceId::Mac(Mac([2, 0, 0, 0, 0, 2])));
        let at = Timestamp::from_nanos;
        Hidden::read(folder.path()).ignore(folder.path(), lamp, true).unwrap();
        Hidden::read(folder.path()).forget(folder.path(), plug, at(5)).unwrap();
        let hidden = Hidden::read(folder.path());
        assert!(hidden.is_ignored(lamp) && !hidden.is_ignored(plug) && !hidden.is_forgotten(lamp, at(0)));
        assert_eq!(hidden.ignored(), BTreeSet::from([lamp]));
        assert!(hidden.is_forgotten(plug, at(5)) && !hidden.is_forgotten(plug, at(6)));
        hidden.ignore(folder.path(), lamp, false).unwrap();
        assert!(!Hidden::read(folder.path()).is_ignored(lamp));
        fs::write(folder.path().join(FILE), "rubbish").unwrap();
        assert_eq!(Hidden::read(folder.path()), Hidden::default());
    }

    #[test]
    fn many_devices_are_forgotten_in_bounds_and_ignored_ones_last() {
        let mut hidden = Hidden::default();
        hidden.devices.insert("ignored".to_owned(), How { ignored: true, forgotten_ns: None });
        for number in 0..5_000_i64 {
            hidden.devices.insert(format!("{number}"), How { ignored: false, forgotten_ns: Some(number) });
            hidden.tidy();
        }
        assert!(hidden.devices.len() == MOST && hidden.devices.contains_key("ignored") && hidden.devices.contains_key("4999"));
    }
}
