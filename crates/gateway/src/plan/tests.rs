use super::*;
use crate::observe::forwarding;
use crate::{GatewaySettings, Ipv4Network, Link, Observed, Place, Route, read};
use std::path::Path;

fn link(name: &str) -> Link {
    Link { name: name.into(), mtu: 1_500, ..Link::default() }
}

/// A small computer with a cable to the router, two more ports and a radio.
fn machine() -> Observed {
    let uplink = Link { up: true, addresses: vec!["192.168.1.5".parse().unwrap()], ..link("eth0") };
    let radio = Link { wireless: true, ..link("wlan0") };
    let to = |text: &str, through: &str| Route { to: text.parse().ok(), through: through.into(), metric: 0 };
    Observed {
        links: vec![link("lo"), uplink, link("eth1"), link("eth2"), radio],
        routes: vec![to("default", "eth0"), to("192.168.1.0/24", "eth0")],
        resolvers: vec!["192.168.1.1".parse().unwrap()],
        kernel: ["eth0", "eth1", "wlan0"].map(|name| (forwarding(name), "0".to_owned())).into(),
        programs: ["ip", "bridge", "nft", "dnsmasq", "hostapd"].into(),
        ..Observed::default()
    }
}

fn settings(section: &str) -> GatewaySettings {
    read(&format!("[gateway]\n{section}"), "home.toml").unwrap().settings
}

fn made(section: &str, seen: &Observed) -> Plan {
    plan(&settings(section), seen, &Place::new(Path::new(Place::USUAL))).unwrap()
}

fn refused(section: &str, seen: &Observed) -> String {
    let fault = plan(&settings(section), seen, &Place::new(Path::new(Place::USUAL))).unwrap_err();
    format!("{}: {fault}", fault.key)
}

fn commands(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .filter_map(|step| match &step.act {
            Act::Run { command } | Act::Serve { command, .. } => Some(command.join(" ")),
            _ => None,
        })
        .collect()
}

const POINT: &str =
    "mode = \"access-point\"\nradio = \"wlan0\"\ncountry = \"DE\"\nssid = \"Lab\\\" #1\"\npassphrase = \"top secret words\"\n";

#[test]
fn every_step_that_leaves_something_can_be_undone() {
    for section in
        ["lan = [\"eth1\"]", "lan = [\"eth1\", \"eth2\"]", POINT, "mode = \"bridge\"\nuplink = \"eth2\"\nlan = [\"eth1\"]"]
    {
        for step in made(section, &machine()).steps {
            let covered = match &step.act {
                Act::Write { path, .. } => step.undo == Undo::Remove { path: path.clone() },
                Act::Set { path, .. } => {
                    step.undo == Undo::Set { path: path.clone(), value: "0".into() } || path.to_string_lossy().contains(BRIDGE)
                }
                Act::Serve { daemon, .. } => step.undo == Undo::Stop { daemon: daemon.clone() },
                Act::Run { command } => {
                    let text = command.join(" ");
                    let leaves_nothing = text.contains("-test ")
                        || text.contains("--check ")
                        || text.contains("isolated on")
                        || text.contains(BRIDGE);
                    leaves_nothing || matches!(step.undo, Undo::Run { .. })
                }
            };
            assert!(covered, "{section}: {step:?}");
        }
    }
}

#[test]
fn a_port_that_was_on_stays_on() {
    let mut seen = machine();
    assert!(commands(&made("lan = [\"eth1\"]", &seen)).contains(&"ip link set dev eth1 up".to_owned()));
    seen.links[2].up = true;
    assert!(!commands(&made("lan = [\"eth1\"]", &seen)).iter().any(|it| it.contains("eth1 up")));
}

#[test]
fn rules_come_before_forwarding_and_names_come_last() {
    let plan = made("lan = [\"eth1\"]", &machine());
    let place = |found: &dyn Fn(&Step) -> bool| plan.steps.iter().position(found).unwrap();
    let rules = place(&|step| matches!(&step.act, Act::Run { command } if command.join(" ").starts_with("nft --file")));
    let forwards = place(&|step| matches!(&step.act, Act::Set { path, .. } if path.ends_with("forwarding")));
    let names = place(&|step| matches!(&step.act, Act::Serve { .. }));
    assert!(rules < forwards && forwards < names);
}

#[test]
fn a_narrow_uplink_clamps_segments() {
    let text = |seen: &Observed| show::text(&made("lan = [\"eth1\"]", seen), show::Secrets::Hidden);
    let mut seen = machine();
    assert!(!text(&seen).contains("maxseg"));
    seen.links[1].mtu = 1_400;
    assert!(text(&seen).contains("tcp option maxseg size set 1360"));
}

#[test]
fn the_passphrase_is_shown_on_demand_only() {
    let plan = made(POINT, &machine());
    let hidden =
        show::text(&plan, show::Secrets::Hidden) + &show::json(&plan, show::Secrets::Hidden).to_string() + &format!("{plan:?}");
    assert!(!hidden.contains("top secret") && hidden.contains("wpa_passphrase=(hidden"));
    assert!(show::text(&plan, show::Secrets::Shown).contains("wpa_passphrase=top secret words"));
    assert!(show::json(&plan, show::Secrets::Shown).to_string().contains("top secret words"));
}

#[test]
fn a_name_of_a_network_cannot_become_a_line() {
    let text = show::text(&made(POINT, &machine()), show::Secrets::Hidden);
    assert!(text.contains("ssid2=4c61622220233") && !text.contains("\nssid="), "{text}");
}

#[test]
fn what_does_not_fit_the_machine_is_refused_with_what_to_do() {
    let seen = machine();
    assert!(
        refused("lan = [\"eth7\"]", &seen)
            .starts_with("lan: there is no interface `eth7`; this machine has eth0, eth1, eth2, wlan0")
    );
    assert!(refused("lan = [\"eth0\"]", &seen).starts_with("lan: `eth0` leads to the internet"));
    assert!(
        refused("lan = [\"eth1\"]\nnetwork = \"192.168.0.0/16\"", &seen)
            .starts_with("network: 192.168.0.0/16 is not free: 192.168.1.0/24 is reached through `eth0`; 10.77.0.0/24 is free")
    );
    assert!(refused(&POINT.replace("wlan0", "eth1"), &seen).starts_with("radio: `eth1` is no Wi-Fi radio; name one of wlan0"));
    assert!(refused("uplink = \"eth2\"\nlan = [\"eth0\"]", &seen).starts_with("lan: `eth0` has the address 192.168.1.5"));
    assert!(
        refused("mode = \"bridge\"\nuplink = \"eth0\"\nlan = [\"eth1\"]", &seen).starts_with("uplink: `eth0` has the address")
    );
    let change = |change: &dyn Fn(&mut Observed)| {
        let mut seen = machine();
        change(&mut seen);
        seen
    };
    assert!(refused(POINT, &change(&|seen| seen.blocked = ["wlan0".to_owned()].into())).contains("rfkill unblock"));
    assert!(refused("lan = [\"eth1\"]", &change(&|seen| seen.links[2].master = Some("br0".into()))).contains("a port of `br0`"));
    assert!(refused("lan = [\"eth1\", \"eth2\"]", &change(&|seen| seen.links.push(link(BRIDGE)))).contains("no record"));
    assert!(refused("lan = [\"eth1\"]", &change(&|seen| seen.routes.clear())).starts_with("uplink: "));
    assert!(refused("lan = [\"eth1\"]", &change(&|seen| seen.resolvers.clear())).starts_with("dns: "));
    let crowded = change(&|seen| seen.routes.push(Route { to: Some(Ipv4Network::DEFAULT), through: "tun0".into(), metric: 0 }));
    assert!(refused("lan = [\"eth1\"]", &crowded).contains("10.78.0.0/24 is free"));
}

#[test]
fn what_is_missing_is_named_with_its_package() {
    let seen = Observed { programs: ["ip"].into(), ..machine() };
    let missing = show::missing(&made(POINT, &seen));
    assert_eq!(missing, "nft, dnsmasq, hostapd; install with: apt-get install nftables dnsmasq-base hostapd");
    assert!(made("mode = \"bridge\"\nuplink = \"eth2\"\nlan = [\"eth1\"]", &seen).missing.is_empty());
}

#[test]
fn a_network_manager_is_told_to_let_go_and_to_take_again() {
    let seen = Observed { managed: ["wlan0".to_owned(), "eth0".to_owned()].into(), ..machine() };
    let plan = made(POINT, &seen);
    let step = plan.steps.iter().find(|step| matches!(&step.act, Act::Run { command } if command[0] == "nmcli")).unwrap();
    assert!(matches!(&step.undo, Undo::Run { command, .. } if command.join(" ") == "nmcli device set wlan0 managed yes"));
    assert!(!commands(&plan).iter().any(|it| it.contains("eth0 managed")));
}
