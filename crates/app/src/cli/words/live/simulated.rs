//! Words in a simulated home, in virtual time.

use std::collections::BTreeMap;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::Findings;
use earwitness_core::frame::{Frame, Link};
use earwitness_core::probe::{SoundKind, Stimulus};
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};
use earwitness_sim::house::{House, Sound};
use earwitness_sim::night::Loudspeaker;
use earwitness_sim::plan::Plan;

use super::home::{AFTER, BEFORE, Break, Home, Said};

/// How long a word takes, nanoseconds.
const WORD: i64 = 800 * MILLISECOND;

/// A simulated home.
pub(super) struct Simulated {
    house: House,
    now: i64,
    level_db: f64,
    /// What each round showed of which nobody asked yet, by its beginning.
    findings: BTreeMap<Timestamp, Findings>,
}

impl Simulated {
    /// The home of a scenario, however long it is looked at.
    pub(super) fn new(mut plan: Plan, seed: u64, hours: f64) -> Self {
        plan.hours = plan.hours.max(hours);
        let house = House::new(&plan, seed);
        let now = house.begins();
        Self { house, now, level_db: Loudspeaker::default().level_db, findings: BTreeMap::new() }
    }

    fn advance(&mut self, until: i64, analysis: &mut Analysis) {
        self.house.advance(until, &mut |at, bytes| {
            let wire_len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            analysis.frame(&Frame { at: Timestamp::from_nanos(at), link: Link::Ethernet, wire_len, bytes, interface: 0 });
        });
        self.now = until;
    }
}

impl Home for Simulated {
    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.now)
    }

    fn play(&mut self, _: u32, slots: &[Option<Said>], length: i64) -> Result<Result<Vec<Window>, String>, Break> {
        let mut analysis = Analysis::new(AnalysisSettings::default());
        self.advance(self.now.saturating_add(BEFORE), &mut analysis);
        let mut windows = Vec::new();
        for said in slots {
            let from = self.now;
            if let Some(said) = said {
                let stimulus = Stimulus { name: said.text.clone(), kind: SoundKind::Speech };
                let level_db = self.level_db + f64::from(said.manner.level_db);
                self.house.play(from, &Sound { stimulus, length: WORD, level_db });
            }
            self.advance(from.saturating_add(length), &mut analysis);
            windows.push(Window { from: Timestamp::from_nanos(from), until: Timestamp::from_nanos(self.now) });
        }
        self.advance(self.now.saturating_add(AFTER), &mut analysis);
        if let Some(first) = windows.first() {
            self.findings.insert(first.from, analysis.finish());
        }
        Ok(Ok(windows))
    }

    fn findings(&mut self, window: Window) -> Result<Findings, Break> {
        Ok(self.findings.remove(&window.from).unwrap_or_default())
    }

    fn wait(&mut self, nanos: i64) -> Result<(), Break> {
        let mut unseen = Analysis::new(AnalysisSettings::default());
        self.advance(self.now.saturating_add(nanos.max(SECOND)), &mut unseen);
        Ok(())
    }
}
