//! What a household is told: events become facts of the policy, and what it decides is written down with them before it is handed out.

use std::collections::BTreeSet;
use std::path::Path;

use earwitness_core::event::{Event, Fault, Gap, Mended, What};
use earwitness_core::findings::DeviceId;
use earwitness_core::policy::Hold;
use earwitness_core::policy::notices::{ANSWER, FORGOTTEN, Fact, Notice, Notices, Trouble};
use earwitness_core::time::{SECOND, Timestamp, Window};
use earwitness_core::verdict::Outcome;
use earwitness_notify::Letter;
use earwitness_report::notice::worded;
use earwitness_report::sentence::sentence;
use earwitness_store::{Of, Reader};
use jiff::tz::{Offset, TimeZone};

use super::Appliance;
use super::ledger::Item;
use crate::config::Notify;
use crate::hidden::Hidden;

/// Settings of the store: the state of the policy, and the letters that were decided with it, which are handed out again after a power cut.
const STATE: &str = "notices";
const DECIDED: &str = "notices_decided";
/// Counts alone are written down so often, nanoseconds.
const COUNTS: i64 = 3_600 * SECOND;

/// The policy, and when its counts were written down.
#[derive(Debug)]
pub(super) struct Telling {
    policy: Notices,
    kept: Timestamp,
    /// Decided by the process before, and perhaps not handed out.
    again: Vec<Letter>,
    /// Whether a channel that fails can be told of by another one.
    others: bool,
}

impl Telling {
    /// Goes on where the process before was, or begins with what the store knows.
    pub(super) fn recalled(notify: &Notify, reader: &Reader, now: Timestamp) -> Result<Self, earwitness_store::Error> {
        let settings = notify.settings.clone();
        let text = reader.setting(STATE)?;
        let resumed = text.and_then(|text| Notices::resumed(settings.clone(), &text, now));
        let mut policy = match resumed {
            Some(policy) => policy,
            None if reader.sessions()?.is_empty() => Notices::learning(settings, now),
            None => {
                let mut policy = Notices::knowing(settings, now);
                let latest = Window { from: now.plus(-FORGOTTEN), until: now };
                reader.sightings(Of::Window(latest), |it| {
                    policy.know(it.device, &it.sighting.receiver, it.sighting.window.from);
                    Ok(())
                })?;
                policy
            }
        };
        policy.ignore(hidden(reader));
        // What answers the last probe of the session before is not told of either: a test of the home follows on watching, and watching on it.
        if let Some(last) = reader.sessions()?.pop() {
            for played in reader.rounds(last.id)?.into_iter().map(|it| it.played) {
                if now.since(played.onset.plus(played.length)).saturating_abs() < ANSWER {
                    policy.take(Fact::Probe(Window { from: played.onset, until: played.onset.plus(played.length) }), now);
                }
            }
        }
        let decided = reader.setting(DECIDED)?.unwrap_or_default();
        Ok(Self {
            policy,
            kept: now,
            again: serde_json::from_str(&decided).unwrap_or_default(),
            others: notify.channels.count() > 1,
        })
    }
}

impl Appliance {
    /// Hands out what a process before this one may not have handed out, and lets numbers go on after those that were.
    pub(super) fn begin_telling(&mut self) {
        let last = self.output.last_letter();
        if let Some(telling) = &mut self.telling {
            telling.policy.after(last);
            for letter in std::mem::take(&mut telling.again) {
                self.output.send(letter);
            }
        }
    }

    /// Takes anew whose uploads a person does not want to be told of.
    pub(super) fn ignore(&mut self) {
        if let (Some(telling), Ok(reader)) = (&mut self.telling, self.ledger.store().reader()) {
            telling.policy.ignore(hidden(reader));
        }
    }

    /// A fact that is no event.
    pub(super) fn fact(&mut self, fact: Fact<'_>, now: Timestamp) {
        if let Some(telling) = &mut self.telling {
            telling.policy.take(fact, now);
        }
    }

    /// What events mean to the household.
    pub(super) fn facts(&mut self, events: &[Event], now: Timestamp) {
        let Some(others) = self.telling.as_ref().map(|it| it.others) else { return };
        let is_told = |it: &&Event| others || !matches!(it.what, What::Fault(Fault::Channel { .. }));
        for event in events.iter().filter(is_told) {
            let said = || sentence(event, &|device| self.device_names.of(device));
            let (first, second) = facts(&event.what, said);
            first.into_iter().chain(second).for_each(|fact| self.fact(fact, now));
        }
    }

    /// What is to be told now; it is put down to be written.
    pub(super) fn decide(&mut self, now: Timestamp) -> Vec<Letter> {
        let Some(telling) = &mut self.telling else { return Vec::new() };
        let due = telling.policy.due(now, self.housekeeping.ahead());
        let all = now.since(telling.kept).saturating_abs() >= COUNTS;
        let Some(state) = telling.policy.to_keep(all) else { return Vec::new() };
        telling.kept = now;
        let offset = i32::try_from(self.housekeeping.ahead() / SECOND).unwrap_or_default();
        let zone = TimeZone::fixed(Offset::from_seconds(offset).unwrap_or(Offset::UTC));
        let letters: Vec<Letter> = due.iter().map(|notice| self.letter(notice, &zone)).collect();
        self.ledger.put(Item::Setting(STATE.into(), state));
        if !letters.is_empty() {
            // Nothing in it can fail.
            self.ledger.put(Item::Setting(DECIDED.into(), serde_json::to_string(&letters).unwrap_or_default()));
        }
        letters
    }

    fn letter(&self, notice: &Notice, zone: &TimeZone) -> Letter {
        let worded = worded(notice, &|device| self.device_names.of(device), zone);
        let importance = notice.told.about().importance();
        Letter {
            number: notice.number,
            importance,
            urgent: notice.urgent,
            title: worded.title,
            text: worded.text,
            json: worded.json,
        }
    }

    /// Puts the state down to be written, with all counts.
    pub(super) fn keep_telling(&mut self) {
        if let Some(state) = self.telling.as_mut().and_then(|it| it.policy.to_keep(true)) {
            self.ledger.put(Item::Setting(STATE.into(), state));
        }
    }

    /// Tells what time has made due.
    pub(super) fn tell_due(&mut self, now: Timestamp) {
        let letters = self.decide(now);
        if !letters.is_empty() {
            self.write(now);
        }
        for letter in letters {
            self.output.send(letter);
        }
    }
}

/// Devices that are ignored in the home of a store.
fn hidden(reader: &Reader) -> BTreeSet<DeviceId> {
    Hidden::read(reader.path().parent().unwrap_or_else(|| Path::new("."))).ignored()
}

/// What an event means; at most two facts.
fn facts(what: &What, said: impl Fn() -> String) -> (Option<Fact<'_>>, Option<Fact<'_>>) {
    let fails = |of| (Some(Fact::Trouble(of, Some(said()))), None);
    let works = |of| (Some(Fact::Trouble(of, None)), None);
    let of_device = |sends, device| (Some(Fact::Verdict { device, sends }), None);
    match what {
        What::Joined { device } => (Some(Fact::Joined(*device)), None),
        What::Sighted { device, sighting } => (Some(Fact::Sighted(*device, sighting)), None),
        What::Proven { device, .. } => (Some(Fact::Proven(*device)), None),
        What::Verdict { device, outcome: Outcome::Streams, .. } => of_device(true, *device),
        What::Verdict { device, outcome: Outcome::SendsMore | Outcome::Reacts | Outcome::SendsLess, .. } => {
            of_device(false, *device)
        }
        What::Played { onset, length, .. } => {
            let window = Window { from: *onset, until: onset.plus(*length) };
            (Some(Fact::Probe(window)), Some(Fact::Trouble(Trouble::Loudspeaker, None)))
        }
        What::Presence { somebody } => (Some(Fact::Presence(*somebody)), None),
        What::FramesLost { frames } => (Some(Fact::Lost(*frames)), None),
        What::Gap(Gap::Deaf { .. } | Gap::NoCapture { .. } | Gap::Ended { .. } | Gap::Silent { .. })
        | What::Fault(Fault::Source { .. })
        | What::Held(Hold::Source) => fails(Trouble::Sources),
        What::Freed(Hold::Source) => works(Trouble::Sources),
        What::Fault(fault) => match fault {
            Fault::NotPlayed { stored: true, .. } | Fault::Loudspeaker { .. } => fails(Trouble::Loudspeaker),
            Fault::Microphone { .. } => (Some(Fact::Hears(false)), Some(Fact::Trouble(Trouble::Microphone, Some(said())))),
            Fault::FramesNotKept { .. } => fails(Trouble::Frames),
            Fault::StoreRefuses { .. } => fails(Trouble::Store),
            Fault::Store { .. } => (Some(Fact::Accident(Trouble::Store, said())), None),
            Fault::NoVerdicts { .. } => fails(Trouble::Verdicts),
            Fault::Settings { .. } => (Some(Fact::Accident(Trouble::Settings, said())), None),
            Fault::Channel { .. } => fails(Trouble::Channel),
            // The store is what fails.
            Fault::NotPlayed { stored: false, .. } | Fault::Source { .. } => (None, None),
        },
        What::Mended(mended) => match mended {
            Mended::Microphone => (Some(Fact::Hears(true)), Some(Fact::Trouble(Trouble::Microphone, None))),
            Mended::FramesKept => works(Trouble::Frames),
            Mended::Store { .. } => works(Trouble::Store),
            Mended::Channel { .. } => works(Trouble::Channel),
            // Whether all sources capture is said by itself.
            Mended::FramesCome { .. } => (None, None),
        },
        What::SetAside { .. } => (Some(Fact::Accident(Trouble::Damage, said())), None),
        What::Verdict { .. }
        | What::Started { .. }
        | What::Share { .. }
        | What::Committed { .. }
        | What::Scored { .. }
        | What::NoFurtherRound(_)
        | What::Held(_)
        | What::Freed(_)
        | What::ClockStepped { .. }
        | What::SourceClock { .. }
        | What::Upgraded { .. }
        | What::Swept { .. }
        | What::Reloaded
        | What::Stopped(_)
        | What::Said { .. } => (None, None),
    }
}
