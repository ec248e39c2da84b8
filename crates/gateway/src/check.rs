//! Settings that contradict themselves.

use std::net::Ipv4Addr;

use super::settings::{Band, GatewaySettings, Ipv6, Mode};

/// A setting that cannot be as it is, with what to do about it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what}")]
pub struct Contradiction {
    /// Key of the setting.
    pub key: &'static str,
    /// What is wrong and what to do.
    pub what: String,
}

/// Shorthand for a refusal.
pub(super) fn refuse<T>(key: &'static str, what: impl Into<String>) -> Result<T, Contradiction> {
    Err(Contradiction { key, what: what.into() })
}

/// Longest name of an interface (IFNAMSIZ in linux/if.h, less the closing zero).
const LONGEST_NAME: usize = 15;
/// Channels of 20 MHz in the 5 GHz band (IEEE 802.11-2020, annex E).
const CHANNELS_5: [u16; 25] =
    [36, 40, 44, 48, 52, 56, 60, 64, 100, 104, 108, 112, 116, 120, 124, 128, 132, 136, 140, 144, 149, 153, 157, 161, 165];
/// Most servers of names; resolvers ask no more than three.
const MOST_SERVERS: usize = 8;
/// Most wired ports of a home.
const MOST_PORTS: usize = 16;

impl GatewaySettings {
    /// Finds the first contradiction.
    pub fn check(&self) -> Result<(), Contradiction> {
        self.check_interfaces()?;
        match self.mode {
            Mode::Bridge => self.check_bridge(),
            Mode::Wired => {
                if let Some((key, _)) = self.radio_only().into_iter().find(|(_, is_set)| *is_set) {
                    return refuse(key, format!("`{key}` is for mode \"access-point\"; remove it, or change `mode`"));
                }
                self.check_addresses()
            }
            Mode::AccessPoint => {
                self.check_addresses()?;
                self.check_radio()
            }
        }
    }

    /// Interfaces of the home: the radio and the wired ones.
    pub(super) fn inside(&self) -> Vec<&str> {
        self.radio.iter().chain(&self.lan).map(String::as_str).collect()
    }

    /// First and last address that is leased.
    pub(super) fn lease_range(&self) -> (Ipv4Addr, Ipv4Addr) {
        let network = self.network;
        let tenth = network.at(10);
        let first = self.dhcp_first.unwrap_or(if network.holds(tenth) { tenth } else { network.at(2) });
        (first, self.dhcp_last.unwrap_or_else(|| network.last()))
    }

    fn radio_only(&self) -> [(&'static str, bool); 6] {
        let usual = Self::default();
        [
            ("radio", self.radio.is_some()),
            ("ssid", self.ssid != usual.ssid),
            ("passphrase", self.passphrase.is_some()),
            ("country", self.country.is_some()),
            ("channel", self.channel.is_some()),
            ("band", self.band != usual.band),
        ]
    }

    fn check_interfaces(&self) -> Result<(), Contradiction> {
        let named = self.uplink.iter().map(|it| ("uplink", it)).chain(self.radio.iter().map(|it| ("radio", it)));
        let mut seen: Vec<(&str, &str)> = Vec::new();
        for (key, name) in named.chain(self.lan.iter().map(|it| ("lan", it))) {
            let fine = |octet: u8| octet.is_ascii_alphanumeric() || b"._-".contains(&octet);
            if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(fine) || name.starts_with(['-', '.']) {
                return refuse(
                    key,
                    format!(
                        "{name:?} cannot be the name of an interface; `ip link` lists them (at most {LONGEST_NAME} letters, digits, `.`, `_`, `-`)"
                    ),
                );
            }
            if let Some((other, _)) = seen.iter().find(|(_, it)| it == name) {
                return refuse(key, format!("`{name}` is also in `{other}`; an interface has one task"));
            }
            seen.push((key, name));
        }
        if self.lan.len() > MOST_PORTS {
            return refuse("lan", format!("{} ports are more than {MOST_PORTS}", self.lan.len()));
        }
        match self.mode {
            Mode::AccessPoint if self.radio.is_none() => refuse(
                "mode",
                "an access point needs its Wi-Fi interface: radio = \"wlan0\" (`iw dev` lists them), or mode = \"wired\"",
            ),
            Mode::Wired if self.lan.is_empty() => {
                refuse("mode", "a wired gateway needs the port of the home: lan = [\"eth1\"] (`ip link` lists them)")
            }
            _ => Ok(()),
        }
    }

    fn check_bridge(&self) -> Result<(), Contradiction> {
        if self.uplink.is_none() || self.lan.len() != 1 {
            return refuse(
                "mode",
                "a bridge has two ports: uplink = the one towards the router, lan = [the one towards the switch]",
            );
        }
        let usual = Self::default();
        let unused = [
            ("network", self.network != usual.network),
            ("dhcp_first", self.dhcp_first.is_some()),
            ("dhcp_last", self.dhcp_last.is_some()),
            ("lease_minutes", self.lease_minutes != usual.lease_minutes),
            ("dns", !self.dns.is_empty()),
            ("ipv6", self.ipv6 != Ipv6::Off),
            ("isolation", self.isolation),
        ];
        match self.radio_only().into_iter().chain(unused).find(|(_, is_set)| *is_set) {
            Some((key, _)) => refuse(
                key,
                format!("a bridge lends no addresses and has no radio, so `{key}` has no meaning; remove it, or change `mode`"),
            ),
            None => Ok(()),
        }
    }

    fn check_addresses(&self) -> Result<(), Contradiction> {
        let network = self.network;
        let (first, last) = self.lease_range();
        for (key, address) in [("dhcp_first", first), ("dhcp_last", last)] {
            if !network.holds(address) {
                return refuse(
                    key,
                    format!(
                        "{address} is no address of a device in {network}; it goes from {} to {}",
                        network.at(2),
                        network.last()
                    ),
                );
            }
        }
        if first > last {
            return refuse("dhcp_last", format!("{last} comes before `dhcp_first`, {first}; exchange them"));
        }
        if (first..=last).contains(&network.gateway()) {
            return refuse(
                "dhcp_first",
                format!("{} is the gateway's own address; lend from {} on", network.gateway(), network.at(2)),
            );
        }
        if !(2..=10_080).contains(&self.lease_minutes) {
            return refuse("lease_minutes", format!("{} is outside of 2 to 10,080 minutes (a week)", self.lease_minutes));
        }
        if self.dns.len() > MOST_SERVERS {
            return refuse("dns", format!("{} servers are more than {MOST_SERVERS}", self.dns.len()));
        }
        if let Some(server) = self.dns.iter().find(|it| it.is_unspecified() || it.is_multicast() || **it == network.gateway()) {
            return refuse(
                "dns",
                format!("{server} cannot be asked; name a server of the uplink, such as your router, or leave `dns` out"),
            );
        }
        if self.isolation && self.inside().len() == 1 && self.mode == Mode::Wired {
            return refuse(
                "isolation",
                "behind one port it is the switch that lets devices talk with each other, not this machine; give each device a port (`lan`), or isolate them in the switch",
            );
        }
        Ok(())
    }

    fn check_radio(&self) -> Result<(), Contradiction> {
        let Some(country) = &self.country else {
            return refuse(
                "mode",
                "the law decides which channels a radio may use: add country = \"DE\", or where it stands (ISO 3166-1)",
            );
        };
        if country.len() != 2 || !country.bytes().all(|it| it.is_ascii_uppercase()) {
            return refuse(
                "country",
                format!("{country:?} is no country; write two capital letters (ISO 3166-1), such as \"DE\""),
            );
        }
        if !(1..=32).contains(&self.ssid.len()) || self.ssid.chars().any(char::is_control) {
            return refuse("ssid", "a name of a Wi-Fi network has 1 to 32 octets and no control characters");
        }
        let Some(passphrase) = &self.passphrase else {
            return refuse(
                "mode",
                "an access point needs a passphrase = \"...\" of 8 to 63 characters; an open one would let strangers in",
            );
        };
        let passphrase = passphrase.reveal();
        if !(8..=63).contains(&passphrase.len()) || !passphrase.bytes().all(|it| (b' '..=b'~').contains(&it)) {
            return refuse(
                "passphrase",
                "a passphrase has 8 to 63 characters, from blank to `~` in ASCII (IEEE 802.11, annex J.4)",
            );
        }
        if passphrase.starts_with(' ') || passphrase.ends_with(' ') {
            return refuse("passphrase", "a blank at the beginning or end of a passphrase gets lost on the way; remove it");
        }
        let american = matches!(country.as_str(), "US" | "CA" | "TW");
        let last = if american { 11 } else { 13 };
        match (self.band, self.channel) {
            (Band::Low, Some(channel)) if !(1..=last).contains(&channel) => {
                refuse("channel", format!("{channel} is no channel of the 2.4 GHz band in {country}; allowed are 1 to {last}"))
            }
            (Band::High, Some(channel)) if !CHANNELS_5.contains(&channel) => {
                let allowed: Vec<_> = CHANNELS_5.iter().map(u16::to_string).collect();
                refuse("channel", format!("{channel} is no channel of the 5 GHz band; allowed are {}", allowed.join(", ")))
            }
            _ => Ok(()),
        }
    }
}
