use proptest::prelude::*;

use super::*;

/// An extension with its length.
pub(in crate::name_protocols) fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    [&kind.to_be_bytes(), &length.to_be_bytes(), content].concat()
}

/// The extension that names the server.
pub(in crate::name_protocols) fn named(name: &[u8]) -> Vec<u8> {
    let length = u16::try_from(name.len()).unwrap();
    extension(0, &[&(length + 3).to_be_bytes(), [0].as_slice(), &length.to_be_bytes(), name].concat())
}

/// A hello with these extensions, as a handshake message.
pub(in crate::name_protocols) fn hello(extensions: &[Vec<u8>]) -> Vec<u8> {
    let extensions = extensions.concat();
    let mut body = vec![3, 3];
    body.extend([0x5a; 32]);
    body.extend([0, 0, 4, 0x13, 1, 0x13, 2, 1, 0]);
    body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
    body.extend(extensions);
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[CLIENT_HELLO], &length[1..], &body].concat()
}

/// A hello of the size that post-quantum keys make, with everything a browser sends that is read here.
pub(in crate::name_protocols) fn browser(name: &str) -> Vec<u8> {
    hello(&[
        extension(0x0a0a, &[]),
        extension(51, &[7; 1_216]),
        extension(16, b"\x00\x0c\x02h2\x08http/1.1"),
        named(name.as_bytes()),
        extension(0xfe0d, &[9; 186]),
        extension(21, &[0; 300]),
    ])
}

/// The handshake in records of at most `size` octets.
fn records(handshake: &[u8], size: usize) -> Vec<u8> {
    let record = |part: &[u8]| [&[HANDSHAKE, 3, 1], &u16::try_from(part.len()).unwrap().to_be_bytes()[..], part].concat();
    handshake.chunks(size).flat_map(record).collect()
}

fn name_in(stream: &[u8]) -> Option<String> {
    match client_hello(stream) {
        HelloOutcome::Hello(hello) => hello.server_name,
        outcome => panic!("no hello but {outcome:?}"),
    }
}

#[test]
fn a_hello_tells_server_and_protocols() {
    let expected = ClientHello {
        server_name: Some("avs.example.com".to_owned()),
        alpn: vec!["h2".to_owned(), "http/1.1".to_owned()],
        encrypted_client_hello: true,
    };
    assert_eq!(client_hello(&records(&browser("AVS.example.com."), 16_384)), HelloOutcome::Hello(expected));
}

#[test]
fn a_hello_without_a_name_is_still_one() {
    assert_eq!(client_hello(&records(&hello(&[]), 99)), HelloOutcome::Hello(ClientHello::default()));
}

#[test]
fn a_strange_extension_does_not_hide_the_name_behind_it() {
    let strange = hello(&[extension(13, &[1]), extension(16, &[0xff]), named(b"avs.example.com")]);
    assert_eq!(name_in(&records(&strange, 1_000)).as_deref(), Some("avs.example.com"));
}

#[test]
fn what_is_no_hello_is_said_at_once() {
    let server_hello = b"\x16\x03\x03\x00\x40\x02";
    for stream in [b"G".as_slice(), b"\x16\x02", b"\x16\x03\x05", b"\x16\x03\x01\0\0", b"\x16\x03\x01\x7f\xff", server_hello] {
        assert_eq!(client_hello(stream), HelloOutcome::NotTls, "{stream:?}");
    }
    assert_eq!(client_hello(&[]), HelloOutcome::NeedMore);
}

#[test]
fn another_record_inside_the_hello_ends_it() {
    let mut stream = records(&browser("avs.example.com"), 500);
    stream[505] = 23;
    assert_eq!(client_hello(&stream), HelloOutcome::NotTls);
}

#[test]
fn an_endless_hello_is_given_up() {
    let huge = [vec![CLIENT_HELLO, 0, 0xff, 0xff], vec![0; 60_000]].concat();
    assert_eq!(client_hello(&records(&huge, 16_384)), HelloOutcome::TooLong);
    let slow = [[CLIENT_HELLO, 0, 0x3f, 0xff].as_slice(), &[0; 16_000]].concat();
    assert_eq!(client_hello(&records(&slow, 1)), HelloOutcome::TooLong);
    let padded = hello(&[named(b"avs.example.com"), extension(21, &[0; 4_000])]);
    assert_eq!(client_hello(&records(&padded, 1)), HelloOutcome::TooLong);
    assert_eq!(name_in(&records(&padded, 2)).as_deref(), Some("avs.example.com"));
}

#[test]
fn a_cut_hello_tells_the_name_before_the_cut() {
    let stream = records(&browser("avs.example.com"), 16_384);
    let end_of_name = stream.windows(15).position(|window| window == b"avs.example.com").unwrap() + 15;
    assert_eq!(client_hello(&stream[..end_of_name]), HelloOutcome::NeedMore);
    let cut = cut_client_hello(&stream[..end_of_name]).unwrap();
    assert_eq!(cut.server_name.as_deref(), Some("avs.example.com"));
    assert_eq!(cut_client_hello(&stream[..end_of_name - 1]), None);
}

proptest! {
    #[test]
    fn the_same_hello_in_any_records_gives_the_same(size in 1_usize..2_000) {
        let whole = client_hello(&records(&browser("avs.example.com"), 16_384));
        prop_assert_eq!(client_hello(&records(&browser("avs.example.com"), size)), whole);
    }

    #[test]
    fn more_is_asked_for_until_the_hello_is_whole(size in 1_usize..2_000, share in 0.0..1.0) {
        let stream = records(&browser("avs.example.com"), size);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a length")]
        let cut = (stream.len() as f64 * share) as usize;
        prop_assert_eq!(client_hello(&stream[..cut]), HelloOutcome::NeedMore);
    }

    #[test]
    fn any_octets_are_read_without_panic(
        stream in prop::collection::vec(any::<u8>(), 0..400),
        body in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let _ = client_hello(&stream);
        prop_assert!(cut_client_hello(&stream).is_none_or(|hello| hello.server_name.is_some()));
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        let _ = handshake_hello(&[&[CLIENT_HELLO], &length[1..], &body].concat());
    }

    #[test]
    fn a_damaged_hello_is_read_without_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut stream = records(&hello(&[extension(16, b"\0\x03\x02h2"), named(b"avs.example.com")]), 60);
        for (index, value) in damage {
            *index.get_mut(&mut stream) = value;
        }
        let _ = client_hello(&stream);
        prop_assert!(cut_client_hello(&stream).is_none_or(|hello| hello.server_name.is_some()));
    }
}
