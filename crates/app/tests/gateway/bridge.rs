//! A bridge between router and switch.

use super::house::{BESIDE, House, SERVER, same};
use super::shell::{can_run, text, wait};

const BRIDGE: &str = "mode = \"bridge\"\nuplink = \"wan\"\nlan = [\"lan1\"]";

#[test]
fn a_bridge_joins_router_and_switch_without_an_address_or_a_process() {
    if !can_run(&["ip", "bridge", "busybox"]) {
        return;
    }
    let house = House::new();
    house.configure(BRIDGE);
    let refused = text(&house.gateway("up"));
    assert!(refused.contains("home.toml:3:1: `wan` has the address 198.51.100.2"), "{refused}");
    house.must_in("gw", "ip address flush dev wan scope global");
    let before = house.state();

    house.must_in("c1", "ip address add 198.51.100.77/24 dev eth0; ip route replace default via 198.51.100.10");
    assert!(!house.reaches("c1", BESIDE));
    house.must_gateway("up");
    wait("the bridge passes frames", || house.reaches("c1", BESIDE));
    assert!(house.reaches("c1", SERVER));
    assert_eq!(house.must_in("gw", "ip -o address show dev earwitness0"), "", "the bridge has an address");
    assert!(house.processes("gateway").is_empty() && house.processes("dnsmasq").is_empty());
    assert!(house.must_gateway("status").starts_with("up"));
    assert!(house.must_gateway("up").contains("was already up"));

    house.must_gateway("down");
    same(&house.state(), &before, "the state of the machine");
    assert!(!house.reaches("c1", BESIDE));
}
