//! What the broker should keep, and what it is known to keep.

use std::collections::{BTreeMap, BTreeSet};

use earwitness_core::mac::Mac;

use crate::announced::Announced;
use crate::settings::Settings;
use crate::snapshot::Snapshot;
use crate::{Messages, discovery, messages, state, topics};

/// Devices that are shown: whoever is in the network could make up any number. Those that are shown already stay.
const MOST: usize = 200;
/// Devices that are away or of a process before.
const MOST_AWAY: usize = 1_000;
/// A device that was not there for so many days is forgotten.
const FORGOTTEN: i64 = 30;

/// The one and the other.
#[derive(Debug)]
pub(crate) struct Mirror {
    settings: Settings,
    shown: Option<Snapshot>,
    /// Devices that were announced, and are not among those that are shown.
    away: BTreeMap<Mac, Announced>,
    wanted: Messages,
    /// What stays as it is, since it cannot be said again: the names of devices that are away.
    left: BTreeSet<String>,
    /// `None` for what it may keep, in whatever state.
    kept: BTreeMap<String, Option<String>>,
    /// Whether what is wanted is not worked out yet.
    is_stale: bool,
}

impl Mirror {
    pub(crate) const fn new(settings: Settings) -> Self {
        Self {
            settings,
            shown: None,
            away: BTreeMap::new(),
            wanted: Messages::new(),
            left: BTreeSet::new(),
            kept: BTreeMap::new(),
            is_stale: false,
        }
    }

    /// Shows how it stands.
    pub(crate) fn show(&mut self, mut snapshot: Snapshot) {
        let before: BTreeSet<Mac> = self.shown.iter().flat_map(|it| it.devices.iter().map(|it| it.mac)).collect();
        snapshot.devices.retain(|it| !self.settings.except.contains(&it.mac));
        // Stable, so that among equals the order in which they are shown decides.
        snapshot.devices.sort_by_key(|it| !before.contains(&it.mac));
        snapshot.devices.truncate(MOST);
        if self.shown.as_ref() == Some(&snapshot) {
            return;
        }
        if let Some(shown) = self.shown.replace(snapshot) {
            let announced = Announced::now(&self.settings, shown.day);
            for mac in before {
                self.leave(mac, announced.clone());
            }
        }
        self.is_stale = true;
    }

    /// Whether a device is shown.
    pub(crate) fn shows(&self, mac: Mac) -> bool {
        self.shown.as_ref().is_some_and(|it| it.devices.iter().any(|it| it.mac == mac))
    }

    /// The broker, or Home Assistant, may have lost everything.
    pub(crate) fn forget(&mut self) {
        self.kept.values_mut().for_each(|it| *it = None);
    }

    /// The broker keeps a device that this process or one before announced, as the payload says.
    pub(crate) fn found(&mut self, mac: Mac, payload: &str) {
        let Some(announced) = Announced::parse(payload) else { return };
        let states = state::OF_DEVICE.map(|what| topics::of_device(&self.settings.base, mac, what));
        if self.away.len() < MOST_AWAY || self.away.contains_key(&mac) {
            for topic in self.said_of(mac, &announced).into_iter().chain(states) {
                self.kept.entry(topic).or_insert(None);
            }
            self.leave(mac, announced);
            self.is_stale = true;
        }
    }

    /// What is to be published; an empty payload clears a topic. Clearing comes first, so that an id is free before it is announced in another form.
    pub(crate) fn due(&mut self) -> Vec<(String, String)> {
        // Nothing is taken back before it is known what there is.
        if self.shown.is_none() {
            return Vec::new();
        }
        if std::mem::take(&mut self.is_stale) {
            self.want();
        }
        let is_gone = |topic: &&String| !self.wanted.contains_key(*topic) && !self.left.contains(*topic);
        let gone = self.kept.keys().filter(is_gone).map(|topic| (topic.clone(), String::new()));
        let is_changed = |(topic, payload): &(&String, &String)| self.kept.get(*topic).and_then(Option::as_ref) != Some(*payload);
        let changed = self.wanted.iter().filter(is_changed).map(|(topic, payload)| (topic.clone(), payload.clone()));
        gone.chain(changed).collect()
    }

    /// It was published.
    pub(crate) fn published(&mut self, topic: String, payload: String) {
        if payload.is_empty() {
            self.kept.remove(&topic);
        } else {
            self.kept.insert(topic, Some(payload));
        }
    }

    /// A device is not among those that are shown, or will be again.
    fn leave(&mut self, mac: Mac, announced: Announced) {
        if self.away.len() < MOST_AWAY {
            self.away.insert(mac, announced);
        }
    }

    /// Works out what follows from what is shown.
    fn want(&mut self) {
        let Some(shown) = &self.shown else { return };
        for device in &shown.devices {
            self.away.remove(&device.mac);
        }
        let is_hidden = |mac: &Mac, day: i64| {
            self.settings.except.contains(mac) || shown.forgotten.get(mac).is_some_and(|forgotten| day <= *forgotten)
        };
        self.away.retain(|mac, it| shown.day.saturating_sub(it.day) <= FORGOTTEN && !is_hidden(mac, it.day));
        self.wanted = messages(&self.settings, shown);
        self.left.clear();
        for (mac, announced) in &self.away {
            state::of_absent(&self.settings, *mac, announced, &mut self.wanted);
            self.left.extend(self.said_of(*mac, announced));
        }
    }

    /// What was said of a device and is not known any more once it is away.
    fn said_of(&self, mac: Mac, announced: &Announced) -> Vec<String> {
        let base = &self.settings.base;
        let mut said = discovery::topics_of(base, &announced.prefix, announced.form, mac);
        said.push(topics::of_device(base, mac, state::VERDICT));
        said
    }
}
