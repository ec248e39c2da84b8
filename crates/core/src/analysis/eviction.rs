//! Which device is evicted when the roster is full: one that only visited, or has been away for long, so that a stranger who makes up
//! thousands of addresses does not keep out the devices of the home, and neither do the telephones of years.

use std::cmp::Reverse;
use std::ops::Range;

use super::streams::close;
use super::{Analysis, Announced, Metered, Pairs};
use crate::mac::Mac;
use crate::roster::Index;
use crate::time::Timestamp;

/// Devices that are asked for each newcomer.
const ASKED: usize = 64;

/// Of all places, the share that newcomers take from each other once all are taken: who was there before a flood keeps its place, however quiet it is.
const GUESTS: usize = 4;

impl Analysis {
    /// Enters a device although the roster seemed full. `other` is the other end of the frame and stays.
    #[cold]
    pub(super) fn enter_by_evicting(&mut self, mac: Mac, other: Option<Index>, at: Timestamp) -> Option<Index> {
        if mac.is_group() || mac.is_zero() {
            return None;
        }
        self.evict_one(other, at);
        let index = self.roster.by_mac(mac);
        self.enter(at);
        index
    }

    /// Evicts a stranger, if one is found: the frames of one that was hardly heard are counted among the others'.
    pub(super) fn evict_one(&mut self, other: Option<Index>, at: Timestamp) {
        let places = self.metered.len();
        let guests = places - places / GUESTS;
        // If the home itself has taken the places of guests, a stranger who came before must go.
        let found = self.eviction_candidate(guests..places, other, at).or_else(|| self.eviction_candidate(0..places, other, at));
        if let Some(place) = found {
            self.evict(place, at);
        }
    }

    /// The place of the device that is missed least, among the next few that are asked in turn.
    fn eviction_candidate(&mut self, places: Range<usize>, other: Option<Index>, at: Timestamp) -> Option<usize> {
        let mut asked = Vec::with_capacity(ASKED);
        for _ in 0..ASKED.min(places.len()) {
            let next = self.eviction_cursor + 1;
            self.eviction_cursor = if places.contains(&next) { next } else { places.start };
            let index = Index::try_from(self.eviction_cursor).ok()?;
            let stays = Some(index) == other || self.roster.is_named(index) || self.roster.forwards(index);
            let rank = self.metered.get(self.eviction_cursor).filter(|_| !stays).and_then(|metered| metered.eviction_rank(at));
            asked.extend(rank.map(|much| (much, self.eviction_cursor)));
        }
        asked.sort_unstable_by_key(|it| Reverse(it.0));
        asked.into_iter().map(|it| it.1).find(|place| !self.has_uploaded(*place))
    }

    /// Whether something was found of a device that is still to be reported, once its flows have ended: whoever uploaded stays.
    fn has_uploaded(&mut self, place: usize) -> bool {
        let Ok(index) = Index::try_from(place) else { return true };
        let Self { flows, metered, settings, names, roster, collected, recent, .. } = self;
        let mut end = |mut uplink| close(&mut uplink, settings, names, roster, collected);
        match metered.get(place).and_then(Metered::flows) {
            Some(own) => {
                for flow in own {
                    let is_own = flows.find(flow).is_some_and(|uplink| uplink.device == index);
                    is_own.then(|| flows.take(flow)).flatten().map(&mut end);
                }
            }
            None => flows.take_all_of(index, &mut end),
        }
        collected.judging.catch_up(settings);
        collected.judging.sightings().iter().any(|it| it.0 == index) || recent.iter().any(|it| it.device == index)
    }

    /// Forgets a device in all that is kept by its number: the next one with this number has nothing of it.
    fn evict(&mut self, place: usize, at: Timestamp) {
        let Ok(index) = Index::try_from(place) else { return };
        if !self.roster.forget(index) {
            return;
        }
        let Some(metered) = self.metered.get_mut(place) else { return };
        self.facts.others += metered.frames();
        *metered = Metered::new(at, self.burst_bins.is_some());
        self.collected.forget(index);
        self.names.forget(index);
        if let Some(announced) = self.announced.get_mut(place) {
            *announced = Announced::default();
        }
        self.pairs = Pairs::new();
        self.other_pairs = Pairs::new();
    }
}
