//! How the machine is before anything is changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

use super::command::run_words;
use super::network::Ipv4Network;
use earwitness_base::program::find;

/// An interface.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Link {
    /// Its name.
    pub name: String,
    /// Whether it is switched on (not whether a cable is plugged in).
    pub up: bool,
    /// Longest packet in octets.
    pub mtu: u32,
    /// Whether it is a Wi-Fi radio.
    pub wireless: bool,
    /// The bridge or bond that it is a port of.
    pub master: Option<String>,
    /// IPv4 addresses.
    pub addresses: Vec<Ipv4Addr>,
}

/// A way to somewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Route {
    /// Where to; `None` is the default route.
    pub to: Option<Ipv4Network>,
    /// Through which interface.
    pub through: String,
    /// The lower the better.
    pub metric: u32,
}

/// What matters of the machine for a gateway.
#[derive(Clone, Default, Debug)]
pub struct Observed {
    /// All interfaces.
    pub links: Vec<Link>,
    /// All IPv4 routes.
    pub routes: Vec<Route>,
    /// Whom this machine asks for names.
    pub resolvers: Vec<IpAddr>,
    /// Kernel settings by path, as they are now.
    pub kernel: BTreeMap<PathBuf, String>,
    /// Programs that are there, of those that a gateway may need.
    pub programs: BTreeSet<&'static str>,
    /// Interfaces that `NetworkManager` looks after.
    pub managed: BTreeSet<String>,
    /// Radios that are switched off (rfkill).
    pub blocked: BTreeSet<String>,
}

/// Programs that a gateway may need, with the Debian package of each.
pub(super) const PROGRAMS: [(&str, &str); 5] =
    [("ip", "iproute2"), ("bridge", "iproute2"), ("nft", "nftables"), ("dnsmasq", "dnsmasq-base"), ("hostapd", "hostapd")];

/// Whether forwarding from an interface is on (ip-sysctl in the kernel's documentation).
pub(super) fn forwarding(interface: &str) -> PathBuf {
    PathBuf::from(format!("/proc/sys/net/ipv4/conf/{interface}/forwarding"))
}

/// Whether an interface takes its addresses and routes from whoever announces them.
pub(super) fn accept_announcements(interface: &str) -> PathBuf {
    PathBuf::from(format!("/proc/sys/net/ipv6/conf/{interface}/accept_ra"))
}

impl Observed {
    /// Looks at the machine.
    pub fn now() -> anyhow::Result<Self> {
        let links = links(&run_words(&["ip", "-j", "address", "show"]).context("the interfaces cannot be listed")?)?;
        let routes =
            routes(&run_words(&["ip", "-j", "-4", "route", "show", "table", "all"]).context("the routes cannot be listed")?)?;
        let paths = links.iter().flat_map(|link| [forwarding(&link.name), accept_announcements(&link.name)]);
        let kernel = paths.filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?.trim().to_owned()))).collect();
        let blocked = links.iter().filter(|link| link.wireless && is_blocked(&link.name)).map(|link| link.name.clone()).collect();
        Ok(Self {
            managed: links.iter().filter(|link| is_managed(&link.name)).map(|link| link.name.clone()).collect(),
            resolvers: resolvers(),
            programs: PROGRAMS.iter().map(|(name, _)| *name).filter(|name| find(name).is_some()).collect(),
            links,
            routes,
            kernel,
            blocked,
        })
    }

    /// The interface of this name.
    #[must_use]
    pub fn link(&self, name: &str) -> Option<&Link> {
        self.links.iter().find(|link| link.name == name)
    }

    /// The interface of the best default route.
    #[must_use]
    pub fn default_route(&self) -> Option<&str> {
        let defaults = self.routes.iter().filter(|route| route.to.is_none());
        defaults.min_by_key(|route| route.metric).map(|route| route.through.as_str())
    }
}

#[derive(Deserialize)]
struct RawLink {
    ifname: String,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    mtu: u32,
    master: Option<String>,
    #[serde(default)]
    addr_info: Vec<RawAddress>,
}

#[derive(Deserialize)]
struct RawAddress {
    local: Option<IpAddr>,
}

fn links(text: &str) -> anyhow::Result<Vec<Link>> {
    // Some versions of `ip` print an empty object for what a filter left out.
    let raw: Vec<serde_json::Value> = serde_json::from_str(text).context("`ip -j address` did not print JSON")?;
    Ok(raw
        .into_iter()
        .filter_map(|it| serde_json::from_value::<RawLink>(it).ok())
        .map(|raw| Link {
            up: raw.flags.iter().any(|flag| flag == "UP"),
            mtu: raw.mtu,
            wireless: Path::new("/sys/class/net").join(&raw.ifname).join("phy80211").exists(),
            master: raw.master,
            addresses: raw
                .addr_info
                .iter()
                .filter_map(|it| match it.local {
                    Some(IpAddr::V4(address)) => Some(address),
                    _ => None,
                })
                .collect(),
            name: raw.ifname,
        })
        .collect())
}

#[derive(Deserialize)]
struct RawRoute {
    dst: String,
    dev: Option<String>,
    #[serde(default)]
    metric: u32,
    #[serde(rename = "type")]
    kind: Option<String>,
}

fn routes(text: &str) -> anyhow::Result<Vec<Route>> {
    let text = if text.trim().is_empty() { "[]" } else { text };
    let raw: Vec<serde_json::Value> = serde_json::from_str(text).context("`ip -j route` did not print JSON")?;
    Ok(raw
        .into_iter()
        .filter_map(|it| serde_json::from_value::<RawRoute>(it).ok())
        .filter(|raw| raw.kind.as_deref() != Some("broadcast"))
        .filter_map(|raw| {
            let to = if raw.dst == "default" { None } else { Some(destination(&raw.dst)?) };
            Some(Route { to, through: raw.dev.unwrap_or_default(), metric: raw.metric })
        })
        .collect())
}

fn destination(text: &str) -> Option<Ipv4Network> {
    let (address, length) = text.split_once('/').unwrap_or((text, "32"));
    Some(Ipv4Network::around(address.parse().ok()?, length.parse().ok()?))
}

/// The servers in resolv.conf(5); where it names systemd's stub only, those that the stub asks.
fn resolvers() -> Vec<IpAddr> {
    let of = |path: &str| -> Vec<IpAddr> {
        let text = fs::read_to_string(path).unwrap_or_default();
        text.lines()
            .filter_map(|line| line.trim().strip_prefix("nameserver")?.split_whitespace().next()?.parse().ok())
            .take(3)
            .collect()
    };
    let listed = of("/etc/resolv.conf");
    let behind = of("/run/systemd/resolve/resolv.conf");
    if listed.iter().all(IpAddr::is_loopback) && !behind.is_empty() { behind } else { listed }
}

fn is_managed(interface: &str) -> bool {
    Path::new("/run/NetworkManager").exists()
        && find("nmcli").is_some()
        && run_words(&["nmcli", "-g", "GENERAL.STATE", "device", "show", interface])
            // 10 is NM_DEVICE_STATE_UNMANAGED.
            .is_ok_and(|state| !state.trim().is_empty() && !state.starts_with("10 "))
}

/// Whether rfkill(8) keeps the radio of an interface silent.
fn is_blocked(interface: &str) -> bool {
    let Ok(entries) = fs::read_dir(format!("/sys/class/net/{interface}/phy80211")) else { return false };
    entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with("rfkill")).any(|entry| {
        ["soft", "hard"].iter().any(|kind| fs::read_to_string(entry.path().join(kind)).is_ok_and(|it| it.trim() == "1"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ip_prints_is_understood() {
        let links = links(
            r#"[{},{"ifname":"eth0","flags":["BROADCAST","UP"],"mtu":1400,"addr_info":[{"local":"192.0.2.3"},{"local":"fe80::1"}]},
               {"ifname":"p1","flags":[],"mtu":1500,"master":"br0","addr_info":[]}]"#,
        )
        .unwrap();
        assert_eq!((links[0].up, links[0].mtu, links[0].addresses.as_slice()), (true, 1_400, &[Ipv4Addr::new(192, 0, 2, 3)][..]));
        assert_eq!((links[1].up, links[1].master.as_deref()), (false, Some("br0")));
        let routes = routes(
            r#"[{"dst":"default","dev":"eth0","metric":100},{"dst":"10.0.0.0/8","dev":"tun0"},{"dst":"192.0.2.3","dev":"eth0","type":"local"},
               {"type":"broadcast","dst":"192.0.2.255","dev":"eth0"}]"#,
        )
        .unwrap();
        let shown: Vec<_> = routes.iter().map(|it| it.to.map(|to| to.to_string())).collect();
        assert_eq!(shown, [None, Some("10.0.0.0/8".into()), Some("192.0.2.3/32".into())]);
    }

    #[test]
    fn the_best_default_route_is_the_uplink() {
        let route = |through: &str, metric| Route { to: None, through: through.into(), metric };
        let observed = Observed { routes: vec![route("wlan0", 600), route("eth0", 100)], ..Observed::default() };
        assert_eq!(observed.default_route(), Some("eth0"));
    }
}
