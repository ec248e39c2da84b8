//! Room for one more device when the roster is full: whoever was hardly heard gives way, so that a stranger who makes up
//! thousands of addresses does not keep out the devices of the home.

use super::streams::close;
use super::{Analysis, Metered, Pairs, Told};
use crate::mac::Mac;
use crate::roster::Index;
use crate::time::Timestamp;

/// Devices that are asked for each newcomer.
const ASKED: usize = 64;

/// A device that exchanged more payload than this does not give way, octets.
const LITTLE: u64 = 10_000;

impl Analysis {
    /// Enters a device although the roster seemed full. `other` is the other end of the frame and stays.
    #[cold]
    pub(super) fn squeeze_in(&mut self, mac: Mac, other: Option<Index>, at: Timestamp) -> Option<Index> {
        if mac.is_group() || mac.is_zero() {
            return None;
        }
        self.make_room(other, at);
        let index = self.roster.by_mac(mac);
        self.enter(at);
        index
    }

    /// Lets a device that was hardly heard give way, if one is found. Its frames are counted among the others'.
    pub(super) fn make_room(&mut self, other: Option<Index>, at: Timestamp) {
        let enough = LITTLE.min(self.settings.bulk.octets);
        for _ in 0..ASKED.min(self.metered.len()) {
            self.hand = if self.hand + 1 < self.metered.len() { self.hand + 1 } else { 0 };
            let Ok(index) = Index::try_from(self.hand) else { return };
            let Some(metered) = self.metered.get_mut(self.hand).filter(|_| Some(index) != other) else { continue };
            let Some((sent, opened)) = metered.if_hardly_heard(enough) else { continue };
            if !self.roster.forget(index) {
                continue;
            }
            self.facts.others += sent;
            for flow in opened {
                let own = self.flows.find(flow).is_some_and(|uplink| uplink.device == index);
                if let Some(mut uplink) = own.then(|| self.flows.take(flow)).flatten() {
                    close(&mut uplink, &self.settings, &self.names, &self.roster, &mut self.collected);
                }
            }
            self.collected.contacts.forget(index);
            *metered = Metered::new(at, self.burst_bins.is_some());
            if let Some(told) = self.told.get_mut(self.hand) {
                *told = Told::default();
            }
            self.pairs = Pairs::new();
            self.other_pairs = Pairs::new();
            return;
        }
    }
}
