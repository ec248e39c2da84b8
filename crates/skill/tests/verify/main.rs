//! Who is taken for Amazon, what a request means, and what is replied.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod cases;
mod conversation;
mod made;

use std::sync::Arc;

use earwitness_core::time::{SECOND, Timestamp};
use earwitness_skill::{Anchors, Chain, ChainUrl, Chains, Refusal};

use self::cases::cases;
use self::made::{Certificates, NOON, Sent, URL, anchors, body};

#[test]
fn what_is_right_is_taken_and_each_way_to_be_wrong_is_refused_for_what_it_is() {
    let anchors = anchors();
    for case in cases() {
        match (case.sent.taken(&anchors), case.refused) {
            (Ok(_), None) => {}
            (Err(refusal), Some(is)) => assert!(is(&refusal), "{}: {refusal:?}", case.name),
            (taken, _) => panic!("{}: {taken:?}", case.name),
        }
    }
}

#[test]
fn where_the_vendors_library_decides_otherwise_it_takes_what_we_refuse_but_for_one_path() {
    let taken: Vec<String> =
        cases().into_iter().filter(|it| it.differs.is_some() && it.refused.is_none()).map(|it| it.name).collect();
    assert_eq!(taken, ["https://s3.amazonaws.com/x/../echo.api/echo-api-cert.pem"]);
}

#[test]
fn without_a_root_nobody_is_trusted() {
    let none = Anchors::new([b"no certificate".as_slice()]);
    assert_eq!(none.count(), 0);
    assert!(matches!(Sent::new(body()).taken(&none), Err(Refusal::Untrusted(_))));
}

#[test]
fn no_octet_of_a_body_can_be_another() {
    let (right, anchors) = (Sent::new(body()), anchors());
    let chain = Chain::read(right.certificates.pem().as_bytes()).unwrap();
    for place in 0..right.body.len() {
        for bit in [0x01, 0x80] {
            let mut octets = right.body.clone().into_bytes();
            octets[place] ^= bit;
            assert!(right.taken_as(&octets, &chain, &anchors).is_err(), "bit {bit:#x} of octet {place}");
        }
    }
    assert!(right.taken_as(right.body.as_bytes(), &chain, &anchors).is_ok());
}

#[test]
fn certificates_are_kept_while_they_are_valid_for_a_day_and_never_more_than_eight() {
    let (anchors, at) = (anchors(), |seconds: i64| Timestamp::from_nanos(seconds * SECOND));
    let chain = Arc::new(Chain::read(Certificates::default().pem().as_bytes()).unwrap());
    let (mut chains, url) = (Chains::default(), ChainUrl::parse(URL).unwrap());
    assert!(chains.get(&url, &anchors, at(NOON)).is_none());
    chains.keep(url.clone(), Arc::clone(&chain), at(NOON));
    assert!(chains.get(&url, &anchors, at(NOON + 86_399)).is_some());
    assert!(chains.get(&url, &anchors, at(NOON + 86_400)).is_none());
    // They end with the year.
    let eve = 1_798_761_599;
    chains.keep(url.clone(), Arc::clone(&chain), at(eve));
    assert!(chains.get(&url, &anchors, at(eve)).is_some());
    assert!(chains.get(&url, &anchors, at(eve + 2)).is_none());
    assert_eq!(chains.count(), 0, "what has expired is forgotten");
    for number in 0..100 {
        let url = ChainUrl::parse(&format!("{URL}{number}")).unwrap();
        chains.keep(url, Arc::clone(&chain), at(NOON + number));
    }
    assert_eq!(chains.count(), 8);
    assert!(chains.get(&ChainUrl::parse(&format!("{URL}99")).unwrap(), &anchors, at(NOON + 99)).is_some());
}

#[test]
fn a_chain_of_a_hundred_certificates_is_not_even_read() {
    let pem = Certificates::default().pem();
    assert_eq!(Chain::read(pem.repeat(50).as_bytes()).unwrap_err(), Refusal::ChainText);
    assert!(Chain::read(pem.repeat(5).as_bytes()).is_ok());
}
