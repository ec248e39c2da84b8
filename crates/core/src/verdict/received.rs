//! To whom: receivers of what a verdict speaks of, with octets.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::findings::{Contact, DeviceFindings, Receiver, Sighting};
use crate::time::Window;

/// Receivers that a verdict names; those of more octets first.
pub const RECEIVERS: usize = 16;

/// A part of what was sent below which a receiver is not named: keep-alives that happened to pass.
const LEAST: f64 = 0.01;

/// What a receiver was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Received {
    /// Who.
    pub receiver: Receiver,
    /// Payload octets. Of a reaction: in the slots with a sound, or the delay after them, less what it was sent in as many silent ones; of a stream: in the
    /// stream; else in all.
    pub octets: u64,
}

/// What receivers were sent after sounds: in `drawn` windows beyond what they were sent in `shams`, of which there are `more` times as many.
#[expect(clippy::cast_precision_loss, reason = "windows of a session, and octets that it saw")]
pub(super) fn caused(device: &DeviceFindings, drawn: &[Window], shams: &[Window]) -> Vec<Received> {
    let more = (shams.len() as f64 / drawn.len().max(1) as f64).max(1.0);
    let beyond = |contact: &Contact| within(contact, drawn) as f64 - within(contact, shams) as f64 / more;
    let caused: Vec<(&Contact, f64)> =
        device.contacts.iter().map(|contact| (contact, beyond(contact))).filter(|it| it.1 > 0.0).collect();
    let all: f64 = caused.iter().map(|it| it.1).sum();
    let named = caused.into_iter().filter(|it| it.1 >= LEAST * all);
    let mut received: Vec<Received> =
        named.map(|(contact, octets)| Received { receiver: contact.receiver.clone(), octets: whole(octets) }).collect();
    let uploads = || device.sightings.iter().chain(&device.local_sightings).chain(&device.continuous);
    let began = uploads().filter(|it| drawn.iter().any(|slot| slot.contains(it.window.from)));
    // Where flows were not followed second by second, what was seen of uploads is all that is known.
    for one in sums(began) {
        if !received.iter().any(|it| is_same(&it.receiver, &one.receiver)) {
            received.push(one);
        }
    }
    most(received)
}

/// What receivers were sent in streams without end.
pub(super) fn streamed(device: &DeviceFindings) -> Vec<Received> {
    most(sums(device.continuous.iter()))
}

/// What receivers were sent in all.
pub(super) fn in_all(device: &DeviceFindings) -> Vec<Received> {
    let met = device.contacts.iter().map(|it| Received { receiver: it.receiver.clone(), octets: it.octets() });
    let met: Vec<Received> = met.filter(|it| it.octets > 0).collect();
    if !met.is_empty() {
        return most(met);
    }
    most(sums(device.sightings.iter().chain(&device.local_sightings).chain(&device.continuous)))
}

fn sums<'a>(uploads: impl Iterator<Item = &'a Sighting>) -> Vec<Received> {
    let mut sums: BTreeMap<(IpAddr, u16, Option<&str>), Received> = BTreeMap::new();
    for upload in uploads {
        let receiver = &upload.receiver;
        let key = (receiver.address, receiver.port, receiver.name.as_ref().map(|name| name.0.reveal().as_str()));
        let sum = sums.entry(key).or_insert_with(|| Received { receiver: receiver.clone(), octets: 0 });
        sum.octets = sum.octets.saturating_add(upload.octets_total);
    }
    sums.into_values().collect()
}

fn most(mut received: Vec<Received>) -> Vec<Received> {
    received.sort_by_key(|it| (std::cmp::Reverse(it.octets), it.receiver.address, it.receiver.port));
    received.truncate(RECEIVERS);
    received
}

fn is_same(a: &Receiver, b: &Receiver) -> bool {
    (a.address, a.port) == (b.address, b.port)
}

/// Octets of a contact in windows.
fn within(contact: &Contact, windows: &[Window]) -> u64 {
    let series = &contact.sent;
    let width = series.width.max(1);
    let number = |at: crate::time::Timestamp| at.since(series.origin).div_euclid(width);
    windows
        .iter()
        .map(|window| {
            let until = number(window.until);
            series.bins.since(number(window.from)).take_while(|bin| bin.index < until).map(|bin| bin.payload_octets).sum::<u64>()
        })
        .fold(0, u64::saturating_add)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "octets of a session, and positive")]
fn whole(octets: f64) -> u64 {
    octets.ceil() as u64
}
