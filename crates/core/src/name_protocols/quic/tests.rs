use proptest::prelude::*;

use super::initial::seal::client_initial;
use super::*;
use crate::name_protocols::tls::tests::browser;

/// Connection identifier of RFC 9001 and RFC 9369, appendix A.
const CONNECTION: &[u8] = &[0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08];

/// The CRYPTO frame of RFC 9001, A.2; RFC 9369 has the same.
const FRAME: &str = "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c0000041301\
    1302010000c000000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e00050005\
    0100000000003300260024001d00209370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010\
    000e0403050306030203080408050806002d00020101001c00024001003900320408ffffffffffffffff05048000ffff07048000ffff08011001\
    04800075300901100f088394c8f03e51570806048000ffff";

fn octets(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn varint(value: usize) -> [u8; 4] {
    (u32::try_from(value).unwrap() | 0x8000_0000).to_be_bytes()
}

fn crypto(handshake: &[u8], from: usize, until: usize) -> Vec<u8> {
    [&[6], &varint(from)[..], &varint(until - from), &handshake[from..until]].concat()
}

fn name_in(outcome: HelloOutcome) -> Option<String> {
    match outcome {
        HelloOutcome::Hello(hello) => hello.server_name,
        outcome => panic!("no hello but {outcome:?}"),
    }
}

#[test]
fn the_published_packets_of_both_versions_are_opened() {
    let published = [
        (
            1,
            "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c",
            "e221af44860018ab0856972e194cd934",
        ),
        (
            0x6b33_43cf,
            "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de806071bf03dceebfa162e75d6c",
            "a18b2faa745b6fe189cf772a9f84cbfc",
        ),
    ];
    for (version, beginning, tag) in published {
        let mut frames = octets(FRAME);
        frames.resize(1_162, 0);
        let packet = client_initial(version, CONNECTION, 2, &frames);
        assert_eq!(packet.len(), 1_200);
        assert_eq!((&packet[..48], &packet[1_184..]), (octets(beginning).as_slice(), octets(tag).as_slice()));
        let HelloOutcome::Hello(hello) = QuicHello::new().datagram(&packet) else { panic!("version {version:#x}") };
        assert_eq!(hello.server_name.as_deref(), Some("example.com"));
        assert_eq!(hello.alpn, ["alpn"]);
    }
}

#[test]
fn a_shuffled_hello_over_two_datagrams_is_put_together() {
    let hello = browser("voice.example.com");
    let end = hello.len();
    let first = [crypto(&hello, 900, 1_000), vec![1, 0, 0], crypto(&hello, 300, 900), crypto(&hello, 0, 20)].concat();
    let second = [crypto(&hello, 1_000, end), vec![0; 9], crypto(&hello, 20, 300), vec![1]].concat();
    let datagrams = [client_initial(1, CONNECTION, 1, &first), client_initial(1, CONNECTION, 2, &second)];
    for order in [[0, 1], [1, 0]] {
        let mut flow = QuicHello::new();
        assert_eq!(flow.datagram(&datagrams[order[0]]), HelloOutcome::NeedMore);
        assert_eq!(name_in(flow.datagram(&datagrams[order[1]])).as_deref(), Some("voice.example.com"));
    }
}

#[test]
fn coalesced_packets_are_read_one_after_another() {
    let hello = browser("voice.example.com");
    let mut datagram = client_initial(0xff00_001d, CONNECTION, 0, &crypto(&hello, 0, 700));
    // A 0-RTT packet of five octets between them.
    datagram.extend([0xd0, 0xff, 0, 0, 0x1d, 1, 7, 0, 5, 1, 2, 3, 4, 5]);
    datagram.extend(client_initial(0xff00_001d, CONNECTION, 1, &crypto(&hello, 700, hello.len())));
    assert_eq!(name_in(QuicHello::new().datagram(&datagram)).as_deref(), Some("voice.example.com"));
}

#[test]
fn after_a_retry_the_keys_are_new() {
    let hello = browser("voice.example.com");
    let mut flow = QuicHello::new();
    let first = client_initial(1, CONNECTION, 0, &crypto(&hello, 0, 700));
    assert_eq!(flow.datagram(&first), HelloOutcome::NeedMore);
    let again = client_initial(1, b"another one", 1, &crypto(&hello, 0, 1_000));
    assert_eq!(flow.datagram(&again), HelloOutcome::NeedMore);
    let rest = client_initial(1, b"another one", 2, &[&[2, 0, 0, 0, 0], &crypto(&hello, 1_000, hello.len())[..]].concat());
    assert_eq!(name_in(flow.datagram(&rest)).as_deref(), Some("voice.example.com"));
}

#[test]
fn later_packets_keep_the_first_keys_under_the_servers_identifier() {
    let hello = browser("voice.example.com");
    let mut flow = QuicHello::new();
    assert_eq!(flow.datagram(&client_initial(1, CONNECTION, 0, &crypto(&hello, 0, 700))), HelloOutcome::NeedMore);
    // A short-header packet tells nothing, and costs nothing.
    assert_eq!(flow.datagram(&[0x40; 1_200]), HelloOutcome::NeedMore);
    let rest = client_initial(1, CONNECTION, 1, &crypto(&hello, 700, hello.len()));
    assert_eq!(name_in(flow.datagram(&rest)).as_deref(), Some("voice.example.com"));
}

#[test]
fn what_is_no_client_initial_is_said_at_once() {
    let good = client_initial(1, CONNECTION, 0, &[0; 1_162]);
    let mut forged = good.clone();
    forged[600] ^= 1;
    let mut unknown = good.clone();
    unknown[1] = 0x51;
    for datagram in [&[][..], &[0x40; 50], &forged, &unknown, &good[..1_199], &[0xc0, 0, 0, 0, 0, 0, 0]] {
        assert_eq!(QuicHello::new().datagram(datagram), HelloOutcome::NotTls);
    }
}

#[test]
fn a_flow_that_never_completes_its_hello_is_given_up() {
    let hello = browser("voice.example.com");
    let mut flow = QuicHello::new();
    let datagram = client_initial(1, CONNECTION, 0, &crypto(&hello, 0, 700));
    let outcomes: Vec<_> = (0..MOST_DATAGRAMS).map(|_| flow.datagram(&datagram)).collect();
    assert_eq!(outcomes.iter().filter(|&outcome| *outcome == HelloOutcome::NeedMore).count(), 15);
    assert_eq!(outcomes.last(), Some(&HelloOutcome::TooLong));
}

#[test]
fn offsets_that_promise_the_moon_are_given_up() {
    for offset in [[0x80, 0, 0x40, 0].as_slice(), &[0xff; 8]] {
        let frames = [&[6], offset, &[1, 7], &[0; 40]].concat();
        assert_eq!(QuicHello::new().datagram(&client_initial(1, CONNECTION, 0, &frames)), HelloOutcome::TooLong);
    }
}

proptest! {
    #[test]
    fn any_cut_and_order_of_the_hello_gives_the_same_name(
        cuts in prop::collection::btree_set(1_usize..1_700, 0..12),
        order in Just((0..12).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let hello = browser("voice.example.com");
        let edges: Vec<_> = [0].into_iter().chain(cuts).chain([hello.len()]).collect();
        let mut pieces: Vec<_> = edges.windows(2).map(|edge| crypto(&hello, edge[0], edge[1])).collect();
        for (i, &j) in order.iter().enumerate().filter(|&(i, &j)| i.max(j) < edges.len() - 1) {
            pieces.swap(i, j);
        }
        let mut flow = QuicHello::new();
        let mut outcome = HelloOutcome::NeedMore;
        for piece in &pieces {
            prop_assert_eq!(&outcome, &HelloOutcome::NeedMore);
            outcome = flow.datagram(&client_initial(1, CONNECTION, 0, &[piece.as_slice(), &[0; 20]].concat()));
        }
        prop_assert_eq!(name_in(outcome), Some("voice.example.com".to_owned()));
    }

    #[test]
    fn any_octets_are_read_without_panic(
        mut datagram in prop::collection::vec(any::<u8>(), 0..300),
        frames in prop::collection::vec(prop_oneof![0_u8..8, any::<u8>()], 20..200),
    ) {
        prop_assert_ne!(QuicHello::new().datagram(&datagram), HelloOutcome::NeedMore);
        for (octet, value) in datagram.iter_mut().zip([0xc0, 0, 0, 0, 1]) {
            *octet = value;
        }
        prop_assert_ne!(QuicHello::new().datagram(&datagram), HelloOutcome::NeedMore);
        let opened = QuicHello::new().datagram(&client_initial(1, CONNECTION, 0, &frames));
        prop_assert!(!matches!(opened, HelloOutcome::Hello(_)));
    }
}
