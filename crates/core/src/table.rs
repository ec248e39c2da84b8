//! A map of bounded size for the tables that a stranger's packets can grow.

use std::hash::Hash;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// Keys to small numbers, up to a fixed count of keys. Nothing ever iterates over it, so results cannot depend on the
/// order of hashing; the seed only keeps a stranger from choosing colliding keys.
#[derive(Clone, Debug)]
pub struct Table<K> {
    map: HashMap<K, u32, FixedState>,
    most: usize,
}

impl<K: Hash + Eq> Table<K> {
    /// An empty table for at most `most` keys.
    #[must_use]
    pub fn new(most: usize, seed: u64) -> Self {
        Self { map: HashMap::with_hasher(FixedState::with_seed(seed)), most }
    }

    /// The number of a key.
    #[inline]
    pub fn get(&self, key: &K) -> Option<u32> {
        self.map.get(key).copied()
    }

    /// Whether another key finds room.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.map.len() < self.most
    }

    /// Sets the number of a key; `false` if the table is full and the key is new.
    pub fn insert(&mut self, key: K, number: u32) -> bool {
        if !self.has_room() && !self.map.contains_key(&key) {
            return false;
        }
        self.map.insert(key, number);
        true
    }

    /// Forgets a key.
    pub fn remove(&mut self, key: &K) {
        self.map.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_table_keeps_what_it_knows_and_takes_nothing_new() {
        let mut table = Table::new(2, 7);
        assert!(table.insert('a', 1) && table.insert('b', 2));
        assert!(!table.insert('c', 3));
        assert!(table.insert('a', 4));
        assert_eq!((table.get(&'a'), table.get(&'b'), table.get(&'c')), (Some(4), Some(2), None));
        table.remove(&'b');
        assert!(table.insert('c', 3));
    }
}
