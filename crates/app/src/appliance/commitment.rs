//! What a session fixes is written down and told before its first round.

use earwitness_core::event::What;
use earwitness_core::schedule::Design;
use earwitness_core::time::Timestamp;
use earwitness_evidence::commitment::of;

use super::Appliance;
use super::ledger::Item;
use crate::commitments::key;

impl Appliance {
    /// Writes the text down, to be revealed later, and tells what is to be published now.
    pub(super) fn commit(&mut self, design: &Design, text: String, begun: Timestamp, now: Timestamp) {
        let commitment = of(&text);
        self.ledger.put(Item::Setting(key(design.seed, begun).into(), text));
        self.report(What::Committed { commitment }, now);
    }
}
