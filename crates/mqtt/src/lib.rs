//! How a home's devices stand, for Home Assistant and whoever else reads MQTT: what there is (discovery), how it stands (states), what happened (events), and orders.
//!
//! Everything but [`Client`] is a function of what is shown: [`messages`] names all retained messages that follow from a [`Snapshot`]. The client publishes what of
//! them has changed, everything again when the connection or Home Assistant was away, and takes back what is forgotten, also where a process before published it.
//! Names come from strangers: they are text within JSON, and never a part of a topic.

mod announced;
mod client;
mod command;
mod discovery;
mod mirror;
mod settings;
mod snapshot;
mod state;
mod topics;

pub use self::client::{Client, Report};
pub use self::command::Command;
pub use self::settings::{Form, NotATopic, Settings, Topic};
pub use self::snapshot::{Device, Seen, Snapshot, Upload};

use std::collections::BTreeMap;

/// Retained messages: topic and payload. A topic that leaves is cleared with an empty payload.
pub type Messages = BTreeMap<String, String>;

/// All retained messages that follow from how it stands.
#[must_use]
pub fn messages(settings: &Settings, snapshot: &Snapshot) -> Messages {
    let mut all = Messages::new();
    state::of_program(settings, snapshot, &mut all);
    discovery::of_program(settings, &mut all);
    for device in &snapshot.devices {
        state::of_device(settings, snapshot.day, device, &mut all);
        discovery::of_device(settings, device, &mut all);
    }
    all
}
