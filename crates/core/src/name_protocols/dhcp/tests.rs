use proptest::prelude::*;

use super::*;

fn message(operation: u8, options: &[u8]) -> Vec<u8> {
    let mut message = vec![0; FIXED];
    message[..4].copy_from_slice(&[operation, 1, 6, 0]);
    message[28..34].copy_from_slice(&[2, 0, 0, 0, 0, 7]);
    message[236..].copy_from_slice(COOKIE);
    message.extend(options);
    message
}

fn option_of(number: u8, value: &[u8]) -> Vec<u8> {
    [&[number, u8::try_from(value.len()).unwrap()], value].concat()
}

fn request() -> Vec<u8> {
    let options = [
        option_of(53, &[3]),
        vec![0, 0],
        option_of(50, &[192, 0, 2, 7]),
        option_of(12, b"kitchen-speaker"),
        option_of(60, b"speakeros:1.2"),
        option_of(81, b"\x04\0\0\x07kitchen\x04home\x04arpa\0"),
        vec![255],
        option_of(12, b"behind the end"),
    ];
    message(1, &options.concat())
}

#[test]
fn a_request_tells_who_asks() {
    let expected = DhcpFacts {
        kind: DhcpKind::Request,
        from_server: false,
        mac: Some(Mac([2, 0, 0, 0, 0, 7])),
        host_name: Some("kitchen-speaker".to_owned()),
        full_name: Some("kitchen.home.arpa".to_owned()),
        vendor_class: Some("speakeros:1.2".to_owned()),
        requested: Some(Ipv4Addr::new(192, 0, 2, 7)),
        assigned: None,
        mask: None,
        router: None,
        server: None,
    };
    assert_eq!(dhcp(&request()), Some(expected));
}

#[test]
fn an_answer_tells_address_router_and_server() {
    let options = [
        option_of(53, &[5]),
        option_of(1, &[255, 255, 254, 0]),
        option_of(3, &[192, 0, 2, 1, 192, 0, 2, 2]),
        option_of(54, &[192, 0, 2, 3]),
    ];
    let mut answer = message(2, &options.concat());
    answer[16..20].copy_from_slice(&[192, 0, 2, 7]);
    let facts = dhcp(&answer).unwrap();
    assert_eq!((facts.kind, facts.from_server), (DhcpKind::Ack, true));
    assert_eq!(facts.assigned, Some(Ipv4Addr::new(192, 0, 2, 7)));
    assert_eq!(facts.mask, Some(Ipv4Addr::new(255, 255, 254, 0)));
    assert_eq!(facts.router, Some(Ipv4Addr::new(192, 0, 2, 1)));
    assert_eq!(facts.server, Some(Ipv4Addr::new(192, 0, 2, 3)));
}

#[test]
fn a_full_name_that_begins_with_a_dot_gives_no_host_name() {
    let facts = dhcp(&message(1, &option_of(81, b"\0\0\0.example"))).unwrap();
    assert_eq!((facts.host_name.as_deref(), facts.full_name.as_deref()), (None, Some(".example")));
}

#[test]
fn a_full_name_stands_in_for_a_missing_host_name() {
    let facts = dhcp(&message(1, &option_of(81, b"\0\0\0den.example"))).unwrap();
    assert_eq!((facts.host_name.as_deref(), facts.full_name.as_deref()), (Some("den"), Some("den.example")));
}

#[test]
fn options_continue_and_overflow_into_other_fields() {
    let options = [option_of(12, b"kitchen-"), option_of(52, &[3]), option_of(12, b"spea")].concat();
    let mut long = message(1, &options);
    long[108..112].copy_from_slice(&option_of(12, b"ke"));
    long[44..47].copy_from_slice(&option_of(12, b"r"));
    assert_eq!(dhcp(&long).unwrap().host_name.as_deref(), Some("kitchen-speaker"));
}

#[test]
fn a_cut_message_tells_what_stands_before_the_cut() {
    let request = request();
    let facts = dhcp(&request[..request.len() - 40]).unwrap();
    assert_eq!((facts.host_name.as_deref(), facts.full_name), (Some("kitchen-speaker"), None));
    assert_eq!(dhcp(&request[..FIXED - 1]), None);
}

#[test]
fn what_is_no_dhcp_is_refused() {
    let mut wrong_cookie = request();
    wrong_cookie[236] = 0;
    assert_eq!(dhcp(&wrong_cookie), None);
    assert_eq!(dhcp(&message(3, &[])), None);
}

#[test]
fn a_hostile_name_is_cleaned() {
    assert_eq!(dhcp(&message(1, &option_of(12, b"\x1b[2Jden\0\n"))).unwrap().host_name.as_deref(), Some("den"));
}

fn solicit() -> Vec<u8> {
    let option = |number: u16, value: &[u8]| {
        [&number.to_be_bytes()[..], &u16::try_from(value.len()).unwrap().to_be_bytes(), value].concat()
    };
    let client = option(1, &[0, 1, 0, 1, 9, 9, 9, 9, 2, 0, 0, 0, 0, 7]);
    let class = option(16, b"\0\0\x01\x37\0\x08MSFT 5.0");
    [&[1, 7, 7, 7], client.as_slice(), &class, &option(39, b"\0\x07kitchen")].concat()
}

#[test]
fn a_client_of_the_later_form_tells_the_same() {
    let expected = Dhcpv6Facts {
        mac: Some(Mac([2, 0, 0, 0, 0, 7])),
        host_name: Some("kitchen".to_owned()),
        vendor_class: Some("MSFT 5.0".to_owned()),
    };
    assert_eq!(dhcpv6(&solicit()), Some(expected));
    let mut advertise = solicit();
    advertise[0] = 2;
    assert_eq!(dhcpv6(&advertise), None);
    assert_eq!(dhcpv6(&[1, 7, 7, 7]), None);
}

proptest! {
    #[test]
    fn any_options_are_read_without_panic(options in prop::collection::vec(any::<u8>(), 0..500)) {
        let facts = dhcp(&message(1, &options)).unwrap();
        prop_assert!(facts.host_name.is_none_or(|name| !name.is_empty()));
        let _ = dhcp(&options);
        let _ = dhcpv6(&options);
    }

    #[test]
    fn a_damaged_message_is_read_without_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (mut request, mut solicit) = (request(), solicit());
        for (index, value) in damage {
            *index.get_mut(&mut request) = value;
            *index.get_mut(&mut solicit) = value;
        }
        prop_assert!(dhcp(&request).is_none_or(|facts| !facts.from_server || request[0] == 2));
        let _ = dhcpv6(&solicit);
    }
}
