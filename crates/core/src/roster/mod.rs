//! Whose frame is this: devices by MAC address (by IP address where a link has none), and who only forwards for others.
//!
//! Who forwards is judged by all that was seen, and judged again whenever something is added: which networks of the internet stood behind a MAC
//! address, which prefixes belong to the link, and what routers and DHCP servers said. What never left the link says nothing about forwarding.

mod behind;
mod onlink;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub use self::behind::share_a_link;

use self::behind::{Behind, Marks, breadth, link_of};
use self::onlink::OnLink;
use crate::findings::{DeviceId, Role};
use crate::mac::Mac;
use crate::scope::{Network, Scope, is_link_local, scope};
use crate::table::Table;

/// Number of a device in its roster: also its place in tables that run along.
pub type Index = u32;

/// What is known of the home beforehand, and the bounds of a roster.
#[derive(Clone, Debug)]
pub struct RosterSettings {
    /// Most devices that are kept; the frames of others are counted together.
    pub devices: usize,
    /// Devices that are the gateway, whatever they look like; if any is named, no other one is taken for it.
    pub gateways: Vec<DeviceId>,
    /// Networks that belong to the home although their addresses are public.
    pub local: Vec<Network>,
    /// Keeps a stranger from choosing colliding keys.
    pub seed: u64,
}

impl Default for RosterSettings {
    fn default() -> Self {
        Self { devices: 512, gateways: Vec::new(), local: Vec::new(), seed: 0 }
    }
}

/// One device.
#[expect(clippy::struct_excessive_bools, reason = "facts that are independent of each other")]
#[derive(Clone, Debug)]
pub struct Device {
    /// Who it is.
    pub id: DeviceId,
    /// Addresses it sent from, at most [`ADDRESSES`].
    pub addresses: Vec<IpAddr>,
    /// Whether the capturing host itself sent its frames (Linux cooked capture tells).
    pub capture_host: bool,
    /// Those of `addresses` that are its own for sure, because it used them on the link itself.
    claimed: Vec<IpAddr>,
    /// Whether it ever sent a frame.
    sends: bool,
    /// Whether it forwards, by all that was seen so far.
    forwards: bool,
    /// Whether its latest router advertisement offers a default route.
    offers_route: bool,
    behind: Behind,
    /// Networks of the internet to which it sent from an address of the home, each with the device that it handed its packets to.
    uses: Vec<(IpAddr, Option<Index>)>,
    latest: IpAddr,
}

impl Device {
    /// The networks in which its packets to the internet begin: who sends to the internet from an address has it, and leads nowhere by it.
    fn ends(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.behind.networks().filter(|it| it.1.has(Marks::FROM.and(Marks::ONWARD))).map(|it| it.0)
    }
}

/// What a unicast IP packet shows of its ends.
#[derive(Clone, Copy, Debug)]
pub struct Passed {
    /// Sender's address, and where it lies.
    pub from: (IpAddr, Scope),
    /// Receiver's address, and where it lies.
    pub to: (IpAddr, Scope),
    /// TTL or hop limit.
    pub hops: u8,
    /// Whether its protocol never leaves a link (neighbour discovery, DHCP, mDNS, SSDP).
    pub stays: bool,
    /// Whether the link shows to whom the frame was handed.
    pub shows_receiver: bool,
    /// Whether it asks for a name or the time, which hardly any home answers.
    pub asks: bool,
}

/// Hop counts that systems send with.
const INITIAL_HOPS: [u8; 4] = [32, 64, 128, 255];

/// Addresses kept per device: temporary IPv6 addresses change daily.
pub const ADDRESSES: usize = 16;

/// Distinct blocks of the internet behind a MAC address that make it a gateway: a device has addresses of its own in one block of IPv4 and one or
/// two of IPv6.
const MANY: usize = 3;

/// The same for one that itself uses another gateway: a device to which somebody hands packets by mistake or malice stays a device, a gateway with
/// one port on the home's own network is still found.
const MANY_FOR_A_CLIENT: usize = 6;

/// Networks that are remembered as used by way of others.
const USED: usize = 4;

/// Addresses that DHCP servers name as routers.
const ROUTERS: usize = 8;

/// Addresses that are remembered with their device, over all devices.
const KNOWN_ADDRESSES: usize = 8_192;

/// Devices whose number is at hand without hashing.
const RECENT: usize = 64;

/// Where a MAC address is remembered: makers count devices in the last octets.
#[inline]
fn place(key: u64) -> usize {
    let [.., high, low] = key.to_be_bytes();
    usize::from(high.wrapping_mul(31) ^ low) % RECENT
}

/// The devices of a capture.
#[derive(Clone, Debug)]
pub struct Roster {
    devices: Vec<Device>,
    by_mac: Table<u64>,
    by_address: Table<IpAddr>,
    settings: RosterSettings,
    link: OnLink,
    /// Changes of what is known of the link.
    revision: u32,
    /// Addresses that DHCP servers name as routers.
    routers: Vec<Ipv4Addr>,
    /// The number of a device that was forgotten, for the next one.
    vacant: Option<Index>,
    /// The devices met latest, each at the place that its address points to.
    recent: [(u64, Index); RECENT],
}

impl Roster {
    /// An empty roster.
    #[must_use]
    pub fn new(settings: RosterSettings) -> Self {
        Self {
            devices: Vec::new(),
            by_mac: Table::new(settings.devices, settings.seed),
            by_address: Table::new(KNOWN_ADDRESSES, settings.seed),
            recent: [(u64::MAX, 0); RECENT],
            vacant: None,
            link: OnLink::default(),
            revision: 0,
            routers: Vec::new(),
            settings,
        }
    }

    /// The devices, in order of appearance.
    #[must_use]
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// Changes whenever [`Roster::scope`] or [`Roster::forwards`] may answer otherwise than before.
    #[must_use]
    pub fn revision(&self) -> u32 {
        self.revision
    }

    /// Where an address lies, with the networks of the home that were named, and those that were learnt.
    #[must_use]
    pub fn scope(&self, address: IpAddr) -> Scope {
        match scope(address) {
            Scope::Internet if self.is_neighbour(address) => Scope::Home,
            scope => scope,
        }
    }

    fn is_neighbour(&self, address: IpAddr) -> bool {
        self.link.contains(address) || self.lies_at_home(address)
    }

    fn lies_at_home(&self, address: IpAddr) -> bool {
        self.settings.local.iter().any(|network| network.contains(address))
    }

    /// Whether an address is one of the internet by itself, whatever was learnt of the link, and lies in no network that was named as the home's.
    #[must_use]
    pub fn is_public(&self, address: IpAddr) -> bool {
        scope(address) == Scope::Internet && !self.lies_at_home(address)
    }

    /// The device with a MAC address, entered if it is new and there is room. `None` for groups, for the all-zero
    /// address, and when the roster is full.
    #[expect(clippy::inline_always, reason = "two comparisons for almost every frame, and the call would cost more")]
    #[inline(always)]
    pub fn by_mac(&mut self, mac: Mac) -> Option<Index> {
        let key = mac.to_u64();
        let (recent, index) = self.recent[place(key)];
        if recent == key { Some(index) } else { self.look_up(mac) }
    }

    #[inline(never)]
    fn look_up(&mut self, mac: Mac) -> Option<Index> {
        let key = mac.to_u64();
        if mac.is_group() || key == 0 {
            return None;
        }
        let index = if let Some(index) = self.by_mac.get(&key) {
            index
        } else {
            let index = self.enter(DeviceId::Mac(mac))?;
            self.by_mac.insert(key, index);
            index
        };
        self.recent[place(key)] = (key, index);
        Some(index)
    }

    /// The device that uses an address, where one is known.
    #[must_use]
    pub fn by_address(&self, address: IpAddr) -> Option<Index> {
        self.by_address.get(&address)
    }

    /// The device with an address on a link without MAC addresses, entered if it is new.
    pub fn enter_address(&mut self, address: IpAddr) -> Option<Index> {
        if let Some(index) = self.by_address.get(&address) {
            return Some(index);
        }
        if address.is_unspecified() || scope(address) == Scope::Group || !self.by_address.has_room() {
            return None;
        }
        let index = self.enter(DeviceId::Address(address))?;
        self.remember(index, address);
        Some(index)
    }

    #[cold]
    fn enter(&mut self, id: DeviceId) -> Option<Index> {
        if self.vacant.is_none() && self.devices.len() >= self.settings.devices {
            return None;
        }
        let device = Device {
            id,
            addresses: Vec::new(),
            capture_host: false,
            claimed: Vec::new(),
            sends: false,
            forwards: self.settings.gateways.contains(&id),
            offers_route: false,
            behind: Behind::default(),
            uses: Vec::new(),
            latest: IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        if let Some(index) = self.vacant.take()
            && let Some(place) = self.devices.get_mut(index as usize)
        {
            *place = device;
            return Some(index);
        }
        self.devices.push(device);
        Index::try_from(self.devices.len() - 1).ok()
    }

    /// Whether a new device finds no room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.vacant.is_none() && self.devices.len() >= self.settings.devices
    }

    /// Whether a number is nobody's any more.
    #[must_use]
    pub fn is_vacant(&self, index: Index) -> bool {
        self.vacant == Some(index)
    }

    /// Whether a device was named as a gateway, and stays.
    #[must_use]
    pub fn is_named(&self, index: Index) -> bool {
        self.devices.get(index as usize).is_some_and(|it| self.settings.gateways.contains(&it.id))
    }

    /// Forgets a device; the next one that is new takes its number. `false` if it was named as a gateway, which stays.
    pub fn forget(&mut self, index: Index) -> bool {
        let Some(device) = self.devices.get_mut(index as usize).filter(|it| !self.settings.gateways.contains(&it.id)) else {
            return false;
        };
        for address in device.addresses.drain(..) {
            if self.by_address.get(&address) == Some(index) {
                self.by_address.remove(&address);
            }
        }
        if let DeviceId::Mac(mac) = device.id {
            self.by_mac.remove(&mac.to_u64());
        }
        self.recent = [(u64::MAX, 0); RECENT];
        self.link.forget(index);
        self.forget_way(index);
        self.vacant = Some(index);
        true
    }

    /// Nobody's way leads by a number that is another's from now on. That of a device which was the end itself led nowhere; any other is remembered without it.
    fn forget_way(&mut self, index: Index) {
        let ended: Vec<IpAddr> = self.devices.get(index as usize).map_or_else(Vec::new, |way| way.ends().collect());
        for device in &mut self.devices {
            device.uses.retain(|(network, way)| *way != Some(index) || !ended.contains(network));
            for (_, way) in &mut device.uses {
                *way = way.filter(|way| *way != index);
            }
        }
    }

    /// Learns from a unicast IP packet who has which address, what belongs to the link, and who stands before what.
    pub fn learn(&mut self, source: Option<Index>, destination: Option<Index>, packet: &Passed) {
        let Passed { from, to, .. } = *packet;
        let unicast = |(address, scope): (IpAddr, Scope)| scope != Scope::Group && !address.is_unspecified();
        if let Some(index) = source {
            self.sends(index);
        }
        if !unicast(from) {
            return;
        }
        // A packet to a group, or with an end that has a meaning on this link only, never passed a router.
        let stays = packet.stays || !unicast(to) || is_link_local(from.0) || is_link_local(to.0);
        let neighbours = share_a_link(from.0, to.0);
        if let Some(index) = source {
            if stays {
                self.claims(index, from.0);
            } else {
                self.uses_address(index, from, to);
            }
        }
        if stays {
            return;
        }
        if neighbours {
            let known = source.is_some() && destination.is_some() && packet.shows_receiver;
            if known && source != destination && self.link.share(from.0) {
                self.revise();
            }
            return;
        }
        self.weigh_ends(source, destination, packet);
    }

    /// Notes what stood behind either end of a packet that may have passed a router.
    fn weigh_ends(&mut self, source: Option<Index>, destination: Option<Index>, packet: &Passed) {
        let Passed { from, to, hops, shows_receiver, .. } = *packet;
        let private = |(address, scope): (IpAddr, Scope)| scope == Scope::Home && address.is_ipv4();
        if from.1 == Scope::Internet
            && let Some(index) = source
        {
            let initial = INITIAL_HOPS.contains(&hops);
            let mut marks = Marks::FROM.and(if initial { Marks::INITIAL } else { Marks::LOWERED });
            if private(to) {
                marks = marks.and(Marks::PRIVATE);
            }
            if to.1 == Scope::Internet {
                marks = marks.and(Marks::ONWARD);
            }
            if !shows_receiver {
                marks = marks.and(Marks::BLIND);
            }
            if !initial && to.1 == Scope::Home && scope(to.0) == Scope::Internet {
                marks = marks.and(Marks::IN);
            }
            self.stands_before(index, from.0, marks);
            if initial && to.1 == Scope::Internet && !self.forwards(index) && self.link.hold(from.0, index) {
                self.revise();
            }
        }
        if to.1 != Scope::Internet {
            return;
        }
        if let Some(index) = destination.filter(|_| shows_receiver) {
            let with = |yes: bool, marks: Marks| if yes { marks } else { Marks::default() };
            let marks = Marks::TO.and(with(private(from), Marks::PRIVATE)).and(with(packet.asks, Marks::ASKED));
            self.stands_before(index, to.0, marks);
        }
        // Unique local addresses do not reach the internet (RFC 4193): whoever they talk to is at home.
        let is_home = private(from) || (from.1 == Scope::Home && scope(from.0) == Scope::Internet);
        if let Some(index) = source.filter(|_| is_home && (destination.is_some() || !shows_receiver)) {
            self.uses_network(index, (link_of(to.0), destination));
        }
    }

    fn stands_before(&mut self, index: Index, address: IpAddr, marks: Marks) {
        if let Some(device) = self.devices.get_mut(index as usize)
            && device.behind.add(address, marks)
        {
            // Who sends onward shows that others, who send to it, do not use it as their way.
            if marks.has(Marks::ONWARD) { self.judge_all() } else { self.judge(index) }
        }
    }

    fn uses_network(&mut self, index: Index, used: (IpAddr, Option<Index>)) {
        if let Some(device) = self.devices.get_mut(index as usize)
            && device.uses.len() < USED
            && !device.uses.contains(&used)
        {
            device.uses.push(used);
            self.judge(index);
        }
    }

    /// Notes an address that packets of a device have, which may be another's if it forwards.
    fn uses_address(&mut self, index: Index, from: (IpAddr, Scope), to: (IpAddr, Scope)) {
        let Some(device) = self.devices.get_mut(index as usize) else { return };
        if device.latest == from.0 {
            return;
        }
        device.latest = from.0;
        let foreign = from.1 == Scope::Internet && (device.forwards || (to.1 == Scope::Home && to.0.is_ipv4()));
        if !foreign {
            self.remember(index, from.0);
        }
    }

    fn remember(&mut self, index: Index, address: IpAddr) {
        self.by_address.insert(address, index);
        if let Some(device) = self.devices.get_mut(index as usize)
            && !device.addresses.contains(&address)
            && device.addresses.len() < ADDRESSES
        {
            device.addresses.push(address);
        }
    }

    /// Notes that a device has an address of its own: by ARP (RFC 826), neighbour discovery (RFC 4861), or because it used it on the link itself.
    pub fn claims(&mut self, index: Index, address: IpAddr) {
        self.sends(index);
        if scope(address) == Scope::Group || address.is_unspecified() {
            return;
        }
        if self.by_address.get(&address) != Some(index) {
            self.remember(index, address);
        }
        let Some(device) = self.devices.get_mut(index as usize) else { return };
        if device.claimed.contains(&address) {
            return;
        }
        if device.claimed.len() == ADDRESSES {
            device.claimed.remove(0);
        }
        device.claimed.push(address);
        if self.link.hold(address, index) {
            self.revise();
        }
        self.judge(index);
    }

    /// Notes that a device sent a frame.
    pub fn sends(&mut self, index: Index) {
        if let Some(device) = self.devices.get_mut(index as usize)
            && !device.sends
        {
            device.sends = true;
            self.judge(index);
        }
    }

    /// Notes whether a device offers a default route, by a router advertisement: one of lifetime 0 says that it does not (RFC 4861, section 4.2).
    pub fn offers_route(&mut self, index: Index, offers: bool) {
        if let Some(device) = self.devices.get_mut(index as usize) {
            device.offers_route = offers;
            self.judge(index);
        }
    }

    /// Notes that somebody says that a prefix belongs to the link: a router (RFC 4861, section 4.6.2) or a DHCP server.
    pub fn announces(&mut self, prefix: Network) {
        let Self { link, devices, .. } = self;
        let is_held = |prefix: Network| devices.iter().flat_map(|it| &it.claimed).any(|it| prefix.contains(*it));
        if link.announce(prefix, is_held) {
            self.revise();
        }
    }

    /// Notes that a DHCP server names an address as the router.
    pub fn names_router(&mut self, address: Ipv4Addr) {
        if self.routers.len() < ROUTERS && !self.routers.contains(&address) {
            self.routers.push(address);
            self.judge_all();
        }
    }

    /// Marks a device whose frames the capturing host sent.
    pub fn sent_by_capture_host(&mut self, index: Index) {
        if let Some(device) = self.devices.get_mut(index as usize)
            && !device.capture_host
        {
            device.capture_host = true;
            self.judge(index);
        }
    }

    /// What is known of the link has changed.
    #[cold]
    fn revise(&mut self) {
        self.revision = self.revision.wrapping_add(1);
        self.judge_all();
    }

    fn judge_all(&mut self) {
        for index in 0..self.devices.len() {
            self.judge(Index::try_from(index).unwrap_or(Index::MAX));
        }
    }

    /// Judges again whether a device forwards.
    fn judge(&mut self, index: Index) {
        let Some(device) = self.devices.get(index as usize) else { return };
        let forwards = self.is_gateway(device);
        if let Some(device) = self.devices.get_mut(index as usize)
            && device.forwards != forwards
        {
            device.forwards = forwards;
            self.revision = self.revision.wrapping_add(1);
        }
    }

    /// The networks behind a device that are neither the link's nor its own.
    fn foreign<'a>(&'a self, device: &'a Device) -> impl Iterator<Item = (IpAddr, Marks)> + Clone + 'a {
        device.behind.networks().filter(|(network, _)| !self.is_at_home(device, *network))
    }

    fn is_at_home(&self, device: &Device, network: IpAddr) -> bool {
        let own = |address: &IpAddr| scope(*address) == Scope::Internet && link_of(*address) == network;
        self.is_neighbour(network) || self.link.overlaps(network) || device.claimed.iter().any(own)
    }

    /// Whether a device itself reaches the internet by way of another.
    fn is_client(&self, device: &Device) -> bool {
        let onward =
            |(network, marks): (IpAddr, Marks)| marks.has(Marks::FROM.and(Marks::ONWARD)) && self.is_at_home(device, network);
        let leads = |(network, way): &(IpAddr, Option<Index>)| {
            let way = way.and_then(|index| self.devices.get(index as usize));
            let is_end = way.is_some_and(|way| way.ends().any(|end| end == *network));
            !is_end && !self.is_neighbour(*network) && !self.link.overlaps(*network)
        };
        device.uses.iter().any(leads) || device.behind.networks().any(onward)
    }

    fn is_gateway(&self, device: &Device) -> bool {
        if !self.settings.gateways.is_empty() {
            return self.settings.gateways.contains(&device.id);
        }
        let foreign = self.foreign(device);
        let with = |marks: Marks| breadth(foreign.clone().filter(|it| it.1.has(marks)).map(|it| it.0));
        let from_afar = |it: (IpAddr, Marks)| it.1.has(Marks::FROM.and(Marks::PRIVATE)) && !it.1.has(Marks::ONWARD);
        if device.capture_host && foreign.clone().any(from_afar) {
            return true;
        }
        if self.is_client(device) {
            return with(Marks::TO.and(Marks::FROM)).max(with(Marks::FROM.and(Marks::BLIND))) >= MANY_FOR_A_CLIENT;
        }
        let named = || self.routers.iter().any(|router| device.claimed.contains(&IpAddr::V4(*router)));
        if device.offers_route || named() {
            return true;
        }
        // What others hand over to it by mistake, it does not answer for.
        if with(if device.sends { Marks::FROM } else { Marks::default() }) >= MANY {
            return true;
        }
        // A server of names or of the time that answers through it is outside, and so is who answers a neighbour from afar.
        let outside = [Marks::TO.and(Marks::ASKED).and(Marks::FROM), Marks::TO.and(Marks::IN)];
        if foreign.clone().any(|it| outside.iter().any(|marks| it.1.has(*marks)) && !it.1.has(Marks::IN.and(Marks::INITIAL))) {
            return true;
        }
        let tells = |marks: Marks| {
            let both = marks.has(Marks::TO.and(Marks::FROM)) || marks.has(Marks::FROM.and(Marks::BLIND));
            let leads_out = both || !device.sends;
            marks.has(Marks::PRIVATE) && !marks.has(Marks::FROM.and(Marks::ONWARD)) && leads_out
        };
        foreign.clone().any(|it| tells(it.1))
    }

    /// Whether a device is known to forward by now.
    #[inline]
    #[must_use]
    pub fn forwards(&self, index: Index) -> bool {
        self.devices.get(index as usize).is_some_and(|device| device.forwards)
    }

    /// The part that a device plays, judged by all that was seen.
    #[must_use]
    pub fn role(&self, index: Index) -> Role {
        let Some(device) = self.devices.get(index as usize) else { return Role::Device };
        if !self.settings.gateways.is_empty() {
            return if device.forwards { Role::Gateway } else { Role::Device };
        }
        // A gateway that captures on all its interfaces forwards under one of its addresses and sends under another.
        let host_forwards = device.capture_host && self.devices.iter().any(|other| other.capture_host && other.forwards);
        // Between public addresses with few of them to tell by: what it sends was sent by others, while somebody else here sends packets of
        // their own.
        let relays = |device: &Device| {
            let mut sent = self.foreign(device).filter(|it| it.1.has(Marks::FROM)).peekable();
            sent.peek().is_some() && sent.all(|it| !it.1.has(Marks::INITIAL)) && !self.is_client(device)
        };
        let sends_own =
            |device: &Device| !device.forwards && device.behind.networks().any(|it| it.1.has(Marks::ONWARD.and(Marks::INITIAL)));
        let found = || self.devices.iter().any(|other| other.forwards);
        let relays = || !found() && relays(device) && self.devices.iter().any(|other| other.id != device.id && sends_own(other));
        if device.forwards || host_forwards || relays() { Role::Gateway } else { Role::Device }
    }

    /// The addresses of a device as they are reported: of a gateway only those that are its own.
    #[must_use]
    pub fn addresses(&self, index: Index) -> Vec<IpAddr> {
        let Some(device) = self.devices.get(index as usize) else { return Vec::new() };
        let forwards = self.role(index) == Role::Gateway;
        let own = |address: &&IpAddr| !forwards || self.scope(**address) == Scope::Home || device.claimed.contains(address);
        device.addresses.iter().filter(own).copied().collect()
    }
}

#[cfg(test)]
mod tests;
