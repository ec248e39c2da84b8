//! What devices are called, as far as the stretches that were written down tell.

use earwitness_base::text;
use std::collections::{BTreeMap, BTreeSet};

use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, Role};

use earwitness_report::names;
use earwitness_report::vendor;

/// Devices that are remembered; the roster holds as many at once.
const MOST: usize = 1_024;

/// Names by device.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: BTreeMap<DeviceId, (String, Role)>,
    /// Those that have joined; of the latest nothing else is known yet.
    joined: BTreeSet<DeviceId>,
}

impl Names {
    /// Learns from a stretch.
    pub(super) fn learn(&mut self, stretch: &Findings) {
        for device in &stretch.devices {
            if self.known.len() < MOST || self.known.contains_key(&device.id) {
                self.known.insert(device.id, (called(device), device.role));
            }
        }
    }

    /// One is on the network.
    pub(super) fn join(&mut self, device: DeviceId) {
        if self.joined.len() < MOST {
            self.joined.insert(device);
        }
    }

    /// How a device is called; never by its whole address, which is for reports alone.
    pub(super) fn of(&self, device: DeviceId) -> String {
        self.known.get(&device).map_or_else(|| unnamed(device), |known| known.0.clone())
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

fn called(device: &DeviceFindings) -> String {
    let told = !device.names.is_empty() || device.host_name.is_some();
    let vendor = || if let DeviceId::Mac(mac) = device.id { vendor::vendor(mac) } else { None };
    let name = names::device(device, vendor());
    let whole = names::id(device.id);
    if told && name != whole { name } else { unnamed(device.id) }
}

/// Maker and the last octets: enough to find it, too little to be known by elsewhere.
fn unnamed(device: DeviceId) -> String {
    match device {
        DeviceId::Mac(mac) => {
            let maker = vendor::vendor(mac).map_or_else(|| "device".to_owned(), |maker| text::clean(maker, 32));
            let short = names::short(mac);
            format!("{maker} ..{}", short.get(3..).unwrap_or_default())
        }
        DeviceId::Address(address) => address.to_string(),
    }
}
