//! Room for one more device when the roster is full: whoever was hardly heard gives way, so that a stranger who makes up
//! thousands of addresses does not keep out the devices of the home.

use std::ops::Range;

use super::streams::close;
use super::{Analysis, Metered, Pairs, Told};
use crate::mac::Mac;
use crate::roster::Index;
use crate::time::Timestamp;

/// Devices that are asked for each newcomer.
const ASKED: usize = 64;

/// A device that exchanged more payload than this does not give way, octets.
const LITTLE: u64 = 10_000;

/// Of all places, the share that newcomers take from each other once all are taken: who was there before a flood keeps its place, however quiet it is.
const GUESTS: usize = 4;

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

    /// Lets a stranger give way, if one is found: the frames of one that was hardly heard are counted among the others'.
    pub(super) fn make_room(&mut self, other: Option<Index>, at: Timestamp) {
        let places = self.metered.len();
        let guests = places - places / GUESTS;
        // If the home itself has taken the places of guests, a stranger who came before must go.
        let found = self.find_stranger(guests..places, other).or_else(|| self.find_stranger(0..places, other));
        if let Some(place) = found {
            self.show_out(place, at);
        }
    }

    /// The place of a stranger among some, each of which is asked in turn.
    fn find_stranger(&mut self, places: Range<usize>, other: Option<Index>) -> Option<usize> {
        let enough = LITTLE.min(self.settings.bulk.octets);
        for _ in 0..ASKED.min(places.len()) {
            let next = self.hand + 1;
            self.hand = if places.contains(&next) { next } else { places.start };
            let index = Index::try_from(self.hand).ok()?;
            let stranger = self.metered.get(self.hand).is_some_and(|metered| !metered.is_settled(enough));
            if stranger && Some(index) != other && !self.roster.is_named(index) {
                return Some(self.hand);
            }
        }
        None
    }

    fn show_out(&mut self, place: usize, at: Timestamp) {
        let Ok(index) = Index::try_from(place) else { return };
        if !self.roster.forget(index) {
            return;
        }
        let Some(metered) = self.metered.get_mut(place) else { return };
        let (sent, opened) = metered.leaves();
        self.facts.others += sent;
        for flow in opened {
            let own = self.flows.find(flow).is_some_and(|uplink| uplink.device == index);
            if let Some(mut uplink) = own.then(|| self.flows.take(flow)).flatten() {
                close(&mut uplink, &self.settings, &self.names, &self.roster, &mut self.collected);
            }
        }
        self.collected.contacts.forget(index);
        self.collected.senders.forget(index);
        *metered = Metered::new(at, self.burst_bins.is_some());
        if let Some(told) = self.told.get_mut(place) {
            *told = Told::default();
        }
        self.pairs = Pairs::new();
        self.other_pairs = Pairs::new();
    }
}
