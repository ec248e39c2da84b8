//! Words for where and why dissection stopped.

use std::fmt;

use super::{Layer, Stop, kinds};

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ethernet => "Ethernet",
            Self::Vlan => "VLAN",
            Self::PppoE => "PPPoE",
            Self::Ppp => "PPP",
            Self::LinuxSll => "Linux cooked",
            Self::LinuxSll2 => "Linux cooked v2",
            Self::BsdLoopback => "BSD loopback",
            Self::Radiotap => "radiotap",
            Self::Ieee80211 => "802.11",
            Self::Llc => "LLC",
            Self::Snap => "SNAP",
            Self::Arp => "ARP",
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
            Self::Ipv6Extension => "IPv6 extension",
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Icmp => "ICMP",
            Self::Gre => "GRE",
            Self::GreBridged => "GRE around frames",
            Self::Vxlan => "VXLAN",
            Self::IpInIp => "IP in IP",
            Self::Mpls => "MPLS",
            Self::Esp => "ESP",
            Self::Geneve => "Geneve",
            Self::Tzsp => "TZSP",
            Self::HpErm => "HP ERM",
            Self::Batman => "batman-adv",
            Self::Ppi => "PPI",
            Self::Prism => "Prism",
            Self::Nflog => "NFLOG",
            Self::Pktap => "PKTAP",
            Self::SwitchTag => "switch tag",
        })
    }
}

impl Stop {
    /// The kind of stop in a few words, as reports count it: without what differs from frame to frame.
    #[must_use]
    pub fn kind(self) -> String {
        match self {
            Self::Truncated { layer, .. } => format!("{layer:?} header cut off"),
            Self::Malformed(layer) => format!("{layer:?} header malformed"),
            Self::Unopened(layer) => format!("{layer:?} left unopened"),
            Self::TooDeep(layer) => format!("{layer:?} headers nested too deep"),
            Self::UnknownLink(number) => format!("link type {number}{} not read", named(kinds::link_name(number))),
            // No frame leads there, as a small number is a length: it stands for those that are not counted apart.
            Self::UnknownType(0) => "other types not read".to_owned(),
            Self::UnknownType(kind) => format!("EtherType {kind:#06x}{} not read", named(kinds::type_name(kind))),
            Self::UnknownProtocol(layer, number) => format!("{} not read", protocol(layer, number)),
        }
    }
}

/// What a header names by a number, as its standard writes that.
fn protocol(layer: Layer, number: u32) -> String {
    let what = match layer {
        Layer::Llc => format!("LLC {number:#04x}"),
        Layer::Snap => format!("SNAP {number:06x}"),
        Layer::BsdLoopback => format!("address family {number}"),
        layer => format!("{layer} protocol {number:#06x}"),
    };
    what + &named(kinds::protocol_name(layer, number))
}

/// A name in brackets behind a number.
fn named(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" ({name})") }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { layer, need, have } => {
                write!(f, "{layer} header cut off: {need} octets needed, {have} captured; a larger snap length would keep it")
            }
            Self::Malformed(layer) => {
                write!(f, "{layer} header contradicts its definition or ends early; the frame is counted, not opened")
            }
            Self::Unopened(layer) => {
                write!(f, "{layer} is encrypted or a tunnel and was left closed; capture at its end to see inside")
            }
            Self::TooDeep(layer) => write!(f, "more nested {layer} headers than a sane frame has; reading stopped there"),
            Self::UnknownLink(number) => {
                let name = named(kinds::link_name(*number));
                write!(f, "frames of link type {number}{name} are counted, not opened; capture on Ethernet or convert the file")
            }
            Self::UnknownType(kind) => {
                let name = named(kinds::type_name(*kind));
                write!(f, "frames of EtherType {kind:#06x}{name} are counted, not opened")
            }
            Self::UnknownProtocol(layer, number) => write!(f, "{} is counted, not opened", protocol(*layer, *number)),
        }
    }
}
