//! The general way: one layer after another, every link, every oddity.

use super::mirror::{self, Inside};
use super::rest::Rest;
use super::rest::octets;
use super::{Dissection, Net, Stop, Transport, ethernet, ip, loopback, plain, ppp, sll, wifi, wrapped};
use crate::frame::Link;

/// Mirrors inside mirrors that are opened: a mirrored port may carry the mirror of another switch, hardly a third.
pub(super) const MOST_MIRRORS: usize = 3;

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

/// Reads any frame, layer by layer, and what a mirror put into it.
pub(super) fn by_layers(link: Link, bytes: &[u8], wire_len: u32) -> Dissection<'_> {
    let mut frame = Rest { bytes, wire: wire_len as usize };
    let mut facts = one(link, frame);
    for depth in 0..=MOST_MIRRORS {
        match mirror::inside(&facts, frame) {
            Inside::Nothing => break,
            Inside::Closed(stop) => {
                facts.stop = Some(stop);
                break;
            }
            Inside::Frame(layer, ..) if depth == MOST_MIRRORS => {
                facts.stop = Some(Stop::TooDeep(layer));
                break;
            }
            Inside::Frame(_, link, inner) => {
                let outer = facts.outer.saturating_add(octets(frame.wire.saturating_sub(inner.wire)));
                frame = inner;
                facts = Dissection { outer, ..one(link, frame) };
            }
        }
    }
    facts
}

/// Reads one frame.
fn one(link: Link, frame: Rest<'_>) -> Dissection<'_> {
    let mut facts = Dissection {
        source: None,
        destination: None,
        sent: None,
        net: Net::Other(0),
        transport: Transport::Other,
        payload_len: 0,
        payload: &[],
        outer: 0,
        port: 0,
        stop: None,
    };
    if let Err(stop) = read(&mut facts, link, frame) {
        facts.stop = Some(stop);
    }
    facts
}

/// Reads what begins as `link` says.
pub(super) fn read<'a>(facts: &mut Dissection<'a>, link: Link, frame: Rest<'a>) -> Result<(), Stop> {
    match link {
        Link::Ethernet => ethernet::read(facts, frame),
        Link::EthernetSent => {
            facts.sent = Some(true);
            ethernet::read(facts, frame)
        }
        Link::BsdNull | Link::BsdLoop => loopback::read(facts, frame),
        Link::Ppp => ppp::read(facts, frame),
        Link::PppEther => ppp::session(facts, frame),
        Link::RawIp => ip::by_version(facts, frame),
        Link::Ieee80211 => wifi::read(facts, frame, false),
        Link::Radiotap => wifi::radiotap(facts, frame),
        Link::LinuxSll => sll::read(facts, frame),
        Link::LinuxSll2 => sll::read_v2(facts, frame),
        Link::Ppi => wrapped::ppi(facts, frame),
        Link::Prism => wrapped::prism(facts, frame),
        Link::Avs => wrapped::avs(facts, frame),
        Link::Nflog => wrapped::nflog(facts, frame),
        Link::Pktap => wrapped::pktap(facts, frame),
        Link::SwitchTag => ethernet::behind_tag(facts, frame),
        Link::SwitchTagFirst => ethernet::behind_first_tag(facts, frame),
        Link::Other(number) => Err(Stop::UnknownLink(number)),
    }
}
