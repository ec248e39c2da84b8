//! How often who comes from an address may be wrong, and all together.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// Wrong keys or passwords in a row that are looked at.
const TRIES: u32 = 5;
/// How long then none from there is looked at.
const PAUSE: Duration = Duration::from_secs(60);
/// Addresses that are remembered; of more, the one that was wrong longest ago is forgotten. Keys cannot be guessed anyway.
const ADDRESSES: usize = 256;

/// Who was wrong.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    by_address: BTreeMap<IpAddr, (u32, Duration)>,
    of_all: Option<Window>,
}

/// What all addresses may do in a minute.
#[derive(Debug)]
struct Window {
    most: u32,
    wrong: u32,
    since: Duration,
}

impl Tries {
    /// Of these, at most so many are wrong in a minute wherever they come from: for what costs time to look at.
    pub(crate) const fn of_all(most: u32) -> Self {
        Self { by_address: BTreeMap::new(), of_all: Some(Window { most, wrong: 0, since: Duration::ZERO }) }
    }

    /// Whether one from this address is looked at now (time since the machine started).
    pub(crate) fn may(&mut self, address: IpAddr, now: Duration) -> bool {
        if let Some(window) = &mut self.of_all {
            if now.saturating_sub(window.since) >= PAUSE {
                *window = Window { most: window.most, wrong: 0, since: now };
            }
            if window.wrong >= window.most {
                return false;
            }
        }
        let address = network(address);
        match self.by_address.get(&address) {
            Some((wrong, at)) if *wrong >= TRIES && now.saturating_sub(*at) < PAUSE => false,
            Some((wrong, _)) if *wrong >= TRIES => {
                self.by_address.remove(&address);
                true
            }
            _ => true,
        }
    }

    /// One was wrong, or is about to be looked at.
    pub(crate) fn wrong(&mut self, address: IpAddr, now: Duration) {
        if let Some(window) = &mut self.of_all {
            window.wrong = window.wrong.saturating_add(1);
        }
        let address = network(address);
        if self.by_address.len() >= ADDRESSES && !self.by_address.contains_key(&address) {
            let oldest = self.by_address.iter().min_by_key(|(_, (_, at))| *at).map(|(address, _)| *address);
            oldest.map(|it| self.by_address.remove(&it));
        }
        let entry = self.by_address.entry(address).or_default();
        *entry = (entry.0.saturating_add(1), now);
    }

    /// One was right: its address is as if it had never been wrong.
    pub(crate) fn right(&mut self, address: IpAddr) {
        self.by_address.remove(&network(address));
    }
}

/// Of IPv6 the network: a machine has all addresses of its /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(it) => IpAddr::V6(Ipv6Addr::from_bits(it.to_bits() >> 64 << 64)),
        it @ IpAddr::V4(_) => it,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of so many wrong keys, one a second, are looked at.
    fn looked_at(count: u64, address: impl Fn(u64) -> IpAddr) -> u32 {
        let (mut tries, mut looked) = (Tries::default(), 0);
        for second in 0..count {
            let now = Duration::from_secs(second);
            if tries.may(address(second), now) {
                looked += 1;
                tries.wrong(address(second), now);
            }
        }
        assert!(tries.by_address.len() <= ADDRESSES);
        looked
    }

    #[test]
    fn five_wrong_keys_a_minute_are_looked_at_and_no_more() {
        assert_eq!(looked_at(10_000, |_| IpAddr::from([192, 168, 1, 9])), 785);
        // A machine's other addresses in its network are its own.
        let of = |n: u64| IpAddr::V6(Ipv6Addr::from_bits((0x2001_0db8_u128 << 96) + u128::from(n)));
        assert_eq!(looked_at(10_000, of), 785);
    }

    #[test]
    fn from_any_number_of_addresses_twenty_a_minute_are_looked_at() {
        let (mut tries, mut looked) = (Tries::of_all(20), 0);
        for n in 0..10_000_u32 {
            // Ten minutes.
            let (address, now) = (IpAddr::from(n.to_be_bytes()), Duration::from_millis(u64::from(n) * 60));
            if tries.may(address, now) {
                looked += 1;
                tries.wrong(address, now);
            }
        }
        assert_eq!(looked, 200);
    }

    #[test]
    fn one_address_does_not_pay_for_another_and_all_are_forgotten_in_bounds() {
        let mut tries = Tries::default();
        let (thief, owner) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        (0..5).for_each(|_| tries.wrong(thief, Duration::ZERO));
        assert!(!tries.may(thief, Duration::from_secs(59)) && tries.may(owner, Duration::from_secs(59)));
        assert!(tries.may(thief, Duration::from_secs(60)));
        (0..4).for_each(|_| tries.wrong(owner, Duration::ZERO));
        tries.right(owner);
        tries.wrong(owner, Duration::ZERO);
        assert!(tries.may(owner, Duration::ZERO));
        looked_at(10_000, |n| IpAddr::from(u32::try_from(n).unwrap().to_be_bytes()));
    }
}
