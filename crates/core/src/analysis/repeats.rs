//! TCP segments that carry nothing new, for a burst detector that is set to leave them out.

use crate::findings::FlowKey;
use crate::table::Table;

/// The highest sequence number seen of each direction of each flow.
#[derive(Debug)]
pub(super) struct Repeats {
    numbers: Table<FlowKey>,
    highest: Vec<u32>,
}

impl Repeats {
    /// For at most `most` flows; segments of further ones all count as new.
    pub(super) fn new(most: usize, seed: u64) -> Self {
        Self { numbers: Table::new(most, seed), highest: Vec::new() }
    }

    /// Whether all octets of a segment lie below the highest sequence number seen on its flow and direction.
    pub(super) fn is_repeat(&mut self, flow: FlowKey, sequence: u32, length: u32) -> bool {
        let end = sequence.wrapping_add(length);
        let Some(number) = self.numbers.get(&flow) else {
            let number = u32::try_from(self.highest.len()).unwrap_or(u32::MAX);
            if self.numbers.insert(flow, number) {
                self.highest.push(end);
            }
            return false;
        };
        let Some(highest) = self.highest.get_mut(number as usize) else { return false };
        let new = end.wrapping_sub(*highest).cast_signed() > 0;
        if new {
            *highest = end;
        }
        !new && length > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_segments_without_a_new_octet_are_repeats() {
        let flow = |port| FlowKey {
            source: "192.168.1.2".parse().unwrap(),
            destination: "203.0.113.1".parse().unwrap(),
            protocol: 6,
            source_port: port,
            destination_port: 443,
        };
        let mut repeats = Repeats::new(1, 0);
        let start = u32::MAX - 50;
        assert!(!repeats.is_repeat(flow(1), start, 100));
        assert!(repeats.is_repeat(flow(1), start, 100), "the same again, across the wrap");
        assert!(repeats.is_repeat(flow(1), start.wrapping_add(40), 60));
        assert!(!repeats.is_repeat(flow(1), start.wrapping_add(40), 61), "one new octet");
        assert!(!repeats.is_repeat(flow(2), start, 100) && !repeats.is_repeat(flow(2), start, 100), "no room for its flow");
    }
}
