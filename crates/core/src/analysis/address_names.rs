//! Names of addresses, from the DNS answers that passed.

use std::net::IpAddr;

use crate::private::Private;
use crate::table::Table;

/// Addresses whose names are kept; the oldest give way.
const MOST: usize = 8_192;

/// The latest name of each address.
#[derive(Debug)]
pub(super) struct AddressNames {
    by_address: Table<IpAddr>,
    ring: Vec<(IpAddr, Private<String>)>,
    next: usize,
}

impl AddressNames {
    pub(super) fn new(seed: u64) -> Self {
        Self { by_address: Table::new(MOST, seed), ring: Vec::new(), next: 0 }
    }

    /// Remembers that `name` was answered with `address`.
    pub(super) fn answered(&mut self, name: &str, address: IpAddr) {
        if let Some(number) = self.by_address.get(&address) {
            let (_, known) = &mut self.ring[number as usize];
            if known.reveal() != name {
                *known = Private::new(name.to_owned());
            }
            return;
        }
        let entry = (address, Private::new(name.to_owned()));
        let place = self.next;
        self.next = (place + 1) % MOST;
        if place < self.ring.len() {
            self.by_address.remove(&self.ring[place].0);
            self.ring[place] = entry;
        } else {
            self.ring.push(entry);
        }
        self.by_address.insert(address, u32::try_from(place).unwrap_or(0));
    }

    /// The name of an address.
    pub(super) fn of(&self, address: IpAddr) -> Option<&Private<String>> {
        let number = self.by_address.get(&address)?;
        self.ring.get(number as usize).map(|(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_names_give_way() {
        let mut names = AddressNames::new(1);
        let address = |n: u32| IpAddr::from(n.to_be_bytes());
        for n in 0..u32::try_from(MOST).unwrap() + 10 {
            names.answered(&format!("host-{n}.example"), address(n));
        }
        names.answered("again.example", address(50));
        assert!(names.of(address(9)).is_none());
        assert_eq!(names.of(address(10)).unwrap().reveal(), "host-10.example");
        assert_eq!(names.of(address(50)).unwrap().reveal(), "again.example");
        assert_eq!(names.ring.len(), MOST);
    }
}
