//! Who made a device, by the block of addresses that its MAC address comes from.

use earwitness_core::findings::DeviceId;
use earwitness_core::mac::Mac;

/// The IEEE's listing, made by `data/vendors.py`: sorted lines of block and name.
static LISTING: &str = include_str!("../data/vendors.txt");

/// Hexadecimal digits of a block, the smallest block first: MA-S and IAB, MA-M, MA-L (IEEE Registration Authority).
const DIGITS: [usize; 3] = [9, 7, 6];

/// The holder of the address block, which is the maker of the device or of its network chip. `None` for addresses that
/// nobody was assigned: local ones (randomised or made up), groups, and blocks that are not listed.
#[must_use]
pub fn vendor(mac: Mac) -> Option<&'static str> {
    if mac.is_local() || mac.is_group() || mac.is_zero() {
        return None;
    }
    let digits = format!("{:012X}", mac.to_u64());
    DIGITS.iter().find_map(|&length| holder(digits.get(..length)?))
}

/// The same of a device, of which only a MAC address tells it.
#[must_use]
pub fn maker(device: DeviceId) -> Option<&'static str> {
    match device {
        DeviceId::Mac(mac) => vendor(mac),
        DeviceId::Address(_) => None,
    }
}

/// Searches the sorted lines by halves: what lies between `low` and `high` are whole lines.
fn holder(block: &str) -> Option<&'static str> {
    let (mut low, mut high) = (0, LISTING.len());
    while low < high {
        let middle = low.midpoint(high);
        let before = LISTING.as_bytes().get(low..middle)?;
        let start = before.iter().rposition(|&octet| octet == b'\n').map_or(low, |newline| low + newline + 1);
        let line = LISTING.get(start..)?.lines().next()?;
        let (key, name) = line.split_once(' ')?;
        match key.cmp(block) {
            std::cmp::Ordering::Equal => return Some(name),
            std::cmp::Ordering::Less => low = start + line.len() + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_by(mac: &str) -> Option<&'static str> {
        vendor(mac.parse().unwrap())
    }

    #[test]
    fn blocks_of_every_size_have_a_holder() {
        assert_eq!(made_by("f4:b8:5e:01:02:03"), Some("Texas Instruments"));
        assert_eq!(made_by("b8:4c:87:41:02:03"), Some("Blum Novotest GmbH"));
        assert_eq!(made_by("8c:1f:64:af:a0:03"), Some("DATA ELECTRONIC DEVICES, INC"));
        assert_eq!(made_by("40:d8:55:0d:70:03"), Some("Avant Technologies"));
    }

    #[test]
    fn addresses_that_nobody_was_assigned_have_no_vendor() {
        for mac in ["02:42:ac:11:00:02", "f6:b8:5e:01:02:03", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:fb", "00:00:00:00:00:00"] {
            assert_eq!(made_by(mac), None, "{mac}");
        }
    }

    #[test]
    fn every_line_of_the_listing_is_found() {
        let mut last = "";
        for line in LISTING.lines() {
            let (block, name) = line.split_once(' ').unwrap();
            assert!(last < block && DIGITS.contains(&block.len()), "{last:?} {line:?}");
            assert_eq!(holder(block), Some(name));
            last = block;
        }
        assert_eq!(holder("FFFFFF"), None);
        assert_eq!(holder(""), None);
    }
}
