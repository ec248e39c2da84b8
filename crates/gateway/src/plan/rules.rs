//! The one table of nftables: what may pass between home and internet, and under which address.

use std::fmt::Write as _;

use super::TABLE;
use crate::network::Ipv4Network;

/// Octets of the headers of IPv4 and TCP without options (RFC 9293, 3.7.1): what a packet holds besides the segment.
const HEADERS: u32 = 40;

/// The rules, as a file for `nft`. The first lines make the table anew in one transaction, whatever was left of it.
pub(super) fn rules(inside: &str, uplink: &str, network: Ipv4Network, isolated: bool, mtu: (u32, u32)) -> String {
    let mut text = format!(
        "table inet {TABLE} {{\n}}\ndelete table inet {TABLE}\ntable inet {TABLE} {{\n\
         \tchain forward {{\n\t\ttype filter hook forward priority filter; policy accept;\n"
    );
    let (of_uplink, of_inside) = mtu;
    if of_uplink < of_inside {
        let most = of_uplink.saturating_sub(HEADERS);
        // Both ends are told: a path that loses "fragmentation needed" would otherwise hang after the handshake.
        for (from, to) in [(inside, uplink), (uplink, inside)] {
            let _ = writeln!(
                text,
                "\t\tiifname \"{from}\" oifname \"{to}\" tcp flags syn tcp option maxseg size > {most} tcp option maxseg size set {most}"
            );
        }
    }
    if !isolated {
        // Some kernels show frames that a bridge passes from port to port to these rules too (br_netfilter).
        let _ = writeln!(text, "\t\tiifname \"{inside}\" oifname \"{inside}\" accept");
    }
    let _ = write!(
        text,
        "\t\tiifname \"{inside}\" oifname \"{uplink}\" ip saddr {network} accept\n\
         \t\tiifname \"{uplink}\" oifname \"{inside}\" ip daddr {network} ct state established,related accept\n\
         \t\tiifname \"{inside}\" drop\n\
         \t\toifname \"{inside}\" drop\n\
         \t}}\n\
         \tchain postrouting {{\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n\
         \t\tip saddr {network} oifname \"{uplink}\" masquerade\n\
         \t}}\n}}\n"
    );
    text
}
