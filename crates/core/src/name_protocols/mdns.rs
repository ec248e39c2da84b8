//! What a device calls itself over multicast DNS (RFC 6762) and DNS-based service discovery (RFC 6763).

use std::net::IpAddr;

use domain::base::Message;
use domain::base::iana::Rtype;
use domain::base::name::Label;
use domain::rdata::{Ptr, Srv, Txt};

use super::dns::{MOST_RECORDS, Name, Record, address_of, text_of};
use super::text::clean;

/// What kind of name a device gave itself; the first is the best to show a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SelfNameKind {
    /// Given by its owner: the `fn` or `n` of a service's description.
    Friendly,
    /// Instance of a service it offers, as a browser of services shows it: "Living Room".
    Instance,
    /// Host name: "Living-Room.local".
    Host,
    /// Model: the `md`, `model`, `am` or `ty` of a service's description.
    Model,
}

/// A name that a device announced for itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SelfName {
    /// What kind of name.
    pub kind: SelfNameKind,
    /// The name, cleaned, never empty.
    pub text: String,
    /// With a host name, the address that it stands for. It need not be the sender's: sleep proxies answer for others.
    pub address: Option<IpAddr>,
}

/// Calls `each` for every name in a multicast DNS response: host names, service instances and informative parts of service
/// descriptions. The same name may come several times. Of a long message the first 64 records of each section are read; queries give
/// nothing, because the known answers in them are names of others.
pub fn mdns_names(payload: &[u8], each: &mut dyn FnMut(SelfName)) {
    let Ok(message) = Message::from_slice(payload) else { return };
    if !message.header().qr() {
        return;
    }
    let mut section = message.answer().ok();
    while let Some(records) = section {
        for record in records.map_while(Result::ok).take(MOST_RECORDS) {
            read(&record, each);
        }
        section = records.next_section().ok().flatten();
    }
}

fn read(record: &Record<'_>, each: &mut dyn FnMut(SelfName)) {
    let owner = record.owner();
    match record.rtype() {
        Rtype::A | Rtype::AAAA => {
            if let Some(address) = address_of(record) {
                host(&owner, Some(address), each);
            }
        }
        Rtype::PTR => {
            if let Ok(Some(pointer)) = record.to_record::<Ptr<Name<'_>>>() {
                let target = pointer.data().ptrdname();
                instance(target, each);
                if top(&owner).is_some_and(|label| label.eq_ignore_ascii_case(b"arpa")) {
                    host(target, None, each);
                }
            }
        }
        Rtype::SRV => {
            instance(&owner, each);
            if let Ok(Some(service)) = record.to_record::<Srv<Name<'_>>>() {
                host(service.data().target(), None, each);
            }
        }
        Rtype::TXT => {
            instance(&owner, each);
            if let Ok(Some(description)) = record.to_record::<Txt<&[u8]>>() {
                description.data().iter().take(MOST_RECORDS).for_each(|entry| described(entry, each));
            }
        }
        _ => {}
    }
}

/// The last label before the root.
fn top<'a>(name: &'a Name<'_>) -> Option<&'a [u8]> {
    name.iter().rev().nth(1).map(Label::as_slice)
}

/// `Living-Room.local`.
fn host(name: &Name<'_>, address: Option<IpAddr>, each: &mut dyn FnMut(SelfName)) {
    if top(name).is_some_and(|label| label.eq_ignore_ascii_case(b"local")) && name.label_count() > 2 {
        announce(SelfNameKind::Host, text_of(name.iter()), address, each);
    }
}

/// `Living Room._airplay._tcp.local`: the first label is the name, the second the service. Host names, service types
/// (`_airplay._tcp.local`) and subtypes have no instance in front.
fn instance(name: &Name<'_>, each: &mut dyn FnMut(SelfName)) {
    let mut labels = name.iter().map(Label::as_slice);
    let (Some(first), Some(service)) = (labels.next(), labels.next()) else { return };
    if first.starts_with(b"_") || !service.starts_with(b"_") {
        return;
    }
    // Remote audio services write `MAC@name` (`0123456789AB@Living Room._raop._tcp`).
    let named = match first.split_at_checked(12) {
        Some((mac, [b'@', rest @ ..])) if mac.iter().all(u8::is_ascii_hexdigit) => rest,
        _ => first,
    };
    announce(SelfNameKind::Instance, clean(named), None, each);
}

/// An entry `key=value` of a service description (RFC 6763, 6.3; keys in any case).
fn described(entry: &[u8], each: &mut dyn FnMut(SelfName)) {
    let Some(equals) = entry.iter().position(|&octet| octet == b'=') else { return };
    let (key, value) = (entry.get(..equals), entry.get(equals.saturating_add(1)..));
    let kind = match key.unwrap_or_default().to_ascii_lowercase().as_slice() {
        b"fn" | b"n" => SelfNameKind::Friendly,
        b"md" | b"model" | b"am" | b"ty" => SelfNameKind::Model,
        _ => return,
    };
    announce(kind, clean(value.unwrap_or_default()), None, each);
}

fn announce(kind: SelfNameKind, text: String, address: Option<IpAddr>, each: &mut dyn FnMut(SelfName)) {
    if !text.is_empty() {
        each(SelfName { kind, text, address });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::name_protocols::message::Message as Build;

    const SPEAKER: &[&[u8]] = &[b"Living Room", b"_airplay", b"_tcp", b"local"];

    fn names(payload: &[u8]) -> Vec<(SelfNameKind, String, Option<IpAddr>)> {
        let mut found = Vec::new();
        mdns_names(payload, &mut |name| found.push((name.kind, name.text, name.address)));
        found
    }

    fn claim(kind: SelfNameKind, text: &str) -> (SelfNameKind, String, Option<IpAddr>) {
        (kind, text.to_owned(), None)
    }

    #[test]
    fn a_host_name_comes_with_its_address() {
        let message = Build::response().a("Living-Room.local", [192, 0, 2, 7]).aaaa("Living-Room.local", "fe80::7");
        let host = |address: &str| (SelfNameKind::Host, "Living-Room.local".to_owned(), Some(address.parse().unwrap()));
        assert_eq!(names(&message.bytes()), [host("192.0.2.7"), host("fe80::7")]);
    }

    #[test]
    fn a_service_tells_instance_host_and_description() {
        let message = Build::response()
            .ptr("_airplay._tcp.local", SPEAKER)
            .srv(SPEAKER, "Living-Room.local")
            .txt(SPEAKER, &["deviceid=02:00:00:00:00:01", "MODEL=Box1,2", "fn=Our den", "flag", "n="]);
        let expected = [
            claim(SelfNameKind::Instance, "Living Room"),
            claim(SelfNameKind::Instance, "Living Room"),
            claim(SelfNameKind::Host, "Living-Room.local"),
            claim(SelfNameKind::Instance, "Living Room"),
            claim(SelfNameKind::Model, "Box1,2"),
            claim(SelfNameKind::Friendly, "Our den"),
        ];
        assert_eq!(names(&message.bytes()), expected);
    }

    #[test]
    fn lists_of_service_types_name_nobody() {
        let message = Build::response().ptr("_services._dns-sd._udp.local", &[b"_hap", b"_tcp", b"local"]);
        assert_eq!(names(&message.bytes()), []);
    }

    #[test]
    fn a_reverse_pointer_names_the_host() {
        let message = Build::response().ptr("7.2.0.192.in-addr.arpa", &[b"den", b"local"]);
        assert_eq!(names(&message.bytes()), [claim(SelfNameKind::Host, "den.local")]);
    }

    #[test]
    fn a_hardware_address_in_front_of_the_name_is_left_out() {
        let message = Build::response().ptr("_raop._tcp.local", &[b"0200000000AB@Den", b"_raop", b"_tcp", b"local"]);
        assert_eq!(names(&message.bytes()), [claim(SelfNameKind::Instance, "Den")]);
    }

    #[test]
    fn a_query_names_others_and_is_passed_over() {
        let mut message = Build::response().ptr("_airplay._tcp.local", SPEAKER).bytes();
        message[2] = 0;
        assert_eq!(names(&message), []);
    }

    proptest! {
        #[test]
        fn any_octets_are_read_without_panic(mut payload in prop::collection::vec(any::<u8>(), 12..600)) {
            payload[2] |= 0x80;
            names(&payload);
        }

        #[test]
        fn damage_never_panics_nor_gives_an_empty_name(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut payload = Build::response().srv(SPEAKER, "den.local").txt(SPEAKER, &["fn=Den", "md=Box"]).bytes();
            for (index, value) in damage {
                *index.get_mut(&mut payload) = value;
            }
            prop_assert!(names(&payload).iter().all(|(_, text, _)| !text.is_empty()));
        }
    }
}
