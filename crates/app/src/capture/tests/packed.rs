use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

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
        ("skippable-first", [&[0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9][..], &zstd(&octets)].concat()),
    ] {
        let (seen, troubles) = read(&save(folder.path(), name, &packed));
        assert_eq!(troubles, [""; 0], "{name}");
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
