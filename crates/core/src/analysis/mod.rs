//! The whole analysis of a capture: frames in, findings out, one pass, in space that grows with the hours of devices and not
//! with frames.

mod address_names;
mod finish;
mod flows;
mod hello;
mod metered;
mod settings;
mod sightings;
mod streams;
mod told;
mod uplink;

use std::collections::BTreeMap;
use std::net::IpAddr;

pub use self::settings::{BurstCounts, Settings};

use self::address_names::AddressNames;
use self::flows::Flows;
use self::metered::Metered;
use self::streams::{Collected, Flow};
use self::told::Told;
use crate::dissect::{Dissection, Ip, Net, Stop, Transport, dissect};
use crate::findings::{CaptureFacts, FlowKey};
use crate::frame::Frame;
use crate::mac::Mac;
use crate::meter::Bins;
use crate::roster::{Index, Roster};
use crate::scope::Scope;
use crate::stream::tcp::Segment;
use crate::time::{SECOND, Timestamp};

/// Longest frame of a home network: 1,500 octets (IEEE 802.3) and room for tags and radio headers. Longer ones were put
/// together by the capturing host before it showed them.
const LONGEST_ON_WIRE: u32 = 1_700;

/// Message type of a router advertisement (RFC 4861, section 4.2).
const ROUTER_ADVERTISEMENT: u8 = 134;

/// The SYN flag of TCP.
const SYN: u8 = 2;

/// A clock that steps ahead by more than this stood still or was set, nanoseconds.
const DAY: i64 = 86_400 * SECOND;

/// An analysis in progress.
#[derive(Debug)]
pub struct Analysis {
    settings: Settings,
    roster: Roster,
    metered: Vec<Metered>,
    flows: Flows,
    names: AddressNames,
    told: Vec<Told>,
    bins: Bins,
    burst_bins: Option<Bins>,
    facts: CaptureFacts,
    stopped: BTreeMap<Stop, u64>,
    latest: Option<Timestamp>,
    collected: Collected,
}

impl Analysis {
    /// An analysis before its first frame.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let (seed, origin) = (settings.roster.seed, settings.origin.unwrap_or_default());
        let own_bins = settings.burst.filter(|burst| burst.window != SECOND || settings.burst_counts != BurstCounts::default());
        Self {
            roster: Roster::new(settings.roster.clone()),
            metered: Vec::new(),
            flows: Flows::new(settings.flows, seed),
            names: AddressNames::new(seed),
            told: Vec::new(),
            bins: Bins::new(origin, SECOND),
            burst_bins: own_bins.map(|burst| Bins::new(origin, burst.window)),
            facts: CaptureFacts::default(),
            stopped: BTreeMap::new(),
            latest: None,
            collected: Collected::default(),
            settings,
        }
    }

    /// Start of the first bin: the first frame, or what the settings said. A frame that is stamped earlier lies in a bin before
    /// the first; an analysis that begins anew with that earlier time as its origin counts it as the burst detector's
    /// definition wants.
    #[must_use]
    pub fn origin(&self) -> Option<Timestamp> {
        self.latest.map(|_| self.bins.origin())
    }

    /// Frames that the capture says it lost.
    pub fn lost(&mut self, frames: u64) {
        self.facts.dropped = self.facts.dropped.saturating_add(frames);
    }

    /// Takes the next frame.
    pub fn frame(&mut self, frame: &Frame<'_>) {
        self.note(frame);
        let packet = dissect(frame.link, frame.bytes, frame.wire_len);
        if let Some(stop) = packet.stop {
            self.note_stop(stop);
        }
        match packet.net {
            Net::Ip(ip) => self.ip(frame, &packet, &ip),
            _ => self.without_ip(frame, &packet),
        }
    }

    #[inline]
    fn note(&mut self, frame: &Frame<'_>) {
        let facts = &mut self.facts;
        facts.frames += 1;
        facts.wire_octets += u64::from(frame.wire_len);
        if frame.bytes.len() < frame.wire_len as usize {
            facts.cut += 1;
        }
        if frame.wire_len > LONGEST_ON_WIRE {
            facts.oversized += 1;
        }
        let passed = self.latest.map_or(i64::MIN, |latest| frame.at.since(latest));
        self.latest = Some(frame.at);
        if !(0..DAY).contains(&passed) || facts.last.is_none() {
            self.jump(frame.at, passed);
        }
        // Only a jump leads backwards, so that here the latest frame is the last one, but for the time after a jump.
        if self.facts.last.is_none_or(|last| last < frame.at) {
            self.facts.last = Some(frame.at);
        }
    }

    #[cold]
    fn jump(&mut self, at: Timestamp, passed: i64) {
        let facts = &mut self.facts;
        if let Some(first) = facts.first {
            facts.clock_back += u64::from(passed < -SECOND);
            facts.clock_ahead += u64::from(passed >= DAY);
            facts.first = Some(first.min(at));
        } else {
            facts.first = Some(at);
            let origin = self.settings.origin.unwrap_or(at);
            self.bins = Bins::new(origin, SECOND);
            self.burst_bins = self.burst_bins.map(|bins| bins.restarted(origin));
        }
    }

    #[cold]
    fn note_stop(&mut self, stop: Stop) {
        // What was needed and what was there differ from frame to frame; the kinds are few.
        let kind = match stop {
            Stop::Truncated { layer, .. } => Stop::Truncated { layer, need: 0, have: 0 },
            other => other,
        };
        *self.stopped.entry(kind).or_default() += 1;
    }

    /// The device with a MAC address, with its place in the tables that run along.
    #[expect(clippy::inline_always, reason = "see `Roster::by_mac`")]
    #[inline(always)]
    fn device(&mut self, mac: Mac, at: Timestamp) -> Option<Index> {
        let index = self.roster.by_mac(mac)?;
        if index as usize >= self.metered.len() {
            self.enter(at);
        }
        Some(index)
    }

    /// The same for a sender; one that finds no room is counted among the others.
    #[inline]
    fn sender(&mut self, mac: Mac, at: Timestamp) -> Option<Index> {
        let index = self.device(mac, at);
        if index.is_none() && !mac.is_group() && !mac.is_zero() {
            self.facts.others += 1;
        }
        index
    }

    #[cold]
    fn enter(&mut self, at: Timestamp) {
        while self.metered.len() < self.roster.devices().len() {
            self.metered.push(Metered::new(at, self.burst_bins.is_some()));
            self.told.push(Told::default());
        }
    }

    /// The device with an address, on links that do not show both MAC addresses.
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
        let index = if inside { self.roster.enter_address(address) } else { None };
        self.enter(at);
        index
    }

    fn without_ip(&mut self, frame: &Frame<'_>, packet: &Dissection<'_>) {
        let Some(index) = packet.source.and_then(|mac| self.sender(mac, frame.at)) else { return };
        if let Net::Arp { mac, address } = packet.net
            && Some(mac) == packet.source
        {
            self.roster.claims(index, address.into());
        }
        let bin = self.bins.index(frame.at);
        if let Some(metered) = self.metered.get_mut(index as usize) {
            metered.sent(frame.at, bin, frame.wire_len, 0, Scope::Group);
        }
    }

    #[inline]
    fn ip(&mut self, frame: &Frame<'_>, packet: &Dissection<'_>, ip: &Ip) {
        let at = frame.at;
        let source = match packet.source {
            Some(mac) if !mac.is_zero() => self.sender(mac, at),
            _ => self.device_at(ip.source, ip.destination, Some(ip.hops), at),
        };
        let destination = match packet.destination {
            Some(mac) if !mac.is_zero() => self.device(mac, at),
            _ => self.device_at(ip.destination, ip.source, None, at),
        };
        let from = self.roster.scope(ip.source);
        let to = self.roster.scope(ip.destination);
        let to = if from == Scope::Internet && to == from && same_link(ip) { Scope::Home } else { to };
        self.roster.learn(source, (ip.source, from), destination, (ip.destination, to));
        if packet.sent == Some(true)
            && let Some(index) = source
        {
            self.roster.sent_by_capture_host(index);
        }
        self.meter(frame, packet.payload_len, (source, from), (destination, to));
        self.transport(packet, ip, (source, from), to, at);
    }

    #[inline]
    fn transport(&mut self, packet: &Dissection<'_>, ip: &Ip, sender: (Option<Index>, Scope), to: Scope, at: Timestamp) {
        let follow = self.settings.clock.is_some() && to != Scope::Group;
        let source = sender.0;
        match packet.transport {
            Transport::Tcp { source: source_port, destination: destination_port, sequence, flags, .. } => {
                if follow && packet.payload_len > 0 {
                    let flow = Flow { key: key(ip, source_port, destination_port), ends: sender, to, at };
                    let segment = Segment { at, captured: packet.payload, length: packet.payload_len };
                    self.stream(&flow, packet.payload_len, |uplink| uplink.segment(sequence, segment));
                } else if follow && flags & SYN != 0 {
                    self.begin(&key(ip, source_port, destination_port), sequence);
                }
            }
            Transport::Udp { source: source_port, destination: destination_port, checksum } => {
                if let Some(index) = source
                    && (told::is_of_interest(source_port) || told::is_of_interest(destination_port))
                {
                    let told = &mut self.told[index as usize];
                    let names = self.settings.clock.is_some().then_some(&mut self.names);
                    told::datagram(told, names, (source_port, destination_port), packet.payload);
                }
                let (payload, length) = (packet.payload, packet.payload_len);
                if follow && length > 0 {
                    let flow = Flow { key: key(ip, source_port, destination_port), ends: sender, to, at };
                    let copy = (ip.identification, checksum);
                    self.stream(&flow, length, |uplink| uplink.datagram(at, payload, length, copy));
                }
            }
            Transport::Icmp { kind: ROUTER_ADVERTISEMENT, .. } if ip.source.is_ipv6() => {
                if let Some(index) = source {
                    self.roster.advertises_routes(index);
                }
            }
            _ => {}
        }
    }

    #[inline]
    fn meter(&mut self, frame: &Frame<'_>, payload: u32, source: (Option<Index>, Scope), destination: (Option<Index>, Scope)) {
        let bin = self.bins.index(frame.at);
        if let Some(metered) = source.0.and_then(|index| self.metered.get_mut(index as usize)) {
            metered.sent(frame.at, bin, frame.wire_len, payload, destination.1);
            if let (Some(track), Some(bins)) = (&mut metered.burst, &mut self.burst_bins)
                && (!self.settings.burst_counts.internet_only || destination.1 == Scope::Internet)
            {
                track.add(bins.index(frame.at), payload);
            }
        }
        if let Some(metered) = destination.0.and_then(|index| self.metered.get_mut(index as usize)) {
            metered.received(frame.at, bin, frame.wire_len, payload, source.1);
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

#[inline]
fn key(ip: &Ip, source_port: u16, destination_port: u16) -> FlowKey {
    FlowKey { source: ip.source, destination: ip.destination, protocol: ip.protocol, source_port, destination_port }
}
