//! What the broker should keep, and what it is known to keep.

use std::collections::{BTreeMap, BTreeSet};

use earwitness_core::mac::Mac;

use crate::settings::{Form, Settings, Topic};
use crate::snapshot::Snapshot;
use crate::{Messages, discovery, messages, state, topics};

/// Devices that are shown: whoever is in the network could make up any number. Those that are shown already stay.
const MOST: usize = 200;
/// Devices of a process before that are looked at.
const MOST_FOUND: usize = 1_000;

/// The one and the other.
#[derive(Debug)]
pub(crate) struct Mirror {
    settings: Settings,
    shown: Option<Snapshot>,
    wanted: Messages,
    /// `None` for what it may keep, in whatever state.
    kept: BTreeMap<String, Option<String>>,
    found: BTreeSet<Mac>,
}

impl Mirror {
    pub(crate) const fn new(settings: Settings) -> Self {
        Self { settings, shown: None, wanted: Messages::new(), kept: BTreeMap::new(), found: BTreeSet::new() }
    }

    /// Shows how it stands.
    pub(crate) fn show(&mut self, mut snapshot: Snapshot) {
        let before: BTreeSet<Mac> = self.shown.iter().flat_map(|it| it.devices.iter().map(|it| it.mac)).collect();
        // Stable, so that among equals the order in which they are shown decides.
        snapshot.devices.sort_by_key(|it| !before.contains(&it.mac));
        snapshot.devices.truncate(MOST);
        if self.shown.as_ref() != Some(&snapshot) {
            self.wanted = messages(&self.settings, &snapshot);
            self.shown = Some(snapshot);
        }
    }

    /// Whether a device is shown.
    pub(crate) fn shows(&self, mac: Mac) -> bool {
        self.shown.as_ref().is_some_and(|it| it.devices.iter().any(|it| it.mac == mac))
    }

    /// The broker, or Home Assistant, may have lost everything.
    pub(crate) fn forget(&mut self) {
        self.kept.values_mut().for_each(|it| *it = None);
    }

    /// The broker keeps a device that this process or one before announced, in the form that the payload names.
    pub(crate) fn found(&mut self, mac: Mac, payload: &str) {
        let Some((form, prefix)) = payload.split_once(' ') else { return };
        let (Some(form), Ok(prefix)) = (Form::parse(form), Topic::new(prefix)) else { return };
        if self.found.len() >= MOST_FOUND || !self.found.insert(mac) {
            return;
        }
        let base = &self.settings.base;
        let states = state::OF_DEVICE.map(|what| topics::of_device(base, mac, what));
        for topic in discovery::topics_of(base, &prefix, form, mac).into_iter().chain(states) {
            self.kept.entry(topic).or_insert(None);
        }
    }

    /// What is to be published; an empty payload clears a topic. Clearing comes first, so that an id is free before it is announced in another form.
    pub(crate) fn due(&self) -> Vec<(String, String)> {
        // Nothing is taken back before it is known what there is.
        if self.shown.is_none() {
            return Vec::new();
        }
        let gone = self.kept.keys().filter(|topic| !self.wanted.contains_key(*topic)).map(|topic| (topic.clone(), String::new()));
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
}
