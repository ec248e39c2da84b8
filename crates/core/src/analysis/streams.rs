//! The part of the analysis that follows flows: who sends what to whom, and what the detectors say of it.

use std::net::IpAddr;

use super::Analysis;
use super::address_names::AddressNames;
use super::contacts::Contacts;
use super::judging::{Episode, Judging, RECOVERY, Then};
use super::metered::Metered;
use super::pairs::{Ends, NOBODY};
use super::sender_marks::SenderMarks;
use super::senders::{AllSenders, options_of, refused_ports};
use super::settings::AnalysisSettings;
use super::uplink::Uplink;
use crate::detect::clock::Slice;
use crate::findings::{FlowKey, NameSource, Receiver};
use crate::frame::{Frame, Link};
use crate::roster::{Index, Roster};
use crate::scope::Scope;
use crate::time::{Timestamp, Window};

/// Slices that the memory of one episode has room for when it is kept for another: ten seconds at the commonest beat.
const SPARE_SLICES: usize = 512;

/// Slices that it has room for at least; less is not worth the keeping.
const LEAST_SPARE: usize = 32;

/// Episodes whose memory is kept: about as many as go on at once in a home.
const SPARE_EPISODES: usize = 64;

/// Most octets that waiting segments, unfinished hellos, slices of all flows hold together: 60 slow recordings and a
/// thousand hellos at once stay below.
const MOST_HELD: usize = 24 << 20;

/// What they hold is asked after so many octets of payload, counted with [`PER_PACKET`].
const WEIGHED_AFTER: u64 = 4 << 20;

/// What a packet adds to what is held at least, octets: a slice, and a vector's growth.
const PER_PACKET: u64 = 64;

/// What the detectors have found so far.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) judging: Judging,
    /// Whom devices sent to.
    pub(super) contacts: Contacts,
    /// Who sends under the addresses of devices.
    pub(super) senders: AllSenders,
    /// Octets that devices sent and that were never seen, and when that was noticed.
    pub(super) missed: Vec<(Index, Timestamp, u32)>,
    /// Stretches in which their uploads may be judged otherwise because of that.
    pub(super) affected: Vec<(Index, Window)>,
    /// Memory of episodes that were judged, for those to come.
    spare: Vec<Vec<Slice>>,
}

impl Analysis {
    /// A packet with `length` octets of payload: what a device sends goes to its uplink by `take`, what it is sent counts as an answer. Whether it answers, or may
    /// answer, what was never seen.
    #[expect(clippy::inline_always, reason = "see `Analysis::frame`")]
    #[inline(always)]
    pub(super) fn stream(
        &mut self,
        key: FlowKey,
        ends: Ends,
        marks: SenderMarks,
        length: u32,
        take: impl FnOnce(&mut Uplink),
    ) -> bool {
        let Ends { source: device, from, to, .. } = ends;
        let SenderMarks { at, bin, .. } = marks;
        let mut unmet = false;
        // Between home and internet one direction is upstream; elsewhere either may be.
        if from == Scope::Internet || to == Scope::Home {
            match self.flows.find(&key.reversed()) {
                Some(uplink) => uplink.answer(at, length),
                None => unmet = from == Scope::Internet,
            }
        }
        if device == NOBODY || (from != Scope::Home && to != Scope::Internet) {
            return unmet;
        }
        if let Some(uplink) = self.flows.find(&key) {
            if uplink.is_quiet(at, &self.settings) {
                end(uplink, Why::Paused(at), &self.settings, &self.names, &self.roster, &mut self.collected);
            } else if uplink.is_full(at) {
                end(uplink, Why::Full(at), &self.settings, &self.names, &self.roster, &mut self.collected);
            }
            if uplink.intake.slices.len() == uplink.intake.slices.capacity() {
                self.collected.lend(&mut uplink.intake.slices);
            }
            if uplink.sent.add(bin, length) {
                let frames = self.metered.get(device as usize).map_or(0, Metered::frames);
                self.collected.senders.observe(uplink, marks, frames);
            }
            take(uplink);
            self.flows.taken += u64::from(length) + PER_PACKET;
            if self.flows.taken >= WEIGHED_AFTER {
                self.weigh();
            }
        } else if from == Scope::Home || !self.roster.forwards(device) {
            // What comes from the home's own addresses is followed whoever sends it, so that a role that is revised loses no upload.
            self.open(key, device, marks, length, take);
        }
        unmet
    }

    #[cold]
    fn open(&mut self, key: FlowKey, device: Index, marks: SenderMarks, length: u32, take: impl FnOnce(&mut Uplink)) {
        self.hidden.seen(&key);
        let Self { flows, settings, names, roster, collected, metered, .. } = self;
        let mut ended = |mut uplink: Uplink| close(&mut uplink, settings, names, roster, collected);
        if let Some(uplink) = flows.open(key, device, marks.at, &mut ended) {
            uplink.sent.add(marks.bin, length);
            take(uplink);
            if let Some(metered) = metered.get_mut(device as usize) {
                metered.opened(key);
                collected.senders.opened(uplink, marks, metered.frames());
            }
        }
        flows.taken += PER_PACKET;
    }

    /// Asks how much the flows hold together; if that is too much, those that hold the most are judged as far as they went.
    #[cold]
    fn weigh(&mut self) {
        self.note_missed();
        let Self { flows, settings, names, roster, collected, .. } = self;
        flows.taken = 0;
        let (mut count, mut held) = (0, 0_usize);
        for uplink in flows.iter_mut() {
            count += 1;
            held = held.saturating_add(uplink.memory());
        }
        if held <= MOST_HELD {
            return;
        }
        let fair = MOST_HELD / 2 / count;
        for uplink in flows.iter_mut().filter(|uplink| uplink.memory() > fair) {
            uplink.order.finish(&mut uplink.intake);
            uplink.intake.server_name.give_up();
            end(uplink, Why::Heavy, settings, names, roster, collected);
        }
    }

    /// A SYN: a flow on ports that were used before begins anew. `asks`: the device that asks for it.
    #[cold]
    #[inline(never)]
    pub(super) fn begin(&mut self, key: &FlowKey, asks: Option<Index>, sequence: u32, frame: &Frame<'_>) {
        if let Some(uplink) = self.flows.find(key) {
            close(uplink, &self.settings, &self.names, &self.roster, &mut self.collected);
            uplink.renew(sequence);
        }
        let options = if frame.link == Link::Ethernet { options_of(frame.bytes) } else { None };
        if let Some(device) = asks {
            self.collected.senders.connects(device, (key.source_port, key.destination_port), options);
        }
    }

    /// A reset: who sent it knows nothing of the connection, or gives it up.
    #[cold]
    #[inline(never)]
    pub(super) fn reset(&mut self, key: &FlowKey, device: Index, at: Timestamp) {
        let Self { flows, collected, .. } = self;
        collected.senders.refuses(device, (key.source_port, key.destination_port), flows.find(key), at);
    }

    /// A message of ICMP that nobody waits for a datagram.
    #[cold]
    #[inline(never)]
    pub(super) fn unreachable(&mut self, (source, destination): (IpAddr, IpAddr), device: Index, message: &[u8], at: Timestamp) {
        let Some((source_port, destination_port)) = refused_ports(message, source.is_ipv6()) else { return };
        let key = FlowKey { source, destination, protocol: FlowKey::UDP, source_port, destination_port };
        let Self { flows, collected, .. } = self;
        if let Some(uplink) = flows.find(&key) {
            collected.senders.refuses(device, (source_port, destination_port), Some(uplink), at);
        }
    }
}

/// Why an episode ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Why {
    /// It was as long as one may be: what comes then belongs to the next.
    Full(Timestamp),
    /// All flows together held too much.
    Heavy,
    /// Nothing more came until then. After a longer pause the transfer is over, too.
    Paused(Timestamp),
    /// The flow is followed no longer.
    Closed,
}

/// Judges all that is left of a flow.
pub(super) fn close(
    uplink: &mut Uplink,
    settings: &AnalysisSettings,
    names: &AddressNames,
    roster: &Roster,
    collected: &mut Collected,
) {
    uplink.order.finish(&mut uplink.intake);
    end(uplink, Why::Closed, settings, names, roster, collected);
    note_contact(uplink, i64::MAX, names, roster, collected);
}

/// Ends the episode of a flow, and has it judged.
#[cold]
pub(super) fn end(
    uplink: &mut Uplink,
    why: Why,
    settings: &AnalysisSettings,
    names: &AddressNames,
    roster: &Roster,
    collected: &mut Collected,
) {
    let Some(clock) = &settings.clock else { return };
    collected.miss(uplink);
    let transfer = uplink.intake.transfer;
    let file = transfer.filter(|transfer| transfer.is_file(&settings.bulk)).map(|file| file.octets);
    let mut resolved = || uplink.intake.transfer.take().filter(|transfer| transfer.is_large_upload(&settings.bulk));
    let is_over = |last: Timestamp, now: Timestamp| now.since(last).saturating_abs() > settings.bulk.pause;
    let then = match why {
        Why::Full(_) => Then::GoesOn,
        Why::Paused(now) if transfer.is_some_and(|transfer| !is_over(transfer.last, now)) => Then::Pauses,
        Why::Paused(_) | Why::Heavy => Then::IsOver(resolved()),
        Why::Closed => Then::Closes(resolved()),
    };
    let unread = std::mem::take(&mut uplink.intake.unread);
    let goes_on = uplink.is_continued();
    uplink.end_episode(match why {
        Why::Full(now) => Some(now),
        Why::Heavy => Some(uplink.used),
        Why::Paused(_) | Why::Closed => None,
    });
    let is_cut = uplink.is_continued();
    let slices = std::mem::take(&mut uplink.intake.slices);
    let has_enough = slices.len() >= clock.records;
    let is_large = matches!(then, Then::IsOver(Some(_)) | Then::Closes(Some(_)));
    let slices = if has_enough {
        Some(slices)
    } else {
        // Most flows end with a few slices that were written long ago: not even the first needs to be fetched.
        collected.keep(slices);
        if uplink.sound.is_none() && !is_large {
            return;
        }
        None
    };
    let receiver =
        (has_enough || is_large).then(|| receiver((uplink.device, uplink.key), uplink.intake.server_name.name(), names, roster));
    let resent = uplink.order.resent();
    let episode = Episode { device: uplink.device, flow: uplink.key, receiver, unread, goes_on, is_cut, file, resent, then };
    collected.judging.end(episode, slices, &mut uplink.sound, settings);
    if why == Why::Closed {
        uplink.sound = None;
    }
    while let Some(used) = collected.judging.used() {
        collected.keep(used);
    }
}

/// Notes among the device's contacts what was sent on a flow in the seconds before number `first`, and what that shows of who sends it.
pub(super) fn note_contact(uplink: &mut Uplink, first: i64, names: &AddressNames, roster: &Roster, collected: &mut Collected) {
    let sent = uplink.sent.take_before(first);
    if !sent.is_empty() {
        let packets = sent.iter().map(|bin| bin.frames).fold(0, u32::saturating_add);
        uplink.sender.packets = uplink.sender.packets.saturating_add(packets);
        let [from, to] = [uplink.key.source, uplink.key.destination].map(|address| roster.scope(address));
        collected.senders.weigh(uplink, from, to);
        collected.contacts.add(
            uplink.device,
            receiver((uplink.device, uplink.key), uplink.intake.server_name.name(), names, roster),
            sent,
        );
    }
}

impl Collected {
    /// Keeps the memory of an episode that was judged.
    fn keep(&mut self, mut slices: Vec<Slice>) {
        if self.spare.len() < SPARE_EPISODES && slices.capacity() >= LEAST_SPARE {
            slices.clear();
            slices.shrink_to(SPARE_SLICES);
            self.spare.push(slices);
        }
    }

    /// Gives an episode that has no room left that of one before, if there is any: most episodes are short and need none.
    #[cold]
    fn lend(&mut self, slices: &mut Vec<Slice>) {
        if slices.is_empty() || slices.len() >= LEAST_SPARE {
            return;
        }
        if let Some(mut spare) = self.spare.pop() {
            spare.extend_from_slice(slices);
            *slices = spare;
        }
    }

    /// Forgets a device that was evicted, of which nothing was found that is still to be reported.
    pub(super) fn forget(&mut self, device: Index) {
        self.contacts.forget(device);
        self.senders.forget(device);
        self.missed.retain(|missed| missed.0 != device);
        self.affected.retain(|affected| affected.0 != device);
    }

    /// Takes what was missed of a flow, and the stretch in which that makes a difference as far as it goes by now.
    pub(super) fn miss(&mut self, uplink: &mut Uplink) {
        let device = uplink.device;
        self.missed.extend(uplink.intake.missed.drain(..).map(|(at, octets)| (device, at, octets)));
        self.affected.extend(uplink.affected().map(|stretch| (device, stretch)));
    }
}

pub(super) fn receiver(
    (device, flow): (Index, FlowKey),
    server_name: Option<(&crate::private::Private<String>, NameSource)>,
    names: &AddressNames,
    roster: &Roster,
) -> Receiver {
    let (address, port) = (flow.destination, flow.destination_port);
    let name = server_name
        .map(|(name, source)| (name.clone(), source))
        .or_else(|| names.of(device, address).map(|name| (name.clone(), NameSource::Dns)));
    Receiver { address, port, name, local: roster.scope(address) == Scope::Home, country: None, system: None }
}

impl Uplink {
    /// Whether nothing was sent for so long that the episode before `now` is over.
    #[expect(clippy::inline_always, reason = "a few comparisons for each packet")]
    #[inline(always)]
    pub(super) fn is_quiet(&self, now: Timestamp, settings: &AnalysisSettings) -> bool {
        let pause = settings.clock.map_or(u64::MAX, |clock| clock.pause.unsigned_abs());
        let passed = self.intake.slices.last().map_or(0, |last| now.nanos().abs_diff(last.at));
        passed > pause && self.is_at_rest(now, passed)
            || self.intake.transfer.is_some_and(|transfer| now.apart(transfer.last) > settings.bulk.pause.unsigned_abs())
    }

    /// Whether nothing is due of a flow of which nothing new came for a pause and `passed` nanoseconds in all.
    #[cold]
    fn is_at_rest(&self, now: Timestamp, passed: u64) -> bool {
        passed > RECOVERY.unsigned_abs() || !self.order.recovers(now)
    }

    /// From when on it will be quiet, if nothing comes before and nothing is sent again.
    pub(super) fn quiet_from(&self, settings: &AnalysisSettings) -> Option<Timestamp> {
        let last = self.intake.slices.last().map(|slice| Timestamp::from_nanos(slice.at));
        let episode = last.zip(settings.clock).map(|(last, clock)| last.plus(clock.pause));
        let transfer = self.intake.transfer.map(|transfer| transfer.last.plus(settings.bulk.pause));
        episode.into_iter().chain(transfer).min().map(|last_moment| last_moment.plus(1))
    }
}
