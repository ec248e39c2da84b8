//! Whom each device sent payload to, second by second.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::bins::{Bin, PackedBins};
use crate::findings::{CONTACTS, Contact, Receiver, Series};
use crate::meter::in_order;
use crate::roster::Index;
use crate::time::{SECOND, Timestamp};

/// Contacts of a device that are kept while the analysis goes on; the one that got least gives way, so that an address scan costs a bounded amount of memory.
const KEPT: usize = 4 * CONTACTS;

/// Address, port and name.
type Key = (IpAddr, u16, Option<String>);

/// One receiver, and what it was sent.
#[derive(Debug)]
struct Met {
    receiver: Receiver,
    octets: u64,
    sent: PackedBins,
}

/// The contacts of all devices.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    by_device: BTreeMap<Index, BTreeMap<Key, Met>>,
}

impl Contacts {
    /// Adds what a device sent to a receiver.
    pub(super) fn add(&mut self, device: Index, receiver: Receiver, sent: &PackedBins) {
        let own = self.by_device.entry(device).or_default();
        let key = (receiver.address, receiver.port, receiver.name.as_ref().map(|name| name.0.reveal().clone()));
        if !own.contains_key(&key) && own.len() >= KEPT {
            let least = own.iter().min_by_key(|met| met.1.octets).map(|met| met.0.clone());
            least.map(|least| own.remove(&least));
        }
        let met = own.entry(key).or_insert_with(|| Met { receiver, octets: 0, sent: PackedBins::default() });
        for bin in sent.iter() {
            met.octets = met.octets.saturating_add(bin.payload_octets);
            met.sent.push(bin);
        }
    }

    /// Forgets a device that gave way.
    pub(super) fn forget(&mut self, device: Index) {
        self.by_device.remove(&device);
    }

    /// Takes all contacts out.
    pub(super) fn take(&mut self, origin: Timestamp) -> BTreeMap<Index, Vec<Contact>> {
        let series = |bins: &PackedBins| {
            let bins: Vec<Bin> = in_order(bins.iter().collect());
            Series { origin, width: SECOND, bins: bins.into_iter().collect() }
        };
        let contact = |met: Met| Contact { receiver: met.receiver, sent: series(&met.sent) };
        let own = |own: BTreeMap<Key, Met>| most(own.into_values().map(contact).collect());
        std::mem::take(&mut self.by_device).into_iter().map(|(device, met)| (device, own(met))).collect()
    }
}

/// The contacts to whom most was sent, those first.
pub(super) fn most(mut contacts: Vec<Contact>) -> Vec<Contact> {
    contacts.sort_by_cached_key(|it| {
        (
            std::cmp::Reverse(it.octets()),
            it.receiver.address,
            it.receiver.port,
            it.receiver.name.as_ref().map(|name| name.0.reveal().clone()),
        )
    });
    contacts.truncate(CONTACTS);
    contacts
}
