//! The flows that leave the home, in a table of bounded size.

use std::net::IpAddr;

use super::pairs::halves;
use super::uplink::Uplink;
use crate::findings::FlowKey;
use crate::roster::Index;
use crate::table::Table;
use crate::time::{SECOND, Timestamp};

/// A flow unused for so long may give its place to a new one, nanoseconds.
const IDLE: i64 = 120 * SECOND;

/// In a full table, so long is enough, nanoseconds.
const IDLE_WHEN_FULL: i64 = 10 * SECOND;

/// And so long for a flow of which hardly anything was seen, nanoseconds: longer than a radio link stalls in the midst of an
/// upload. A flood of flows gives way to the next device that speaks.
const IDLE_AND_SLIGHT: i64 = SECOND / 2;

/// Places of a full table that are looked at for each new flow.
const MOST_TRIED: usize = 64;

/// New flows after which idle ones are looked for: spreads the cost of looking.
const SWEEP: usize = 4_096;

/// Flows whose number is at hand without hashing.
const RECENT: usize = 256;

/// The number of a flow that is not followed.
const NONE: u32 = u32::MAX;

/// A flow between IPv4 addresses in two numbers, addresses and ports, which hash and compare faster.
type Packed = (u64, u64);

/// No flow: protocols have eight bits.
const NO_KEY: Packed = (u64::MAX, u64::MAX);

/// A flow between other addresses in five numbers, the ports in the last.
type Spread = [u64; 5];

/// No flow: protocols have eight bits.
const NO_SPREAD: Spread = [u64::MAX; 5];

/// Where a flow is remembered. Flows that a stranger makes share a place only cost time.
#[inline]
fn place((addresses, ports): Packed) -> usize {
    // The golden ratio spreads neighbouring numbers over the highest bits (Knuth, TAOCP 3, section 6.4).
    let [highest, ..] = (addresses ^ ports).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    usize::from(highest)
}

#[inline]
fn place_of([.., ports]: &Spread) -> usize {
    place((0, *ports))
}

/// Upstream flows by their five-tuple, seen from the device.
#[derive(Debug)]
pub(super) struct Flows {
    v4: Table<Packed>,
    others: Table<Spread>,
    uplinks: Vec<Option<Uplink>>,
    free: Vec<u32>,
    /// The flows met latest, followed or not, each at the place that its key points to.
    recent: Box<[(Packed, u32); RECENT]>,
    /// The same for those with IPv6 addresses.
    recent_others: Box<[(Spread, u32); RECENT]>,
    opened: usize,
    /// Where a full table is looked through next.
    eviction_cursor: usize,
    /// Octets of payload since it was asked how much the flows hold, and a few for each packet.
    pub(super) taken: u64,
    /// Packets whose flow found no place.
    pub(super) not_followed: u64,
}

impl Flows {
    pub(super) fn new(most: usize, seed: u64) -> Self {
        Self {
            v4: Table::new(most, seed),
            others: Table::new(most, seed),
            uplinks: Vec::new(),
            free: Vec::new(),
            recent: Box::new([(NO_KEY, 0); RECENT]),
            recent_others: Box::new([(NO_SPREAD, 0); RECENT]),
            opened: 0,
            eviction_cursor: 0,
            taken: 0,
            not_followed: 0,
        }
    }

    /// The flow with this key, if it is followed.
    #[expect(clippy::inline_always, reason = "see `Analysis::frame`: a plain frame's key is packed without being built first")]
    #[inline(always)]
    pub(super) fn find(&mut self, key: &FlowKey) -> Option<&mut Uplink> {
        let number = self.number(key);
        self.uplinks.get_mut(number as usize)?.as_mut()
    }

    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn number(&mut self, key: &FlowKey) -> u32 {
        if let Some(packed) = pack(key) {
            let (met, number) = self.recent[place(packed)];
            if met == packed { number } else { self.look_up(packed) }
        } else {
            let spread = spread(key);
            let (met, number) = &self.recent_others[place_of(&spread)];
            if *met == spread { *number } else { self.look_up_other(spread) }
        }
    }

    #[inline(never)]
    fn look_up_other(&mut self, spread: Spread) -> u32 {
        let number = self.others.get(&spread).unwrap_or(NONE);
        self.recent_others[place_of(&spread)] = (spread, number);
        number
    }

    #[inline(never)]
    fn look_up(&mut self, packed: Packed) -> u32 {
        let number = self.v4.get(&packed).unwrap_or(NONE);
        self.recent[place(packed)] = (packed, number);
        number
    }

    /// Follows a new flow. `None` if the table is full of flows in use; those that gave way are handed to `ended`.
    pub(super) fn open(
        &mut self,
        key: FlowKey,
        device: Index,
        at: Timestamp,
        ended: &mut impl FnMut(Uplink),
    ) -> Option<&mut Uplink> {
        self.opened += 1;
        if self.opened >= SWEEP {
            self.opened = 0;
            self.sweep(at, ended);
        }
        let room = if pack(&key).is_some() { self.v4.has_room() } else { self.others.has_room() };
        if !room && !self.evict_idle(pack(&key).is_some(), at, ended) {
            self.not_followed += 1;
            return None;
        }
        let number = if let Some(number) = self.free.pop() {
            number
        } else {
            self.uplinks.push(None);
            u32::try_from(self.uplinks.len() - 1).ok()?
        };
        if let Some(packed) = pack(&key) {
            self.v4.insert(packed, number);
            self.recent[place(packed)] = (packed, number);
        } else {
            let spread = spread(&key);
            self.others.insert(spread, number);
            self.recent_others[place_of(&spread)] = (spread, number);
        }
        let place = self.uplinks.get_mut(number as usize)?;
        Some(place.insert(Uplink::new(key, device, at)))
    }

    fn sweep(&mut self, now: Timestamp, ended: &mut impl FnMut(Uplink)) {
        for number in 0..self.uplinks.len() {
            if let Some(uplink) = self.take_if(number, |uplink| now.since(uplink.used).saturating_abs() > IDLE) {
                ended(uplink);
            }
        }
    }

    /// Looks a little further for a flow of the same kind that may end; whether one did.
    #[cold]
    fn evict_idle(&mut self, v4: bool, now: Timestamp, ended: &mut impl FnMut(Uplink)) -> bool {
        for _ in 0..MOST_TRIED {
            self.eviction_cursor = if self.eviction_cursor + 1 < self.uplinks.len() { self.eviction_cursor + 1 } else { 0 };
            let over = |uplink: &Uplink| {
                let idle = now.since(uplink.used).saturating_abs();
                let enough = if uplink.is_slight() { IDLE_AND_SLIGHT } else { IDLE_WHEN_FULL };
                idle > enough && pack(&uplink.key).is_some() == v4
            };
            if let Some(uplink) = self.take_if(self.eviction_cursor, over) {
                ended(uplink);
                return true;
            }
        }
        false
    }

    /// Takes a flow out, if there is one with this number and it may go.
    fn take_if(&mut self, number: usize, may_go: impl Fn(&Uplink) -> bool) -> Option<Uplink> {
        let uplink = self.uplinks.get_mut(number)?.take_if(|uplink| may_go(uplink))?;
        if let Some(packed) = pack(&uplink.key) {
            self.v4.remove(&packed);
            let recent = &mut self.recent[place(packed)];
            if recent.0 == packed {
                *recent = (NO_KEY, 0);
            }
        } else {
            let spread = spread(&uplink.key);
            self.others.remove(&spread);
            self.recent_others[place_of(&spread)] = (NO_SPREAD, 0);
        }
        self.free.push(u32::try_from(number).unwrap_or(u32::MAX));
        Some(uplink)
    }

    /// Takes a flow out.
    pub(super) fn take(&mut self, key: &FlowKey) -> Option<Uplink> {
        let number = self.number(key);
        self.take_if(number as usize, |_| true)
    }

    /// Takes out all flows of a device.
    pub(super) fn take_all_of(&mut self, device: Index, ended: &mut impl FnMut(Uplink)) {
        for number in 0..self.uplinks.len() {
            if let Some(uplink) = self.take_if(number, |uplink| uplink.device == device) {
                ended(uplink);
            }
        }
    }

    /// All flows that are followed.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Uplink> {
        self.uplinks.iter_mut().flatten()
    }
}

#[expect(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn pack(key: &FlowKey) -> Option<Packed> {
    let (IpAddr::V4(source), IpAddr::V4(destination)) = (key.source, key.destination) else { return None };
    let addresses = u64::from(source.to_bits()) << 32 | u64::from(destination.to_bits());
    let ports = u64::from(key.source_port) << 32 | u64::from(key.destination_port) << 16 | u64::from(key.protocol);
    Some((addresses, ports))
}

/// A flow whose ends have IPv6 addresses: one between IPv4 addresses is packed.
#[expect(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn spread(key: &FlowKey) -> Spread {
    let ([s0, s1], [d0, d1]) = (halves(key.source), halves(key.destination));
    let ports = u64::from(key.source_port) << 32 | u64::from(key.destination_port) << 16 | u64::from(key.protocol);
    [s0, s1, d0, d1, ports]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u16) -> FlowKey {
        FlowKey {
            source: "192.168.1.2".parse().unwrap(),
            destination: if n.is_multiple_of(2) { "203.0.113.1".parse().unwrap() } else { "2001:db8::1".parse().unwrap() },
            protocol: 6,
            source_port: n,
            destination_port: 443,
        }
    }

    #[test]
    fn a_flow_is_found_from_when_it_is_followed_until_it_is_taken_out() {
        let mut flows = Flows::new(2_000, 1);
        let now = Timestamp::from_nanos(0);
        for _ in 0..2 {
            for n in 0..1_000 {
                assert!(flows.find(&key(n)).is_none(), "{n}");
                flows.open(key(n), 0, now, &mut |_| panic!("nothing was idle"));
                assert!(flows.find(&key(n)).is_some_and(|uplink| uplink.key == key(n)), "{n}");
            }
            for n in 0..1_000 {
                assert!(flows.take(&key(n)).is_some() && flows.find(&key(n)).is_none(), "{n}");
            }
        }
    }

    #[test]
    fn a_full_table_follows_what_it_has_and_says_what_it_left() {
        let mut flows = Flows::new(10, 1);
        let now = Timestamp::from_nanos(0);
        for n in 0..100 {
            flows.open(key(n * 2), 0, now, &mut |_| panic!("nothing was idle"));
        }
        assert_eq!(flows.not_followed, 90);
        assert!(flows.find(&key(18)).is_some() && flows.find(&key(20)).is_none());
    }

    #[test]
    fn in_a_full_table_what_was_hardly_used_gives_way_to_the_next() {
        let mut flows = Flows::new(10, 1);
        let mut ended = Vec::new();
        for n in 0..30 {
            let at = Timestamp::from_nanos(i64::from(n) * SECOND / 10);
            if let Some(busy) = flows.find(&key(0)) {
                busy.used = at;
            }
            flows.open(key(n * 2), 0, at, &mut |uplink| ended.push(uplink.key));
        }
        assert!((15..=20).contains(&ended.len()), "{}", ended.len());
        assert!(flows.find(&key(0)).is_some(), "a flow in use stays");
        assert!(flows.find(&key(2)).is_none() && flows.find(&key(58)).is_some());
        assert_eq!((flows.not_followed + flows.iter_mut().count() as u64, ended.len()), (30 - ended.len() as u64, ended.len()));
    }

    #[test]
    fn idle_flows_are_evicted_and_handed_over() {
        let mut flows = Flows::new(20_000, 1);
        let mut ended = 0;
        for n in 0..20_000 {
            flows.open(key(n), 0, Timestamp::from_nanos(i64::from(n) * SECOND), &mut |_| ended += 1);
        }
        assert!(ended > 10_000, "{ended}");
        assert!(flows.uplinks.len() < 10_000, "{}", flows.uplinks.len());
        assert!(flows.find(&key(0)).is_none() && flows.find(&key(19_999)).is_some());
        assert_eq!(flows.iter_mut().count() + ended, 20_000);
    }
}
