//! Whose frame is this: devices by MAC address (by IP address where a link has none), and who only forwards for others.

use std::net::{IpAddr, Ipv6Addr};

use crate::findings::{DeviceId, Role};
use crate::mac::Mac;
use crate::scope::{Network, Scope, scope};
use crate::table::Table;

/// Number of a device in its roster: also its place in tables that run along.
pub type Index = u32;

/// What a roster is told beforehand.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Most devices that are kept; the frames of others are counted together.
    pub devices: usize,
    /// Devices that are the gateway, whatever they look like; if any is named, no other one is taken for it.
    pub gateways: Vec<DeviceId>,
    /// Networks that belong to the home although their addresses are public.
    pub local: Vec<Network>,
    /// Keeps a stranger from choosing colliding keys.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { devices: 512, gateways: Vec::new(), local: Vec::new(), seed: 0 }
    }
}

/// One device.
#[derive(Clone, Debug)]
pub struct Device {
    /// Who it is.
    pub id: DeviceId,
    /// Addresses it sent from, at most [`ADDRESSES`].
    pub addresses: Vec<IpAddr>,
    /// Whether it forwards: it receives for, or sends from, addresses of the internet that are not its own.
    pub forwards: bool,
    /// Whether the capturing host itself sent its frames (Linux cooked capture tells).
    pub capture_host: bool,
    /// Whether it ever sent a frame.
    pub sends: bool,
    networks: Networks,
    latest: IpAddr,
    hops: Hops,
}

/// Packets that a MAC address sent from public addresses, by the state of their hop count.
#[derive(Clone, Copy, Default, Debug)]
struct Hops {
    /// As a sender sets it: this is where they came from.
    initial: u32,
    /// Counted down: somebody else sent them.
    lowered: u32,
}

/// Hop counts that systems send with.
const INITIAL_HOPS: [u8; 4] = [32, 64, 128, 255];

/// Addresses kept per device: temporary IPv6 addresses change daily.
pub const ADDRESSES: usize = 16;

/// Distinct networks of the internet that a MAC address may stand before before it counts as forwarding: a device
/// has addresses of its own in one network of IPv4 and one or two of IPv6.
const OWN_NETWORKS: usize = 3;

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
    settings: Settings,
    /// The number of a device that was forgotten, for the next one.
    vacant: Option<Index>,
    /// The devices met latest, each at the place that its address points to.
    recent: [(u64, Index); RECENT],
}

impl Roster {
    /// An empty roster.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            devices: Vec::new(),
            by_mac: Table::new(settings.devices, settings.seed),
            by_address: Table::new(KNOWN_ADDRESSES, settings.seed),
            recent: [(u64::MAX, 0); RECENT],
            vacant: None,
            settings,
        }
    }

    /// The devices, in order of appearance.
    #[must_use]
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// Where an address lies, with the networks of the home that were named.
    #[expect(clippy::inline_always, reason = "one look into a table for almost every address, and the call would cost more")]
    #[inline(always)]
    #[must_use]
    pub fn scope(&self, address: IpAddr) -> Scope {
        match scope(address) {
            Scope::Internet if !self.settings.local.is_empty() => self.scope_of_named(address),
            scope => scope,
        }
    }

    #[cold]
    fn scope_of_named(&self, address: IpAddr) -> Scope {
        let home = self.settings.local.iter().any(|network| network.contains(address));
        if home { Scope::Home } else { Scope::Internet }
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
            forwards: self.settings.gateways.contains(&id),
            capture_host: false,
            sends: false,
            networks: Networks::default(),
            latest: IpAddr::V6(Ipv6Addr::UNSPECIFIED),
            hops: Hops::default(),
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
        self.vacant = Some(index);
        true
    }

    /// Learns from a unicast IP packet who forwards and who has which address.
    #[inline]
    pub fn learn(
        &mut self,
        source: Option<Index>,
        from: (IpAddr, Scope),
        hops: u8,
        destination: Option<Index>,
        to: (IpAddr, Scope),
    ) {
        if let Some(index) = source
            && let Some(device) = self.devices.get_mut(index as usize)
        {
            device.sends = true;
            if from.1 == Scope::Internet {
                let initial = INITIAL_HOPS.contains(&hops);
                let count = if initial { &mut device.hops.initial } else { &mut device.hops.lowered };
                *count = count.saturating_add(1);
            }
            if device.latest != from.0 && !(device.forwards && from.1 == Scope::Internet) {
                device.latest = from.0;
                self.learn_source(index, from, to.1);
            }
        }
        if to.1 == Scope::Internet
            && let Some(device) = destination.and_then(|index| self.devices.get_mut(index as usize))
            && !device.forwards
            && self.settings.gateways.is_empty()
        {
            let own = device.addresses.contains(&to.0);
            device.forwards = !own && (from.1 == Scope::Home || device.networks.add(to.0) >= OWN_NETWORKS);
        }
    }

    #[cold]
    fn learn_source(&mut self, index: Index, (address, scope): (IpAddr, Scope), to: Scope) {
        let Some(device) = self.devices.get_mut(index as usize) else { return };
        if address.is_unspecified() || scope == Scope::Group {
            return;
        }
        if scope == Scope::Internet && self.settings.gateways.is_empty() {
            // From the internet into a home: this hop forwarded it. Elsewhere only many networks tell.
            device.forwards |= to == Scope::Home || device.networks.add(address) >= OWN_NETWORKS;
            if device.forwards {
                return;
            }
        }
        if !device.addresses.contains(&address) && device.addresses.len() < ADDRESSES {
            device.addresses.push(address);
            self.remember(index, address);
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

    /// Notes that a device claims an address, by ARP (RFC 826).
    pub fn claims(&mut self, index: Index, address: IpAddr) {
        if scope(address) != Scope::Group && !address.is_unspecified() && !self.forwards(index) {
            self.remember(index, address);
        }
    }

    /// Marks a device that says itself that it routes, by a router advertisement (RFC 4861, section 4.2).
    pub fn advertises_routes(&mut self, index: Index) {
        if self.settings.gateways.is_empty()
            && let Some(device) = self.devices.get_mut(index as usize)
        {
            device.forwards = true;
        }
    }

    /// Marks a device whose frames the capturing host sent.
    pub fn sent_by_capture_host(&mut self, index: Index) {
        if let Some(device) = self.devices.get_mut(index as usize) {
            device.capture_host = true;
        }
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
        // A gateway that captures on all its interfaces forwards under one of its addresses and sends under another.
        let host_forwards = self.settings.gateways.is_empty() && device.capture_host && {
            self.devices.iter().any(|other| other.capture_host && other.forwards)
        };
        // Between public addresses with few of them to tell by: what it sends was sent by others, while somebody else here
        // sends packets of their own.
        let relays = |device: &Device| device.hops.lowered > device.hops.initial;
        let relays = self.settings.gateways.is_empty() && relays(device) && {
            self.devices.iter().any(|other| other.sends && !other.forwards && !relays(other))
        };
        if device.forwards || host_forwards || relays { Role::Gateway } else { Role::Device }
    }
}

/// The first few networks of the internet that a MAC address stood before.
#[derive(Clone, Copy, Default, Debug)]
struct Networks {
    seen: [u64; OWN_NETWORKS],
    count: usize,
}

impl Networks {
    /// Adds the network of an address (/16 of IPv4, /48 of IPv6: the size that one customer is given) and counts them.
    fn add(&mut self, address: IpAddr) -> usize {
        let network = match address {
            IpAddr::V4(v4) => 1 << 48 | u64::from(v4.to_bits() >> 16),
            IpAddr::V6(v6) => u64::try_from(v6.to_bits() >> 80).unwrap_or(0) | 1 << 49,
        };
        if self.count < OWN_NETWORKS && !self.seen[..self.count].contains(&network) {
            self.seen[self.count] = network;
            self.count += 1;
        }
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: Mac = Mac([2, 0, 0, 0, 0, 1]);
    const ROUTER: Mac = Mac([2, 0, 0, 0, 0, 9]);

    fn packet(roster: &mut Roster, from: (Mac, &str), to: (Mac, &str)) -> (Index, Index) {
        packet_with(roster, from, to, 64)
    }

    fn packet_with(roster: &mut Roster, from: (Mac, &str), to: (Mac, &str), hops: u8) -> (Index, Index) {
        let (source, destination) = (roster.by_mac(from.0), roster.by_mac(to.0));
        let address = |text: &str| -> IpAddr { text.parse().unwrap() };
        let ends = [address(from.1), address(to.1)].map(|address| (address, roster.scope(address)));
        roster.learn(source, ends[0], hops, destination, ends[1]);
        (source.unwrap(), destination.unwrap())
    }

    #[test]
    fn who_receives_for_the_internet_forwards() {
        let mut roster = Roster::new(Settings::default());
        let (device, gateway) = packet(&mut roster, (DEVICE, "192.168.1.7"), (ROUTER, "203.0.113.5"));
        assert_eq!((roster.role(device), roster.role(gateway)), (Role::Device, Role::Gateway));
    }

    #[test]
    fn who_sends_from_the_internet_forwards() {
        let mut roster = Roster::new(Settings::default());
        let (gateway, device) = packet(&mut roster, (ROUTER, "203.0.113.5"), (DEVICE, "192.168.1.7"));
        assert_eq!((roster.role(device), roster.role(gateway)), (Role::Device, Role::Gateway));
    }

    #[test]
    fn on_public_addresses_the_one_before_many_networks_forwards() {
        let mut roster = Roster::new(Settings::default());
        for remote in ["2001:db8:1::1", "2a00:1:2::1", "2600:9:9::1"] {
            packet(&mut roster, (DEVICE, "2003:a:b:c::7"), (ROUTER, remote));
            packet(&mut roster, (ROUTER, remote), (DEVICE, "2003:a:b:c::7"));
        }
        let (device, gateway) = (roster.by_mac(DEVICE).unwrap(), roster.by_mac(ROUTER).unwrap());
        assert_eq!((roster.role(device), roster.role(gateway)), (Role::Device, Role::Gateway));
    }

    #[test]
    fn on_public_addresses_the_one_whose_packets_come_from_afar_forwards() {
        let mut roster = Roster::new(Settings::default());
        let (device, gateway) = packet_with(&mut roster, (DEVICE, "2003:a:b:c::7"), (ROUTER, "2001:db8:1::1"), 64);
        packet_with(&mut roster, (ROUTER, "2001:db8:1::1"), (DEVICE, "2003:a:b:c::7"), 57);
        assert_eq!((roster.role(device), roster.role(gateway)), (Role::Device, Role::Gateway));
    }

    #[test]
    fn where_all_packets_come_from_afar_nobody_is_taken_for_a_gateway_by_that() {
        let mut roster = Roster::new(Settings::default());
        let (home, provider) = packet_with(&mut roster, (DEVICE, "203.0.113.9"), (ROUTER, "198.51.100.1"), 63);
        packet_with(&mut roster, (ROUTER, "198.51.100.1"), (DEVICE, "203.0.113.9"), 57);
        assert_eq!((roster.role(home), roster.role(provider)), (Role::Device, Role::Device));
    }

    #[test]
    fn a_gateway_named_by_the_user_is_the_only_one() {
        let settings = Settings { gateways: vec![DeviceId::Mac(DEVICE)], ..Settings::default() };
        let mut roster = Roster::new(settings);
        let (device, gateway) = packet(&mut roster, (DEVICE, "192.168.1.7"), (ROUTER, "203.0.113.5"));
        assert_eq!((roster.role(device), roster.role(gateway)), (Role::Gateway, Role::Device));
    }

    #[test]
    fn a_flood_of_addresses_leaves_the_known_devices_alone() {
        let mut roster = Roster::new(Settings { devices: 4, ..Settings::default() });
        let (device, _) = packet(&mut roster, (DEVICE, "192.168.1.7"), (ROUTER, "203.0.113.5"));
        let entered = (0..60_000_u32).filter(|n| {
            let [a, b, c, d] = n.to_be_bytes();
            roster.by_mac(Mac([6, 1, a, b, c, d])).is_some()
        });
        assert_eq!(entered.count(), 2);
        assert_eq!(roster.by_mac(DEVICE), Some(device));
        assert_eq!(roster.devices().len(), 4);
    }

    #[test]
    fn groups_and_nobody_are_no_devices() {
        let mut roster = Roster::new(Settings::default());
        assert_eq!(roster.by_mac(Mac::BROADCAST), None);
        assert_eq!(roster.by_mac(Mac::default()), None);
    }
}
