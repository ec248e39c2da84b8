//! Signs that more than one machine sends under a MAC address: a repeater, a router of another network, several systems on one machine, or somebody
//! who pretends to be its owner.
//!
//! A flow is looked at when it begins and then once a second, soon less often; what it showed is weighed when it ends. Only what goes on at the same
//! time speaks of two: a machine that was given another address or another system does not go back to the one before.

use std::net::IpAddr;

use super::ports::{Ports, Seen};
use super::sender::{APART, NUMBERED, Span};
use super::sender_marks::SenderMarks;
use super::uplink::Uplink;
use crate::findings::{FlowKey, SenderSign};
use crate::roster::Index;
use crate::scope::{Scope, is_link_local};
use crate::time::{SECOND, Timestamp};

/// Packets with payload after which a flow shows what its sender is like, answered or not: scans, traces of routes, and packets that left by the wrong
/// interface have fewer.
const SUSTAINED: u32 = 16;

/// Seconds of a flow that are looked at one after the other ...
const CONSECUTIVE: u8 = 16;
/// ... and after that one at least so many nanoseconds after the one before. Not those of certain seconds: what comes at an even pace might always miss them.
const THEN: i64 = 16 * SECOND;

/// What is remembered of each kind: addresses, hop limits, orders of options.
const KEPT: usize = 8;

/// Initial hop limits of common systems. 32 is left out, because traces of routes pass through it.
const INITIAL: [u8; 3] = [64, 128, 255];

/// Traces of routes, and packets that shall only open a way through the gateway, have at most so many.
const TRACED: u8 = 32;

/// Routers that a home has behind a device, at most.
const BEHIND: u8 = 2;

/// Lines of numbers that are followed for each device.
const LINES: usize = 4;

/// Receivers that share the numbers of a system which counts all its packets; those that count for each receiver have one on a line.
const SHARED_BY: usize = 3;

/// Times that a line goes on after another one did.
const RETURNS: u8 = 3;

/// Farthest step of a line: beyond, any number would fit.
const STEP: u64 = 2_048;

/// Segments that wait for the payload of their connection.
const WAITING: usize = 8;

/// Times that a flow goes on after its sender knew nothing of it, TCP and UDP: a service that restarts on its old port does so once.
const GOES_ON: (u8, u8) = (2, 3);

const TCP: u8 = 6;

/// What kinds of something were seen, and when.
#[derive(Clone, Debug)]
struct Kinds<T>(Vec<(T, Span)>);

impl<T> Default for Kinds<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy + PartialEq> Kinds<T> {
    /// Adds one; whether another went on at the same time that `is_other` says must not.
    fn add(&mut self, kind: T, span: Span, is_other: impl Fn(T) -> bool) -> bool {
        let mut own = span;
        if let Some(known) = self.0.iter_mut().find(|it| it.0 == kind) {
            known.1.add(span);
            own = known.1;
        } else {
            if self.0.len() == KEPT {
                let oldest = (0..KEPT).min_by_key(|place| self.0.get(*place).map(|it| it.1.last));
                oldest.map(|oldest| self.0.swap_remove(oldest));
            }
            self.0.push((kind, span));
        }
        self.0.iter().any(|it| it.0 != kind && is_other(it.0) && it.1.crosses(own))
    }
}

/// Packets of a device whose identification counts up from one to the next.
#[derive(Clone, Copy, Debug)]
struct Line {
    protocol: u8,
    number: u32,
    /// Frames that the device had sent by then.
    frames: u64,
    receivers: [Option<IpAddr>; SHARED_BY],
    returns: u8,
    latest: Timestamp,
}

/// A hop limit, and of what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Limit {
    v6: bool,
    protocol: u8,
    hops: u8,
    /// Whether it is of packets to the internet.
    outward: bool,
}

impl Limit {
    /// Whether no single system sends both at the same time. Some have a limit of their own for a protocol (255 for a resolver), but none sends datagrams to the
    /// internet with 64 and segments with 128. IPv4 and IPv6 say nothing of each other: routers tell their network the limit of IPv6 (RFC 4861, section 4.2),
    /// mostly 64, so that Windows sends 128 and 64.
    fn is_of_another_than(self, other: Self) -> bool {
        let initial = |it: Self| [64, 128].into_iter().find(|initial: &u8| initial.wrapping_sub(it.hops) <= BEHIND);
        let differ = if self.protocol == other.protocol {
            self.hops != other.hops
        } else {
            let initials = initial(self).zip(initial(other));
            self.outward && other.outward && initials.is_some_and(|(one, other)| one != other)
        };
        self.v6 == other.v6 && differ
    }
}

/// A connection that has begun and sent nothing yet.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    ports: (u16, u16),
    options: Option<u32>,
    refused: Option<Timestamp>,
}

/// What is known of who sends under one address.
#[derive(Clone, Default, Debug)]
struct Senders {
    signs: Vec<SenderSign>,
    addresses: Kinds<IpAddr>,
    hops: Kinds<Limit>,
    options: Kinds<(bool, u32)>,
    constant: Kinds<(u8, bool)>,
    /// Number of the latest single datagram, and how often another one was seen.
    single: (u32, u8),
    lines: Vec<Line>,
    /// Place of the line that went on last.
    latest_line: usize,
    waiting: Vec<Waiting>,
    ports: Ports,
}

/// The same for all devices.
#[derive(Debug, Default)]
pub(super) struct AllSenders(Vec<Senders>);

impl AllSenders {
    fn of(&mut self, device: Index) -> Option<&mut Senders> {
        let place = device as usize;
        if place >= self.0.len() && device != super::NOBODY {
            self.0.resize_with(place + 1, Senders::default);
        }
        self.0.get_mut(place)
    }

    /// Forgets a device that gave way.
    pub(super) fn forget(&mut self, device: Index) {
        if let Some(own) = self.0.get_mut(device as usize) {
            *own = Senders::default();
        }
    }

    /// The signs that there were of more than one sender.
    pub(super) fn signs(&self, device: Index) -> Vec<SenderSign> {
        let mut signs = self.0.get(device as usize).map_or_else(Vec::new, |own| own.signs.clone());
        signs.sort_unstable();
        signs
    }

    /// A flow begins with its first payload.
    pub(super) fn opened(&mut self, uplink: &mut Uplink, marks: SenderMarks, frames: u64) {
        let ports = (uplink.key.source_port, uplink.key.destination_port);
        if uplink.key.protocol == TCP
            && let Some(own) = self.of(uplink.device)
            && let Some(place) = own.waiting.iter().position(|it| it.ports == ports)
        {
            let Waiting { options, refused, .. } = own.waiting.swap_remove(place);
            (uplink.sender.options, uplink.sender.refused) = (options, refused);
        }
        self.observe(uplink, marks, frames);
    }

    /// Looks at the first packet of a second; `frames`: how many the device has sent.
    #[cold]
    #[inline(never)]
    pub(super) fn observe(&mut self, uplink: &mut Uplink, marks: SenderMarks, frames: u64) {
        let sender = &mut uplink.sender;
        let seen_lately = sender.span.is_some_and(|span| (0..THEN).contains(&marks.at.since(span.last)));
        if sender.observations >= CONSECUTIVE && seen_lately && sender.refused.is_none() {
            return;
        }
        let FlowKey { source, protocol, destination, .. } = uplink.key;
        sender.observe(marks.at, marks.hops, marks.identification, protocol == TCP);
        let seen = Seen { port: marks.port, at: marks.at };
        let before = sender.seen.replace(seen);
        if let Some(own) = self.of(uplink.device)
            && own.ports.observe(before, seen)
        {
            own.note(SenderSign::Ports);
        }
        if source.is_ipv4()
            && marks.from == Scope::Home
            && let Some(own) = self.of(uplink.device)
        {
            own.count(Line {
                protocol,
                number: marks.identification,
                frames,
                receivers: [Some(destination), None, None],
                returns: 0,
                latest: marks.at,
            });
        }
    }

    /// A connection begins.
    pub(super) fn connects(&mut self, device: Index, ports: (u16, u16), options: Option<&[u8]>) {
        let Some(own) = self.of(device) else { return };
        if let Some(known) = own.waiting.iter_mut().find(|it| it.ports == ports) {
            // Some systems leave options out when they try for the third time.
            known.refused = None;
            return;
        }
        if own.waiting.len() == WAITING {
            own.waiting.remove(0);
        }
        own.waiting.push(Waiting { ports, options: options.map(order_of), refused: None });
    }

    /// The owner of an address knows nothing of a flow.
    pub(super) fn refuses(&mut self, device: Index, ports: (u16, u16), uplink: Option<&mut Uplink>, at: Timestamp) {
        if let Some(uplink) = uplink {
            uplink.sender.refused = uplink.sender.refused.or(Some(at));
        } else if let Some(waiting) = self.of(device).and_then(|own| own.waiting.iter_mut().find(|it| it.ports == ports)) {
            waiting.refused = Some(at);
        }
    }

    /// Weighs what a flow showed so far; `from` and `to`: where its ends lie.
    pub(super) fn weigh(&mut self, uplink: &Uplink, from: Scope, to: Scope) {
        let (sender, key) = (&uplink.sender, &uplink.key);
        let (answered, sustained) = (uplink.intake.answered > 0, sender.packets >= SUSTAINED);
        let Some(span) = sender.span.filter(|_| answered || sustained) else { return };
        if sender.hops.in_turn().is_none() && sender.hops.steady().is_none() {
            // Another system may have begun on the ports of the one before.
            return;
        }
        if super::announcements::stays_on_link(key.source_port) || super::announcements::stays_on_link(key.destination_port) {
            return;
        }
        let Some(own) = self.of(uplink.device) else { return };
        let v6 = key.source.is_ipv6();
        let is_tcp = key.protocol == TCP;
        if to == Scope::Internet && from == Scope::Home && !v6 && !is_link_local(key.source) {
            let opened = Span { first: span.first, last: span.first };
            if own.addresses.add(key.source, opened, |_| true) {
                own.note(SenderSign::Addresses);
            }
        }
        // Within the home, some protocols want 255 (RFC 5082).
        let at_home = |hops: u8| to == Scope::Home && hops > 128;
        // Others come from afar, or ask for a way of their own; what else their flows show counts.
        if let Some((hops, by)) = sender.hops.steady().and_then(|hops| Some((hops, lowered(hops)?)))
            && (is_tcp || (sustained && !at_home(hops)))
        {
            let seen = Limit { v6, protocol: key.protocol, hops, outward: to == Scope::Internet };
            if own.hops.add(seen, span, |other| seen.is_of_another_than(other)) {
                own.note(SenderSign::HopLimits);
            }
            if by > 0 {
                own.note(SenderSign::Forwards);
            }
        }
        if sender.hops.in_turn().is_some_and(|(one, other)| one.min(other) > TRACED) {
            own.note(SenderSign::HopLimits);
        }
        if let Some(options) = sender.options
            && own.options.add((v6, options), span, |it| it.0 == v6)
        {
            own.note(SenderSign::TcpOptions);
        }
        let single = !is_tcp && !sustained && own.varies(sender.number);
        let constant = if sustained { sender.is_constant() } else { single.then_some(false) };
        if let Some(constant) = constant.filter(|_| !v6)
            && own.constant.add((key.protocol, constant), span, |it| it.0 == key.protocol)
        {
            own.note(SenderSign::Identification);
        }
        if sender.goes_on >= if is_tcp { GOES_ON.0 } else { GOES_ON.1 } {
            own.note(SenderSign::AfterReset);
        }
    }
}

impl Senders {
    fn note(&mut self, sign: SenderSign) {
        if !self.signs.contains(&sign) {
            self.signs.push(sign);
        }
    }

    /// Whether single datagrams are not numbered alike, of which one more is seen.
    fn varies(&mut self, number: u32) -> bool {
        let (latest, changed) = self.single;
        self.single = (number, changed.saturating_add(u8::from(number != latest)));
        changed > NUMBERED
    }

    /// Follows the numbers of a device's packets. Two lines that take turns, one of which counts packets to several receivers, are of two systems.
    fn count(&mut self, packet: Line) {
        if packet.number == 0 {
            return;
        }
        let goes_on = |line: &Line| {
            let step = u64::from(packet.number.wrapping_sub(line.number) & 0xffff);
            // As many as it sent, some of which did not pass here.
            let sent = packet.frames.saturating_sub(line.frames).saturating_mul(4).saturating_add(16);
            let lately = packet.latest.since(line.latest) <= APART;
            line.protocol == packet.protocol && lately && (1..=sent.min(STEP)).contains(&step)
        };
        // A device that starts again counts anew, and soon passes numbers that it had before: the line that went on last is the one.
        let lines = self.lines.iter().enumerate().filter(|line| goes_on(line.1));
        let Some(place) = lines.max_by_key(|line| line.1.latest).map(|line| line.0) else {
            if self.lines.len() < LINES {
                self.lines.push(packet);
            } else if let Some(oldest) = self.lines.iter_mut().min_by_key(|it| it.latest) {
                *oldest = packet;
            }
            return;
        };
        let took_turns = std::mem::replace(&mut self.latest_line, place) != place;
        let Some(line) = self.lines.get_mut(place) else { return };
        (line.number, line.frames, line.latest) = (packet.number, packet.frames, packet.latest);
        line.returns = line.returns.saturating_add(u8::from(took_turns));
        let [receiver, ..] = packet.receivers;
        if !line.receivers.contains(&receiver)
            && let Some(free) = line.receivers.iter_mut().find(|it| it.is_none())
        {
            *free = receiver;
        }
        let of_all = |line: &Line| line.receivers.iter().all(Option::is_some);
        let takes_turns = |line: &&Line| line.protocol == packet.protocol && line.returns >= RETURNS;
        if self.lines.iter().filter(takes_turns).count() > 1 && self.lines.iter().filter(takes_turns).any(of_all) {
            self.note(SenderSign::Identification);
        }
    }
}

/// By how many routers a hop limit was lowered from what systems begin with; `None` if by more than a home has, or if it began otherwise.
fn lowered(hops: u8) -> Option<u8> {
    INITIAL.iter().map(|initial| initial.wrapping_sub(hops)).find(|by| *by <= BEHIND)
}

/// The kinds of options in their order. Padding, and what one program asks for and another does not, are left out: RFC 7413 (34), RFC 8684 (30),
/// experiments (253, 254), accurate ECN (172, 174).
fn order_of(options: &[u8]) -> u32 {
    let (mut rest, mut order) = (options, 1_u32);
    while let [kind, after @ ..] = rest {
        rest = match (kind, after) {
            (0, _) => break,
            (1, _) => after,
            (_, [length, ..]) => rest.get(usize::from(*length).max(2)..).unwrap_or_default(),
            _ => break,
        };
        if !matches!(kind, 1 | 30 | 34 | 172 | 174 | 253 | 254) {
            order = order.wrapping_mul(256).wrapping_add(u32::from(*kind));
        }
    }
    order
}

/// The options of a TCP segment in an Ethernet frame with a plain IP header.
pub(super) fn options_of(frame: &[u8]) -> Option<&[u8]> {
    let header = match frame.get(12..15)? {
        [8, 0, 0x45] => 34,
        [0x86, 0xdd, _] => 54,
        _ => return None,
    };
    let words = usize::from(frame.get(header + 12)? >> 4);
    frame.get(header + 20..header + words * 4)
}

/// Ports of the datagram that an ICMP message says nobody waits for (RFC 792; RFC 4443, section 3.1): of its receiver, then of its sender.
pub(super) fn refused_ports(message: &[u8], v6: bool) -> Option<(u16, u16)> {
    let packet = message.get(8..)?;
    let (protocol, header) = if v6 { (*packet.get(6)?, 40) } else { (*packet.get(9)?, usize::from(*packet.first()? & 15) * 4) };
    let [s0, s1, d0, d1] = *packet.get(header..)?.first_chunk()?;
    (protocol == 17).then_some((u16::from_be_bytes([d0, d1]), u16::from_be_bytes([s0, s1])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::SECOND;

    /// The signs of packets to seven receivers in turn, with their identifications, so many seconds apart.
    fn signs(numbers: impl IntoIterator<Item = u32>, apart: i64) -> Vec<SenderSign> {
        let mut senders = Senders::default();
        for (number, frames) in numbers.into_iter().zip(1_u64..) {
            let latest = Timestamp::from_nanos(frames.cast_signed() * apart * SECOND);
            let receiver = IpAddr::from([198, 51, 100, u8::try_from(frames % 7).unwrap()]);
            let receivers = [Some(receiver), None, None];
            senders.count(Line { protocol: TCP, number, frames, receivers, returns: 0, latest });
        }
        senders.signs
    }

    #[test]
    fn a_device_that_starts_again_and_counts_anew_is_one() {
        for apart in [1, 30] {
            let starts = [1_116, 165, 57, 238, 520, 91, 362, 709, 672, 688, 32, 148, 152, 52, 895, 180];
            assert_eq!(signs(starts.into_iter().flat_map(|last| 1..=last), apart), []);
        }
    }

    #[test]
    fn two_machines_that_count_their_own_packets_are_two() {
        let both = (0..200).map(|packet| if packet % 10 < 3 { 40_000 + packet } else { 700 + packet });
        assert_eq!(signs(both, 20), [SenderSign::Identification]);
    }

    #[test]
    fn one_hop_limit_is_of_one_system_wherever_it_leads_and_two_are_of_two_where_both_lead_out() {
        let limit = |protocol, hops, outward| Limit { v6: false, protocol, hops, outward };
        let other = |one: Limit, other: Limit| one.is_of_another_than(other) || other.is_of_another_than(one);
        assert!(!other(limit(TCP, 64, true), limit(TCP, 64, false)));
        assert!(!other(limit(TCP, 64, true), limit(17, 64, true)) && !other(limit(TCP, 64, true), limit(17, 63, true)));
        assert!(!other(limit(TCP, 64, true), limit(17, 255, true)), "a resolver");
        assert!(!other(limit(TCP, 64, true), limit(17, 128, false)), "within the home");
        assert!(other(limit(TCP, 64, true), limit(17, 128, true)) && other(limit(TCP, 64, true), limit(TCP, 63, true)));
        assert!(!other(limit(TCP, 128, true), Limit { v6: true, ..limit(TCP, 64, true) }), "a limit that a router told");
    }
}
