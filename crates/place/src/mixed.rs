//! Files that are not of the place: of another kind of link, or without a device that any other file has.

use std::collections::BTreeMap;

use earwitness_core::frame::{Frame, Link};
use earwitness_core::mac::Mac;

/// Frames of a file that are looked at: in so many a gateway or a device that talks passes.
const LOOKED_AT: u32 = 2_000;

/// Addresses that are kept; a place has some dozens.
const MOST: usize = 100_000;

/// Which files have devices in common.
#[derive(Debug)]
pub(crate) struct Mixed {
    /// Frames of each file that are still to be looked at.
    left: Vec<u32>,
    /// For each file another one that has a device in common with it, up to itself.
    with: Vec<usize>,
    links: Vec<Option<Link>>,
    /// A file that has the device.
    of: BTreeMap<Mac, usize>,
}

/// A group of files that is not the largest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Apart {
    /// Its files.
    pub(crate) files: Vec<usize>,
    /// Whether it differs by its kind of link.
    pub(crate) link: bool,
}

impl Mixed {
    pub(crate) fn new(files: usize) -> Self {
        Self { left: vec![LOOKED_AT; files], with: (0..files).collect(), links: vec![None; files], of: BTreeMap::new() }
    }

    /// Takes a frame.
    #[inline]
    pub(crate) fn note(&mut self, frame: &Frame<'_>, file: usize) {
        if self.left.get(file).is_some_and(|left| *left > 0) {
            self.look(frame, file);
        }
    }

    #[cold]
    fn look(&mut self, frame: &Frame<'_>, file: usize) {
        let link = if frame.link == Link::EthernetSent { Link::Ethernet } else { frame.link };
        if let (Some(left), Some(place)) = (self.left.get_mut(file), self.links.get_mut(file)) {
            *left -= 1;
            place.get_or_insert(link);
        }
        if link != Link::Ethernet {
            return;
        }
        // Both addresses stand first.
        for place in [0, 6] {
            let Some(octets) = frame.bytes.get(place..).and_then(|rest| rest.first_chunk()) else { return };
            let mac = Mac(*octets);
            if mac.is_group() || mac.is_zero() {
                continue;
            }
            match self.of.get(&mac).copied() {
                Some(other) => self.join(file, other),
                None if self.of.len() < MOST => {
                    self.of.insert(mac, file);
                }
                None => {}
            }
        }
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if let Some(with) = self.with.get_mut(one.max(other)) {
            *with = one.min(other);
        }
    }

    fn root(&self, mut file: usize) -> usize {
        while let Some(with) = self.with.get(file).copied().filter(|with| *with != file) {
            file = with;
        }
        file
    }

    /// The groups of files but the largest one; files without a frame belong to none.
    pub(crate) fn apart(&self) -> Vec<Apart> {
        let mut groups: BTreeMap<(String, usize), Vec<usize>> = BTreeMap::new();
        for (file, link) in self.links.iter().enumerate() {
            let Some(link) = link else { continue };
            // Where the link shows no MAC addresses, its kind is all that is compared.
            let root = if *link == Link::Ethernet { self.root(file) } else { usize::MAX };
            groups.entry((format!("{link:?}"), root)).or_default().push(file);
        }
        let Some(main) = groups.iter().max_by_key(|(_, files)| files.len()).map(|(key, _)| key.clone()) else {
            return Vec::new();
        };
        groups.into_iter().filter(|(key, _)| *key != main).map(|(key, files)| Apart { files, link: key.0 != main.0 }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_core::time::Timestamp;

    fn frame(mixed: &mut Mixed, file: usize, link: Link, from: u8, to: u8) {
        let mut bytes = [0; 60];
        (bytes[5], bytes[11]) = (to, from);
        mixed.note(&Frame { at: Timestamp::default(), link, wire_len: 60, bytes: &bytes, interface: 0 }, file);
    }

    #[test]
    fn files_are_of_one_place_as_far_as_devices_lead_from_one_to_the_next() {
        let mut mixed = Mixed::new(5);
        for (file, from, to) in [(0, 1, 2), (1, 3, 4), (2, 2, 5), (3, 5, 6)] {
            frame(&mut mixed, file, Link::Ethernet, from, to);
        }
        assert_eq!(mixed.apart(), [Apart { files: vec![1], link: false }]);
        frame(&mut mixed, 1, Link::Ethernet, 3, 6);
        assert_eq!(mixed.apart(), []);
        frame(&mut mixed, 4, Link::RawIp, 0, 0);
        assert_eq!(mixed.apart(), [Apart { files: vec![4], link: true }]);
    }
}
