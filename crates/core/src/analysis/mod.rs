//! The whole analysis of a capture: frames in, findings out, one pass, in space that grows with the hours of devices and not
//! with frames.

mod address_names;
mod amount;
mod announcements;
mod assemble;
mod contacts;
mod drain;
mod eviction;
mod finish;
mod flows;
mod hidden;
mod judging;
mod live;
mod metered;
mod pairs;
mod ports;
mod repeats;
mod sender;
mod sender_marks;
mod senders;
mod sending;
mod server_name;
mod settings;
mod sightings;
mod streams;
mod unread;
mod uplink;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::RangeInclusive;

pub use self::judging::{Answer, Question, Workers};
pub use self::live::{Fresh, Watched};
pub use self::sending::Ongoing;
pub use self::settings::{AnalysisSettings, BurstCounts};

use self::address_names::AddressNames;
use self::announcements::{Announced, Lease, Way};
use self::flows::Flows;
use self::hidden::Hidden;
use self::live::{Reported, Upload};
use self::metered::Metered;
use self::pairs::{Addresses, Ends, NOBODY, Pairs};
use self::repeats::Repeats;
use self::sender_marks::SenderMarks;
use self::streams::Collected;
use crate::dissect::{
    Dissection, Ip, Layer, Neighbour, Net, Stop, Transport, layered, neighbour, on_link_prefixes, plain, plain_ipv6,
};
use crate::findings::{CaptureFacts, Damage, FlowKey};
use crate::frame::Frame;
use crate::mac::Mac;
use crate::meter::Bins;
use crate::roster::{Index, Passed, Roster, share_a_link};
use crate::scope::{Network, Scope, scope};
use crate::stream::tcp::Segment;
use crate::time::{SECOND, Timestamp};

/// Longest frame of a home network: 1,500 octets (IEEE 802.3) and room for tags and radio headers. Longer ones were put
/// together by the capturing host before it showed them.
const LONGEST_ON_WIRE: u32 = 1_700;

/// Message types of neighbour discovery (RFC 4861, section 4).
const NEIGHBOUR_DISCOVERY: RangeInclusive<u8> = 133..=137;

/// Hop limit of neighbour discovery: what has passed a router has a lower one (RFC 4861, section 7.1).
const NEVER_FORWARDED: u8 = 255;

/// Kinds of stops that are counted apart. All but link types and `EtherType`s of frames together are fewer.
const MOST_STOPS: usize = 256;

/// Flags of TCP.
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

/// A clock that steps ahead by more than this stood still or was set, nanoseconds.
const DAY: i64 = 86_400 * SECOND;

/// An analysis in progress.
#[derive(Debug)]
pub struct Analysis {
    settings: AnalysisSettings,
    roster: Roster,
    metered: Vec<Metered>,
    flows: Flows,
    names: AddressNames,
    announced: Vec<Announced>,
    bins: Bins,
    burst_bins: Option<Bins>,
    repeats: Repeats,
    facts: CaptureFacts,
    stopped: BTreeMap<Stop, u64>,
    latest: Timestamp,
    /// Whether the next frame is the first of another capture, whose clock was not set to be elsewhere.
    begins: bool,
    /// The next frame is no jump if less than this passes until then, nanoseconds; 0 before the first frame.
    calm: u64,
    /// What was known of the link when the pairs were met.
    revision: u32,
    /// Of plain frames.
    pairs: Pairs<1>,
    /// Of all others.
    other_pairs: Pairs<4>,
    /// The device from which on the next one to evict is searched.
    eviction_cursor: usize,
    collected: Collected,
    /// What the facts were when it was drained last, and when that was.
    drained: CaptureFacts,
    drained_until: Option<Timestamp>,
    /// Flows of which only answers were seen.
    hidden: Hidden,
    /// Uploads that were drained and are still asked for.
    recent: Vec<Upload>,
    /// Devices that were reported, or that somebody knows of already.
    reported: Reported,
}

impl Analysis {
    /// An analysis before its first frame.
    #[must_use]
    pub fn new(settings: AnalysisSettings) -> Self {
        let (seed, origin) = (settings.roster.seed, settings.origin.unwrap_or_default());
        let own_bins = settings
            .burst
            .filter(|burst| burst.window != SECOND || settings.burst_counts != BurstCounts::default() || settings.whole_seconds);
        Self {
            roster: Roster::new(settings.roster.clone()),
            metered: Vec::new(),
            flows: Flows::new(settings.flows, seed),
            names: AddressNames::new(seed),
            announced: Vec::new(),
            bins: Bins::new(origin, SECOND),
            repeats: Repeats::new(settings.flows, seed),
            burst_bins: own_bins.map(|burst| Bins::new(origin, burst.window)),
            facts: CaptureFacts::default(),
            stopped: BTreeMap::new(),
            latest: Timestamp::MIN,
            begins: false,
            calm: 0,
            revision: 0,
            pairs: Pairs::new(),
            other_pairs: Pairs::new(),
            eviction_cursor: 0,
            collected: Collected::default(),
            drained: CaptureFacts::default(),
            drained_until: None,
            hidden: Hidden::new(seed),
            recent: Vec::new(),
            reported: Reported::default(),
            settings,
        }
    }

    /// Lets others look for sound on other processors while frames go on. What is found is the same.
    pub fn hire(&mut self, workers: Box<dyn Workers>) {
        self.collected.judging.hire(workers);
    }

    /// Waits for what others look for.
    fn catch_up(&mut self) {
        self.collected.judging.catch_up(&self.settings);
    }

    /// Start of the first bin: the first frame, or what the settings said. A frame that is stamped earlier lies in a bin before
    /// the first; an analysis that begins anew with that earlier time as its origin counts it as the burst detector's
    /// definition wants.
    #[must_use]
    pub fn origin(&self) -> Option<Timestamp> {
        self.facts.first.map(|_| self.burst_bins.unwrap_or(self.bins).origin())
    }

    /// Frames that the capture says it lost.
    pub fn lost(&mut self, frames: u64) {
        self.facts.dropped = self.facts.dropped.saturating_add(frames);
    }

    /// Notes what of the capture files follows damage.
    pub fn damaged(&mut self, damage: Damage) {
        self.facts.damage = damage;
    }

    /// When the latest frame was.
    #[must_use]
    pub fn latest(&self) -> Option<Timestamp> {
        self.facts.first.map(|_| self.latest)
    }

    /// The next frame is the first of another capture: what lies between it and the frame before is time, not a clock that was set.
    pub fn begins(&mut self) {
        self.begins = true;
    }

    /// Takes the next frame.
    pub fn frame(&mut self, frame: &Frame<'_>) {
        self.note(frame);
        // Both ways lead through the same code. Inlined here for the commonest frames, it keeps their facts in registers.
        match plain(frame.link, frame.bytes) {
            Some(packet) => self.plain(frame, &packet),
            None => self.other(frame),
        }
    }

    /// A frame of the commonest shape.
    #[expect(clippy::inline_always, reason = "see `frame`")]
    #[inline(always)]
    fn plain(&mut self, frame: &Frame<'_>, packet: &Dissection<'_>) {
        let (Net::Ip(ip), Some(header)) = (&packet.net, frame.bytes.first_chunk()) else { return };
        let addresses = Addresses::of(header);
        let ends = match self.pairs.get(addresses) {
            Some(ends) => ends,
            None => self.meet(frame, addresses),
        };
        self.count(frame, packet, ip, ends);
    }

    /// The ends of a frame between a new pair. Reads the frame again: were its facts lent to this, they could not stay
    /// in registers.
    #[cold]
    #[inline(never)]
    fn meet(&mut self, frame: &Frame<'_>, addresses: Addresses<1>) -> Ends {
        let packet = layered(frame.link, frame.bytes, frame.wire_len);
        let Net::Ip(ip) = packet.net else { return Ends::NONE };
        let ends = self.ends(frame.at, &packet, &ip);
        // What was learnt from this packet, the next one between the same addresses would not add to, unless this one says nothing of others.
        if Addresses::any(&packet, &ip).is_some() && !never_leaves(&packet, &ip) {
            self.pairs.met(addresses, ends);
        }
        ends
    }

    /// Any other frame; one of the second commonest shape, between ends that were met, is read in one go, too.
    #[inline(never)]
    fn other(&mut self, frame: &Frame<'_>) {
        if let Some(packet) = plain_ipv6(frame.link, frame.bytes)
            && let Net::Ip(ip) = &packet.net
            && let Some(ends) = Addresses::any(&packet, ip).and_then(|addresses| self.other_pairs.get(addresses))
        {
            self.count(frame, &packet, ip, ends);
        } else {
            self.layered(frame);
        }
    }

    /// Counts what passed between two ends.
    #[expect(clippy::inline_always, reason = "see `frame`")]
    #[inline(always)]
    fn count(&mut self, frame: &Frame<'_>, packet: &Dissection<'_>, ip: &Ip, ends: Ends) {
        let bin = self.bins.index(frame.at);
        self.meter((frame.at, bin), frame.wire_len.saturating_sub(packet.outer), packet.payload_len, ends);
        if self.burst_bins.is_some() {
            self.count_for_burst(frame, ends);
        }
        self.transport(packet, ip, ends, (frame, bin));
    }

    #[cold]
    #[inline(never)]
    fn layered(&mut self, frame: &Frame<'_>) {
        let packet = layered(frame.link, frame.bytes, frame.wire_len);
        if let Some(stop) = packet.stop {
            self.note_stop(stop, frame.wire_len);
        }
        match packet.net {
            Net::Ip(ip) => {
                let addresses = Addresses::any(&packet, &ip).filter(|_| packet.sent.is_none());
                let ends = addresses.and_then(|addresses| self.other_pairs.get(addresses)).unwrap_or_else(|| {
                    let ends = self.ends(frame.at, &packet, &ip);
                    if let Some(addresses) = addresses.filter(|_| !never_leaves(&packet, &ip)) {
                        self.other_pairs.met(addresses, ends);
                    }
                    ends
                });
                if packet.stop.is_some_and(Stop::is_closed_mirror) {
                    self.relayed(frame, packet.payload_len, ends);
                } else {
                    self.count(frame, &packet, &ip, ends);
                }
            }
            _ => self.without_ip(frame, &packet),
        }
    }

    /// A frame that holds one of others, left closed: it counts in the totals and as a sign of life, but no detector and no score sees it.
    fn relayed(&mut self, frame: &Frame<'_>, payload: u32, ends: Ends) {
        let bin = self.bins.index(frame.at);
        if let Some(metered) = self.metered.get_mut(ends.source as usize) {
            metered.relayed((frame.wire_len, payload), frame.at, ends.to);
            if ends.upstream {
                metered.upstream.note(bin);
            }
        }
        if let Some(metered) = self.metered.get_mut(ends.destination as usize) {
            metered.collected((frame.wire_len, payload), frame.at, ends.from);
        }
    }

    #[inline]
    fn note(&mut self, frame: &Frame<'_>) {
        let facts = &mut self.facts;
        // Wraps around after 2^32 frames that each claim 4 GiB.
        facts.frames = facts.frames.wrapping_add(1);
        facts.wire_octets = facts.wire_octets.wrapping_add(u64::from(frame.wire_len));
        if frame.bytes.len() < frame.wire_len as usize {
            facts.cut += 1;
        }
        if frame.wire_len > LONGEST_ON_WIRE {
            facts.oversized += 1;
        }
        let passed = frame.at.nanos().wrapping_sub(self.latest.nanos()).cast_unsigned();
        if frame.at < self.latest || passed >= self.calm {
            self.jump(frame.at);
        }
        self.begins = false;
        self.latest = frame.at;
    }

    /// The first frame, and each that is stamped earlier than the one before, or much later.
    #[cold]
    fn jump(&mut self, at: Timestamp) {
        let passed = at.since(self.latest);
        let facts = &mut self.facts;
        if let Some(first) = facts.first {
            facts.clock_back += u64::from(passed < -SECOND && !self.begins);
            facts.clock_ahead += u64::from(passed >= DAY && !self.begins);
            facts.first = Some(first.min(at));
            // Only a jump leads backwards, so that the frame before it may be the last one.
            facts.last = facts.last.max(Some(self.latest));
        } else {
            facts.first = Some(at);
            self.calm = DAY.cast_unsigned();
            let origin = self.settings.origin.unwrap_or(at);
            let into = if self.settings.whole_seconds { origin.nanos().rem_euclid(SECOND) } else { 0 };
            self.bins = Bins::new(origin.plus(-into), SECOND);
            self.burst_bins = self.burst_bins.map(|bins| bins.restarted(origin));
        }
    }

    #[cold]
    fn note_stop(&mut self, stop: Stop, wire_len: u32) {
        // What was needed and what was there differ from frame to frame; the kinds are few.
        let kind = match stop {
            Stop::Truncated { layer, .. } => Stop::Truncated { layer, need: 0, have: 0 },
            other => other,
        };
        if self.stopped.len() < MOST_STOPS || self.stopped.contains_key(&kind) {
            *self.stopped.entry(kind).or_default() += 1;
        } else {
            // Sixteen bits of a stranger's choice would make a table of them.
            *self.stopped.entry(Stop::UnknownType(0)).or_default() += 1;
        }
        let known_ends = match stop {
            Stop::Truncated { layer, .. } | Stop::Malformed(layer) | Stop::Unopened(layer) => {
                matches!(layer, Layer::Tcp | Layer::Udp | Layer::Icmp | Layer::Arp | Layer::Esp)
            }
            _ => false,
        };
        if !known_ends {
            self.facts.unread_octets = self.facts.unread_octets.wrapping_add(u64::from(wire_len));
        }
    }

    /// The device with a MAC address, with its place in the tables that run along. `other` is the other end of the frame.
    #[expect(clippy::inline_always, reason = "see `Roster::by_mac`")]
    #[inline(always)]
    fn device(&mut self, mac: Mac, other: Option<Index>, at: Timestamp) -> Option<Index> {
        let Some(index) = self.roster.by_mac(mac) else { return self.enter_by_evicting(mac, other, at) };
        if index as usize >= self.metered.len() {
            self.enter(at);
        }
        Some(index)
    }

    /// The same for a sender; one that finds no room is counted among the others.
    #[inline]
    fn sender(&mut self, mac: Mac, at: Timestamp) -> Option<Index> {
        let index = self.device(mac, None, at);
        if index.is_none() && !mac.is_group() && !mac.is_zero() {
            self.facts.others += 1;
        }
        index
    }

    #[cold]
    fn enter(&mut self, at: Timestamp) {
        while self.metered.len() < self.roster.devices().len() {
            self.metered.push(Metered::new(at, self.burst_bins.is_some()));
            self.announced.push(Announced::default());
        }
    }

    /// The device with an address, on links that do not show both MAC addresses. One that is not known is entered where the link shows none at all;
    /// elsewhere it will be known by its MAC address once it sends.
    #[cold]
    fn device_at(&mut self, address: IpAddr, other: IpAddr, hops: Option<u8>, at: Timestamp) -> Option<Index> {
        if let Some(index) = self.roster.by_address(address) {
            return Some(index);
        }
        // Where neither end is private, the one that sends with an initial hop count (RFC 1700: 64; others use 32, 128 and 255) stands at the
        // point of capture.
        let initial = hops.is_some_and(|hops| matches!(hops, 32 | 64 | 128 | 255));
        let inside = match (self.roster.scope(address), self.roster.scope(other)) {
            (Scope::Home, _) => true,
            (Scope::Internet, Scope::Internet | Scope::Group) => initial && self.roster.by_address(other).is_none(),
            _ => false,
        };
        if !inside {
            return None;
        }
        if self.roster.is_full() {
            let other = self.roster.by_address(other);
            self.evict_one(other, at);
        }
        let index = self.roster.enter_address(address);
        self.enter(at);
        index
    }

    fn without_ip(&mut self, frame: &Frame<'_>, packet: &Dissection<'_>) {
        let Some(index) = packet.source.and_then(|mac| self.sender(mac, frame.at)) else { return };
        if let Net::Arp { mac, address } = packet.net
            && Some(mac) == packet.source
        {
            self.roster.claims(index, address.into());
            self.forget_stale_pairs();
        }
        let bin = self.bins.index(frame.at);
        if let Some(metered) = self.metered.get_mut(index as usize) {
            metered.sent(frame.at, bin, frame.wire_len.saturating_sub(packet.outer), 0, Scope::Group);
        }
    }

    /// Who sent a packet, to whom; learns from it who has which address and who forwards.
    fn ends(&mut self, at: Timestamp, packet: &Dissection<'_>, ip: &Ip) -> Ends {
        let present = |mac: Option<Mac>| mac.filter(|mac| !mac.is_zero());
        let (sender, receiver) = (present(packet.source), present(packet.destination));
        let source = match sender {
            Some(mac) => self.sender(mac, at),
            None => self.device_at(ip.source, ip.destination, Some(ip.hops), at),
        };
        let destination = match receiver {
            Some(mac) => self.device(mac, source, at),
            None if sender.is_some() => self.roster.by_address(ip.destination),
            None => self.device_at(ip.destination, ip.source, None, at),
        };
        let scopes = |roster: &Roster| [ip.source, ip.destination].map(|address| (address, roster.scope(address)));
        let [from, to] = scopes(&self.roster);
        let (stays, shows_receiver) = (never_leaves(packet, ip), receiver.is_some());
        self.roster.learn(source, destination, &Passed { from, to, hops: ip.hops, stays, shows_receiver, asks: asks(packet) });
        let [(_, mut from), (_, mut to)] = scopes(&self.roster);
        if same_link(ip) {
            (from, to) = (Scope::Home, Scope::Home);
        }
        // A host that bridges sends on, under their addresses, what other devices of the home sent.
        let may_bridge = packet.destination.is_some() && (from != Scope::Internet || ip.source.is_ipv6());
        if packet.sent == Some(true)
            && !may_bridge
            && let Some(index) = source
        {
            self.roster.sent_by_capture_host(index);
        }
        self.forget_stale_pairs();
        let upstream = to == Scope::Internet || to == Scope::Home && destination.is_some_and(|it| self.roster.forwards(it));
        Ends { source: source.unwrap_or(NOBODY), destination: destination.unwrap_or(NOBODY), from, to, upstream }
    }

    /// Forgets where the ends of pairs lie and who forwards, if something was learnt about that.
    fn forget_stale_pairs(&mut self) {
        if self.revision != self.roster.revision() {
            self.revision = self.roster.revision();
            self.pairs = Pairs::new();
            self.other_pairs = Pairs::new();
        }
    }

    #[expect(clippy::inline_always, reason = "see `frame`")]
    #[inline(always)]
    fn transport(&mut self, packet: &Dissection<'_>, ip: &Ip, ends: Ends, (frame, bin): (&Frame<'_>, i64)) {
        let at = frame.at;
        let marks = || {
            let port = (frame.interface, packet.port);
            SenderMarks { at, bin, hops: ip.hops, identification: ip.identification, from: ends.from, port }
        };
        let follow = self.settings.clock.is_some() && ends.to != Scope::Group;
        match packet.transport {
            Transport::Tcp { source: source_port, destination: destination_port, sequence, acknowledgement, flags } => {
                if follow && packet.payload_len > 0 {
                    let key = key(ip, source_port, destination_port);
                    let segment = Segment { at, captured: packet.payload, length: packet.payload_len };
                    if self.stream(key, ends, marks(), packet.payload_len, |uplink| uplink.segment(sequence, segment)) {
                        self.acknowledged(key, ends, at, acknowledgement);
                    }
                } else if follow && flags & (SYN | RST) != 0 {
                    let key = key(ip, source_port, destination_port);
                    match flags & (SYN | ACK) {
                        SYN => self.begin(&key, Some(ends.source), sequence, frame),
                        flags if flags & SYN != 0 => self.begin(&key, None, sequence, frame),
                        _ => self.reset(&key, ends.source, at),
                    }
                } else if follow && ends.from == Scope::Internet && hidden::is_looked_at(acknowledgement) {
                    self.acknowledged_alone(key(ip, source_port, destination_port), ends, at, acknowledgement);
                }
            }
            Transport::Udp { source: source_port, destination: destination_port, checksum } => {
                if (announcements::is_of_interest(source_port) || announcements::is_of_interest(destination_port))
                    && let Some(announced) = self.announced.get_mut(ends.source as usize)
                {
                    let names = self.settings.clock.is_some().then_some(&mut self.names);
                    let (addresses, ports) = ((ip.source, ip.destination), (source_port, destination_port));
                    let way = Way { ends, addresses, ports, at };
                    let lease = announcements::datagram(announced, names, way, packet.payload);
                    if let Some(lease) = lease {
                        self.lease(lease);
                    }
                }
                let (payload, length) = (packet.payload, packet.payload_len);
                if follow && length > 0 {
                    let key = key(ip, source_port, destination_port);
                    let copy = (ip.identification, checksum);
                    if self.stream(key, ends, marks(), length, |uplink| uplink.datagram(at, payload, length, copy)) {
                        self.answered_unseen(key, ends, (at, bin), payload);
                    }
                }
            }
            Transport::Icmp { kind, .. }
                if ip.source.is_ipv6() && ip.hops == NEVER_FORWARDED && NEIGHBOUR_DISCOVERY.contains(&kind) =>
            {
                self.neighbour(ends.source, packet.payload);
            }
            Transport::Icmp { kind, code } if (kind, code) == if ip.source.is_ipv4() { (3, 3) } else { (1, 4) } => {
                self.unreachable((ip.source, ip.destination), ends.source, packet.payload, at);
            }
            _ => {}
        }
    }

    /// What a router or a neighbour says of itself.
    #[cold]
    fn neighbour(&mut self, source: Index, message: &[u8]) {
        match neighbour(message) {
            Some(Neighbour::Router { lifetime, options }) => {
                self.roster.offers_route(source, lifetime > 0);
                for (prefix, length) in on_link_prefixes(options) {
                    self.roster.announces(Network::new(prefix.into(), length));
                }
            }
            Some(Neighbour::Claims(address)) => self.roster.claims(source, address.into()),
            None => {}
        }
        self.forget_stale_pairs();
    }

    /// What a DHCP server says of the link.
    #[cold]
    fn lease(&mut self, lease: Lease) {
        if let Some(network) = lease.network {
            self.roster.announces(network);
        }
        if let Some(router) = lease.router {
            self.roster.names_router(router);
        }
        self.forget_stale_pairs();
    }

    /// Counts a packet for the burst detector, where that counts other packets or windows than the meter does. Reads the
    /// frame again, for the same reason as `meet`.
    #[cold]
    #[inline(never)]
    fn count_for_burst(&mut self, frame: &Frame<'_>, ends: Ends) {
        let packet = layered(frame.link, frame.bytes, frame.wire_len);
        let Net::Ip(ip) = packet.net else { return };
        let counts = self.settings.burst_counts;
        if counts.internet_only && (same_link(&ip) || !self.roster.is_public(ip.destination)) {
            return;
        }
        if counts.first_only
            && let Transport::Tcp { source, destination, sequence, .. } = packet.transport
            && self.repeats.is_repeat(key(&ip, source, destination), sequence, packet.payload_len)
        {
            return;
        }
        if let Some(bins) = &mut self.burst_bins
            && let Some(track) = self.metered.get_mut(ends.source as usize).and_then(|metered| metered.burst.as_mut())
        {
            track.add(bins.index(frame.at), packet.payload_len);
        }
    }

    #[expect(clippy::inline_always, reason = "see `frame`")]
    #[inline(always)]
    fn meter(&mut self, (at, bin): (Timestamp, i64), wire: u32, payload: u32, ends: Ends) {
        if let Some(metered) = self.metered.get_mut(ends.source as usize) {
            metered.sent(at, bin, wire, payload, ends.to);
            if ends.upstream {
                metered.upstream.note(bin);
            }
        }
        if let Some(metered) = self.metered.get_mut(ends.destination as usize) {
            metered.received(at, bin, wire, payload, ends.from);
        }
    }
}

/// Whether both ends of an IPv6 packet share the network of one link (RFC 4291, section 2.5.4): neighbours with public addresses.
fn same_link(ip: &Ip) -> bool {
    match (ip.source, ip.destination) {
        (IpAddr::V6(a), IpAddr::V6(b)) => a.to_bits() >> 64 == b.to_bits() >> 64,
        _ => false,
    }
}

/// Whether a packet is of a protocol that never leaves a link, whatever its addresses are.
fn never_leaves(packet: &Dissection<'_>, ip: &Ip) -> bool {
    match packet.transport {
        Transport::Icmp { kind, .. } if ip.source.is_ipv6() => {
            // Multicast listeners (RFC 2710, RFC 3810) besides.
            (ip.hops == NEVER_FORWARDED && NEIGHBOUR_DISCOVERY.contains(&kind)) || matches!(kind, 130..=132 | 143)
        }
        Transport::Udp { source, destination, .. } => {
            let mut of_the_link = [source, destination].into_iter().filter(|port| announcements::stays_on_link(*port)).peekable();
            of_the_link.peek().is_some() && !(is_outward(ip) && of_the_link.all(announcements::may_be_anybodys))
        }
        _ => false,
    }
}

/// Whether a packet goes between two stations of which one has an address of the internet that does not lie in the other's network.
fn is_outward(ip: &Ip) -> bool {
    let scopes = [ip.source, ip.destination].map(scope);
    !scopes.contains(&Scope::Group) && scopes.contains(&Scope::Internet) && !share_a_link(ip.source, ip.destination)
}

/// Whether a packet asks a server of names or of the time. Those of the time ask each other from its port.
fn asks(packet: &Dissection<'_>) -> bool {
    matches!(packet.transport, Transport::Udp { source: 1_024.., destination: announcements::DNS | announcements::NTP, .. })
}

#[inline]
fn key(ip: &Ip, source_port: u16, destination_port: u16) -> FlowKey {
    FlowKey { source: ip.source, destination: ip.destination, protocol: ip.protocol, source_port, destination_port }
}
