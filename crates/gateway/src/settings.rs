//! What is wanted: the `[gateway]` section of the configuration.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use super::network::{Ipv4Network, UlaPrefix};

/// The section `[gateway]`. Whatever is left out has its default.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case", expecting = "struct Settings")]
pub struct GatewaySettings {
    /// What this machine becomes.
    pub mode: Mode,
    /// The interface towards the internet. Default: the one of the default route. In a bridge: the port towards the router.
    pub uplink: Option<String>,
    /// Wired interfaces of the home. Several are bridged. In a bridge: the one port towards the switch.
    pub lan: Vec<String>,
    /// The Wi-Fi interface of an access point.
    pub radio: Option<String>,
    /// Addresses of the home; the first is the gateway's.
    pub network: Ipv4Network,
    /// First address that is leased. Default: the tenth of the network.
    pub dhcp_first: Option<Ipv4Addr>,
    /// Last address that is leased. Default: the last of the network.
    pub dhcp_last: Option<Ipv4Addr>,
    /// Minutes for which an address is leased, 2 (the least dnsmasq knows) to 10,080 (a week).
    pub lease_minutes: u32,
    /// Who answers the home's questions of names. Default: whom this machine asks.
    pub dns: Vec<IpAddr>,
    /// `"off"`, or a prefix of unique local addresses (RFC 4193) that is announced to the home.
    pub ipv6: Ipv6,
    /// Whether devices are kept from talking to each other.
    pub isolation: bool,
    /// Where the radio stands: ISO 3166-1, two capital letters. Decides channels and power.
    pub country: Option<String>,
    /// Name of the Wi-Fi network, 1 to 32 octets.
    pub ssid: String,
    /// Its passphrase, 8 to 63 characters.
    pub passphrase: Option<Passphrase>,
    /// How the radio is protected.
    pub security: Security,
    /// Which band the radio uses.
    pub band: Band,
    /// Its channel. Default: 6 in the 2.4 GHz band, 36 in the 5 GHz band.
    pub channel: Option<u16>,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            uplink: None,
            lan: Vec::new(),
            radio: None,
            network: Ipv4Network::DEFAULT,
            dhcp_first: None,
            dhcp_last: None,
            lease_minutes: 12 * 60,
            dns: Vec::new(),
            ipv6: Ipv6::Off,
            isolation: false,
            country: None,
            ssid: String::from("earwitness"),
            passphrase: None,
            security: Security::default(),
            band: Band::default(),
            channel: None,
        }
    }
}

/// What the machine becomes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// A Wi-Fi access point with its own network behind it.
    AccessPoint,
    /// A gateway between a wired network of its own and the uplink.
    #[default]
    Wired,
    /// Two ports of one network, between router and switch: no address of its own, nothing is translated.
    Bridge,
}

impl Mode {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessPoint => "access-point",
            Self::Wired => "wired",
            Self::Bridge => "bridge",
        }
    }
}

/// IPv6 in the home.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Ipv6 {
    /// Nothing is announced.
    #[default]
    Off,
    /// This prefix is announced: devices talk IPv6 with each other and the gateway; the internet stays IPv4.
    Ula(UlaPrefix),
}

impl<'de> Deserialize<'de> for Ipv6 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text == "off" { Ok(Self::Off) } else { text.parse().map(Self::Ula).map_err(D::Error::custom) }
    }
}

/// How the radio is protected. There is no open network: a stranger's device would be watched.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// WPA2 only (for old devices that stumble over a mixed network).
    Wpa2,
    /// WPA3 only (SAE).
    Wpa3,
    /// Either, as the device can.
    #[default]
    Mixed,
}

/// Band of the radio.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
pub enum Band {
    /// 2.4 GHz, which every device knows.
    #[default]
    #[serde(rename = "2.4")]
    Low,
    /// 5 GHz.
    #[serde(rename = "5")]
    High,
}

/// A passphrase. `Debug` and errors never show it; [`Passphrase::reveal`] marks each place that does.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(String);

impl Passphrase {
    /// Wraps it.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The passphrase itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(secret)")
    }
}

impl<'de> Deserialize<'de> for Passphrase {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // Serde's own error would print the value, and a passphrase of digits without quotes is the likeliest mistake.
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Passphrase;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a passphrase in quotes")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Passphrase, E> {
                Ok(Passphrase(text.to_owned()))
            }
            fn visit_i64<E: Error>(self, _: i64) -> Result<Passphrase, E> {
                Err(E::custom("`passphrase` must be text; write it in quotes"))
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<Passphrase, E> {
                self.visit_i64(0)
            }
            fn visit_bool<E: Error>(self, _: bool) -> Result<Passphrase, E> {
                self.visit_i64(0)
            }
        }
        from.deserialize_any(Text)
    }
}
