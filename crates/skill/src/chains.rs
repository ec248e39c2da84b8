//! Certificates that were fetched and are trusted, for the next requests.

use std::collections::BTreeMap;
use std::sync::Arc;

use earwitness_core::time::{SECOND, Timestamp};

use crate::chain::{Anchors, Chain};
use crate::chain_url::ChainUrl;

/// Most chains that are kept: Amazon signs with one, and with two while it changes them.
const MOST: usize = 8;
/// How long one is kept without being fetched again, nanoseconds: a day.
const KEPT: i64 = 86_400 * SECOND;

/// Chains by where they lie.
#[derive(Clone, Debug, Default)]
pub struct Chains(BTreeMap<ChainUrl, (Timestamp, Arc<Chain>)>);

impl Chains {
    /// The chain that lies there, if it was fetched lately and is trusted now; one that is not any more, such as one that has expired, is forgotten.
    pub fn get(&mut self, url: &ChainUrl, anchors: &Anchors, now: Timestamp) -> Option<Arc<Chain>> {
        let (fetched, chain) = self.0.get(url)?;
        let is_good = now.apart(*fetched) < KEPT.unsigned_abs() && chain.trust(anchors, now).is_ok();
        if is_good {
            return Some(Arc::clone(chain));
        }
        self.0.remove(url);
        None
    }

    /// Keeps one that is trusted; the one that was fetched longest ago makes room.
    pub fn keep(&mut self, url: ChainUrl, chain: Arc<Chain>, now: Timestamp) {
        if self.0.len() >= MOST && !self.0.contains_key(&url) {
            let oldest = self.0.iter().min_by_key(|it| it.1.0).map(|it| it.0.clone());
            oldest.map(|oldest| self.0.remove(&oldest));
        }
        self.0.insert(url, (now, chain));
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}
