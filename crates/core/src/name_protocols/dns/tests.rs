use proptest::prelude::*;

use super::*;
use crate::name_protocols::message::{Message as Build, name};

fn answers(payload: &[u8]) -> Vec<(String, IpAddr)> {
    let mut found = Vec::new();
    if let Some(question) = dns_question(payload) {
        dns_addresses(payload, &mut |address| found.push((question.name.clone(), address)));
    }
    found
}

fn voice() -> Build {
    Build::response().question("AVS.Example.com", 1)
}

fn pair(name: &str, address: &str) -> (String, IpAddr) {
    (name.to_owned(), address.parse().unwrap())
}

#[test]
fn an_address_belongs_to_the_name_that_was_asked_for() {
    let message = voice().a("avs.example.com", [203, 0, 113, 7]).a("avs.example.com", [203, 0, 113, 8]);
    let expected = [pair("avs.example.com", "203.0.113.7"), pair("avs.example.com", "203.0.113.8")];
    assert_eq!(answers(&message.bytes()), expected);
}

#[test]
fn aliases_lead_back_to_the_name_that_was_asked_for_in_any_order() {
    let message = voice()
        .a("edge.cdn.example", [203, 0, 113, 7])
        .aaaa("edge.cdn.example", "2001:db8::7")
        .cname("region.example.com", "edge.cdn.example")
        .cname("avs.example.com", "region.example.com");
    let expected = [pair("avs.example.com", "203.0.113.7"), pair("avs.example.com", "2001:db8::7")];
    assert_eq!(answers(&message.bytes()), expected);
}

#[test]
fn an_address_of_another_name_is_not_an_answer() {
    assert_eq!(answers(&voice().a("bank.example", [203, 0, 113, 7]).bytes()), []);
}

#[test]
fn aliases_in_a_circle_end() {
    let circle = voice().cname("avs.example.com", "b.example").cname("b.example", "avs.example.com");
    assert_eq!(answers(&circle.a("b.example", [203, 0, 113, 7]).bytes()), [pair("avs.example.com", "203.0.113.7")]);
}

#[test]
fn queries_and_errors_give_nothing() {
    let good = voice().a("avs.example.com", [203, 0, 113, 7]).bytes();
    for (offset, value) in [(2, 0x01), (3, 0x83), (2, 0xa8)] {
        let mut message = good.clone();
        message[offset] = value;
        assert_eq!(answers(&message), [], "octet {offset} = {value:#x}");
    }
}

#[test]
fn a_cut_message_keeps_what_came_before() {
    let message = voice().a("avs.example.com", [203, 0, 113, 7]).a("avs.example.com", [203, 0, 113, 8]).bytes();
    assert_eq!(answers(&message[..message.len() - 1]), [pair("avs.example.com", "203.0.113.7")]);
}

#[test]
fn a_pointer_to_itself_is_refused() {
    let mut message = voice().a("avs.example.com", [203, 0, 113, 7]).bytes();
    message[12] = 0xc0;
    message[13] = 12;
    assert_eq!(answers(&message), []);
}

#[test]
fn a_long_message_is_read_up_to_its_bound() {
    let message = (0..1_000_u16).fold(voice(), |message, i| {
        let [high, low] = i.to_be_bytes();
        message.a("avs.example.com", [198, 18, high, low])
    });
    assert_eq!(answers(&message.bytes()).len(), MOST_RECORDS);
}

#[test]
fn a_hostile_label_is_cleaned() {
    let labels = [b"a.b".as_slice(), b"\x1b[2J\xff", b"com"];
    let found = answers(&Build::response().question_of(&labels, 1).a_of(&labels, [203, 0, 113, 7]).bytes());
    assert_eq!(found, [pair("a\\.b.\u{fffd}.com", "203.0.113.7")]);
}

#[test]
fn a_name_is_written_as_it_goes_over_the_wire() {
    assert_eq!(name("a.bc"), b"\x01a\x02bc\0");
}

proptest! {
    #[test]
    fn any_octets_are_read_without_panic(payload in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(answers(&payload).len() <= MOST_RECORDS);
    }

    #[test]
    fn a_damaged_message_is_read_without_panic(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut payload = voice()
            .cname("avs.example.com", "edge.cdn.example")
            .a("edge.cdn.example", [203, 0, 113, 7])
            .aaaa("edge.cdn.example", "2001:db8::7")
            .bytes();
        for (index, value) in damage {
            *index.get_mut(&mut payload) = value;
        }
        prop_assert!(answers(&payload).len() <= MOST_RECORDS);
    }
}
