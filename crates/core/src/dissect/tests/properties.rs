//! What holds for any octets whatever.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::build::*;
use super::*;

const LINKS: [Link; 19] = [
    Link::Ethernet,
    Link::BsdNull,
    Link::BsdLoop,
    Link::Ppp,
    Link::PppEther,
    Link::RawIp,
    Link::Ieee80211,
    Link::Radiotap,
    Link::LinuxSll,
    Link::LinuxSll2,
    Link::EthernetSent,
    Link::Ppi,
    Link::Prism,
    Link::Avs,
    Link::Nflog,
    Link::Pktap,
    Link::SwitchTag,
    Link::SwitchTagFirst,
    Link::Other(147),
];

/// A packet of any protocol that is read, with any of the headers that may stand in it.
fn packet() -> impl Strategy<Value = (u16, Vec<u8>)> {
    let options = select(vec![0usize, 4, 12, 40]);
    let payload = vec(any::<u8>(), 0..60);
    let ports = select(vec![443u16, 4789, 37008, 7932]);
    let body =
        (payload, options.clone(), ports, select(vec![0u8, 1, 2, 3, 4])).prop_map(|(payload, options, port, kind)| match kind {
            0 | 1 => (6, tcp_with(&vec![1; options], &payload)),
            2 => (17, udp(port, &payload)),
            3 => (58, join(&[&[8, 0, 0, 0], &payload])),
            _ => (47, payload),
        });
    let extensions = vec(select(vec![0u8, 43, 44, 51, 60]), 0..4);
    (body, options, extensions, select(vec![0u8, 1, 2])).prop_map(
        |((protocol, body), options, extensions, version)| match version {
            0 => (0x0806, arp()),
            1 => (0x0800, ipv4_with(&vec![1; options], 0, protocol, &body)),
            _ => {
                let (next, body) = extensions.into_iter().fold((protocol, body), |(next, body), kind| match kind {
                    44 => (44, join(&[&[next, 0, 0, 0, 0, 0, 0, 9], &body])),
                    51 => (51, join(&[&[next, 1], &[0; 10], &body])),
                    kind => (kind, extension(next, &body)),
                });
                (0x86dd, ipv6(next, &body))
            }
        },
    )
}

/// A frame of any link around such a packet.
fn frame() -> impl Strategy<Value = (Link, Vec<u8>)> {
    let tags = vec(select(vec![0x8100u16, 0x88a8, 0x9100]), 0..3);
    (packet(), select(LINKS.to_vec()), tags).prop_map(|((kind, packet), link, tags)| {
        let family = if kind == 0x0800 { 2u32 } else { 30 };
        let number = if kind == 0x0800 { 0x21 } else { 0x57 };
        let bytes = match link {
            Link::Ethernet | Link::EthernetSent => {
                let (kind, body) = tags.into_iter().fold((kind, packet), |(kind, body), tag| (tag, tagged(kind, &body)));
                ethernet(kind, &body)
            }
            Link::BsdNull => join(&[&family.to_le_bytes(), &packet]),
            Link::BsdLoop => join(&[&family.to_be_bytes(), &packet]),
            Link::Ppp => join(&[&[0xff, 3, 0, number], &packet]),
            Link::PppEther => join(&[&[0x11, 0, 0, 7, 0, 0, 0, number], &packet]),
            Link::RawIp | Link::Other(_) => packet,
            Link::Ieee80211 => data_frame(0, 1, [CELL, DEVICE, GATEWAY], &snap(kind, &packet)),
            Link::Radiotap => {
                let frame = data_frame(8, 2, [DEVICE, CELL, GATEWAY], &join(&[&[0, 0], &snap(kind, &packet)]));
                join(&[&[0, 0, 9, 0, 2, 0, 0, 0, 0x10], &frame, &[0; 4]])
            }
            Link::Ppi => join(&[&[0, 0, 8, 0, 1, 0, 0, 0], &ethernet(kind, &packet)]),
            Link::Prism | Link::Avs => {
                let frame = data_frame(0, 1, [CELL, DEVICE, GATEWAY], &snap(kind, &packet));
                join(&[&[0x80, 0x21, 0x10, 1, 0, 0, 0, 12, 0, 0, 0, 0], &frame])
            }
            Link::Nflog => {
                let length = u16::try_from(packet.len() + 4).unwrap();
                join(&[&[2, 0, 0, 0], &length.to_le_bytes(), &[9, 0], &packet])
            }
            Link::Pktap => join(&[&[40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], &[0; 28], &ethernet(kind, &packet)]),
            Link::SwitchTag => {
                let frame = ethernet(kind, &packet);
                join(&[&frame[..12], &[1, 2, 3, 4], &frame[12..]])
            }
            Link::SwitchTagFirst => join(&[&[1, 2, 3, 4], &ethernet(kind, &packet)]),
            Link::LinuxSll => join(&[&[0, 4, 0, 1, 0, 6], &DEVICE.0, &[0, 0], &kind.to_be_bytes(), &packet]),
            Link::LinuxSll2 => join(&[&kind.to_be_bytes(), &[0, 0, 0, 0, 0, 3, 0, 1, 4, 6], &DEVICE.0, &[0, 0], &packet]),
        };
        (link, bytes)
    })
}

/// The same with some octets overwritten, mostly near the beginning.
fn damaged() -> impl Strategy<Value = (Link, Vec<u8>)> {
    let value = prop_oneof![any::<u8>(), select(vec![0u8, 1, 0x11, 0x40, 0x45, 0x46, 0x60, 0x80, 0xff])];
    (frame(), vec((any::<Index>(), value), 0..4)).prop_map(|((link, mut bytes), changes)| {
        for (at, value) in changes {
            let reach = bytes.len().min(80);
            bytes[at.index(reach)] = value;
        }
        (link, bytes)
    })
}

fn cut(bytes: &[u8], at: Index) -> &[u8] {
    &bytes[..at.index(bytes.len() + 1)]
}

/// What must hold whatever the octets are.
fn stays_inside(link: Link, bytes: &[u8], wire_len: u32) -> Result<(), TestCaseError> {
    let facts = dissect(link, bytes, wire_len);
    let inside = bytes.as_ptr_range();
    let payload = facts.payload.as_ptr_range();
    prop_assert!(facts.payload.is_empty() || (inside.start <= payload.start && payload.end <= inside.end));
    prop_assert!(facts.payload.len() <= facts.payload_len as usize);
    prop_assert!(matches!(facts.net, Net::Ip(_)) || facts.payload.is_empty());
    prop_assert!(facts.stop.is_some() || matches!(facts.net, Net::Ip(_)) || facts.payload_len == 0);
    Ok(())
}

proptest! {
    #![proptest_config(many())]

    #[test]
    fn arbitrary_octets_never_lead_outside_the_frame(
        link in select(LINKS.to_vec()), bytes in vec(any::<u8>(), 0..200), wire_len in any::<u32>(),
    ) {
        stays_inside(link, &bytes, wire_len)?;
    }

    #[test]
    fn damaged_frames_never_lead_outside_the_frame(
        (link, bytes) in damaged(), at in any::<Index>(), wire_len in prop_oneof![0u32..200, any::<u32>()],
    ) {
        stays_inside(link, &bytes, wire_len)?;
        stays_inside(link, cut(&bytes, at), u32::try_from(bytes.len()).unwrap())?;
    }

    #[test]
    fn the_short_way_and_the_long_way_agree(
        (link, bytes) in damaged(), at in any::<Index>(), wire_len in prop_oneof![0u32..200, any::<u32>()],
    ) {
        for bytes in [&bytes, cut(&bytes, at)] {
            prop_assert_eq!(dissect(link, bytes, wire_len), layered::by_layers(link, bytes, wire_len));
        }
    }

    #[test]
    fn a_cut_changes_the_payload_only_where_it_takes_headers((link, bytes) in frame(), at in any::<Index>()) {
        let wire_len = u32::try_from(bytes.len()).unwrap();
        let (all, some) = (dissect(link, &bytes, wire_len), dissect(link, cut(&bytes, at), wire_len));
        if matches!(some.stop, Some(Stop::Truncated { .. })) {
            prop_assert!(some.payload.is_empty());
            prop_assert!(some.payload_len <= wire_len);
        } else {
            prop_assert_eq!((some.net, some.transport), (all.net, all.transport));
            // Whether a datagram holds a frame that stays closed is not seen where its inside was cut off.
            let closed = matches!((all.transport, all.stop), (Transport::Udp { .. }, Some(Stop::Unopened(_))));
            prop_assert!(some.stop == all.stop || (closed && some.stop.is_none()));
            prop_assert_eq!(some.payload_len, all.payload_len);
            prop_assert!(all.payload.starts_with(some.payload));
        }
    }

    #[test]
    fn a_cut_never_takes_payload_away_that_the_lengths_promise((link, bytes) in frame(), at in any::<Index>()) {
        let wire_len = u32::try_from(bytes.len()).unwrap();
        let some = dissect(link, cut(&bytes, at), wire_len);
        if matches!(some.net, Net::Ip(_)) {
            prop_assert!(some.payload_len >= dissect(link, &bytes, wire_len).payload_len);
        }
    }

    #[test]
    fn tags_change_nothing_but_the_offset(
        (link, bytes) in damaged(), tags in vec((select(vec![0x8100u16, 0x88a8, 0x9100]), any::<u16>()), 1..6),
    ) {
        let wire_len = u32::try_from(bytes.len()).unwrap();
        if link == Link::Ethernet && bytes.len() >= 14 {
            let added: Vec<u8> = tags.iter().flat_map(|(kind, network)| [kind.to_be_bytes(), network.to_be_bytes()].concat()).collect();
            let longer = join(&[&bytes[..12], &added, &bytes[12..]]);
            let more = wire_len + u32::try_from(added.len()).unwrap();
            prop_assert_eq!(dissect(link, &longer, more), dissect(link, &bytes, wire_len));
        }
    }
}
