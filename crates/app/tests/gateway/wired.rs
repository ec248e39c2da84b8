//! A wired gateway as its devices see it.

use std::fs;

use super::house::{BESIDE, House, SERVER, WAN, WIRED, kill, same};
use super::shell::{can_run, text, wait};

/// One port; names are asked at the server beside the uplink.
const ONE: &str = "uplink = \"wan\"\nlan = [\"lan1\"]\ndns = [\"198.51.100.10\"]";
/// Two ports.
const TWO: &str = "lan = [\"lan1\", \"lan2\"]\ndns = [\"198.51.100.10\"]";

/// Octets per second through the gateway, as the receiver counted them, and whom the server saw.
fn throughput(house: &House, device: &str, more: &str) -> (f64, String) {
    let output = house.must_in(device, &format!("iperf3 --client {SERVER} --time 2 --json {more}"));
    let output: serde_json::Value = serde_json::from_str(&output).unwrap();
    let rate = output["end"]["sum_received"]["bits_per_second"].as_f64().unwrap();
    let peer = house.must_in("cloud", "cat /proc/net/nf_conntrack 2>/dev/null; true");
    (rate / 8.0, peer)
}

#[test]
fn a_device_gets_an_address_asks_for_names_and_reaches_the_internet_as_the_gateway() {
    if !can_run(&WIRED) {
        return;
    }
    let mut house = House::new();
    house.serve_cloud();
    house.configure(ONE);
    let before = house.state();
    let output = house.must_gateway("up");
    assert!(output.contains("the gateway is up; devices are seen on lan1"), "{output}");

    let lease = house.lease("c1");
    let address = lease.split(['=', ' ']).nth(1).unwrap().to_owned();
    assert!(lease.starts_with("address=10.77.0."), "{lease}");
    assert!(lease.contains("router=10.77.0.1 dns=10.77.0.1 lease=43200 domain=home.arpa"), "{lease}");
    let answer = house.must_in("c1", "busybox nslookup -type=a cloud.example 10.77.0.1");
    assert!(answer.contains(SERVER), "{answer}");
    assert!(house.reaches("c1", SERVER));

    // The server sees the gateway's address, never the device's.
    house.serve(
        "cloud",
        "tcpdump",
        &["-i", "eth0", "-n", "-U", "-w", house.path("cloud.pcap").to_str().unwrap()].map(|it| &*String::leak(it.to_owned())),
    );
    wait("the server's capture", || house.path("cloud.pcap").metadata().is_ok_and(|it| it.len() >= 24));
    let (down, _) = throughput(&house, "c1", "--reverse");
    let (up, _) = throughput(&house, "c1", "");
    eprintln!("through the gateway: up {:.0} Mbit/s, down {:.0} Mbit/s", up * 8e-6, down * 8e-6);
    assert!(up > 1e6 && down > 1e6);
    let seen = house.must_in(
        "cloud",
        &format!("tcpdump -n -r {} 'tcp port 5201' 2>/dev/null | head -2000", house.path("cloud.pcap").display()),
    );
    assert!(seen.contains(WAN) && !seen.contains(&address), "the device's address left the home");

    let status: serde_json::Value = serde_json::from_slice(&house.gateway("status --json").stdout).unwrap();
    assert_eq!(
        (status["state"].as_str(), status["leases"].as_u64(), status["inside"].as_str()),
        (Some("up"), Some(1), Some("lan1"))
    );
    let again = house.must_gateway("up");
    assert!(again.contains("was already up"), "{again}");
    house.configure(&ONE.replace("lan1", "lan2"));
    let other = text(&house.gateway("up"));
    assert!(other.contains("another configuration is up; first: earwitness gateway down"), "{other}");

    assert!(house.must_gateway("down").contains("everything is as it was"));
    same(&house.state(), &before, "the state of the machine");
    assert!(house.must_gateway("down").contains("nothing to undo"));
    assert!(!house.path("run/gateway").exists());
    wait("the processes have ended", || {
        ["dnsmasq", "gateway keep", "gateway guard"].iter().all(|it| house.processes(it).is_empty())
    });
}

#[test]
fn nothing_listens_on_the_uplink_and_nobody_gets_in_from_there() {
    if !can_run(&WIRED) {
        return;
    }
    let mut house = House::new();
    house.serve_cloud();
    house.configure(ONE);
    let before = house.must_in("gw", "ss -Hlnptu");
    house.must_gateway("up");
    let address = house.lease("c1").split(['=', ' ']).nth(1).unwrap().to_owned();
    let listening = house.must_in("gw", "ss -Hlntu");
    assert_ne!(listening, before);
    for line in listening.lines() {
        let local = line.split_whitespace().nth(4).unwrap();
        assert!(local.starts_with("10.77.0.1") || local.contains("%lan1"), "listens beyond the home: {line}");
    }
    assert!(
        !house.in_space("cloud", &format!("busybox timeout 3 busybox nslookup -type=a cloud.example {WAN}")).status.success()
    );
    // A neighbour on the uplink who knows the addresses of the home gets no packet in.
    house.must_in("cloud", &format!("ip route add 10.77.0.0/24 via {WAN}"));
    assert!(house.reaches("c1", BESIDE));
    assert!(!house.reaches("cloud", &address));
    house.must_in("gw", "nft list table inet earwitness_gateway");
    house.must_gateway("down");
}

#[test]
fn isolated_devices_reach_the_internet_and_not_each_other() {
    if !can_run(&WIRED) {
        return;
    }
    let mut house = House::new();
    house.serve_cloud();
    let before = house.state();
    for isolated in [false, true] {
        house.configure(&format!("{TWO}\nisolation = {isolated}"));
        house.must_gateway("up");
        let addresses = ["c1", "c2"].map(|it| house.lease(it).split(['=', ' ']).nth(1).unwrap().to_owned());
        assert_ne!(addresses[0], addresses[1]);
        assert!(house.reaches("c1", SERVER) && house.reaches("c2", SERVER));
        assert_eq!(house.reaches("c1", &addresses[1]), !isolated);
        if isolated {
            // The way around, over the gateway, is closed too.
            house.must_in("c1", &format!("ip route add {}/32 via 10.77.0.1", addresses[1]));
            assert!(!house.reaches("c1", &addresses[1]));
        }
        house.must_gateway("down");
        same(&house.state(), &before, "the state of the machine");
        for device in ["c1", "c2"] {
            house.must_in(device, "ip address flush dev eth0 scope global");
        }
    }
}

#[test]
fn a_prefix_of_its_own_is_announced_without_a_way_to_nowhere() {
    if !can_run(&WIRED) {
        return;
    }
    let house = House::new();
    let before = house.state();
    house.configure(&format!("{ONE}\nipv6 = \"fd77:1:2:3::/64\""));
    house.must_gateway("up");
    wait("an address by announcement", || {
        house.in_space("c1", "ip -6 addr show dev eth0 | grep -v tentative | grep -q fd77:1:2:3:").status.success()
    });
    house.must_in("c1", "busybox ping6 -c 3 -W 5 fd77:1:2:3::1");
    assert_eq!(house.must_in("c1", "ip -6 route show default"), "", "the IPv6 internet is not behind this gateway");
    house.must_gateway("down");
    same(&house.state(), &before, "the state of the machine");
}

#[test]
fn a_narrow_uplink_loses_no_large_segment() {
    if !can_run(&WIRED) || !can_run(&["ethtool"]) {
        return;
    }
    let mut house = House::new();
    house.serve_cloud();
    // The router's end takes 1,400 octets and drops what is longer without a word, as a tunnel does.
    house.must_in("gw", "ip link set wan mtu 1400");
    house.must_in("cloud", "ethtool -K eth0 tso off gso off");
    house.configure(ONE);
    house.must_gateway("up");
    house.lease("c1");
    let (rate, _) = throughput(&house, "c1", "--reverse");
    assert!(rate > 1e5, "{rate} octets a second");
    // Without the rule, the same transfer hangs.
    house.must_in("gw", "nft flush chain inet earwitness_gateway forward");
    let output = house.in_space("c1", &format!("timeout 6 iperf3 --client {SERVER} --time 2 --reverse --json"));
    let output: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert!(output["end"]["sum_received"]["bits_per_second"].as_f64().unwrap_or(0.0) < 1e5, "the rule makes no difference");
    house.must_gateway("down");
}

#[test]
fn a_daemon_that_dies_is_started_again() {
    if !can_run(&WIRED) {
        return;
    }
    let house = House::new();
    house.configure(ONE);
    house.must_gateway("up");
    for _ in 0..2 {
        let dnsmasq = house.processes("dnsmasq");
        assert!(!dnsmasq.is_empty());
        for pid in &dnsmasq {
            kill(*pid);
        }
        wait("another dnsmasq", || house.processes("dnsmasq").iter().any(|pid| !dnsmasq.contains(pid)));
    }
    // So is the watchdog.
    let watchdog = house.processes("gateway guard");
    assert_eq!(watchdog.len(), 1);
    kill(watchdog[0]);
    wait("another guardian", || house.processes("gateway guard").iter().any(|pid| !watchdog.contains(pid)));
    assert!(house.lease("c1").contains("router=10.77.0.1"));
    house.must_gateway("down");
}

#[test]
fn a_plan_changes_nothing_and_is_what_up_does() {
    if !can_run(&WIRED) {
        return;
    }
    let house = House::new();
    house.configure(&format!("{ONE}\nipv6 = \"fd77::/64\""));
    let before = house.state();
    let plan: serde_json::Value = serde_json::from_slice(&house.gateway("plan --json").stdout).unwrap();
    let output = house.must_gateway("plan");
    assert!(
        output.contains("undo   end dnsmasq") && output.contains("interface=lan1") && output.contains("masquerade"),
        "{output}"
    );
    same(&house.state(), &before, "the state of the machine");
    assert!(!house.path("run").exists());
    house.must_gateway("up");
    let mut files = 0;
    for step in plan["steps"].as_array().unwrap() {
        match step["do"]["act"].as_str().unwrap() {
            "write" => {
                files += 1;
                let path = step["do"]["path"].as_str().unwrap();
                assert_eq!(fs::read_to_string(path).unwrap(), step["do"]["content"].as_str().unwrap());
                assert!(text(&house.in_space("gw", &format!("stat -c %a {path}"))).starts_with("600"));
            }
            "set" => {
                let path = step["do"]["path"].as_str().unwrap();
                assert_eq!(house.must_in("gw", &format!("cat {path}")).trim(), step["do"]["value"].as_str().unwrap());
            }
            _ => {}
        }
    }
    assert_eq!(files, 2);
    house.must_gateway("down");
}

#[test]
fn a_network_that_is_reached_otherwise_is_refused() {
    if !can_run(&WIRED) {
        return;
    }
    let house = House::new();
    house.must_in("gw", "ip route add 10.77.0.0/16 via 198.51.100.10");
    house.configure(&format!("{ONE}\nnetwork = \"10.77.0.0/24\""));
    let before = house.state();
    let refused = house.gateway("up");
    assert_eq!(refused.status.code(), Some(2));
    let output = text(&refused);
    assert!(
        output.contains("home.toml:5:1: 10.77.0.0/24 is not free: 10.77.0.0/16 is reached through `wan`; 10.78.0.0/24 is free"),
        "{output}"
    );
    same(&house.state(), &before, "the state of the machine");
}
