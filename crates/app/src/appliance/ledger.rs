//! What is to be written down: in the order in which it happened, in few transactions, and kept in memory while the disk refuses.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::path::Path;

use earwitness_core::event::{Event, Fault, Mended, What};
use earwitness_core::record::Entry;
use earwitness_core::samples::Tested;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_core::verdict::{self, Verdicts};

use earwitness_base::trust;
use earwitness_store::{Error, JournalLine, Material, Notice, Record, Reply, Retention, Store};

/// Records that wait at most: two hours of stretches, should the disk refuse for so long. The oldest are given up first, and counted.
const WAITING: usize = 600;

/// Between two tries after the disk has refused, nanoseconds.
const AGAIN: i64 = 10 * SECOND;

/// Between two looks for what is too old, nanoseconds.
const SWEEP: i64 = 3_600 * SECOND;

/// One thing to write down.
#[derive(Debug)]
pub(super) enum Item {
    Entry(Entry),
    Tested(u32, Tested),
    Journal(JournalLine),
    Reply(Reply),
    Setting(Cow<'static, str>, String),
}

impl Item {
    fn record(&self) -> Record<'_> {
        match self {
            Self::Entry(entry) => Record::Entry(entry),
            Self::Tested(round, tested) => Record::Tested(*round, tested),
            Self::Journal(line) => Record::Journal(line),
            Self::Reply(reply) => Record::Reply(reply),
            Self::Setting(key, value) => Record::Setting(key, value),
        }
    }
}

/// The store and what waits for it.
#[derive(Debug)]
pub(super) struct Ledger {
    store: Store,
    waiting: VecDeque<Item>,
    /// After the disk refused: when to try again.
    again: Option<Timestamp>,
    given_up: u64,
    /// Since the disk began to refuse.
    given_up_since: u64,
    sweep: Option<Timestamp>,
    /// What happened to the store and was not reported yet.
    happened: Vec<What>,
}

impl Ledger {
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        let (store, notice) = Store::open(folder)?;
        if let Some(open_to_others) = trust::folder(folder).ok().and_then(|found| found.open_to_others) {
            crate::say::line(&open_to_others);
        }
        if let Some(notice) = notice {
            crate::say::line(&notice.to_string());
        }
        let (waiting, happened) = (VecDeque::new(), Vec::new());
        Ok(Self { store, waiting, again: None, given_up: 0, given_up_since: 0, sweep: None, happened })
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Writes verdicts as they are reported, at once.
    ///
    /// # Errors
    /// As [`Store::write_verdicts`].
    pub(super) fn write_verdicts(
        &mut self,
        now: Timestamp,
        material: &Material,
        verdicts: &Verdicts,
        settings: &verdict::VerdictSettings,
    ) -> Result<(), Error> {
        let written = self.store.write_verdicts(now, material, verdicts, settings);
        self.take_notices();
        written
    }

    /// Puts something down to be written; it is on the disk after the next [`Ledger::write_when_due`] that says so.
    pub(super) fn put(&mut self, item: Item) {
        if self.waiting.len() >= WAITING {
            // Without its layout, nothing of a session could be written.
            let begun = |item: &Item| matches!(item, Item::Entry(Entry::Begun { .. }));
            let oldest = self.waiting.iter().position(|item| !begun(item)).unwrap_or(0);
            self.waiting.remove(oldest);
            self.give_up();
        }
        self.waiting.push_back(item);
    }

    fn give_up(&mut self) {
        self.given_up = self.given_up.saturating_add(1);
        self.given_up_since = self.given_up_since.saturating_add(1);
    }

    /// Puts down a line of the journal.
    pub(super) fn note(&mut self, event: &Event, text: &str) {
        self.put(Item::Journal(JournalLine::new(event, text.to_owned())));
    }

    /// What happened to the store since this was asked before. What the store wrote down by itself is among it.
    pub(super) fn take_happened(&mut self) -> Vec<What> {
        std::mem::take(&mut self.happened)
    }

    /// Whether the disk refuses.
    pub(super) const fn is_stuck(&self) -> bool {
        self.again.is_some()
    }

    /// Records that were given up because the disk refused for too long.
    pub(super) const fn given_up(&self) -> u64 {
        self.given_up
    }

    /// Writes what waits, unless the disk has just refused; whether nothing waits any more. A change of that is what happened.
    pub(super) fn write_when_due(&mut self, now: Timestamp) -> bool {
        if self.waiting.is_empty() {
            self.again = None;
            return true;
        }
        // A clock that was set back must not put the next try off for years.
        if self.again.is_some_and(|at| now < at && at.since(now) <= AGAIN) {
            return false;
        }
        let records: Vec<Record<'_>> = self.waiting.iter().map(Item::record).collect();
        let written = self.store.append(&records);
        self.take_notices();
        match written {
            Ok(()) => {
                self.waiting.clear();
                if self.again.take().is_some() {
                    let given_up = std::mem::take(&mut self.given_up_since);
                    self.happened.push(What::Mended(Mended::Store { lost: given_up }));
                }
                true
            }
            Err(error) => {
                if self.again.replace(now.plus(AGAIN)).is_none() {
                    self.happened.push(What::Fault(Fault::StoreRefuses { said: error.to_string() }));
                }
                if error.kind == earwitness_store::Kind::Unfit {
                    // It would be refused for ever.
                    self.waiting.pop_front();
                    self.give_up();
                }
                false
            }
        }
    }

    /// Deletes what is too old, once an hour.
    pub(super) fn sweep(&mut self, now: Timestamp, retention: &Retention) {
        if self.sweep.is_some_and(|at| now < at && at.since(now) <= SWEEP) || self.is_stuck() {
            return;
        }
        self.sweep = Some(now.plus(SWEEP));
        match self.store.retain(retention, now) {
            Ok(swept) if swept.stretches > 0 || swept.sightings > 0 => {
                self.happened.push(What::Swept { stretches: swept.stretches, sightings: swept.sightings });
            }
            Ok(_) => {}
            Err(error) => {
                let failed = match self.set_aside(&error) {
                    Ok(true) => return,
                    Ok(false) => error,
                    Err(error) => error,
                };
                self.happened.push(What::Fault(Fault::Store { said: failed.to_string() }));
            }
        }
    }

    /// Where an error says that the file is damaged, sets it aside and begins a fresh one, which is then among what happened; whether it did.
    ///
    /// # Errors
    /// When no fresh one can be begun.
    pub(super) fn set_aside(&mut self, error: &Error) -> Result<bool, Error> {
        let done = self.store.found_damaged(error);
        self.take_notices();
        done
    }

    fn take_notices(&mut self) {
        let notices = self.store.take_notices();
        self.happened.extend(notices.iter().map(Notice::what));
    }
}
