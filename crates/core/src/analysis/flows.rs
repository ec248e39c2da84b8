//! The flows that leave the home, in a table of bounded size.

use std::net::IpAddr;

use super::uplink::Uplink;
use crate::findings::FlowKey;
use crate::roster::Index;
use crate::table::Table;
use crate::time::{SECOND, Timestamp};

/// A flow unused for so long may give its place to a new one, nanoseconds.
const IDLE: i64 = 120 * SECOND;

/// New flows after which idle ones are looked for: spreads the cost of looking.
const SWEEP: usize = 4_096;

/// Flows whose number is at hand without hashing.
const RECENT: usize = 256;

/// A flow between IPv4 addresses in two numbers, addresses and ports, which hash and compare faster.
type Packed = (u64, u64);

/// No flow: protocols have eight bits.
const NO_KEY: Packed = (u64::MAX, u64::MAX);

/// Where a flow is remembered. Flows that a stranger makes share a place only cost time.
#[inline]
fn place((addresses, ports): Packed) -> usize {
    // The golden ratio spreads neighbouring numbers over the highest bits (Knuth, TAOCP 3, section 6.4).
    let [highest, ..] = (addresses ^ ports).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    usize::from(highest)
}

/// Upstream flows by their five-tuple, seen from the device.
#[derive(Debug)]
pub(super) struct Flows {
    v4: Table<Packed>,
    others: Table<FlowKey>,
    uplinks: Vec<Option<Uplink>>,
    free: Vec<u32>,
    /// The flows met latest, each at the place that its key points to.
    recent: Box<[(Packed, u32); RECENT]>,
    /// The same for those with IPv6 addresses.
    recent_others: Box<[Option<(FlowKey, u32)>; RECENT]>,
    opened: usize,
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
            recent_others: Box::new([None; RECENT]),
            opened: 0,
            not_followed: 0,
        }
    }

    /// The flow with this key, if it is followed.
    #[expect(clippy::inline_always, reason = "see `Analysis::frame`: a plain frame's key is packed without being built first")]
    #[inline(always)]
    pub(super) fn find(&mut self, key: &FlowKey) -> Option<&mut Uplink> {
        let number = self.number(key)?;
        self.uplinks.get_mut(number as usize)?.as_mut()
    }

    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn number(&mut self, key: &FlowKey) -> Option<u32> {
        let Some(packed) = pack(key) else { return self.other_number(key) };
        let (met, number) = self.recent[place(packed)];
        if met == packed { Some(number) } else { self.look_up(packed) }
    }

    #[inline(never)]
    fn other_number(&mut self, key: &FlowKey) -> Option<u32> {
        let ports = u64::from(key.source_port) << 32 | u64::from(key.destination_port);
        let recent = self.recent_others.get_mut(place((0, ports)))?;
        if let Some((met, number)) = recent
            && met == key
        {
            return Some(*number);
        }
        let number = self.others.get(key)?;
        *recent = Some((*key, number));
        Some(number)
    }

    #[inline(never)]
    fn look_up(&mut self, packed: Packed) -> Option<u32> {
        let number = self.v4.get(&packed)?;
        self.recent[place(packed)] = (packed, number);
        Some(number)
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
        let number = if let Some(number) = self.free.pop() {
            number
        } else {
            self.uplinks.push(None);
            u32::try_from(self.uplinks.len() - 1).ok()?
        };
        let entered = match pack(&key) {
            Some(packed) => self.v4.insert(packed, number),
            None => self.others.insert(key, number),
        };
        if !entered {
            self.free.push(number);
            self.not_followed += 1;
            return None;
        }
        let place = self.uplinks.get_mut(number as usize)?;
        Some(place.insert(Uplink::new(key, device, at)))
    }

    fn sweep(&mut self, now: Timestamp, ended: &mut impl FnMut(Uplink)) {
        for number in 0..self.uplinks.len() {
            let idle = |uplink: &mut Uplink| now.since(uplink.used).saturating_abs() > IDLE;
            if let Some(uplink) = self.uplinks.get_mut(number).and_then(|place| place.take_if(idle)) {
                match pack(&uplink.key) {
                    Some(packed) => self.v4.remove(&packed),
                    None => self.others.remove(&uplink.key),
                }
                self.free.push(u32::try_from(number).unwrap_or(u32::MAX));
                ended(uplink);
            }
        }
        self.recent.fill((NO_KEY, 0));
        self.recent_others.fill(None);
    }

    /// All flows, in the order in which they were opened or took a free place.
    pub(super) fn into_uplinks(self) -> impl Iterator<Item = Uplink> {
        self.uplinks.into_iter().flatten()
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
    fn idle_flows_give_way_and_are_handed_over() {
        let mut flows = Flows::new(20_000, 1);
        let mut ended = 0;
        for n in 0..20_000 {
            flows.open(key(n), 0, Timestamp::from_nanos(i64::from(n) * SECOND), &mut |_| ended += 1);
        }
        assert!(ended > 10_000, "{ended}");
        assert!(flows.uplinks.len() < 10_000, "{}", flows.uplinks.len());
        assert!(flows.find(&key(0)).is_none() && flows.find(&key(19_999)).is_some());
        assert_eq!(flows.into_uplinks().count() + ended, 20_000);
    }
}
