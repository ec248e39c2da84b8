//! A device's place in the home: its addresses, its radio, and everything the capture sees of it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use earwitness_core::mac::Mac;
use earwitness_core::time::{MILLISECOND, SECOND};

use crate::air::{Air, Queue};
use crate::chance::Chance;
use crate::discovery::{self, DhcpKind, Lease};
use crate::file::Captured;
use crate::packet::{self, Ends};
use crate::session::{Mark, Session};
use crate::tcp::{self, Path, Standstill};
use crate::truth::{Kind, Upload};

/// The home's gateway, on the link.
pub const GATEWAY_MAC: Mac = Mac([0x00, 0x00, 0x5e, 0x00, 0x53, 0x01]);
/// The home's gateway, in the home's network.
pub const GATEWAY: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);

/// Shortest Ethernet frame without its check sequence (IEEE 802.3, 3.2.7); the wire pads to it, the air does not.
const SHORTEST: usize = 60;

/// A receiver on the internet.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its address.
    pub address: IpAddr,
    /// Its port.
    pub port: u16,
    /// One-way delay from the home, nanoseconds.
    pub delay: i64,
}

/// How often a data segment is lost: one in so many, 0 for never.
#[derive(Clone, Copy, Default, Debug)]
pub struct Loss {
    /// Before the capture sees it.
    pub air: u64,
    /// After the capture saw it.
    pub wire: u64,
}

/// Datagrams of one flow, each with the moment at which it is sent.
#[derive(Clone, Default, Debug)]
pub struct Datagrams {
    /// From the device.
    pub up: Vec<(i64, Vec<u8>)>,
    /// From the server.
    pub down: Vec<(i64, Vec<u8>)>,
}

/// One device on the home's network.
pub struct Host {
    /// Link address.
    pub mac: Mac,
    /// Address in the home's network.
    pub v4: Ipv4Addr,
    /// Address on the internet.
    pub v6: Ipv6Addr,
    /// What it calls itself.
    pub name: String,
    /// Its radio link.
    pub air: Air,
    /// How lossy its way is.
    pub loss: Loss,
    /// Its own chance.
    pub chance: Chance,
    /// What the capture saw of it, in no order.
    pub frames: Vec<Captured>,
    next_port: u16,
    apart_port: u16,
}

impl Host {
    /// The device number `number` of the home (1 to 250).
    #[must_use]
    pub fn new(number: u8, name: &str, air: Air, chance: Chance) -> Self {
        let v6 = Ipv6Addr::new(0x2001, 0xdb8, 0x1, 0, 0x0200, 0x5eff, 0xfe00, 0x5301 + u16::from(number));
        Self {
            // The documentation range (RFC 9542, 2.1.4).
            mac: Mac([0x00, 0x00, 0x5e, 0x00, 0x53, number.saturating_add(1)]),
            v4: Ipv4Addr::new(192, 168, 1, number.saturating_add(1)),
            v6,
            name: name.to_owned(),
            air,
            loss: Loss::default(),
            chance,
            frames: Vec::new(),
            next_port: 40_000 + u16::from(number) * 61,
            apart_port: 10_000 + u16::from(number) * 61,
        }
    }

    /// Joins the network at `at`: DHCP, ARP, mDNS and SSDP announcements. Says when it is ready.
    pub fn join(&mut self, at: i64, service: Option<&str>) -> i64 {
        let transaction = u32::try_from(self.chance.below(1 << 32)).unwrap_or(0);
        let (mac, v4, name) = (self.mac, self.v4, self.name.clone());
        let lease = Lease { mac, address: v4, server: GATEWAY, host_name: &name, vendor_class: "dhcp-client", transaction };
        let to_all = self.local_ends(Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST, Mac::BROADCAST, 68, 67);
        let answer = Ends { source_mac: GATEWAY_MAC, source: GATEWAY.into(), source_port: 67, target_port: 68, ..to_all };
        let answer = Ends { target_mac: mac, target: v4.into(), ..answer };
        let mut now = at;
        for kind in [DhcpKind::Discover, DhcpKind::Offer, DhcpKind::Request, DhcpKind::Acknowledge] {
            let ends = if matches!(kind, DhcpKind::Offer | DhcpKind::Acknowledge) { &answer } else { &to_all };
            self.frames.push(Captured { at: now, octets: packet::udp(ends, 0, &discovery::dhcp(kind, &lease)) });
            now += self.chance.between(MILLISECOND, 30 * MILLISECOND);
        }
        self.ask_gateway(now);
        now += 20 * MILLISECOND;
        if let Some(service) = service {
            self.announce(now, service);
            now += 40 * MILLISECOND;
        }
        now
    }

    /// Tells the home by mDNS and SSDP who it is.
    pub fn announce(&mut self, at: i64, service: &str) {
        let mdns = Ipv4Addr::new(224, 0, 0, 251);
        let ends = self.local_ends(self.v4, mdns, Mac([1, 0, 0x5e, 0, 0, 0xfb]), 5_353, 5_353);
        let message = discovery::mdns_announcement(&self.name, service, self.v4);
        self.frames.push(Captured { at, octets: packet::udp(&Ends { hops: 255, ..ends }, 0, &message) });
        let ssdp = Ipv4Addr::new(239, 255, 255, 250);
        let ends = self.local_ends(self.v4, ssdp, Mac([1, 0, 0x5e, 0x7f, 0xff, 0xfa]), 1_900, 1_900);
        let message = discovery::ssdp_alive("Linux/5 UPnP/1.0 simulated/1.0", self.v4);
        self.frames.push(Captured { at: at + 3 * MILLISECOND, octets: packet::udp(&Ends { hops: 4, ..ends }, 1, &message) });
    }

    /// Asks by ARP for the gateway, and is answered.
    pub fn ask_gateway(&mut self, at: i64) {
        let (own, gateway) = ((self.mac, self.v4), (GATEWAY_MAC, GATEWAY));
        self.frames.push(Captured { at, octets: packet::arp(false, own, gateway) });
        let wait = self.chance.between(MILLISECOND / 10, 2 * MILLISECOND);
        self.frames.push(Captured { at: at + wait, octets: packet::arp(true, gateway, own) });
    }

    /// Looks up the server's name at the gateway; says when the answer is there.
    pub fn look_up(&mut self, at: i64, server: &Server<'_>) -> i64 {
        let id = u16::try_from(self.chance.below(1 << 16)).unwrap_or(0);
        let port = self.port();
        let ends = self.local_ends(self.v4, GATEWAY, GATEWAY_MAC, port, 53);
        let query = discovery::dns_query(id, server.name, server.address.is_ipv6());
        self.frames.push(Captured { at, octets: packet::udp(&ends, id, &query) });
        let at = at + 2 * server.delay / 3 + self.chance.exponential(2 * MILLISECOND) + MILLISECOND;
        let answer = discovery::dns_answer(id, server.name, server.address, 300);
        self.frames.push(Captured { at, octets: packet::udp(&ends.back(64), id, &answer) });
        at + self.chance.exponential(MILLISECOND)
    }

    /// Plays a TLS session with `server` that stays open; says where both sides stand, and between which ends.
    pub fn stand(&mut self, server: &Server<'_>, session: Session) -> (Ends, [Standstill; 2]) {
        let ends = self.ends(server);
        let (conversation, _) = session.conversation(&mut self.chance);
        // Nothing is lost: what stands is what was said.
        let path = Path { air: &self.air, delay: server.delay, lost_on_air: 0, lost_on_wire: 0 };
        let trace = tcp::play(conversation, ends, path, &mut self.chance);
        self.frames.extend(trace.frames);
        (ends, trace.left)
    }

    /// Plays a TLS session with `server`; says what each mark covered: when its first and last octet were captured.
    pub fn converse(&mut self, server: &Server<'_>, session: Session) -> BTreeMap<Mark, (i64, i64)> {
        let ends = self.ends(server);
        let (conversation, marks) = session.conversation(&mut self.chance);
        let path = Path { air: &self.air, delay: server.delay, lost_on_air: self.loss.air, lost_on_wire: self.loss.wire };
        let trace = tcp::play(conversation, ends, path, &mut self.chance);
        let seen = marks
            .into_iter()
            .filter_map(|(mark, range)| Some((mark, (trace.passed(range.start)?, trace.passed(range.end - 1)?))))
            .collect();
        self.frames.extend(trace.frames);
        seen
    }

    /// Exchanges datagrams with `server`; says when each of the device's was captured.
    pub fn exchange(&mut self, server: &Server<'_>, datagrams: Datagrams) -> Vec<i64> {
        let ends = self.ends(server);
        let mut queue = Queue::default();
        let mut seen = Vec::with_capacity(datagrams.up.len());
        for (number, (at, payload)) in datagrams.up.into_iter().enumerate() {
            let at = queue.pass(&self.air, at, payload.len() + 42, &mut self.chance);
            let id = u16::try_from(number & 0xffff).unwrap_or(0);
            self.frames.push(Captured { at, octets: packet::udp(&ends, id, &payload) });
            seen.push(at);
        }
        let mut last = 0;
        for (number, (at, payload)) in datagrams.down.into_iter().enumerate() {
            let at = (at + server.delay + self.chance.exponential(MILLISECOND / 2)).max(last + 10_000);
            let id = u16::try_from(number & 0xffff).unwrap_or(0);
            self.frames.push(Captured { at, octets: packet::udp(&ends.back(53), id, &payload) });
            last = at;
        }
        seen
    }

    /// The addresses of a fresh flow to `server`, as the home's network sees them.
    pub(crate) fn ends(&mut self, server: &Server<'_>) -> Ends {
        let source = if server.address.is_ipv4() { self.v4.into() } else { self.v6.into() };
        let (source_port, target_port) = (self.port(), server.port);
        Ends { source_mac: self.mac, target_mac: GATEWAY_MAC, source, target: server.address, source_port, target_port, hops: 64 }
    }

    /// Does something that draws from `chance` and takes ports apart from all others: what else the device does stays as
    /// it is, whether this happens or not.
    pub(crate) fn apart<T>(&mut self, chance: Chance, what: impl FnOnce(&mut Self) -> T) -> T {
        let usual = std::mem::replace(&mut self.chance, chance);
        std::mem::swap(&mut self.next_port, &mut self.apart_port);
        let done = what(self);
        std::mem::swap(&mut self.next_port, &mut self.apart_port);
        self.chance = usual;
        done
    }

    fn port(&mut self) -> u16 {
        self.next_port = if self.next_port >= 60_900 { 40_000 } else { self.next_port + 1 };
        self.next_port
    }

    fn local_ends(&self, source: Ipv4Addr, target: Ipv4Addr, target_mac: Mac, source_port: u16, target_port: u16) -> Ends {
        let (source, target) = (source.into(), target.into());
        Ends { source_mac: self.mac, target_mac, source, target, source_port, target_port, hops: 64 }
    }
}

/// Fills a frame of the gateway up to the shortest that its wire carries; the air has none.
pub(crate) fn pad(octets: &mut Vec<u8>) {
    if octets.len() < SHORTEST && octets.get(6..12) == Some(&GATEWAY_MAC.0) {
        octets.resize(SHORTEST, 0);
    }
}

/// Turns what [`Host::converse`] saw into truth; `audio_ns` holds the sound of each mark.
#[must_use]
pub fn uploads(kind: Kind, seen: &BTreeMap<Mark, (i64, i64)>, audio_ns: &[i64]) -> Vec<Upload> {
    let audio_of = |mark: Mark| audio_ns.get(mark).copied();
    seen.iter()
        .filter_map(|(&mark, &(start_ns, end_ns))| Some(Upload { kind, start_ns, end_ns, audio_ns: audio_of(mark)? }))
        .collect()
}

/// A moment after `at`, some seconds ahead, for whatever keeps no exact time.
pub fn later(at: i64, low: i64, high: i64, chance: &mut Chance) -> i64 {
    at + chance.between(low * SECOND, high * SECOND)
}
