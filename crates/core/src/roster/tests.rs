use proptest::prelude::Strategy;

use super::*;

const DEVICE: Mac = Mac([2, 0, 0, 0, 0, 1]);
const OTHER: Mac = Mac([2, 0, 0, 0, 0, 2]);
const ROUTER: Mac = Mac([2, 0, 0, 0, 0, 9]);

fn packet(roster: &mut Roster, from: (Mac, &str), to: (Mac, &str)) -> (Index, Index) {
    packet_with(roster, from, to, 64)
}

fn packet_with(roster: &mut Roster, from: (Mac, &str), to: (Mac, &str), hops: u8) -> (Index, Index) {
    packet_that(roster, from, to, (hops, false))
}

fn packet_that(roster: &mut Roster, from: (Mac, &str), to: (Mac, &str), (hops, asks): (u8, bool)) -> (Index, Index) {
    let (source, destination) = (roster.by_mac(from.0), roster.by_mac(to.0));
    let address = |text: &str| -> IpAddr { text.parse().unwrap() };
    let ends = [address(from.1), address(to.1)].map(|address| (address, roster.scope(address)));
    roster.learn(source, destination, &Passed { from: ends[0], to: ends[1], hops, stays: false, shows_receiver: true, asks });
    (source.unwrap(), destination.unwrap())
}

#[test]
fn who_receives_for_the_internet_and_answers_for_it_forwards() {
    let mut roster = Roster::new(RosterSettings::default());
    packet(&mut roster, (DEVICE, "192.168.1.7"), (ROUTER, "203.0.113.5"));
    let (gateway, device) = packet(&mut roster, (ROUTER, "203.0.113.5"), (DEVICE, "192.168.1.7"));
    assert_eq!((roster.role(device), roster.role(gateway)), (Role::Device, Role::Gateway));
}

#[test]
fn where_one_direction_passes_the_one_that_never_sends_forwards() {
    let mut roster = Roster::new(RosterSettings::default());
    let (device, gateway) = packet(&mut roster, (DEVICE, "192.168.1.7"), (ROUTER, "203.0.113.5"));
    assert_eq!((roster.role(device), roster.role(gateway)), (Role::Device, Role::Gateway));
}

#[test]
fn packets_that_are_handed_to_a_device_by_mistake_make_no_gateway_of_it() {
    let mut roster = Roster::new(RosterSettings::default());
    home(&mut roster);
    for n in 0..200_u8 {
        packet(&mut roster, (OTHER, "192.168.1.8"), (DEVICE, &format!("{n}.{n}.8.8")));
    }
    assert_eq!(roles(&mut roster), [Role::Device, Role::Gateway, Role::Device]);
}

#[test]
fn a_router_that_says_that_it_is_none_is_none() {
    let mut roster = Roster::new(RosterSettings::default());
    let device = roster.by_mac(DEVICE).unwrap();
    roster.offers_route(device, false);
    assert_eq!(roster.role(device), Role::Device);
    roster.offers_route(device, true);
    assert_eq!(roster.role(device), Role::Gateway);
    roster.offers_route(device, false);
    assert_eq!(roster.role(device), Role::Device);
}

#[test]
fn who_uses_the_gateway_is_not_made_one_by_its_own_advertisement() {
    let mut roster = Roster::new(RosterSettings::default());
    home(&mut roster);
    let device = roster.by_mac(DEVICE).unwrap();
    roster.offers_route(device, true);
    assert_eq!(roster.role(device), Role::Device);
}

#[test]
fn a_campus_laptop_that_asks_a_private_server_is_a_device() {
    let mut roster = Roster::new(RosterSettings::default());
    packet(&mut roster, (ROUTER, "10.0.0.5"), (DEVICE, "130.37.20.7"));
    packet(&mut roster, (DEVICE, "130.37.20.7"), (ROUTER, "10.0.0.5"));
    for remote in ["8.8.8.8", "17.5.7.8", "142.250.1.1"] {
        packet(&mut roster, (DEVICE, "130.37.20.7"), (ROUTER, remote));
        packet_with(&mut roster, (ROUTER, remote), (DEVICE, "130.37.20.7"), 57);
    }
    assert_eq!(roles(&mut roster)[..2], [Role::Device, Role::Gateway]);
}

#[test]
fn a_border_router_of_another_network_is_a_device() {
    let mut roster = Roster::new(RosterSettings::default());
    home(&mut roster);
    // A mesh with a prefix of its own behind a speaker; its hop counts are lowered by one.
    for n in 0..40 {
        packet_with(&mut roster, (DEVICE, &format!("fd99:1::{n:x}")), (OTHER, "fd00::8"), 63);
        packet_with(&mut roster, (DEVICE, &format!("2003:a:b:99::{n:x}")), (ROUTER, "2a00:1:2::1"), 63);
        packet_with(&mut roster, (ROUTER, "2a00:1:2::1"), (DEVICE, &format!("2003:a:b:99::{n:x}")), 57);
    }
    assert_eq!(roles(&mut roster), [Role::Device, Role::Gateway, Role::Device]);
}

#[test]
fn outside_the_homes_router_the_provider_is_the_gateway() {
    let mut roster = Roster::new(RosterSettings::default());
    for remote in ["8.8.8.8", "17.5.7.8", "142.250.1.1", "52.3.4.5"] {
        packet_with(&mut roster, (DEVICE, "198.51.100.20"), (ROUTER, remote), 63);
        packet_with(&mut roster, (ROUTER, remote), (DEVICE, "198.51.100.20"), 57);
    }
    packet_with(&mut roster, (ROUTER, "10.11.12.13"), (DEVICE, "198.51.100.20"), 250);
    assert_eq!(roles(&mut roster)[..2], [Role::Device, Role::Gateway]);
}

#[test]
fn a_neighbour_in_a_learnt_prefix_is_at_home() {
    let mut roster = Roster::new(RosterSettings::default());
    let address: IpAddr = "130.37.20.7".parse().unwrap();
    roster.announces("130.37.16.0/20".parse().unwrap());
    assert_eq!(roster.scope(address), Scope::Internet, "nobody has an address in it yet");
    let device = roster.by_mac(DEVICE).unwrap();
    roster.claims(device, address);
    assert_eq!(roster.scope(address), Scope::Home);
    assert_eq!(roster.scope("130.37.32.1".parse().unwrap()), Scope::Internet);
}

/// Packets of a home with private addresses: two devices, a gateway, two servers.
fn home(roster: &mut Roster) {
    for (mac, address) in [(DEVICE, "192.168.1.7"), (OTHER, "192.168.1.8")] {
        for remote in ["198.51.100.9", "203.0.113.5"] {
            packet(roster, (mac, address), (ROUTER, remote));
            packet_with(roster, (ROUTER, remote), (mac, address), 57);
        }
    }
}

fn roles(roster: &mut Roster) -> [Role; 3] {
    [DEVICE, ROUTER, OTHER].map(|mac| {
        let index = roster.by_mac(mac).unwrap();
        roster.role(index)
    })
}

/// Something that passes.
type Step = Box<dyn Fn(&mut Roster)>;

proptest::proptest! {
    #[test]
    fn the_order_of_packets_makes_no_role(order in proptest::prelude::Just((0..14_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let steps: Vec<Step> = vec![
            Box::new(|it| _ = packet(it, (DEVICE, "192.168.1.7"), (ROUTER, "198.51.100.9"))),
            Box::new(|it| _ = packet_with(it, (ROUTER, "198.51.100.9"), (DEVICE, "192.168.1.7"), 57)),
            Box::new(|it| _ = packet(it, (OTHER, "192.168.1.8"), (ROUTER, "198.51.100.9"))),
            Box::new(|it| _ = packet(it, (DEVICE, "2003:a:b:c::7"), (ROUTER, "2a00:1:2::1"))),
            Box::new(|it| _ = packet_with(it, (ROUTER, "2a00:1:2::1"), (DEVICE, "2003:a:b:c::7"), 55)),
            Box::new(|it| _ = packet(it, (ROUTER, "fd00::1"), (DEVICE, "2003:a:b:c::7"))),
            Box::new(|it| _ = packet(it, (DEVICE, "2003:a:b:c::7"), (ROUTER, "fd00::1"))),
            Box::new(|it| _ = packet(it, (ROUTER, "fe80::1"), (DEVICE, "2003:a:b:c::7"))),
            Box::new(|it| _ = packet(it, (DEVICE, "2003:a:b:c::7"), (OTHER, "2003:a:b:c::8"))),
            Box::new(|it| _ = packet(it, (OTHER, "192.168.1.8"), (DEVICE, "8.8.8.8"))),
            Box::new(|it| it.announces("2003:a:b:c::/64".parse().unwrap())),
            Box::new(|it| { let index = it.by_mac(DEVICE).unwrap(); it.offers_route(index, false) }),
            Box::new(|it| { let index = it.by_mac(ROUTER).unwrap(); it.claims(index, "192.168.1.1".parse().unwrap()) }),
            Box::new(|it| it.names_router("192.168.1.1".parse().unwrap())),
        ];
        let mut roster = Roster::new(RosterSettings::default());
        for step in order {
            steps[step](&mut roster);
        }
        proptest::prop_assert_eq!(roles(&mut roster), [Role::Device, Role::Gateway, Role::Device]);
    }
}

#[test]
fn on_public_addresses_the_one_before_many_networks_forwards() {
    let mut roster = Roster::new(RosterSettings::default());
    for remote in ["2001:db8:1::1", "2a00:1:2::1", "2600:9:9::1"] {
        packet(&mut roster, (DEVICE, "2003:a:b:c::7"), (ROUTER, remote));
        packet(&mut roster, (ROUTER, remote), (DEVICE, "2003:a:b:c::7"));
    }
    let (device, gateway) = (roster.by_mac(DEVICE).unwrap(), roster.by_mac(ROUTER).unwrap());
    assert_eq!((roster.role(device), roster.role(gateway)), (Role::Device, Role::Gateway));
}

#[test]
fn on_public_addresses_the_one_whose_packets_come_from_afar_forwards() {
    let mut roster = Roster::new(RosterSettings::default());
    let (device, gateway) = packet_with(&mut roster, (DEVICE, "2003:a:b:c::7"), (ROUTER, "2001:db8:1::1"), 64);
    packet_with(&mut roster, (ROUTER, "2001:db8:1::1"), (DEVICE, "2003:a:b:c::7"), 57);
    assert_eq!((roster.role(device), roster.role(gateway)), (Role::Device, Role::Gateway));
}

#[test]
fn on_public_addresses_the_one_through_which_names_are_answered_forwards() {
    let mut roster = Roster::new(RosterSettings::default());
    let (device, gateway) = packet_that(&mut roster, (DEVICE, "2003:a:b:c::7"), (ROUTER, "2620:fe::fe"), (64, true));
    packet_with(&mut roster, (ROUTER, "2620:fe::fe"), (DEVICE, "2003:a:b:c::7"), 64);
    assert_eq!((roster.role(device), roster.role(gateway)), (Role::Device, Role::Gateway));
    // Without an answer it is a device that was asked by mistake.
    packet_that(&mut roster, (DEVICE, "2003:a:b:c::7"), (OTHER, "2620:fe:1::fe"), (64, true));
    let other = roster.by_mac(OTHER).unwrap();
    assert_eq!(roster.role(other), Role::Device);
}

#[test]
fn the_one_through_which_neighbours_with_public_addresses_are_answered_forwards() {
    let mut roster = Roster::new(RosterSettings::default());
    for _ in 0..2 {
        for (mac, address) in [(DEVICE, "2003:a:b:c::7"), (OTHER, "2003:a:b:c::8")] {
            packet(&mut roster, (mac, address), (ROUTER, "2a00:1:2::1"));
            packet_with(&mut roster, (ROUTER, "2a00:1:2::1"), (mac, address), 57);
        }
    }
    assert_eq!(roles(&mut roster), [Role::Device, Role::Gateway, Role::Device]);
}

#[test]
fn a_server_of_names_at_home_that_asks_others_is_a_device() {
    let mut roster = Roster::new(RosterSettings::default());
    home(&mut roster);
    packet_that(&mut roster, (OTHER, "2003:a:b:c::8"), (DEVICE, "2003:a:b:d::53"), (64, true));
    packet_with(&mut roster, (DEVICE, "2003:a:b:d::53"), (OTHER, "2003:a:b:c::8"), 64);
    assert_eq!(roles(&mut roster), [Role::Device, Role::Gateway, Role::Device]);
}

#[test]
fn where_all_packets_come_from_afar_nobody_is_taken_for_a_gateway_by_that() {
    let mut roster = Roster::new(RosterSettings::default());
    let (home, provider) = packet_with(&mut roster, (DEVICE, "203.0.113.9"), (ROUTER, "198.51.100.1"), 63);
    packet_with(&mut roster, (ROUTER, "198.51.100.1"), (DEVICE, "203.0.113.9"), 57);
    assert_eq!((roster.role(home), roster.role(provider)), (Role::Device, Role::Device));
}

#[test]
fn a_gateway_named_by_the_user_is_the_only_one() {
    let settings = RosterSettings { gateways: vec![DeviceId::Mac(DEVICE)], ..RosterSettings::default() };
    let mut roster = Roster::new(settings);
    let (device, gateway) = packet(&mut roster, (DEVICE, "192.168.1.7"), (ROUTER, "203.0.113.5"));
    assert_eq!((roster.role(device), roster.role(gateway)), (Role::Gateway, Role::Device));
}

#[test]
fn a_flood_of_addresses_leaves_the_known_devices_alone() {
    let mut roster = Roster::new(RosterSettings { devices: 4, ..RosterSettings::default() });
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
    let mut roster = Roster::new(RosterSettings::default());
    assert_eq!(roster.by_mac(Mac::BROADCAST), None);
    assert_eq!(roster.by_mac(Mac::default()), None);
}

#[test]
fn who_takes_the_number_of_a_forgotten_device_is_nobodys_way() {
    let mut roster = Roster::new(RosterSettings::default());
    let (device, way) = packet(&mut roster, (DEVICE, "192.168.1.7"), (OTHER, "198.51.100.5"));
    packet(&mut roster, (OTHER, "198.51.100.5"), (ROUTER, "203.0.113.9"));
    let uses = |roster: &Roster| roster.devices()[device as usize].uses.clone();
    assert!(uses(&roster).iter().any(|it| it.1 == Some(way)));
    assert!(roster.forget(way));
    assert_eq!(uses(&roster), [], "it led nowhere");
    packet(&mut roster, (DEVICE, "192.168.1.7"), (OTHER, "9.9.9.9"));
    assert!(roster.forget(way));
    assert_eq!(uses(&roster).iter().map(|it| it.1).collect::<Vec<_>>(), [None]);
    assert_eq!(roster.by_mac(ROUTER).map(|router| router == way), Some(false));
}
