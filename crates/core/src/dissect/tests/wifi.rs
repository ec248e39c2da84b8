//! 802.11 and radiotap.

use super::build::*;
use super::*;

const QOS: u8 = 8;
const TO_DS: u8 = 1;
const FROM_DS: u8 = 2;

fn cargo() -> Vec<u8> {
    snap(0x0800, &ipv4(17, &udp(443, b"audio")))
}

/// That both ends and the cargo are read.
fn from_device_to_gateway(facts: &Dissection) {
    assert_eq!((facts.source, facts.destination), (Some(DEVICE), Some(GATEWAY)));
    assert_eq!((facts.payload_len, facts.payload, facts.stop), (5, &b"audio"[..], None));
}

#[test]
fn the_direction_bits_say_which_address_is_whose() {
    for (flags, addresses) in [(0, [GATEWAY, DEVICE, CELL]), (FROM_DS, [GATEWAY, CELL, DEVICE]), (TO_DS, [CELL, DEVICE, GATEWAY])]
    {
        from_device_to_gateway(&whole(Link::Ieee80211, &data_frame(0, flags, addresses, &cargo())));
        let qos = join(&[&[0, 0], &cargo()]);
        from_device_to_gateway(&whole(Link::Ieee80211, &data_frame(QOS, flags, addresses, &qos)));
        let ordered = join(&[&[0, 0, 1, 2, 3, 4], &cargo()]);
        from_device_to_gateway(&whole(Link::Ieee80211, &data_frame(QOS, flags | 0x80, addresses, &ordered)));
    }
}

#[test]
fn a_relayed_frame_has_four_addresses() {
    let body = join(&[&DEVICE.0, &cargo()]);
    let frame = data_frame(0, TO_DS | FROM_DS, [CELL, CELL, GATEWAY], &body);
    from_device_to_gateway(&whole(Link::Ieee80211, &frame));
}

#[test]
fn a_protected_frame_still_says_who_sent_it() {
    let frame = data_frame(0, TO_DS | 0x40, [CELL, DEVICE, GATEWAY], &cargo());
    let facts = whole(Link::Ieee80211, &frame);
    assert_eq!((facts.source, facts.destination), (Some(DEVICE), Some(GATEWAY)));
    assert_eq!((facts.payload_len, facts.stop), (0, Some(Stop::Unopened(Layer::Ieee80211))));
}

#[test]
fn an_aggregate_stays_closed_and_only_a_station_is_named() {
    let body = join(&[&[0x80, 0], &cargo()]);
    let up = data_frame(QOS, TO_DS, [CELL, DEVICE, CELL], &body);
    let facts = whole(Link::Ieee80211, &up);
    assert_eq!((facts.source, facts.destination), (Some(DEVICE), None));
    assert_eq!(facts.stop, Some(Stop::Unopened(Layer::Ieee80211)));
    let down = data_frame(QOS, FROM_DS, [DEVICE, CELL, CELL], &body);
    let facts = whole(Link::Ieee80211, &down);
    assert_eq!((facts.source, facts.destination), (None, Some(DEVICE)));
}

#[test]
fn later_fragments_and_empty_frames_hold_no_header() {
    let mut fragment = data_frame(0, TO_DS, [CELL, DEVICE, GATEWAY], &cargo());
    fragment[22] |= 1;
    assert_eq!(whole(Link::Ieee80211, &fragment).stop, Some(Stop::Unopened(Layer::Ieee80211)));
    let null = data_frame(4, TO_DS, [CELL, DEVICE, GATEWAY], &[]);
    let facts = whole(Link::Ieee80211, &null);
    assert_eq!((facts.source, facts.net, facts.stop), (Some(DEVICE), Net::Other(0), None));
}

#[test]
fn a_beacon_has_a_sender_and_a_control_frame_need_not() {
    let beacon = join(&[&[0x80, 0, 0, 0], &Mac::BROADCAST.0, &CELL.0, &CELL.0, &[0; 14]]);
    let facts = whole(Link::Ieee80211, &beacon);
    assert_eq!((facts.source, facts.destination), (Some(CELL), Some(Mac::BROADCAST)));
    let acknowledgement = join(&[&[0xd4, 0, 0, 0], &DEVICE.0]);
    let facts = whole(Link::Ieee80211, &acknowledgement);
    assert_eq!((facts.source, facts.stop), (None, None));
    assert_eq!(whole(Link::Ieee80211, &[0x09, 0, 0, 0]).stop, Some(Stop::Malformed(Layer::Ieee80211)));
}

/// A radiotap header of these present words and fields.
fn radiotap(words: &[u32], fields: &[u8]) -> Vec<u8> {
    let words: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let length = u16::try_from(4 + words.len() + fields.len()).unwrap();
    join(&[&[0, 0], &length.to_le_bytes(), &words, fields])
}

#[test]
fn the_flags_are_found_behind_chained_words_and_an_aligned_timer() {
    let frame = data_frame(0, TO_DS, [CELL, DEVICE, GATEWAY], &cargo());
    let with_fcs = join(&[&frame, &[1, 2, 3, 4]]);
    let heads = [
        radiotap(&[0b10], &[0x10]),
        radiotap(&[0b10 | 1 << 31, 1 << 31, 0], &[0x10, 0, 0]),
        // Two words end at octet 12; the timer waits for octet 16.
        radiotap(&[0b11 | 1 << 31, 0], &[9, 9, 9, 9, 1, 1, 1, 1, 1, 1, 1, 1, 0x10]),
    ];
    for head in heads {
        let frame = join(&[&head, &with_fcs]);
        from_device_to_gateway(&whole(Link::Radiotap, &frame));
        // The check sequence is the first thing that a snap length takes.
        let cut = &frame[..frame.len() - 2];
        from_device_to_gateway(&dissect(Link::Radiotap, cut, u32::try_from(frame.len()).unwrap()));
    }
    from_device_to_gateway(&whole(Link::Radiotap, &join(&[&radiotap(&[0], &[]), &frame])));
}

#[test]
fn a_check_sequence_is_not_payload_of_a_packet_without_a_length() {
    let mut packet = ipv4(17, &udp(443, b"audio"));
    packet[2..4].fill(0);
    let frame = data_frame(0, TO_DS, [CELL, DEVICE, GATEWAY], &snap(0x0800, &packet));
    let frame = join(&[&radiotap(&[0b10], &[0x10]), &frame, &[1, 2, 3, 4]]);
    let facts = whole(Link::Radiotap, &frame);
    from_device_to_gateway(&facts);
    let mut unknown = frame.clone();
    let packet_at = 9 + 24 + 8;
    unknown[packet_at + 9] = 132;
    assert_eq!(whole(Link::Radiotap, &unknown).payload_len, 13, "the datagram, not the four octets behind it");
}

#[test]
fn padding_fills_the_header_of_a_qos_frame_only() {
    let head = radiotap(&[0b10], &[0x20]);
    let qos = data_frame(QOS, TO_DS, [CELL, DEVICE, GATEWAY], &join(&[&[0, 0, 0, 0], &cargo()]));
    from_device_to_gateway(&whole(Link::Radiotap, &join(&[&head, &qos])));
    let plain = data_frame(0, TO_DS, [CELL, DEVICE, GATEWAY], &cargo());
    from_device_to_gateway(&whole(Link::Radiotap, &join(&[&head, &plain])));
}

#[test]
fn a_frame_that_the_air_changed_names_nobody() {
    let frame = data_frame(0, TO_DS, [CELL, DEVICE, GATEWAY], &cargo());
    let frame = join(&[&radiotap(&[0b10], &[0x50]), &frame, &[0; 4]]);
    let facts = whole(Link::Radiotap, &frame);
    assert_eq!((facts.source, facts.stop), (None, Some(Stop::Malformed(Layer::Ieee80211))));
}

#[test]
fn a_radiotap_header_shorter_than_what_it_lists_is_malformed() {
    let frame = data_frame(0, TO_DS, [CELL, DEVICE, GATEWAY], &cargo());
    for head in [radiotap(&[0b10], &[]), radiotap(&[1 << 31], &[]), vec![0, 0, 7, 0, 0, 0, 0, 0], vec![1, 0, 8, 0, 0, 0, 0, 0]] {
        assert_eq!(whole(Link::Radiotap, &join(&[&head, &frame])).stop, Some(Stop::Malformed(Layer::Radiotap)));
    }
}
