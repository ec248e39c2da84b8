//! From what is wanted and what is there to the steps.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use super::{Act, BRIDGE, Content, Plan, Ready, Step, TABLE, Undo, daemons, fit, rules};
use crate::check::Contradiction;
use crate::observe::{Observed, accept_announcements, forwarding};
use crate::place::Place;
use crate::settings::{GatewaySettings, Ipv6, Mode};

/// Port of the server of names (RFC 1035, 4.2).
const DNS: u16 = 53;
/// Longest packet of Ethernet, octets.
const ETHERNET_MTU: u32 = 1_500;

/// The steps that make this machine what is wanted.
///
/// # Errors
/// When what is wanted does not fit the machine as it is.
pub fn plan(wanted: &GatewaySettings, seen: &Observed, place: &Place) -> Result<Plan, Contradiction> {
    let uplink = fit::uplink(wanted, seen)?;
    fit::inside(wanted, seen)?;
    let bridged = wanted.mode == Mode::Bridge || wanted.inside().len() > 1;
    if bridged {
        fit::no_bridge(seen)?;
    }
    let mut steps = Steps { seen, list: Vec::new() };
    let mut plan = Plan {
        inside: if bridged { BRIDGE.to_owned() } else { wanted.inside().first().copied().unwrap_or_default().to_owned() },
        address: None,
        missing: fit::missing(wanted, bridged, seen),
        notes: Vec::new(),
        steps: Vec::new(),
        uplink,
    };
    if wanted.mode == Mode::Bridge {
        if let Some(link) = seen.link(&plan.uplink) {
            fit::no_address("uplink", link)?;
        }
        let ports = [plan.uplink.as_str(), wanted.lan.first().map(String::as_str).unwrap_or_default()];
        steps.let_go(&ports);
        steps.bridge(&ports, false);
        if steps.speaks_ipv6() {
            steps.set(
                "the bridge has no address of its own",
                PathBuf::from(format!("/proc/sys/net/ipv6/conf/{BRIDGE}/disable_ipv6")),
                "1",
            );
        }
        steps.switch_on(&[BRIDGE]);
        steps.switch_on(&ports);
        plan.notes.push("the bridge needs no program: it goes on when earwitness ends, until `gateway down` or a reboot".into());
    } else {
        fit::network(wanted, seen)?;
        let servers = fit::servers(wanted, seen)?;
        plan.address = Some(IpAddr::V4(wanted.network.gateway()));
        if seen.default_route() != Some(plan.uplink.as_str()) {
            plan.notes.push(format!("no default route leads through `{}`: until one does, devices reach nothing", plan.uplink));
        }
        steps.route(wanted, &plan, &servers, place);
    }
    plan.steps = steps.list;
    Ok(plan)
}

/// The plan in the making: steps in order, and the machine that they are for.
struct Steps<'a> {
    seen: &'a Observed,
    list: Vec<Step>,
}

/// Exists as long as the interface does.
fn device(name: &str) -> PathBuf {
    Path::new("/sys/class/net").join(name)
}

impl Steps<'_> {
    fn add(&mut self, why: impl Into<String>, act: Act, undo: Undo) {
        self.list.push(Step { why: why.into(), act, undo });
    }

    fn write(&mut self, why: &str, path: PathBuf, content: Content) {
        self.add(why, Act::Write { path: path.clone(), content }, Undo::Remove { path });
    }

    fn run(&mut self, why: impl Into<String>, command: &str, undo: Option<(String, Option<PathBuf>)>) {
        let undo = undo.map_or(Undo::Nothing, |(command, only_with)| Undo::Run { command: words(&command), only_with });
        self.add(why, Act::Run { command: words(command) }, undo);
    }

    /// Sets a value of the kernel. What is not there yet goes with its interface, and needs no undoing.
    fn set(&mut self, why: impl Into<String>, path: PathBuf, value: &str) {
        let undo = match self.seen.kernel.get(&path) {
            Some(now) => Undo::Set { path: path.clone(), value: now.clone() },
            None => Undo::Nothing,
        };
        self.add(why, Act::Set { path, value: value.into() }, undo);
    }

    /// Tells `NetworkManager` to leave interfaces alone.
    fn let_go(&mut self, names: &[&str]) {
        for name in names.iter().filter(|name| self.seen.managed.contains(**name)).copied().collect::<Vec<_>>() {
            self.run(
                format!("NetworkManager must not configure {name} meanwhile"),
                &format!("nmcli device set {name} managed no"),
                Some((format!("nmcli device set {name} managed yes"), Some(device(name)))),
            );
        }
    }

    /// Switches interfaces on that are off.
    fn switch_on(&mut self, names: &[&str]) {
        for name in names {
            // A bridge is made by a step before, and goes with it.
            let was_off = self.seen.link(name).is_none_or(|link| !link.up);
            if was_off {
                let undo = self.seen.link(name).map(|_| (format!("ip link set dev {name} down"), Some(device(name))));
                self.run(format!("switch {name} on"), &format!("ip link set dev {name} up"), undo);
            }
        }
    }

    /// Joins ports to a bridge. The spanning tree stays on: two cables to one switch would otherwise stop the whole home.
    fn bridge(&mut self, ports: &[&str], isolated: bool) {
        self.run(
            "one network out of several ports",
            &format!("ip link add name {BRIDGE} type bridge stp_state 1 forward_delay 200 hello_time 100 mcast_snooping 0"),
            Some((format!("ip link delete dev {BRIDGE}"), Some(device(BRIDGE)))),
        );
        for port in ports {
            self.run(
                format!("{port} is a port of it"),
                &format!("ip link set dev {port} master {BRIDGE}"),
                Some((format!("ip link set dev {port} nomaster"), Some(device(port).join("brport")))),
            );
            if isolated {
                self.run(
                    format!("what comes in at {port} leaves at no other isolated port"),
                    &format!("bridge link set dev {port} isolated on"),
                    None,
                );
            }
        }
    }

    fn speaks_ipv6(&self) -> bool {
        self.seen.kernel.keys().any(|path| path.starts_with("/proc/sys/net/ipv6"))
    }

    /// The steps of a gateway that translates addresses.
    fn route(&mut self, wanted: &GatewaySettings, plan: &Plan, servers: &[IpAddr], place: &Place) {
        let (inside, uplink) = (plan.inside.as_str(), plan.uplink.as_str());
        let [dnsmasq, hostapd, rules_file] = ["dnsmasq.conf", "hostapd.conf", "rules.nft"].map(|name| place.file(name));
        let wired: Vec<&str> = wanted.lan.iter().map(String::as_str).collect();
        let bridged = inside == BRIDGE;
        let mtu = |name: &str| self.seen.link(name).map_or(ETHERNET_MTU, |link| link.mtu);
        let text = rules::rules(
            inside,
            uplink,
            wanted.network,
            wanted.isolation,
            (mtu(uplink), if bridged { ETHERNET_MTU } else { mtu(inside) }),
        );

        let leases = place.file("leases");
        self.write("addresses and names", dnsmasq.clone(), Content::open(daemons::dnsmasq(wanted, inside, servers, &leases)));
        self.write("what may pass", rules_file.clone(), Content::open(text));
        if let Some(radio) = &wanted.radio {
            let content = daemons::hostapd(wanted, radio, bridged.then_some(BRIDGE));
            self.write("the radio", hostapd.clone(), content);
        }
        self.run(
            "a mistake is found before anything is changed",
            &format!("dnsmasq --test --conf-file={}", dnsmasq.display()),
            None,
        );
        self.run("the same", &format!("nft --check --file {}", rules_file.display()), None);
        self.let_go(&wanted.inside());

        if bridged {
            self.bridge(&wired, wanted.isolation);
        }
        if self.speaks_ipv6() {
            self.set(format!("no device on {inside} can offer this machine a way"), accept_announcements(inside), "0");
        }
        if bridged {
            self.switch_on(&[BRIDGE]);
        }
        self.switch_on(&wired);
        if let Some(radio) = &wanted.radio {
            self.add(
                "the radio answers",
                Act::Serve {
                    daemon: "hostapd".into(),
                    command: words(&format!("hostapd {}", hostapd.display())),
                    ready: Ready::Says("AP-ENABLED"),
                },
                Undo::Stop { daemon: "hostapd".into() },
            );
            self.switch_on(&[radio]);
        }
        self.address(wanted, inside, bridged);
        self.run(
            "only what is needed passes; other tables are not touched",
            &format!("nft --file {}", rules_file.display()),
            // Made first, so that deleting it works whether it was there or not.
            Some((format!("nft add table inet {TABLE} ; delete table inet {TABLE}"), None)),
        );
        for name in [inside, uplink] {
            self.set(format!("packets that come in at {name} are passed on"), forwarding(name), "1");
        }
        self.add(
            "lends addresses, answers questions of names",
            Act::Serve {
                daemon: "dnsmasq".into(),
                command: words(&format!("dnsmasq --keep-in-foreground --conf-file={} --pid-file", dnsmasq.display())),
                ready: Ready::Accepts(SocketAddr::new(IpAddr::V4(wanted.network.gateway()), DNS)),
            },
            Undo::Stop { daemon: "dnsmasq".into() },
        );
    }

    /// The gateway's own addresses. Those of a bridge go with it.
    fn address(&mut self, wanted: &GatewaySettings, inside: &str, bridged: bool) {
        let undo =
            |address: String| (!bridged).then(|| (format!("ip address flush dev {inside} to {address}"), Some(device(inside))));
        let own = wanted.network.gateway();
        self.run(
            "the gateway's address",
            &format!("ip address replace {own}/{} broadcast + dev {inside}", wanted.network.length()),
            undo(format!("{own}/32")),
        );
        if let Ipv6::Ula(prefix) = wanted.ipv6 {
            let own = prefix.gateway();
            self.run("the same in IPv6", &format!("ip address replace {own}/64 dev {inside} nodad"), undo(format!("{own}/128")));
        }
    }
}

/// A command line of this file's own making. Names of interfaces are checked, and paths hold no blanks unless the folder does.
fn words(command: &str) -> Vec<String> {
    command.split(' ').map(str::to_owned).collect()
}
