//! To whom: receivers of what a verdict speaks of, with octets.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::findings::{Contact, DeviceFindings, Receiver, Sighting};
use crate::private::Private;
use crate::time::Window;

/// Receivers that a verdict names; those of more octets first.
pub const RECEIVERS: usize = 16;

/// Other names of one address that are kept.
pub const OTHER_NAMES: usize = 8;

/// A part of what was sent below which a receiver is not named: keep-alives that happened to pass.
const LEAST: f64 = 0.01;

/// What a receiver was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Received {
    /// Who: an address, with the port and the name of it that got most.
    pub receiver: Receiver,
    /// Other names of the same address, at most [`OTHER_NAMES`]; those that got more first.
    pub other_names: Vec<Private<String>>,
    /// Payload octets. Of a reaction: in the slots with a sound, or the delay after them, less what it was sent in as many silent ones; of a stream: in the
    /// stream; else in all.
    pub octets: u64,
}

/// What receivers were sent after sounds: in `drawn` windows beyond what they were sent in `shams`, of which there are `more` times as many.
#[expect(clippy::cast_precision_loss, reason = "windows of a session, and octets that it saw")]
pub(super) fn caused(device: &DeviceFindings, drawn: &[Window], shams: &[Window]) -> Vec<Received> {
    let more = (shams.len() as f64 / drawn.len().max(1) as f64).max(1.0);
    let beyond = |contact: &Contact| within(contact, drawn) as f64 - within(contact, shams) as f64 / more;
    let met = device.contacts.iter().map(|contact| (&contact.receiver, beyond(contact)));
    let mut caused: Vec<(Received, f64)> = by_address(met).into_iter().filter(|it| it.1 > 0.0).collect();
    let all: f64 = caused.iter().map(|it| it.1).sum();
    caused.retain(|it| it.1 >= LEAST * all);
    let mut received: Vec<Received> = caused.into_iter().map(|(it, octets)| Received { octets: whole(octets), ..it }).collect();
    let uploads = || device.sightings.iter().chain(&device.local_sightings).chain(&device.continuous);
    let began = uploads().filter(|it| drawn.iter().any(|slot| slot.contains(it.window.from)));
    // Where flows were not followed second by second, what was seen of uploads is all that is known.
    for one in sums(began) {
        if !received.iter().any(|it| it.receiver.address == one.receiver.address) {
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
    if device.contacts.iter().any(|it| it.octets() > 0) {
        return most(whole_sums(device.contacts.iter().map(|it| (&it.receiver, it.octets()))));
    }
    most(sums(device.sightings.iter().chain(&device.local_sightings).chain(&device.continuous)))
}

fn sums<'a>(uploads: impl Iterator<Item = &'a Sighting>) -> Vec<Received> {
    whole_sums(uploads.map(|it| (&it.receiver, it.octets_total)))
}

#[expect(clippy::cast_precision_loss, reason = "octets of a session")]
fn whole_sums<'a>(sent: impl Iterator<Item = (&'a Receiver, u64)>) -> Vec<Received> {
    let sums = by_address(sent.map(|(receiver, octets)| (receiver, octets as f64)));
    sums.into_iter().map(|(it, octets)| Received { octets: whole(octets), ..it }).filter(|it| it.octets > 0).collect()
}

/// What each address was sent, under whatever names and ports.
fn by_address<'a>(sent: impl Iterator<Item = (&'a Receiver, f64)>) -> Vec<(Received, f64)> {
    let mut sent: Vec<(&Receiver, f64)> = sent.collect();
    sent.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.port.cmp(&b.0.port)));
    let mut sums: BTreeMap<IpAddr, (Received, f64)> = BTreeMap::new();
    for (receiver, octets) in sent {
        let new = || (Received { receiver: receiver.clone(), other_names: Vec::new(), octets: 0 }, 0.0);
        let (sum, all) = sums.entry(receiver.address).or_insert_with(new);
        *all += octets;
        let Some((name, _)) = &receiver.name else { continue };
        match &sum.receiver.name {
            None => sum.receiver.name.clone_from(&receiver.name),
            Some((known, _)) if known.reveal() == name.reveal() => {}
            Some(_) => {
                let is_new = sum.other_names.iter().all(|known| known.reveal() != name.reveal());
                if is_new && sum.other_names.len() < OTHER_NAMES {
                    sum.other_names.push(name.clone());
                }
            }
        }
    }
    sums.into_values().collect()
}

fn most(mut received: Vec<Received>) -> Vec<Received> {
    received.sort_by_key(|it| (std::cmp::Reverse(it.octets), it.receiver.address, it.receiver.port));
    received.truncate(RECEIVERS);
    received
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::NameSource;

    fn receiver(last: u8, port: u16, name: Option<&str>) -> Receiver {
        let name = name.map(|name| (Private::new(name.to_owned()), NameSource::Dns));
        Receiver { address: [198, 51, 100, last].into(), port, name, local: false, country: None, system: None }
    }

    #[test]
    fn an_address_is_listed_once_with_all_its_octets_and_names() {
        let sent = [
            (receiver(20, 443, None), 500),
            (receiver(20, 443, Some("voice.example")), 416),
            (receiver(20, 8_443, Some("voice.example")), 186),
            (receiver(20, 443, Some("logs.example")), 7),
            (receiver(21, 443, Some("voice.example")), 9),
            (receiver(22, 443, None), 0),
        ];
        let received = most(whole_sums(sent.iter().map(|it| (&it.0, it.1))));
        let receivers: Vec<_> = received
            .iter()
            .map(|it| {
                let name = it.receiver.name.as_ref().map(|name| name.0.reveal().as_str());
                let others: Vec<_> = it.other_names.iter().map(|it| it.reveal().as_str()).collect();
                (it.receiver.address, name, others, it.octets)
            })
            .collect();
        let address = |last: u8| IpAddr::from([198, 51, 100, last]);
        assert_eq!(
            receivers,
            [(address(20), Some("voice.example"), vec!["logs.example"], 1_109), (address(21), Some("voice.example"), vec![], 9)]
        );
    }

    #[test]
    fn made_up_names_of_one_address_are_bounded() {
        let names: Vec<_> = (0..100).map(|n| receiver(20, 443, Some(&format!("{n}.example")))).collect();
        let received = whole_sums(names.iter().map(|it| (it, 10)));
        assert_eq!((received.len(), received[0].other_names.len(), received[0].octets), (1, OTHER_NAMES, 1_000));
    }
}
