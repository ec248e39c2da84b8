//! What devices are called, as far as it is known from the stretches that were written down.

use earwitness_base::text;
use std::collections::{BTreeMap, BTreeSet};

use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, Role, SenderSign};

use crate::names::Names;
use earwitness_report::labels;
use earwitness_report::vendor;

/// Devices that are remembered; the roster holds as many at once.
const MOST: usize = 1_024;

/// Names by device.
#[derive(Debug, Default)]
pub(super) struct DeviceNames {
    known: BTreeMap<DeviceId, (String, Role)>,
    /// What they are called where they tell nothing.
    names: Names,
    /// What showed that others send under the address of a device; never taken back.
    senders: BTreeMap<DeviceId, Vec<SenderSign>>,
    /// Those that have joined; of the latest nothing else is known yet.
    joined: BTreeSet<DeviceId>,
}

impl DeviceNames {
    /// Before the first stretch.
    pub(super) fn new(names: Names) -> Self {
        Self { names, ..Self::default() }
    }

    /// Takes what people call devices anew.
    pub(super) fn rename(&mut self, names: Names) {
        self.names = names;
    }

    /// Learns from a stretch.
    pub(super) fn learn(&mut self, stretch: &Findings) {
        for device in &stretch.devices {
            if self.known.len() < MOST || self.known.contains_key(&device.id) {
                self.known.insert(device.id, (self.called(device), device.role));
            }
            self.learn_senders(device.id, &device.sender_signs);
        }
    }

    /// Learns what shows that others send under the address of a device.
    pub(super) fn learn_senders(&mut self, device: DeviceId, signs: &[SenderSign]) {
        if signs.is_empty() || (self.senders.len() >= MOST && !self.senders.contains_key(&device)) {
            return;
        }
        let known = self.senders.entry(device).or_default();
        known.extend_from_slice(signs);
        known.sort_unstable();
        known.dedup();
    }

    /// What has shown that others send under the address of a device; nothing for a gateway, which is there for that.
    pub(super) fn senders(&self, device: DeviceId) -> &[SenderSign] {
        self.senders.get(&device).filter(|_| !self.is_gateway(device)).map_or(&[], Vec::as_slice)
    }

    /// One is on the network.
    pub(super) fn join(&mut self, device: DeviceId) {
        if self.joined.len() < MOST {
            self.joined.insert(device);
        }
    }

    /// How a device is called; never by its whole address, which is for reports alone.
    pub(super) fn of(&self, device: DeviceId) -> String {
        let known = || self.known.get(&device).map(|known| known.0.clone());
        self.names.of(device).map(str::to_owned).or_else(known).unwrap_or_else(|| unnamed(device))
    }

    fn called(&self, found: &DeviceFindings) -> String {
        let mut device = DeviceFindings::new(found.id, found.role, found.seen);
        device.names.clone_from(&found.names);
        device.host_name.clone_from(&found.host_name);
        self.names.name(&mut device);
        let has_own_name = !device.names.is_empty() || device.host_name.is_some();
        let vendor = || if let DeviceId::Mac(mac) = device.id { vendor::vendor(mac) } else { None };
        let name = labels::device(&device, vendor());
        let whole = labels::id(device.id);
        if has_own_name && name != whole { name } else { unnamed(device.id) }
    }

    /// All that are known, in the order of their addresses.
    pub(super) fn all(&self) -> impl Iterator<Item = DeviceId> {
        let all: BTreeSet<DeviceId> = self.known.keys().chain(&self.joined).copied().collect();
        all.into_iter()
    }

    /// Devices that are no gateway, as far as is known.
    pub(super) fn devices(&self) -> usize {
        let unknown = self.joined.iter().filter(|device| !self.known.contains_key(device)).count();
        self.known.values().filter(|known| known.1 == Role::Device).count() + unknown
    }

    /// Whether it only forwards, as far as is known.
    pub(super) fn is_gateway(&self, device: DeviceId) -> bool {
        self.known.get(&device).is_some_and(|known| known.1 == Role::Gateway)
    }
}

/// Maker and the last octets: enough to find it, too little to be known by elsewhere.
fn unnamed(device: DeviceId) -> String {
    match device {
        DeviceId::Mac(mac) => {
            let maker = vendor::vendor(mac).map_or_else(|| "device".to_owned(), |maker| text::clean(maker, 32));
            let short = labels::short(mac);
            format!("{maker} ..{}", short.get(3..).unwrap_or_default())
        }
        DeviceId::Address(address) => address.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_core::findings::CaptureFacts;
    use earwitness_core::mac::Mac;
    use earwitness_core::time::{Timestamp, Window};

    #[test]
    fn who_else_sends_is_remembered_of_devices_and_means_nothing_of_a_gateway() {
        let at = Timestamp::from_nanos(0);
        let id = DeviceId::Mac(Mac([2, 0, 0, 0, 0, 1]));
        let mut names = DeviceNames::default();
        let mut see = |role, signs: &[SenderSign]| {
            let mut device = DeviceFindings::new(id, role, Window { from: at, until: at });
            device.sender_signs = signs.to_vec();
            names.learn(&Findings { capture: CaptureFacts::default(), devices: vec![device] });
            names.senders(id).to_vec()
        };
        assert_eq!(see(Role::Device, &[]), []);
        assert_eq!(see(Role::Device, &[SenderSign::Ports]), [SenderSign::Ports]);
        assert_eq!(see(Role::Device, &[SenderSign::HopLimits]), [SenderSign::HopLimits, SenderSign::Ports]);
        assert_eq!(see(Role::Device, &[]), [SenderSign::HopLimits, SenderSign::Ports]);
        assert_eq!(see(Role::Gateway, &[]), []);
    }
}
