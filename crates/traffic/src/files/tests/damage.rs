use std::ops::ControlFlow;
use std::path::PathBuf;

use super::super::{Captures, Order, Trouble};
use super::{HEADER, RECORD, capture, frames, read, save};

#[test]
fn nothing_readable_is_an_error_that_names_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let paths = [folder.path().to_owned(), PathBuf::from("no-such-capture.pcap")];
    let error = Captures::open(&paths, Order::Merged, None).err().unwrap().to_string();
    assert!(error.contains("this is a directory; name the capture files in it"), "{error}");
    assert!(error.contains("no-such-capture.pcap: No such file"), "{error}");
}

#[test]
fn a_directory_and_a_missing_file_do_not_hide_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let good = save(folder.path(), "good", &capture([1, 2]));
    let paths = [folder.path().to_owned(), good, folder.path().join("gone")];
    let mut captures = Captures::open(&paths, Order::Merged, None).unwrap();
    assert_eq!(frames(&mut captures), [(1, 1), (1, 2)]);
    let files: Vec<u32> = captures.troubles().iter().map(|trouble| trouble.file.0).collect();
    assert_eq!(files, [0, 2]);
}

#[test]
fn a_file_that_vanishes_after_it_was_found_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let paths = [save(folder.path(), "here", &capture([1])), save(folder.path(), "gone", &capture([2]))];
    for order in [Order::Merged, Order::Sequential] {
        save(folder.path(), "gone", &capture([2]));
        let mut captures = Captures::open(&paths, order, None).unwrap();
        std::fs::remove_file(&paths[1]).unwrap();
        assert_eq!(frames(&mut captures), [(0, 1)]);
        assert!(captures.troubles()[0].to_string().contains("gone: No such file"), "{:?}", captures.troubles());
    }
}

#[test]
fn an_empty_file_is_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let (seen, troubles) = read(&save(folder.path(), "empty", &[]));
    assert_eq!(seen, [0; 0]);
    assert!(troubles.len() == 1 && troubles[0].contains("empty: octet 0, after 0 frames: the file is empty"), "{troubles:?}");
}

#[test]
fn a_cut_file_gives_what_it_holds_and_says_where_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let octets = capture(0..2_000);
    for cut in [HEADER, HEADER + 7, HEADER + RECORD * 1_234, HEADER + RECORD * 1_234 + 20, octets.len()] {
        let path = save(folder.path(), "cut", &octets[..cut]);
        let mut captures = Captures::open(std::slice::from_ref(&path), Order::Merged, None).unwrap();
        let whole = (cut - HEADER) / RECORD;
        assert_eq!(frames(&mut captures).len(), whole);
        if (cut - HEADER).is_multiple_of(RECORD) {
            assert_eq!(captures.troubles(), []);
            continue;
        }
        let [Trouble { path: named, offset, frames, ended: true, .. }] = captures.troubles() else { panic!("one trouble") };
        assert_eq!((named, *offset, *frames), (&path, (HEADER + RECORD * whole) as u64, whole as u64));
    }
}

#[test]
fn the_receiver_may_have_enough() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(folder.path(), "long", &capture(0..5_000));
    for paths in [vec![path.clone()], vec![path.clone(), path]] {
        for order in [Order::Merged, Order::Sequential] {
            let mut captures = Captures::open(&paths, order, None).unwrap();
            let mut count = 0;
            let flow = captures.for_each(&mut |_| {}, |_, _| {
                count += 1;
                if count == 1_700 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            assert_eq!((count, flow), (1_700, ControlFlow::Break(())));
            assert_eq!(captures.troubles(), []);
        }
    }
}

#[test]
fn progress_reaches_the_size_of_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(folder.path(), "long", &capture(0..5_000));
    for paths in [vec![path.clone()], vec![path; 20]] {
        let mut captures = Captures::open(&paths, Order::Merged, None).unwrap();
        let (mut last, mut calls) = (0, 0);
        let flow = captures.for_each(
            &mut |progress| {
                assert!(progress.octets >= last && Some(progress.octets) <= progress.total);
                (last, calls) = (progress.octets, calls + 1);
            },
            |_, _| ControlFlow::Continue(()),
        );
        assert!(flow.is_continue() && calls > 8);
        assert_eq!(Some(last), captures.total());
    }
}

#[test]
fn a_block_of_16_mib_is_read_through_growing_room() {
    use earwitness_core::pcap::{Description, MAX_BLOCK, write};
    let folder = tempfile::tempdir().unwrap();
    let mut octets = vec![];
    write::section(&mut octets, "earwitness");
    let total = u32::try_from(MAX_BLOCK).unwrap();
    let huge = [&0x0bad_u32.to_le_bytes()[..], &total.to_le_bytes(), &vec![0; MAX_BLOCK - 12], &total.to_le_bytes()].concat();
    octets.extend([huge.clone(), huge].concat());
    write::interface(&mut octets, &Description { link_type: 1, snaplen: 0, name: "eth0".into(), description: String::new() });
    let at = earwitness_core::time::Timestamp::from_nanos(3);
    let bytes = 3_i64.to_le_bytes().repeat(50);
    let link = earwitness_core::frame::Link::Ethernet;
    write::packet(
        &mut octets,
        &super::Frame { at, link, wire_len: 400, bytes: &bytes, interface: 0 },
        &write::Remarks::default(),
    );
    let path = save(folder.path(), "huge", &octets);
    assert_eq!(read(&path), (vec![3], vec![]));
    let packed = save(folder.path(), "packed", &zstd::encode_all(&octets[..], 1).unwrap());
    let mut captures = Captures::open(&[packed, path], Order::Merged, None).unwrap();
    assert_eq!(frames(&mut captures), [(0, 3), (1, 3)]);
    assert_eq!(captures.files()[0].interfaces[0].name, "eth0");
    assert_eq!(captures.files()[1].octets, octets.len() as u64);
}
