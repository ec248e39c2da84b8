use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::{capture, read, save};

fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(vec![], Compression::fast());
    packer.write_all(octets).unwrap();
    packer.finish().unwrap()
}

/// More than a few chunks, so that frames lie across them.
fn large() -> (Vec<i64>, Vec<u8>) {
    let times: Vec<i64> = (0..5_000).map(|n| n * 7919).collect();
    let octets = capture(times.iter().copied());
    (times, octets)
}

#[test]
fn what_is_compressed_is_told_by_content_and_not_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let (times, octets) = large();
    let (front, back) = octets.split_at(octets.len() / 3);
    let zstd = |octets: &[u8]| zstd::encode_all(octets, 1).unwrap();
    for (name, packed) in [
        ("plain.gz", octets.clone()),
        ("one-member.pcap", gzip(&octets)),
        ("two-members.zst", [gzip(front), gzip(back)].concat()),
        ("padded", [gzip(&octets), vec![0; 1000]].concat()),
        ("one-frame.gz", zstd(&octets)),
        ("two-frames", [zstd(front), zstd(back)].concat()),
        ("whole-then-whole", [gzip(&capture(times[..10].iter().copied())), capture(times[10..].iter().copied())].concat()),
        ("skippable-first", [&[0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9][..], &zstd(&octets)].concat()),
    ] {
        let (seen, troubles) = read(&save(folder.path(), name, &packed));
        let joined = usize::from(name == "whole-then-whole");
        assert!(
            troubles.len() == joined && troubles.iter().all(|it| it.contains("another capture file")),
            "{name}: {troubles:?}"
        );
        assert!(seen == times, "{name}: {} frames of {}", seen.len(), times.len());
    }
}

#[test]
fn a_gzip_that_breaks_off_gives_every_frame_before() {
    let folder = tempfile::tempdir().unwrap();
    // Octets that do not compress, so that the cut falls where it can be computed.
    let (times, octets) = large();
    let mut stored = GzEncoder::new(vec![], Compression::none());
    stored.write_all(&octets).unwrap();
    let packed = stored.finish().unwrap();
    for part in [2, 3, 10] {
        let cut = packed.len() / part;
        let path = save(folder.path(), "broken", &packed[..cut]);
        let (seen, troubles) = read(&path);
        // Stored blocks of 64 KiB at most, each with 5 octets in front.
        let least = (cut - 24 - 16 - 5 * (1 + cut / 16_000)) / super::RECORD - 1;
        assert!(seen.len() >= least, "{} frames, expected at least {least}", seen.len());
        assert_eq!(seen, times[..seen.len()]);
        let [trouble] = &troubles[..] else { panic!("{troubles:?}") };
        let place = format!("broken: octet {}, after {} frames: ", 24 + super::RECORD * seen.len(), seen.len());
        assert!(trouble.contains(&place), "{trouble}");
        assert!(trouble.contains(&format!("the gzip data breaks off after {cut} octets of the file")), "{trouble}");
    }
}

#[test]
fn a_zstd_that_breaks_off_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (times, octets) = large();
    let packed = zstd::encode_all(&octets[..], 1).unwrap();
    let (seen, troubles) = read(&save(folder.path(), "broken", &packed[..packed.len() / 2]));
    assert!(!seen.is_empty() && seen == times[..seen.len()]);
    assert!(troubles.len() == 1 && troubles[0].contains("the zstd data breaks off"), "{troubles:?}");
}

#[test]
fn damage_inside_and_rubbish_behind_are_told_apart_from_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let (times, octets) = large();
    let mut damaged = gzip(&octets);
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    let (seen, troubles) = read(&save(folder.path(), "damaged", &damaged));
    assert_eq!(seen.len(), times.len());
    assert!(troubles.len() == 1 && troubles[0].contains("the gzip data cannot be unpacked"), "{troubles:?}");
    let (seen, troubles) = read(&save(folder.path(), "more", &[gzip(&octets), b"rubbish".to_vec()].concat()));
    assert_eq!(seen.len(), times.len());
    assert!(troubles.len() == 1 && troubles[0].contains("something else follows the gzip data"), "{troubles:?}");
}

/// The octets behind hexadecimal digits.
fn hex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// `capture([1, 2, 3])` as packed by Python's `lzma`, `bz2` and `zipfile`, and by `lz4` in both of its formats.
const XZ: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a3e004f7002c5d00268f124a100ffc0a3537f3db475dadac7363da2bac575cf89339c54bc9\
     6aa5fa8b5204b71dd0ddbabb9093b5006f20cf286ef5be09000148f809000000ca081225b1c467fb020000000004595a";
const BZIP2: &str = "425a683931415926535911c390280001d8cc387ca00004000240002000100020007220681a014a99481a6e22c85a8b33ae851bbd65a28e5ca51bc4d0\
     bdf1f96e42f9deec2dc8a3bdc5ffbc5dc914e14240470e40a0";
const ZIP: &str = "504b03041400000008000dae7c5d7856daa533000000f804000006000000612e70636170f3b5d9b49089818501193022d113182198118bdc283d7034\
     08303120e28709496c941e781a04981910f1c38c24364a0f3c0d00504b010214031400000008000dae7c5d7856daa533000000f80400000600000000\
     00000000000000800100000000612e70636170504b0506000000000100010034000000570000000000";
const LZ4: &str = "04224d186440a750000000884d3cb2a102000400010013010d000008002290010400000c000002000f0800ff760002002202009c0100a401000c0000\
     02000f0800ff760002001703a001000c000002000f0800ff715000000000000000000022dbb9f3";
const OLD_LZ4: &str = "02214c1850000000884d3cb2a102000400010013010d000008002290010400000c000002000f0800ff760002002202009c0100a401000c000002000f\
     0800ff760002001703a001000c000002000f0800ff71500000000000";
/// [`XZ`] with a header that asks for a dictionary of 1 GiB.
const GREEDY_XZ: &str = "fd377a585a000004e6d6b4460200210126000000d5d7ce53e004f7002c5d00268f124a100ffc0a3537f3db475dadac7363da2bac575cf89339c54bc9\
     6aa5fa8b5204b71dd0ddbabb9093b5006f20cf286ef5be09000148f809000000ca081225b1c467fb020000000004595a";

#[test]
fn what_other_programs_packed_is_unpacked_also_in_several_pieces_and_breaks_off_with_a_word() {
    let folder = tempfile::tempdir().unwrap();
    for (name, packed) in [("xz", XZ), ("bzip2", BZIP2), ("lz4", LZ4), ("lz4 of old", OLD_LZ4), ("zip", ZIP)] {
        let packed = hex(packed);
        let (seen, troubles) = read(&save(folder.path(), name, &packed));
        assert_eq!((seen, troubles), (vec![1, 2, 3], vec![]), "{name}");
        if matches!(name, "xz" | "bzip2" | "lz4") {
            let (seen, troubles) = read(&save(folder.path(), name, &packed.repeat(2)));
            assert_eq!(seen, [1, 2, 3, 1, 2, 3], "{name}");
            assert!(troubles.len() == 1 && troubles[0].contains("another capture file"), "{name}: {troubles:?}");
        }
        for part in [12, packed.len() / 2] {
            let (seen, troubles) = read(&save(folder.path(), name, &packed[..part]));
            assert!(seen.len() < 3, "{name}");
            assert_eq!(troubles.len(), 1, "{name}: {troubles:?}");
        }
    }
}

#[test]
fn what_asks_for_too_much_memory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (seen, troubles) = read(&save(folder.path(), "greedy", &hex(GREEDY_XZ)));
    assert_eq!(seen, [0; 0]);
    assert!(troubles.len() == 1 && troubles[0].contains("the xz data cannot be unpacked"), "{troubles:?}");
}

/// A local header of a zip archive in front of a file.
fn entry(name: &str, flags: u16, method: u16, length: u32, octets: &[u8]) -> Vec<u8> {
    let mut out = b"PK\x03\x04\x14\0".to_vec();
    for half in [flags, method, 0, 0] {
        out.extend(half.to_le_bytes());
    }
    out.extend([0; 4]);
    out.extend(length.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    out.extend([0; 2]);
    [&out, name.as_bytes(), octets].concat()
}

#[test]
fn of_a_zip_archive_the_first_file_is_read_and_more_of_them_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let octets = capture([1, 2]);
    let length = u32::try_from(octets.len()).unwrap();
    let mut deflate = flate2::write::DeflateEncoder::new(vec![], Compression::fast());
    deflate.write_all(&octets).unwrap();
    // With the lengths behind the file, as an archive has them that was written into a pipe.
    let streamed = [entry("a", 8, 8, 0, &deflate.finish().unwrap()), b"PK\x07\x08".to_vec(), vec![0; 12]].concat();
    let stored = entry("a", 0, 0, length, &octets);
    let folder_first = [entry("night/", 0, 0, 0, &[]), stored.clone()].concat();
    let end = b"PK\x01\x02".to_vec();
    for archive in [stored.clone(), streamed.clone(), folder_first] {
        let (seen, troubles) = read(&save(folder.path(), "one", &[archive.clone(), end.clone()].concat()));
        assert_eq!((seen, troubles), (vec![1, 2], vec![]));
        let (seen, troubles) = read(&save(folder.path(), "two", &[archive, stored.clone()].concat()));
        assert_eq!(seen, [1, 2]);
        assert!(troubles.len() == 1 && troubles[0].contains("only the first file of the archive was read"), "{troubles:?}");
    }
    for (archive, words) in [
        (entry("a", 1, 0, length, &octets), "encrypted"),
        (entry("a", 0, 14, length, &octets), "method 14"),
        (entry("a", 8, 0, 0, &octets), "how long"),
        (stored[..600].to_vec(), "breaks off"),
    ] {
        let (_, troubles) = read(&save(folder.path(), "refused", &archive));
        assert!(troubles.len() == 1 && troubles[0].contains(words), "{words}: {troubles:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_wrong_with_packed_data_reading_ends_with_a_word(
        packed in prop::sample::select(vec![XZ, BZIP2, ZIP, LZ4, OLD_LZ4, GREEDY_XZ]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut octets = hex(packed);
        for (at, value) in changes {
            let at = at.index(octets.len());
            octets[at] = value;
        }
        octets.truncate(cut.index(octets.len()) + 1);
        let folder = tempfile::tempdir().unwrap();
        let path = save(folder.path(), "packed", &octets);
        let mut captures = super::Captures::open(&[path], super::Order::Merged, None).unwrap();
        let mut seen = 0;
        let _ = captures.for_each(&mut |_| {}, |_, _| {
            seen += 1;
            std::ops::ControlFlow::Continue(())
        });
        prop_assert!(seen == 3 || !captures.troubles().is_empty());
    }
}
