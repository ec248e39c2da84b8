//! The general way: one layer after another, every link, every oddity.

use super::rest::Rest;
use super::{Dissection, Net, Stop, Transport, ethernet, ip, loopback, plain, ppp, sll, wifi};
use crate::frame::Link;

/// Reads what was not a plain IPv4 frame. Kept out of line, so that little is inlined into the caller.
#[inline(never)]
pub(crate) fn dissect(link: Link, bytes: &[u8], wire_len: u32) -> Dissection<'_> {
    if link == Link::Ethernet
        && let Some(facts) = plain::ethernet_ipv6(bytes)
    {
        return facts;
    }
    by_layers(link, bytes, wire_len)
}

/// Reads any frame, layer by layer.
pub(super) fn by_layers(link: Link, bytes: &[u8], wire_len: u32) -> Dissection<'_> {
    let mut facts = Dissection {
        source: None,
        destination: None,
        sent: None,
        net: Net::Other(0),
        transport: Transport::Other,
        payload_len: 0,
        payload: &[],
        stop: None,
    };
    let frame = Rest { bytes, wire: wire_len as usize };
    let read = match link {
        Link::Ethernet => ethernet::read(&mut facts, frame),
        Link::BsdNull | Link::BsdLoop => loopback::read(&mut facts, frame),
        Link::Ppp => ppp::read(&mut facts, frame),
        Link::PppEther => ppp::session(&mut facts, frame),
        Link::RawIp => ip::by_version(&mut facts, frame),
        Link::Ieee80211 => wifi::read(&mut facts, frame, false),
        Link::Radiotap => wifi::radiotap(&mut facts, frame),
        Link::LinuxSll => sll::read(&mut facts, frame),
        Link::LinuxSll2 => sll::read_v2(&mut facts, frame),
        Link::Other(_) => Err(Stop::UnknownLink),
    };
    if let Err(stop) = read {
        facts.stop = Some(stop);
    }
    facts
}
