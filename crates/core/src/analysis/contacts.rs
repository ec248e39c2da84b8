//! Whom each device sent payload to, second by second.

use std::collections::BTreeMap;

use crate::bins::PackedBins;
use crate::findings::{CONTACTS, Contact, Receiver, Series};
use crate::meter::in_order;
use crate::roster::Index;
use crate::time::{SECOND, Timestamp};

/// Contacts of a device that are kept while the analysis goes on; the one that got least gives way, so that an address scan costs a bounded amount of memory.
const KEPT: usize = 4 * CONTACTS;

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
    by_device: BTreeMap<Index, Vec<Met>>,
}

impl Contacts {
    /// Adds what a device sent to a receiver.
    pub(super) fn add(&mut self, device: Index, receiver: Receiver, sent: PackedBins) {
        let own = self.by_device.entry(device).or_default();
        let octets = sent.iter().fold(0, |sum: u64, bin| sum.saturating_add(bin.payload_octets));
        if let Some(met) = own.iter_mut().find(|met| is_same(&met.receiver, &receiver)) {
            met.octets = met.octets.saturating_add(octets);
            sent.iter().for_each(|bin| met.sent.push(bin));
            return;
        }
        if own.len() >= KEPT {
            let least = own.iter().enumerate().min_by_key(|met| met.1.octets).map(|met| met.0);
            least.map(|least| own.swap_remove(least));
        }
        own.push(Met { receiver, octets, sent });
    }

    /// Forgets a device that gave way.
    pub(super) fn forget(&mut self, device: Index) {
        self.by_device.remove(&device);
    }

    /// Takes all contacts out.
    pub(super) fn take(&mut self, origin: Timestamp) -> BTreeMap<Index, Vec<Contact>> {
        let series = |bins: PackedBins| {
            let bins = if bins.is_in_order() { bins } else { in_order(bins.iter().collect()).into_iter().collect() };
            Series { origin, width: SECOND, bins }
        };
        let contact = |met: Met| Contact { receiver: met.receiver, sent: series(met.sent) };
        let own = |own: Vec<Met>| most(own.into_iter().map(contact).collect());
        std::mem::take(&mut self.by_device).into_iter().map(|(device, met)| (device, own(met))).collect()
    }
}

/// Whether two are one: address, port and name.
fn is_same(one: &Receiver, other: &Receiver) -> bool {
    let names = one.name.as_ref().map(|it| it.0.reveal()) == other.name.as_ref().map(|it| it.0.reveal());
    (one.address, one.port) == (other.address, other.port) && names
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
