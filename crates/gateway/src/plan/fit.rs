//! Whether what is wanted fits the machine as it is.

use std::net::IpAddr;

use crate::check::{Contradiction, refuse};
use crate::network::Ipv4Network;
use crate::observe::{Link, Observed, PROGRAMS};
use crate::settings::{GatewaySettings, Mode};

use super::BRIDGE;

/// The uplink: as written, or that of the default route.
pub(super) fn uplink(wanted: &GatewaySettings, seen: &Observed) -> Result<String, Contradiction> {
    let name = match (&wanted.uplink, seen.default_route()) {
        (Some(name), _) => name.clone(),
        (None, Some(name)) => name.to_owned(),
        (None, None) => {
            return refuse(
                "uplink",
                "this machine has no default route, so it is unknown which interface leads to the internet; connect it, or write uplink = \"eth0\"",
            );
        }
    };
    there("uplink", &name, seen)?;
    if wanted.inside().contains(&name.as_str()) {
        return refuse(
            "lan",
            format!(
                "`{name}` leads to the internet (the default route), so it cannot be the home's side; name another interface"
            ),
        );
    }
    Ok(name)
}

/// The interface of this name, if it is one that can be used.
fn there<'a>(key: &'static str, name: &str, seen: &'a Observed) -> Result<&'a Link, Contradiction> {
    let Some(link) = seen.link(name).filter(|_| name != "lo") else {
        let names: Vec<_> = seen.links.iter().map(|link| link.name.as_str()).filter(|it| *it != "lo").collect();
        return refuse(key, format!("there is no interface `{name}`; this machine has {}", names.join(", ")));
    };
    if let Some(master) = &link.master {
        return refuse(
            key,
            format!("`{name}` is a port of `{master}` already; take it out (`ip link set {name} nomaster`), or name another"),
        );
    }
    Ok(link)
}

/// Refuses interfaces of the home that somebody uses otherwise.
pub(super) fn inside(wanted: &GatewaySettings, seen: &Observed) -> Result<(), Contradiction> {
    let ports = wanted.radio.iter().map(|it| ("radio", it)).chain(wanted.lan.iter().map(|it| ("lan", it)));
    for (key, name) in ports {
        let link = there(key, name, seen)?;
        no_address(key, link)?;
        if key == "radio" && !link.wireless {
            let radios: Vec<_> = seen.links.iter().filter(|it| it.wireless).map(|it| it.name.as_str()).collect();
            let have = if radios.is_empty() {
                "this machine has none; use mode = \"wired\"".to_owned()
            } else {
                format!("name one of {}", radios.join(", "))
            };
            return refuse(key, format!("`{name}` is no Wi-Fi radio; {have}"));
        }
        if key == "radio" && seen.blocked.contains(name) {
            return refuse(key, format!("the radio `{name}` is switched off; switch it on: rfkill unblock wifi"));
        }
    }
    Ok(())
}

/// Refuses a port that has an address: that would be lost, or another network reached over it.
pub(super) fn no_address(key: &'static str, link: &Link) -> Result<(), Contradiction> {
    match link.addresses.first() {
        Some(address) => refuse(
            key,
            format!(
                "`{name}` has the address {address}, so somebody uses it (a DHCP client, a network manager); if it is the right one, make that let go of \
                 it and remove the address: ip address flush dev {name}",
                name = link.name
            ),
        ),
        None => Ok(()),
    }
}

/// Refuses a bridge that is there already.
pub(super) fn no_bridge(seen: &Observed) -> Result<(), Contradiction> {
    if seen.link(BRIDGE).is_some() {
        return refuse(
            "lan",
            format!("there is an interface `{BRIDGE}` already, and no record of who made it; remove it: ip link delete {BRIDGE}"),
        );
    }
    Ok(())
}

/// Refuses a network to which a way exists already.
pub(super) fn network(wanted: &GatewaySettings, seen: &Observed) -> Result<(), Contradiction> {
    let taken = |network: Ipv4Network| seen.routes.iter().find(|route| route.to.is_some_and(|to| to.overlaps(network)));
    let Some(route) = taken(wanted.network) else { return Ok(()) };
    let free = (77..=99).map(|octet| Ipv4Network::around([10, octet, 0, 0].into(), 24)).find(|it| taken(*it).is_none());
    let instead = free.map_or_else(|| "choose another".to_owned(), |it| format!("{it} is free"));
    let to = route.to.map(|it| it.to_string()).unwrap_or_default();
    refuse("network", format!("{} is not free: {to} is reached through `{}`; {instead}", wanted.network, route.through))
}

/// Who answers the home's questions of names.
pub(super) fn servers(wanted: &GatewaySettings, seen: &Observed) -> Result<Vec<IpAddr>, Contradiction> {
    if !wanted.dns.is_empty() {
        return Ok(wanted.dns.clone());
    }
    if seen.resolvers.is_empty() {
        return refuse(
            "dns",
            "this machine has no server of names (/etc/resolv.conf); write dns = [\"192.168.1.1\"], or whom your home shall ask",
        );
    }
    Ok(seen.resolvers.clone())
}

/// Programs that the mode needs and that are not there, with their packages.
pub(super) fn missing(wanted: &GatewaySettings, bridged: bool, seen: &Observed) -> Vec<(&'static str, &'static str)> {
    let needed = |program: &str| match program {
        "ip" => true,
        "bridge" => bridged && wanted.isolation,
        "hostapd" => wanted.mode == Mode::AccessPoint,
        _ => wanted.mode != Mode::Bridge,
    };
    PROGRAMS.into_iter().filter(|(program, _)| needed(program) && !seen.programs.contains(program)).collect()
}
