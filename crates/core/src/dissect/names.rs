//! Words for where and why dissection stopped.

use std::fmt;

use super::{Layer, Stop};

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
            Self::Arp => "ARP",
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
            Self::Ipv6Extension => "IPv6 extension",
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Icmp => "ICMP",
            Self::Gre => "GRE",
            Self::Vxlan => "VXLAN",
            Self::IpInIp => "IP in IP",
            Self::Mpls => "MPLS",
            Self::Esp => "ESP",
        })
    }
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
            Self::UnknownLink => {
                f.write_str("frames of this link type are counted, not opened; capture on Ethernet or convert the file")
            }
        }
    }
}
