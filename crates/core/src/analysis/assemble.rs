//! Stretches that were drained one after another, put together again.

use std::collections::BTreeMap;

use super::contacts::most;
use super::finish::corroborate;
use super::metered::once;
use crate::detect::burst;
use crate::findings::{
    Bin, CaptureFacts, Contact, DeviceFindings, DeviceId, Findings, FlowKey, Passage, Receiver, Role, Series, Sighting,
};
use crate::meter::in_order;
use crate::roster::ADDRESSES;
use crate::time::{SECOND, Timestamp};

/// A device that is being put together.
#[derive(Debug)]
struct Parts {
    whole: DeviceFindings,
    /// Length of a bin, nanoseconds.
    width: i64,
    sent: Vec<Bin>,
    received: Vec<Bin>,
    /// Upstream, downstream, missed and affected; `None` if no part noted them.
    passage: Option<[Vec<Bin>; 4]>,
    continuous: BTreeMap<(FlowKey, Timestamp), Sighting>,
    contacts: Vec<(Receiver, Vec<Bin>)>,
    /// Frames in stretches in which it was taken for a device, and for a gateway.
    frames: (u64, u64),
}

impl Findings {
    /// Makes one of stretches (see [`crate::analysis::Analysis::drain`]), which come in order of time. Bins are seconds from the epoch on; the
    /// bins of a stretch that begin elsewhere are counted in the second that they begin in.
    ///
    /// `burst` finds the runs of loud seconds again, which stretches do not hold.
    #[must_use]
    pub fn assemble(parts: impl IntoIterator<Item = Self>, burst: Option<&burst::BurstSettings>) -> Self {
        Self::put_together(parts, SECOND, burst)
    }

    /// The same in bins of `width` nanoseconds, for an overview of many days in little memory: what was missed and when frames passed is left out, as are
    /// loud seconds. No verdict may rest on it.
    #[must_use]
    pub fn outline(parts: impl IntoIterator<Item = Self>, width: i64) -> Self {
        let bare = parts.into_iter().map(|mut part| {
            part.devices.iter_mut().for_each(|it| it.passage = None);
            part
        });
        Self::put_together(bare, width.max(1), None)
    }

    fn put_together(parts: impl IntoIterator<Item = Self>, width: i64, burst: Option<&burst::BurstSettings>) -> Self {
        let mut capture = CaptureFacts::default();
        let mut devices: BTreeMap<DeviceId, Parts> = BTreeMap::new();
        for part in parts {
            capture.add(part.capture);
            for device in part.devices {
                match devices.get_mut(&device.id) {
                    Some(parts) => parts.add(device),
                    None => {
                        devices.insert(device.id, Parts::new(device, width));
                    }
                }
            }
        }
        Self { capture, devices: devices.into_values().map(|parts| parts.put_together(burst)).collect() }
    }
}

impl Parts {
    fn new(mut first: DeviceFindings, width: i64) -> Self {
        let frames = frames_of(&first);
        let (sent, received) = (std::mem::take(&mut first.sent), std::mem::take(&mut first.received));
        let continuous = std::mem::take(&mut first.continuous);
        let contacts = std::mem::take(&mut first.contacts);
        let passage = first
            .passage
            .take()
            .map(|it| [&it.upstream, &it.downstream, &it.missed, &it.affected].map(|it| bins(it, width).collect()));
        let (sent, received) = (bins(&sent, width).collect(), bins(&received, width).collect());
        let mut parts = Self {
            whole: first,
            width,
            sent,
            received,
            passage,
            continuous: BTreeMap::new(),
            contacts: Vec::new(),
            frames: (0, 0),
        };
        parts.weigh(parts.whole.role, frames);
        parts.go_on(continuous);
        parts.meet(contacts);
        parts
    }

    fn add(&mut self, part: DeviceFindings) {
        self.weigh(part.role, frames_of(&part));
        let whole = &mut self.whole;
        for address in part.addresses {
            if !whole.addresses.contains(&address) && whole.addresses.len() < ADDRESSES {
                whole.addresses.push(address);
            }
        }
        for sign in part.sender_signs {
            if !whole.sender_signs.contains(&sign) {
                whole.sender_signs.push(sign);
            }
        }
        whole.host_name = part.host_name.or(whole.host_name.take());
        whole.vendor_class = part.vendor_class.or(whole.vendor_class.take());
        for name in part.names {
            if whole.names.iter().all(|known| known.reveal() != name.reveal()) {
                whole.names.push(name);
            }
        }
        whole.seen.from = whole.seen.from.min(part.seen.from);
        whole.seen.until = whole.seen.until.max(part.seen.until);
        for (sum, more) in [
            (&mut whole.upstream, part.upstream),
            (&mut whole.downstream, part.downstream),
            (&mut whole.local, part.local),
            (&mut whole.chatter, part.chatter),
        ] {
            *sum = sum.and(more);
        }
        whole.sightings.extend(part.sightings);
        whole.local_sightings.extend(part.local_sightings);
        let width = self.width;
        extend(&mut self.sent, bins(&part.sent, width));
        extend(&mut self.received, bins(&part.received, width));
        if let Some(passage) = part.passage {
            let [upstream, downstream, missed, affected] = self.passage.get_or_insert_default();
            extend(upstream, bins(&passage.upstream, width));
            extend(downstream, bins(&passage.downstream, width));
            extend(missed, bins(&passage.missed, width));
            extend(affected, bins(&passage.affected, width));
        }
        self.go_on(part.continuous);
        self.meet(part.contacts);
    }

    fn meet(&mut self, contacts: Vec<Contact>) {
        for Contact { receiver, sent } in contacts {
            match self.contacts.iter_mut().find(|known| known.0 == receiver) {
                Some(known) => extend(&mut known.1, bins(&sent, self.width)),
                None => self.contacts.push((receiver, bins(&sent, self.width).collect())),
            }
        }
    }

    /// A role is what most of the traffic says: one stretch in which little was known does not outweigh a night.
    fn weigh(&mut self, role: Role, frames: u64) {
        let sum = if role == Role::Gateway { &mut self.frames.1 } else { &mut self.frames.0 };
        *sum = sum.saturating_add(frames);
        self.whole.role = if self.frames.1 > self.frames.0 { Role::Gateway } else { Role::Device };
    }

    /// A beat that went on was returned several times; the longest is the last.
    fn go_on(&mut self, continuous: Vec<Sighting>) {
        for sighting in continuous {
            let key = (sighting.flow, sighting.window.from);
            let longer = self.continuous.get(&key).is_none_or(|known| known.window.until <= sighting.window.until);
            if longer {
                self.continuous.insert(key, sighting);
            }
        }
    }

    fn put_together(self, burst: Option<&burst::BurstSettings>) -> DeviceFindings {
        let mut whole = self.whole;
        whole.sender_signs.sort_unstable();
        let width = self.width;
        let series = |bins: Vec<Bin>| Series { origin: Timestamp::default(), width, bins: in_order(bins).into_iter().collect() };
        (whole.sent, whole.received) = (series(self.sent), series(self.received));
        whole.passage = self.passage.map(|all| {
            let [upstream, downstream, missed, affected] = all;
            let seldom = |bins: Vec<Bin>| if bins.is_empty() { Series::default() } else { series(bins) };
            Passage {
                upstream: series(upstream),
                downstream: series(downstream),
                missed: seldom(missed),
                affected: once(&seldom(affected)),
            }
        });
        if let Some(settings) = burst {
            whole.bursts = burst::runs(whole.sent.origin, whole.sent.bins.iter(), settings);
        }
        let contact = |(receiver, bins)| Contact { receiver, sent: series(bins) };
        whole.contacts = most(self.contacts.into_iter().map(contact).collect());
        whole.continuous = self.continuous.into_values().collect();
        whole.continuous.sort_by_key(|it| (it.window.from, it.flow));
        for sightings in [&mut whole.sightings, &mut whole.local_sightings] {
            sightings.sort_by_key(|it| (it.window.from, it.flow));
        }
        if whole.role == Role::Gateway {
            // Before it was known for one, what it sent on seemed its own.
            (whole.sightings, whole.local_sightings, whole.continuous) = (Vec::new(), Vec::new(), Vec::new());
            (whole.contacts, whole.sender_signs) = (Vec::new(), Vec::new());
        }
        let DeviceFindings { sightings, local_sightings, continuous, bursts, .. } = &mut whole;
        for sighting in sightings.iter_mut().chain(local_sightings).chain(continuous) {
            corroborate(sighting, bursts);
        }
        whole
    }
}

impl CaptureFacts {
    /// Adds what the capture was like in the stretch after.
    pub fn add(&mut self, more: Self) {
        self.frames = self.frames.wrapping_add(more.frames);
        self.wire_octets = self.wire_octets.wrapping_add(more.wire_octets);
        self.first = self.first.into_iter().chain(more.first).min();
        self.last = self.last.max(more.last);
        for (sum, more) in [
            (&mut self.cut, more.cut),
            (&mut self.oversized, more.oversized),
            (&mut self.dropped, more.dropped),
            (&mut self.clock_back, more.clock_back),
            (&mut self.clock_ahead, more.clock_ahead),
            (&mut self.unread_octets, more.unread_octets),
            (&mut self.damage.read, more.damage.read),
            (&mut self.damage.behind, more.damage.behind),
            (&mut self.others, more.others),
            (&mut self.sightings_left_out, more.sightings_left_out),
            (&mut self.flows_not_followed, more.flows_not_followed),
        ] {
            *sum = sum.saturating_add(more);
        }
        for (why, count) in more.stopped {
            *self.stopped.entry(why).or_default() += count;
        }
    }
}

/// Frames that a stretch holds of a device, groups aside: those show nothing of its role.
fn frames_of(part: &DeviceFindings) -> u64 {
    [part.upstream, part.downstream, part.local].iter().fold(1, |sum, totals| sum.saturating_add(totals.frames))
}

/// The bins of a series, counted from the epoch in bins of `width`.
fn bins(series: &Series, width: i64) -> impl Iterator<Item = Bin> {
    let (origin, step) = (series.origin.nanos(), series.width);
    series.bins.iter().map(move |bin| {
        let begins = origin.saturating_add(bin.index.saturating_mul(step));
        Bin { index: begins.div_euclid(width), ..bin }
    })
}

/// Adds bins that come in order of time; those that fall into the last one are added up at once, so that coarse bins take little room.
fn extend(all: &mut Vec<Bin>, more: impl Iterator<Item = Bin>) {
    for bin in more {
        match all.last_mut() {
            Some(last) if last.index == bin.index => {
                last.frames = last.frames.saturating_add(bin.frames);
                last.payload_octets = last.payload_octets.saturating_add(bin.payload_octets);
            }
            _ => all.push(bin),
        }
    }
}
